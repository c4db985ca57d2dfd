#!/usr/bin/python3
"""The stopwatch for ingestion on a folder of three files, without its peers."""

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

PAGE = """<!DOCTYPE html><html lang="en"><head><title>{0}</title></head><body>
<h1>{0}</h1><p>How is a package installed? With apt install, as {0} says.
{1}</p></body></html>"""


def make_pdf(text):
  content = f"BT /F 12 Tf 72 700 Td ({text}) Tj ET"
  objects = [
      "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
      "/Resources<</Font<</F 5 0 R>>>>>>",
      f"<</Length {len(content)}>>\nstream\n{content}\nendstream",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
  out, table = "%PDF-1.4\n", "0000000000 65535 f \n"
  for number, text in enumerate(objects, 1):
    table += f"{len(out):010} 00000 n \n"
    out += f"{number} 0 obj\n{text}\nendobj\n"
  return (f"{out}xref\n0 {len(objects) + 1}\n{table}trailer\n"
          f"<</Root 1 0 R/Size {len(objects) + 1}>>\n"
          f"startxref\n{len(out)}\n%%EOF\n")


class IngestBesidePeersTest(unittest.TestCase):

  def setUp(self):
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.folder = pathlib.Path(folder.name)
    self.pages = self.folder / "pages"
    self.pages.mkdir()
    (self.pages / "short.html").write_text(PAGE.format("A short page", ""),
                                           encoding="utf-8")
    (self.pages / "long.html").write_text(
        PAGE.format("A long page", "The lighthouse was lit in 1859. " * 100),
        encoding="utf-8")
    (self.pages / "printed.pdf").write_text(
        make_pdf("The keeper writes down every ship."), encoding="ascii")
    (self.pages / "notes.txt").write_text("No page.\n", encoding="utf-8")

  def run_script(self, *arguments):
    return subprocess.run(
        [RUNFILES / "eval/speed/ingest_beside_peers", *arguments, "--program",
         RUNFILES / "gateway/footnote", "--rounds", "1"], check=False,
        capture_output=True, text=True, timeout=50,
        env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder),
             "TMPDIR": str(self.folder)})

  def test_tells_what_ours_took_and_made(self):
    run = self.run_script(self.pages, "--peers", "", "--modes", "text")
    self.assertEqual(run.returncode, 0, run.stderr)
    self.assertIn("files: 3 files, 0.00 MB, 1 of them PDF", run.stdout)
    self.assertRegex(run.stdout, r"text, ours: \d+\.\d\d s, .*passages/s")
    made = re.search(r"text, ours, came of it: 3 of 3 files, (\d+) passages, "
                     r"(\d+) characters", run.stdout)
    self.assertTrue(made, run.stdout)
    # The long page is 3,200 characters and its heading; no passage has more
    # than 1,000.
    self.assertGreaterEqual(int(made[1]), 6)
    self.assertAlmostEqual(int(made[2]), 3400, delta=100)

  def test_names_peers_that_the_python_lacks(self):
    python = self.folder / "python"
    python.write_text("#!/bin/sh\nexec /usr/bin/python3 -S -E \"$@\"\n",
                      encoding="utf-8")
    python.chmod(0o755)
    run = self.run_script(self.pages, "--python", python, "--peers",
                          "haystack,txtai", "--modes", "text")
    self.assertEqual(run.returncode, 0, run.stderr)
    self.assertRegex(run.stdout, "haystack: skipped, .* lacks .*trafilatura")
    self.assertRegex(run.stdout, "txtai: skipped, .* lacks .*liteparse")
    self.assertIn("text, ours: ", run.stdout)
    self.assertNotIn("llama", run.stdout)

  def test_says_what_was_wrong(self):
    (self.folder / "empty").mkdir()
    for arguments, message in (
        ([self.folder / "empty"], "no .html or .pdf files, want some"),
        ([self.pages, "--modes", "words"], "--modes words: want text, vectors"),
        ([self.pages, "--peers", "nobody", "--modes", "text"],
         "--peers nobody: want txtai, haystack, llama-index"),
        ([self.pages, "--threads", "0"], "--threads: want 1 or more")):
      run = self.run_script(*arguments)
      self.assertEqual(run.returncode, 1, run.stdout)
      self.assertIn(message, run.stderr)

  def test_help_says_what_each_side_does(self):
    run = self.run_script("--help")
    self.assertEqual(run.returncode, 0)
    for word in ("txtai", "haystack", "llama-index", "--python", "--fetch"):
      self.assertIn(word, run.stdout)


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
