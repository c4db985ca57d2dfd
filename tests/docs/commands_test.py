#!/usr/bin/python3
"""Runs the commands that the documents show.

A block that begins with ```sh test is run with the program in PATH; the blocks
of one document run one after the other, in one folder that is empty at first.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

RUNFILES = pathlib.Path(os.environ.get("TEST_SRCDIR", ".")) / "footnote"
sys.path.insert(0, str(RUNFILES / "tests/python"))

# pylint: disable=wrong-import-position
import bazel_unittest

BLOCK = re.compile(r"^```sh test\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(document):
  return BLOCK.findall((RUNFILES / document).read_text(encoding="utf-8"))


class CommandsTest(unittest.TestCase):

  def run_blocks(self, document):
    found = blocks(document)
    self.assertTrue(found, f"{document} shows no command that is tested")
    with tempfile.TemporaryDirectory() as folder:
      programs = pathlib.Path(folder) / "bin"
      programs.mkdir()
      (programs / "footnote").symlink_to(RUNFILES / "gateway/footnote")
      work = pathlib.Path(folder) / "work"
      work.mkdir()
      for block in found:
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=work, check=False,
            env={"PATH": f"{programs}:/usr/bin:/bin", "LANG": "C.UTF-8",
                 "HOME": folder, "FOOTNOTE_ENCODER": "none"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=120)
        print(block, run.stdout, sep="\n")
        self.assertEqual(run.returncode, 0, f"{document}:\n{block}")

  def test_the_readme(self):
    self.run_blocks("README.md")

  def test_the_runbook(self):
    self.run_blocks("docs/operations/runbook.md")

  def test_the_auditors_page(self):
    self.run_blocks("docs/audit.md")

  def test_no_other_document_has_commands_that_no_test_runs(self):
    tested = {"docs/operations/runbook.md", "docs/audit.md"}
    for path in sorted((RUNFILES / "docs").rglob("*.md")):
      name = path.relative_to(RUNFILES).as_posix()
      if name not in tested:
        self.assertFalse(blocks(name), name)


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
