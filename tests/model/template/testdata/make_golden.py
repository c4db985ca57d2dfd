#!/usr/bin/python3
"""Writes golden.jsonl and prompts.jsonl beside this file: what jinja2 makes of
snippets.txt, and of conversation.jinja for CONVERSATIONS.

usage: make_golden.py

Needs jinja2 (3.1). Each line of snippets.txt is a template, but that lines
from "  {% if true %}" to "  a {{-" are one. The environment is the one that
transformers renders chat templates in.
"""

import json
import pathlib

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

TOOLS = [
    {"type": "function", "function": {
        "name": "search", "description": "Finds \"it\",\nwherever.",
        "parameters": {"type": "object", "required": ["query"], "properties": {
            "query": {"type": "string"},
            "filter": {"type": "object", "required": ["range"], "properties": {
                "range": {"type": "array", "items": {"type": "number"}},
                "tag": {"anyOf": [{"type": "string"}, {"type": "null"}]}}},
            "k": {"type": ["integer", "null"], "default": 1e-7}}}}},
    {"type": "function", "function": {
        "name": "clock", "description": "",
        "parameters": {"type": "object", "properties": {}}}},
    {"name": "bare", "description": "größe & <b>"},
]


def call(name, arguments, number="a1"):
  return {"id": number, "type": "function",
          "function": {"name": name, "arguments": arguments}}


def conversations():
  """Requests for conversation.jinja, those that it refuses too."""
  ask = {"role": "user", "content": "Wie groß? <|end|>"}
  system = {"role": "system", "content": " Be kind.\n"}
  calls = {"role": "assistant", "content": " Look it up. ", "tool_calls": [
      call("search", {"query": "größe", "k": None, "f": [1.0, True]}),
      call("clock", "{\"zone\": \"日本\"}", "b2")]}
  results = [
      {"role": "tool", "tool_call_id": "b2", "content": "12:00 \u2028"},
      {"role": "tool", "tool_call_id": "a1",
       "content": {"title": "A", "snippet": "α\n\"β\"", "score": .5}}]
  said = {"role": "assistant", "content": "<think>\nhm\n</think>\n\n4 m."}
  documents = [{"title": "Höhe", "text": "Sie ist 4 m hoch.\nمرحبا", "id": 7},
               {"text": "", "data": {"a": [1, {"b": None}], "c": {}}}]
  yield {"messages": []}
  yield {"messages": [ask], "add_generation_prompt": True}
  yield {"messages": [system, ask, said, ask], "add_generation_prompt": True}
  yield {"messages": [{"role": "system", "content": [
      {"type": "text", "text": "İki"}, {"type": "text", "text": "हिन्दी"}]},
                      ask, said]}
  yield {"messages": [ask], "documents": documents}
  yield {"messages": [ask], "documents": []}
  yield {"messages": [system, ask], "documents": documents, "tools": TOOLS[:1]}
  yield {"messages": [ask], "tools": TOOLS, "add_generation_prompt": True}
  yield {"messages": [ask], "tools": TOOLS[1:]}
  yield {"messages": [system, ask, calls, *results, said, ask],
         "tools": TOOLS, "documents": documents, "add_generation_prompt": True}
  yield {"messages": [ask, calls, *results], "add_generation_prompt": True}
  yield {"messages": [ask, calls, results[0], ask]}
  yield {"messages": [ask, results[0]]}
  yield {"messages": [ask, {"role": "assistant", "content": None}]}
  yield {"messages": [{"role": "user"}]}


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
  with open(HERE / "golden.jsonl", "w", encoding="utf-8") as out:
    for source in snippets():
      out.write(json.dumps({"template": source,
                            "want": render(source, REQUEST, VARIABLES)},
                           ensure_ascii=False) + "\n")
  source = (HERE / "conversation.jinja").read_text("utf-8")
  with open(HERE / "prompts.jsonl", "w", encoding="utf-8") as out:
    for request in conversations():
      out.write(json.dumps({"request": json.dumps(request, ensure_ascii=False),
                            "want": render(source, request, VARIABLES)},
                           ensure_ascii=False) + "\n")
  request = json.dumps(REQUEST, ensure_ascii=False)
  (HERE / "request.json").write_text(request + "\n", encoding="utf-8")


if __name__ == "__main__":
  main()
