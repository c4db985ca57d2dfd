#!/usr/bin/python3
"""What the alerts and the dashboard ask Prometheus for, a server shows."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

RUNFILES = pathlib.Path(os.environ.get("TEST_SRCDIR", ".")) / "footnote"
sys.path.insert(0, str(RUNFILES / "tests/python"))

# pylint: disable=wrong-import-position
import bazel_unittest

PROGRAM = RUNFILES / "gateway/footnote"
RULES = RUNFILES / "deploy/prometheus/alerts.yml"
DASHBOARD = RUNFILES / "deploy/grafana/footnote.json"
# A series as an expression selects it.
SERIES = re.compile(r"\b((?:footnote|process)_\w+)(?:\{(.*?)\})?")
# There from the first time that a sentence is dropped.
LATER = {"footnote_dropped_sentences_total"}


def alerts():
  """{alert: expression}."""
  rules = re.split(r"- alert: ", RULES.read_text())[1:]
  return {rule.split()[0]:
          re.search(r"expr: \|?(.*?)\n +(?:for|labels):", rule, re.DOTALL)[1]
          for rule in rules}


def expressions():
  panels = json.loads(DASHBOARD.read_text())["panels"]
  return list(alerts().values()) + [
      target["expr"] for panel in panels for target in panel["targets"]]


class AlertsTest(unittest.TestCase):

  def page(self):
    """/metrics after a question, a document and a question."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ["TEST_TMPDIR"]))
    server = subprocess.Popen(
        [PROGRAM, "--store", folder / "store", "--encoder", "none", "serve",
         "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"],
        stdout=subprocess.PIPE, text=True)
    self.addCleanup(server.stdout.close)
    self.addCleanup(server.kill)
    doors = [server.stdout.readline().split()[-1] for _ in range(2)]
    for command in (["ask", "Who?"], ["ingest", str(RULES)], ["ask", "Who?"]):
      subprocess.run([PROGRAM, "--server", doors[0], *command], check=False,
                     timeout=60, stdout=subprocess.DEVNULL)
    with urllib.request.urlopen(f"http://{doors[1]}/metrics") as page:
      return page.read().decode()

  def test_every_metric_says_what_it_is(self):
    # As `promtool check metrics` wants it.
    shown = self.page()
    self.assertEqual(re.findall(r"(?m)^# HELP (\S+) \S.*\.$", shown),
                     re.findall(r"(?m)^# TYPE (\S+) ", shown))

  def test_every_series_is_there_before_anything_went_wrong(self):
    shown = self.page()
    for expression in expressions():
      for name, labels in SERIES.findall(expression):
        if name in LATER:
          continue
        self.assertRegex(shown, rf"(?m)^{name}[{{ ]", expression)
        kind = re.search(r'kind="(\w+)"', labels or "")
        if kind:
          self.assertIn(f"{name}{{{kind[0]}}}", shown, expression)

  def test_series_of_two_kinds_are_compared_without_it(self):
    # Prometheus finds no pair otherwise, and the alert never comes.
    compared = 0
    for name, expression in alerts().items():
      for left, right in re.findall(
          r'kind="(\w+)"[^>]*>([^>]*kind="\w+")', expression):
        if f'kind="{left}"' not in right:
          compared += 1
          self.assertIn("ignoring(kind)", right, name)
    self.assertEqual(compared, 1)

  def test_an_error_is_seen_the_first_time(self):
    # A series begins with it, and nothing increases.
    for name, expression in alerts().items():
      if re.search(r'increase\(\w+\{kind=~', expression):
        self.assertRegex(expression, r"unless\s+\w+ offset", name)


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
