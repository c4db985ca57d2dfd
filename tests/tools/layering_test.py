#!/usr/bin/python3
"""Which includes tools/layering lets pass, on small trees of our own."""

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


class LayeringTest(unittest.TestCase):

  def allowed(self, path, include):
    with tempfile.TemporaryDirectory() as folder:
      file = pathlib.Path(folder) / path
      file.parent.mkdir(parents=True)
      file.write_text(f"#include {include}\n", encoding="utf-8")
      run = subprocess.run([RUNFILES / "tools/layering", folder],
                           capture_output=True, text=True, check=False)
    if run.returncode:
      self.assertIn(f"{path}:1: ", run.stdout)
    return run.returncode == 0

  def test_includes_point_down(self):
    self.assertTrue(self.allowed("indexer/a.cc", '"text/words.h"'))
    self.assertTrue(self.allowed("eval/quality/a.cc", '"indexer/a.h"'))
    self.assertFalse(self.allowed("text/a.cc", '"indexer/a.h"'))
    self.assertFalse(self.allowed("base/a.h", '"text/words.h"'))

  def test_rooms_of_one_floor_never_include_each_other(self):
    for path, header in (("retriever/a.cc", "indexer/a.h"),
                         ("model/a.cc", "text/words.h"),
                         ("storage/a.cc", "text/words.h"),
                         ("base/a.cc", "kernels/dispatch.h"),
                         ("eval/a.cc", "gateway/ask.h")):
      self.assertFalse(self.allowed(path, f'"{header}"'), path)

  def test_kernels_include_no_room(self):
    self.assertFalse(self.allowed("kernels/a.cc", '"base/file.h"'))
    self.assertTrue(self.allowed("kernels/a.cc", '"kernels/dispatch.h"'))

  def test_the_gateway_speaks_protos(self):
    self.assertTrue(self.allowed("gateway/ask.cc", '"base/status_macros.h"'))
    self.assertTrue(self.allowed("gateway/ask.cc", '"proto/footnote/v1/a.h"'))
    self.assertFalse(self.allowed("gateway/ask.cc", '"retriever/search.h"'))
    self.assertFalse(self.allowed("gateway/ask.cc", '"storage/store.h"'))

  def test_only_the_wiring_sees_the_doors_of_rooms(self):
    door = '"retriever/retriever_service.h"'
    self.assertTrue(self.allowed("gateway/rooms.cc", door))
    self.assertTrue(self.allowed("gateway/main.cc", '"indexer/cli.h"'))
    self.assertFalse(self.allowed("gateway/main.cc", '"indexer/ingest.h"'))
    self.assertFalse(self.allowed("gateway/serve.cc", door))

  def test_foreign_types_stop_at_one_room(self):
    for header, home, elsewhere in (
        ("<rocksdb/db.h>", "storage/kv.cc", "indexer/a.cc"),
        ("<faiss/IndexIVF.h>", "retriever/ann/a.cc", "retriever/search.cc"),
        ("<unicode/uchar.h>", "text/fold.cc", "indexer/a.cc"),
        ("<lexbor/html/parser.h>", "indexer/formats/html.cc", "indexer/a.cc"),
        ("<openssl/sha.h>", "base/hash.cc", "audit/ledger.cc"),
        ("<spdlog/spdlog.h>", "base/log.cc", "gateway/a.cc"),
        ("<cuda_runtime.h>", "kernels/cuda/a.cu", "kernels/a.cc"),
        ("<grpcpp/grpcpp.h>", "gateway/a.cc", "storage/a.cc"),
        ("<gtest/gtest.h>", "tests/base/a.cc", "base/a.cc")):
      self.assertTrue(self.allowed(home, header), home)
      self.assertFalse(self.allowed(elsewhere, header), elsewhere)

  def test_tests_may_include_anything(self):
    self.assertTrue(self.allowed("tests/a.cc", '"gateway/ask.h"'))
    self.assertTrue(self.allowed("tests/a.cc", "<rocksdb/db.h>"))


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
