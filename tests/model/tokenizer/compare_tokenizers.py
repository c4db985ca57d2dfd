#!/usr/bin/python3
"""Compares `footnote model tokenize` with the tokenizers that it must equal.

usage: compare_tokenizers.py [--program FILE] [--models DIR] [--data DIR]
                             [--lines N]

* Hugging Face's `tokenizers` on every line of --data (qa/*.jsonl and
  parallel/*.txt; $FOOTNOTE_EVAL_DATA), for each tokenizer-* of --models
  ($FOOTNOTE_MODELS; tools/models pull tokenizer-qwen2_5 ...). --lines: only so
  many, evenly spread.
* llama.cpp's test vectors in --models/llama-vocabularies.

What is not there is skipped by name. Ends with 1 where an id differs.
"""

import argparse
import glob
import json
import os
import subprocess
import sys

TYPES_WITHOUT_BPE = ("bert-bge",)


def lines_of(folder, limit):
  seen = {}
  for path in sorted(glob.glob(folder + "/parallel/*.txt") +
                     glob.glob(folder + "/qa/*.jsonl")):
    with open(path, encoding="utf-8", newline="\n") as file:
      for line in file.read().split("\n"):
        seen[line] = None
        if not path.endswith(".jsonl") or not line:
          continue
        for value in json.loads(line).values():
          if isinstance(value, str):
            seen.update(dict.fromkeys(value.split("\n")))
  lines = [line for line in seen if line]
  return lines[::max(1, len(lines) // limit)] if limit else lines


def ours(program, path, lines):
  done = subprocess.run([program, "model", "tokenize", path, "--json"],
                        input="".join(line + "\n" for line in lines),
                        stdout=subprocess.PIPE, text=True, encoding="utf-8",
                        check=True)
  return [json.loads(line) for line in done.stdout.splitlines()]


def compare_hugging_face(arguments):
  try:
    import tokenizers  # pylint: disable=import-outside-toplevel
  except ImportError:
    print("skipped: no Python package tokenizers")
    return 0
  if not arguments.data:
    print("skipped: no --data")
    return 0
  lines = lines_of(arguments.data, arguments.lines)
  differ = 0
  for folder in sorted(glob.glob(arguments.models + "/tokenizer-*")):
    peer = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
    want = [peer.encode(line, add_special_tokens=False).ids for line in lines]
    got = ours(arguments.program, folder, lines)
    same = sum(a == b for a, b in zip(want, got))
    print(f"{os.path.basename(folder)}: {same} of {len(lines)} lines equal")
    differ += len(lines) - same
  return differ


def compare_vectors(arguments):
  """One line of a vector's text at a time where it has but one."""
  differ = 0
  separator = "\n__ggml_vocab_test__\n"
  for path in sorted(glob.glob(arguments.models +
                               "/llama-vocabularies/*.gguf")):
    name = os.path.basename(path)[len("ggml-vocab-"):-len(".gguf")]
    if not os.path.exists(path + ".inp"):
      continue
    if name in TYPES_WITHOUT_BPE:
      print(f"{name}: skipped, no tokenizer of a language model")
      continue
    with open(path + ".inp", encoding="utf-8", newline="") as file:
      texts = file.read().split(separator)
    with open(path + ".out", encoding="utf-8") as file:
      wants = [[int(i) for i in line.split()] for line in file.read().split("\n")]
    pairs = [(t, w) for t, w in zip(texts, wants) if t and "\n" not in t]
    got = ours(arguments.program, path, [text for text, _ in pairs])
    same = sum(g == w for g, (_, w) in zip(got, pairs))
    print(f"{name}: {same} of {len(pairs)} vectors equal")
    differ += len(pairs) - same
  return differ


def main():
  parser = argparse.ArgumentParser(description=__doc__,
                                   formatter_class=argparse.RawTextHelpFormatter)
  parser.add_argument("--program", default="tools/footnote")
  parser.add_argument("--models", default=os.environ.get(
      "FOOTNOTE_MODELS", "third_party/.cache/models"))
  parser.add_argument("--data", default=os.environ.get("FOOTNOTE_EVAL_DATA"))
  parser.add_argument("--lines", type=int, default=0)
  arguments = parser.parse_args()
  differ = compare_hugging_face(arguments) + compare_vectors(arguments)
  return 1 if differ else 0


if __name__ == "__main__":
  sys.exit(main())
