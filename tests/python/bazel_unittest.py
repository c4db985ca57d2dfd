"""Runs a module's unittest cases and reports each to Bazel by name."""

import os
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree


class _TimedResult(unittest.TextTestResult):
  """Keeps what an XML report needs."""

  def __init__(self, *args, **kwargs):
    super().__init__(*args, **kwargs)
    self.times = {}
    self.ran = []

  def startTest(self, test):
    super().startTest(test)
    self.ran.append(test)
    self.times[test.id()] = time.monotonic()

  def stopTest(self, test):
    self.times[test.id()] = time.monotonic() - self.times[test.id()]
    super().stopTest(test)


def main():
  program = unittest.main(
      module="__main__", exit=False, verbosity=2,
      testRunner=unittest.TextTestRunner(resultclass=_TimedResult,
                                         verbosity=2))
  result = program.result
  path = os.environ.get("XML_OUTPUT_FILE")
  if path:
    suite = ElementTree.Element("testsuite", name=os.path.basename(sys.argv[0]))
    wrong = {test.id(): text for test, text in result.failures + result.errors}
    skipped = {test.id() for test, _ in result.skipped}
    for test in result.ran:
      name = test.id().removeprefix("__main__.")
      case = ElementTree.SubElement(suite, "testcase", name=name,
                                    time=f"{result.times[test.id()]:.3f}")
      text = wrong.pop(test.id(), None)
      if text is not None:
        ElementTree.SubElement(case, "failure", message="failed").text = text
      elif test.id() in skipped:
        ElementTree.SubElement(case, "skipped")
    # What went wrong outside a case: setUpClass and the like.
    for name, text in wrong.items():
      case = ElementTree.SubElement(suite, "testcase", name=name)
      ElementTree.SubElement(case, "failure", message="failed").text = text
    report = ElementTree.Element("testsuites")
    report.append(suite)
    ElementTree.ElementTree(report).write(path, encoding="utf-8")
  # A test that ran nothing must not pass.
  return 0 if result.wasSuccessful() and result.ran else 1
