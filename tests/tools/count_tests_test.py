#!/usr/bin/python3
"""What tools/test counts, and that it never counts too well."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUNFILES = pathlib.Path(os.environ.get("TEST_SRCDIR", ".")) / "footnote"
sys.path.insert(0, str(RUNFILES / "tests/python"))

# pylint: disable=wrong-import-position
import bazel_unittest


class CountTestsTest(unittest.TestCase):

  def setUp(self):
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.folder = pathlib.Path(folder.name)
    self.events = []

  def ran(self, label, status, cases):
    """A test target that ran; `cases` is the body of its XML or None."""
    xml = self.folder / f"{label.replace('/', '_')}.xml"
    outputs = []
    if cases is not None:
      xml.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
      outputs = [{"name": "test.xml", "uri": f"file://{xml}"}]
    self.events += [
        {"id": {"testResult": {"label": label, "run": 1}},
         "testResult": {"testActionOutput": outputs}},
        {"id": {"testSummary": {"label": label}},
         "testSummary": {"overallStatus": status}}]

  def count(self, finished=0):
    events = list(self.events)
    if finished is not None:
      events.append({"id": {"buildFinished": {}},
                     "finished": {"exitCode": {"code": finished}}})
    (self.folder / "plain.json").write_text(
        "\n".join(json.dumps(event) for event in events))
    run = subprocess.run([RUNFILES / "tools/count_tests.py", self.folder],
                         capture_output=True, text=True, check=False)
    return run.stdout.splitlines()[-1], run.returncode

  def test_counts_cases_and_not_targets(self):
    self.ran("//a", "PASSED", "<testcase name='1'/><testcase name='2'/>")
    self.ran("//b", "PASSED", "<testcase name='3'/>")
    self.assertEqual(self.count(), ("3 passed, 0 failed", 0))

  def test_a_failed_case_is_one_failure(self):
    self.ran("//a", "FAILED",
             "<testcase name='1'/><testcase name='2'><failure/></testcase>")
    self.assertEqual(self.count(3), ("1 passed, 1 failed", 1))

  def test_a_skipped_case_is_neither(self):
    self.ran("//a", "PASSED",
             "<testcase name='1'/><testcase name='2'><skipped/></testcase>")
    self.assertEqual(self.count(), ("1 passed, 0 failed", 0))

  def test_a_crash_or_timeout_is_one_failure(self):
    self.ran("//a", "FAILED", "<testcase name='1'/>")
    self.ran("//b", "TIMEOUT", None)
    self.assertEqual(self.count(3), ("1 passed, 2 failed", 1))

  def test_a_target_that_does_not_build_is_one_failure(self):
    self.ran("//a", "PASSED", "<testcase name='1'/>")
    self.events.append({"id": {"targetCompleted": {"label": "//b"}},
                        "aborted": {"reason": "ANALYSIS_FAILURE"}})
    self.assertEqual(self.count(1), ("1 passed, 1 failed", 1))

  def test_nothing_run_is_a_failure(self):
    self.assertEqual(self.count()[1], 1)
    self.assertEqual(self.count(4)[1], 1)

  def test_a_run_that_was_cut_off_is_a_failure(self):
    self.ran("//a", "PASSED", "<testcase name='1'/>")
    self.assertEqual(self.count(None), ("1 passed, 1 failed", 1))

  def test_fuzzers_count_too(self):
    self.ran("//a", "PASSED", "<testcase name='1'/>")
    (self.folder / "fuzz.txt").write_text("passed html (9 runs)\nfailed xml\n")
    self.assertEqual(self.count(), ("2 passed, 1 failed", 1))


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
