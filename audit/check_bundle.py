#!/usr/bin/python3
"""Checks an exported bundle of answers, without any of Footnote's code.

usage: check_bundle.py BUNDLE KEY

BUNDLE is what `footnote audit export` wrote (docs/formats/bundle.md); KEY is
the log's public key, "name+hash+key", or a file with it, got some other way
than with the bundle. Prints what was asked and answered; ends with status 4
when something does not hold. Wants `cryptography` (python3-cryptography).
"""

import base64
import hashlib
import json
import os
import sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

class Wrong(Exception): pass

def want(condition, what):
  if not condition: raise Wrong(what)

def sha256(data):
  return hashlib.sha256(data).digest()

def once(pairs):
  want(len(dict(pairs)) == len(pairs), "a field is there twice")
  return dict(pairs)

def whole(digits):
  want(digits.isdigit(), f"{digits}: want a number without a sign")
  return int(digits)

def has(thing, names, numbers=()):
  """`thing` is an object of these fields: texts, lists and `numbers`."""
  want(isinstance(thing, dict) and set(thing) == set(names.split()),
       f"want an object of these fields, each once: {names}")
  for name in numbers:
    want(type(thing[name]) is int and thing[name] >= 0,
         f"{name}: want a number")

def unbase64(text):
  data = base64.b64decode(text, validate=True)
  want(base64.b64encode(data).decode() == text, "base 64 is not canonical")
  return data

# the signed checkpoint (C2SP signed-note, tlog-checkpoint)
def parse_key(text):
  """(name, hash of the key, key) of "name+hash+key"."""
  name, digest, key = text.strip().split("+", 2)
  key = unbase64(key)
  want(len(key) == 33 and key[0] == 1, "the key is not one of Ed25519")
  want(sha256(name.encode() + b"\n" + key)[:4].hex() == digest,
       "the key's hash is wrong")
  return name, bytes.fromhex(digest), key[1:]

def open_checkpoint(note, key):
  """(size, root) of a checkpoint that `key` signed."""
  name, digest, public = key
  text, signatures = note.rsplit("\n\n", 1)
  want(signatures.endswith("\n"), "the last signature is cut off")
  its_own = []
  for line in signatures[:-1].split("\n"):
    dash, signer, signature = line.split(" ")
    want(dash == "\u2014", "a signature begins with another sign")
    signature = unbase64(signature)
    if signer == name and signature[:4] == digest:
      its_own.append(signature[4:])
  want(its_own, "the checkpoint is not signed by the key")
  signer_key = Ed25519PublicKey.from_public_bytes(public)
  signer_key.verify(its_own[0], f"{text}\n".encode())
  origin, size, root = text.split("\n")[:3]
  want(origin == name, "the checkpoint is another log's")
  want(size == f"{int(size)}", "a size that is written otherwise")
  return int(size), unbase64(root)

# the Merkle tree (RFC 9162, 2.1.3.2)
def root_of(leaf, index, size, proof):
  want(index < size, "the record lies behind the log's end")
  last, digest = size - 1, leaf
  for sibling in proof:
    want(last > 0, "the proof is too long")
    if index % 2 == 1 or index == last:
      digest = sha256(b"\x01" + sibling + digest)
      while index % 2 == 0 and index != 0:
        index, last = index >> 1, last >> 1
    else:
      digest = sha256(b"\x01" + digest + sibling)
    index, last = index >> 1, last >> 1
  want(last == 0, "the proof is too short")
  return digest

def check_proof(text, record, key):
  """The sequence of a record that is in the log."""
  head, checkpoint = text.split("\n\n", 1)
  lines = head.split("\n")
  want(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("index "),
       "not a proof")
  index = int(lines[1][6:])
  want(lines[1] == f"index {index}", "an index that is written otherwise")
  size, root = open_checkpoint(checkpoint, key)
  proof = [unbase64(line) for line in lines[2:]]
  leaf = sha256(b"\x00" + record)
  want(root_of(leaf, index, size, proof) == root,
       "the record is not in the log")
  return index + 1

# the record (docs/formats/answer_record.md)
def number(data):
  return int.from_bytes(data, "little")

def parse_record(data):
  """Sequence, nonce, body, and the sections' commitments."""
  want(data[:6] == b"FNAR\x02\x01", "not the record of an answer")
  position = 44 + number(data[40:44])
  body, commitments = data[44:position], []
  for _ in range(number(data[6:8])):
    position += 2 + 4 * number(data[position:position + 2])
    commitments.append(data[position:position + 32])
    position += 36 + number(data[position + 32:position + 36])
  want(position == len(data), "the record has another length")
  return number(data[8:16]), data[24:40], body, commitments

def answer_id(sequence, nonce):
  value = sequence << 80 | int.from_bytes(nonce[:10], "big")
  digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
  return "".join(digits[value >> 5 * i & 31] for i in range(25, -1, -1))

def varint(data, position):
  value = shift = 0
  while True:
    value |= (data[position] & 127) << shift
    position, shift = position + 1, shift + 7
    if data[position - 1] < 128:
      return value, position

def fields(data):
  """A protobuf message as {field: [values]}; numbers or bytes."""
  message, position = {}, 0
  while position < len(data):
    tag, position = varint(data, position)
    if tag & 7 == 0:
      value, position = varint(data, position)
    else:
      size = {1: 8, 5: 4}.get(tag & 7)
      if size is None:
        size, position = varint(data, position)
      value, position = data[position:position + size], position + size
    message.setdefault(tag >> 3, []).append(value)
  return message

def one(message, field, default=b""):
  return message.get(field, [default])[-1]

def cut(text, span):
  """The bytes of a Span, which must name the same code points."""
  span = fields(span)
  begin, end, first, last = (one(span, field, 0) for field in range(1, 5))
  piece = text[begin:end]
  want(len(text[:begin].decode()) == first and
       len(piece.decode()) == last - first, "code points and bytes differ")
  return piece

def check_answer(answer, key, sources, used):
  has(answer, "answer_id proof record sections")
  record = unbase64(answer["record"])
  sequence, nonce, body, commitments = parse_record(record)
  want(answer["answer_id"] == answer_id(sequence, nonce), "the id is another's")
  want(check_proof(answer["proof"], record, key) == sequence,
       "the proof is of another place")
  question, text, quotes = b"", b"", {}
  for section in answer["sections"]:
    has(section, "number salt text", ["number"])
  numbers = [section["number"] for section in answer["sections"]]
  want(len(set(numbers)) == len(numbers) and
       max(numbers, default=-1) < len(commitments),
       "a section is there twice, or not the record's")
  for section in answer["sections"]:
    opened, salt = unbase64(section["text"]), unbase64(section["salt"])
    want(len(salt) == 32, "a salt has not 32 bytes")
    want(sha256(salt + opened) == commitments[section["number"]],
         "a section was changed")
    part = fields(opened)
    question, text = one(part, 2) or question, one(part, 5) or text
    for quote in map(fields, part.get(7, [])):
      quotes[one(quote, 1, 0), one(quote, 2, 0)] = one(quote, 3)
  checked = 0
  citations = fields(one(fields(body), 1)).get(6, [])
  for i, citation in enumerate(map(fields, citations)):
    for j, source in enumerate(map(fields, citation.get(2, []))):
      version, quote = fields(one(source, 1)), quotes.get((i, j))
      name = (one(version, 1).decode(), one(version, 2).decode(),
              one(version, 3, 0))
      if name not in sources:
        continue
      used.add(name)
      want(sha256(sources[name]) == one(version, 4), f"{name} was changed")
      if quote is None:
        continue
      want(cut(sources[name], one(source, 2)) == quote, f"not in {name}")
      want(not text or cut(text, one(citation, 1)) == quote,
           "a claim is not its quote")
      checked += 1
  print(f"answer {answer['answer_id']}: record {sequence} is in the log; "
        f"{checked} quotes are in their sources; "
        f"{len(commitments) - len(answer['sections'])} sections are not "
        "there: erased, or left out by who made the bundle")
  print(f"  asked {question.decode()!r}, answered {text.decode()!r}")

def main():
  if len(sys.argv) != 3: sys.exit(__doc__)
  try:
    with open(sys.argv[1], encoding="utf-8") as file:
      bundle = json.load(file, object_pairs_hook=once, parse_int=whole)
    has(bundle, "format public_key answers sources")
    want(bundle["format"] == "footnote-bundle/1", "not a bundle")
    public = sys.argv[2]
    if os.path.exists(public) or "+" not in public:
      with open(public, encoding="utf-8") as file:
        public = file.read()
    want(bundle["public_key"] == public.strip(), "another log's key")
    want(bundle["answers"], "no answers")
    key, used = parse_key(public), set()
    for source in bundle["sources"]:
      has(source, "collection document version text", ["version"])
    sources = {(s["collection"], s["document"], s["version"]):
               unbase64(s["text"]) for s in bundle["sources"]}
    want(len(sources) == len(bundle["sources"]), "a source is there twice")
    ids = [answer["answer_id"] for answer in bundle["answers"]]
    want(len(set(ids)) == len(ids), "an answer is there twice")
    for answer in bundle["answers"]:
      check_answer(answer, key, sources, used)
    # Their texts: who adds a signature to one changes nothing.
    heads = {answer["proof"].split("\n\n", 1)[1].rsplit("\n\n", 1)[0]
             for answer in bundle["answers"]}
    want(len(heads) == 1, "the answers are proved by two checkpoints")
    want(used == set(sources), "a source that no answer cites")
  except Wrong as error:
    print(f"WRONG: {error}")
    return 4
  except UnicodeDecodeError:
    print("WRONG: not UTF-8")
    return 4
  except (InvalidSignature, ValueError, LookupError, TypeError, OSError,
          AttributeError, RecursionError) as error:
    print(f"WRONG: {error!r}")
    return 4

if __name__ == "__main__":
  sys.exit(main())
