#!/usr/bin/python3
"""Runs the Python client of docs/python.md against a server."""

import os
import pathlib
import re
import subprocess
import sys
import unittest
import zipfile

RUNFILES = pathlib.Path(os.environ.get("TEST_SRCDIR", ".")) / "footnote"
sys.path.insert(0, str(RUNFILES / "tests/python"))

# pylint: disable=wrong-import-position
import bazel_unittest

FOLDER = pathlib.Path(os.environ["TEST_TMPDIR"])
PROGRAM = RUNFILES / "gateway/footnote"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class PythonTest(unittest.TestCase):

  def test_the_client_of_the_page_gets_cited_answers(self):
    zipfile.ZipFile(RUNFILES / "tests/e2e/stubs.zip").extractall(
        FOLDER / "stubs")
    page = (RUNFILES / "docs/python.md").read_text(encoding="utf-8")
    client = FOLDER / "client.py"
    client.write_text("\n".join(BLOCK.findall(page)), encoding="utf-8")
    (FOLDER / "notes").mkdir()
    (FOLDER / "notes/en.txt").write_text(
        "The lighthouse was lit in 1859. The lighthouse is 31 metres high.\n",
        encoding="utf-8")
    subprocess.run([RUNFILES / "tests/docs/chat_model", FOLDER / "models"],
                   check=True)
    flags = ["--store", FOLDER / "store", "--encoder", "none"]
    subprocess.run([PROGRAM, *flags, "-c", "notes", "ingest", FOLDER / "notes"],
                   check=True, timeout=60)
    server = subprocess.Popen(
        [PROGRAM, *flags, "--model-path", FOLDER / "models", "serve",
         "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
      address = server.stdout.readline().removeprefix("listening on ").split()[0]
      run = subprocess.run(
          ["/usr/bin/python3", client, address, "m"], check=False,
          env={**os.environ, "PYTHONPATH": str(FOLDER / "stubs")},
          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
          timeout=120)
    finally:
      server.terminate()
      server.wait(timeout=30)
      server.stdout.close()
    print(run.stdout)
    self.assertEqual(run.returncode, 0)
    for line in ("31 metres high", "[1] ", "verified: True",
                 "understood as: lighthouse: When was it lit?", "1859",
                 "no answer: ", "call: height", "cited: height call 0",
                 'error: NOT_FOUND collection "nowhere"'):
      self.assertIn(line, run.stdout)


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
