#!/usr/bin/python3
"""Writes golden.jsonl beside this file: what jinja2 makes of snippets.txt.

usage: make_golden.py [OUTPUT]

Needs jinja2 (3.1). Each line of snippets.txt is a template, but that lines
from "  {% if true %}" to "  a {{-" are one. The environment is the one that
transformers renders chat templates in.
"""

import json
import pathlib
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

HERE = pathlib.Path(__file__).parent
REQUEST = {
    "messages": [
        {"role": "user", "content": " hi é "},
        {"role": "assistant", "content": "yo", "tool_calls": [
            {"id": "a1", "type": "function", "function": {
                "name": "search", "arguments": {"query": "größe", "k": 2,
                                                "f": 1.0, "n": None}}}]},
    ],
    "tools": [{"type": "function", "function": {
        "name": "search", "description": "finds \"it\"", "parameters": {
            "type": "object", "properties": {"query": {"type": "string"}},
            "required": ["query"]}}}],
    "documents": [{"title": "A", "text": "alpha é\nβ"},
                  {"title": "B", "n": 1.5, "ok": True, "url": None}],
    "add_generation_prompt": True,
}
VARIABLES = {"bos_token": "<s>"}


class Generation(jinja2.ext.Extension):
  """{% generation %}, which transformers uses to find the model's turns."""
  tags = {"generation"}

  def parse(self, parser):
    line = next(parser.stream).lineno
    body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
    call = self.call_method("_same")
    return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

  def _same(self, caller):
    return caller()


def raise_exception(message):
  raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None,
           sort_keys=False):
  return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent,
                    separators=separators, sort_keys=sort_keys)


def environment():
  made = jinja2.sandbox.ImmutableSandboxedEnvironment(
      trim_blocks=True, lstrip_blocks=True,
      extensions=[Generation, jinja2.ext.loopcontrols])
  made.filters["tojson"] = tojson
  made.globals["raise_exception"] = raise_exception
  return made


def render(source, request, variables):
  """The prompt, or None where jinja2 raises."""
  try:
    template = environment().from_string(source)
    given = {"tools": None, "documents": None, "add_generation_prompt": False}
    return template.render(**{**variables, **given, **request})
  except Exception:  # whatever a template raises
    return None


def snippets():
  joined = None
  for line in (HERE / "snippets.txt").read_text("utf-8").split("\n"):
    if line.startswith("  {% if true %}"):
      joined = ""
    if joined is not None:
      joined += line + "\n"
      if line.startswith("  a {{-"):
        yield joined
        joined = None
    elif line:
      yield line


def main():
  target = sys.argv[1] if len(sys.argv) > 1 else HERE / "golden.jsonl"
  with open(target, "w", encoding="utf-8") as out:
    for source in snippets():
      out.write(json.dumps({"template": source,
                            "want": render(source, REQUEST, VARIABLES)},
                           ensure_ascii=False) + "\n")
  request = json.dumps(REQUEST, ensure_ascii=False)
  (HERE / "request.json").write_text(request + "\n", encoding="utf-8")


if __name__ == "__main__":
  main()
