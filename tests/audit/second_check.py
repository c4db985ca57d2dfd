#!/usr/bin/python3
"""Reads a log with another implementation of its formats.

usage: second_check.py LOG BUNDLE

Takes tiles, checkpoint and key of the folder LOG and the proofs of BUNDLE with
the PyPI package aics-tlog 0.2.1 (`pip install --no-deps
--ignore-requires-python aics-tlog`, beside `cryptography`), in Python's path or
in the folder $FOOTNOTE_TLOG_PACKAGES. Ends with status 77 where there is none.
"""

import base64
import json
import os
import pathlib
import sys

sys.path[:0] = filter(None, [os.environ.get("FOOTNOTE_TLOG_PACKAGES")])
try:
  import aics_tlog
  from aics_tlog import checkpoint as checkpoints
except ImportError as error:
  print(f"no second implementation: {error}")
  sys.exit(77)


def main():
  log = pathlib.Path(sys.argv[1])
  key = aics_tlog.parse_vkey((log / "log.vkey").read_text().strip())
  note = aics_tlog.parse_note((log / "checkpoint").read_bytes())
  result = aics_tlog.verify_checkpoint(note, key)
  assert result.log_ok, result
  newest, _ = checkpoints.checkpoint_from_note(note)

  reader = aics_tlog.FileSystemTileReader(log)
  root = aics_tlog.tree_root_from_tiles(reader, newest.size)
  assert root == newest.root, "another root"
  aics_tlog.audit_tiles(reader, newest.size, newest.root, entries=False)

  bundle = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
  for answer in bundle["answers"]:
    head, signed = answer["proof"].split("\n\n", 1)
    lines = head.split("\n")
    index = int(lines[1].split(" ")[1])
    tree, _ = checkpoints.checkpoint_from_note(aics_tlog.parse_note(signed))
    leaf = aics_tlog.leaf_hash(base64.b64decode(answer["record"]))
    proof = [base64.b64decode(line) for line in lines[2:]]
    assert aics_tlog.verify_inclusion(leaf, index, tree.size, proof,
                                      tree.root), index
    if tree.size == newest.size:
      own = aics_tlog.inclusion_proof_from_tiles(reader, index, tree.size)
      assert own == proof, f"another proof of leaf {index}"

  for witness in sys.argv[3:]:
    cosigner = aics_tlog.parse_vkey(witness)
    lines = [line for line in note.signatures if line.name == cosigner.name]
    assert lines, f"no line of {cosigner.name}"
    assert aics_tlog.verify_cosignature(
        lines[0].signature, cosigner.name, cosigner.public_key, newest.origin,
        newest.size, newest.root), cosigner.name
  print(f"{newest.size} records, {len(bundle['answers'])} proofs, "
        f"{len(sys.argv) - 3} witnesses")
  return 0


if __name__ == "__main__":
  sys.exit(main())
