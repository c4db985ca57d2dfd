#!/usr/bin/python3
"""Counts the test cases of Bazel's runs.

usage: count_tests.py FOLDER

FOLDER holds Bazel's build event files (*.json) and the fuzzers' reports
(*.txt, one `passed NAME` or `failed NAME` a line). Prints what failed, then
`N passed, N failed`; the exit status is 1 when something failed or when
nothing ran. A target that does not build, or that ends badly without a failed
case (a crash, a timeout), is one failure.
"""

import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


def cases(path):
  """(passed, failed) of one test.xml; (0, 0) when it cannot be read."""
  try:
    root = ElementTree.parse(path).getroot()
  except (OSError, ElementTree.ParseError):
    return 0, 0
  failed = skipped = total = 0
  for case in root.iter("testcase"):
    total += 1
    if case.find("failure") is not None or case.find("error") is not None:
      failed += 1
    elif case.find("skipped") is not None or case.get("status") == "notrun":
      skipped += 1
  return total - failed - skipped, failed


def count(path, failures):
  """Cases passed in one event file; adds what failed to `failures`."""
  xmls, status, broken, finished, code = {}, {}, set(), False, 0
  for line in path.read_text(encoding="utf-8").splitlines():
    event = json.loads(line)
    key = event["id"]
    if "testResult" in key and "testResult" in event:
      place = key["testResult"]
      for output in event["testResult"].get("testActionOutput", []):
        if output["name"] == "test.xml":
          # The last attempt of a shard is the one that counts.
          xmls.setdefault(place["label"], {})[place.get("shard", 0)] = (
              urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path))
    elif "testSummary" in key and "testSummary" in event:
      status[key["testSummary"]["label"]] = event["testSummary"].get(
          "overallStatus", "NO_STATUS")
    elif "targetCompleted" in key:
      done = event.get("completed", {})
      if not done.get("success", False):
        broken.add(key["targetCompleted"]["label"])
    elif "aborted" in event:
      for kind in ("pattern", "unconfiguredLabel", "configuredLabel"):
        if kind in key:
          place = key[kind]
          broken.add(place.get("label") or " ".join(place.get("pattern", [])))
    elif "buildFinished" in key:
      finished = True
      code = event["finished"].get("exitCode", {}).get("code", 0)
  passed = bad = 0
  for label, overall in status.items():
    if label in broken:
      continue
    good, failed = map(sum, zip(*map(cases, xmls.get(label, {0: ""}).values())))
    if overall != "PASSED":
      failed = max(failed, 1)
    elif good + failed == 0:
      good = 1  # a passing test that counts no cases is one
    passed += good
    bad += failed
    if failed:
      failures.append((failed, f"{label}: {overall}, {failed} failed"))
  for label in sorted(broken):
    failures.append((1, f"{label}: does not build"))
  if (not finished or code != 0) and not (bad or broken):
    failures.append((1, f"Bazel ended with {code if finished else 'no end'}"))
  return passed


def main():
  if len(sys.argv) != 2 or sys.argv[1] == "--help":
    print(__doc__)
    return 0 if "--help" in sys.argv else 2
  passed, failures = 0, []
  for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    found = []
    passed += count(path, found)
    failures += [(number, f"{path.stem} {text}") for number, text in found]
  for path in sorted(pathlib.Path(sys.argv[1]).glob("*.txt")):
    for line in path.read_text(encoding="utf-8").splitlines():
      if line.startswith("passed "):
        passed += 1
      else:
        failures.append((1, f"{path.stem} {line}"))
  for _, text in failures:
    print(text)
  failed = sum(number for number, _ in failures)
  print(f"{passed} passed, {failed} failed")
  return 1 if failed or not passed else 0


if __name__ == "__main__":
  sys.exit(main())
