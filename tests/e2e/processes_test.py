#!/usr/bin/python3
"""The rooms as separate processes, driven over gRPC from another language."""

import hashlib
import os
import pathlib
import queue
import signal
import subprocess
import sys
import threading
import unittest
import zipfile

RUNFILES = pathlib.Path(os.environ.get("TEST_SRCDIR", ".")) / "footnote"
sys.path.insert(0, str(RUNFILES / "tests/python"))
STUBS = pathlib.Path(os.environ["TEST_TMPDIR"]) / "stubs"
zipfile.ZipFile(RUNFILES / "tests/e2e/stubs.zip").extractall(STUBS)
sys.path.insert(0, str(STUBS))

# pylint: disable=wrong-import-position
import bazel_unittest
import grpc
from proto.footnote.v1 import answers_pb2
from proto.footnote.v1 import answers_pb2_grpc
from proto.footnote.v1 import audit_pb2
from proto.footnote.v1 import audit_pb2_grpc
from proto.footnote.v1 import generator_pb2
from proto.footnote.v1 import generator_pb2_grpc
from proto.footnote.v1 import indexer_pb2
from proto.footnote.v1 import indexer_pb2_grpc
from proto.footnote.v1 import retriever_pb2
from proto.footnote.v1 import retriever_pb2_grpc
from proto.footnote.v1 import types_pb2
from third_party.googleapis.google.rpc import error_details_pb2
from third_party.googleapis.google.rpc import status_pb2

PROGRAM = RUNFILES / "gateway/footnote"
WAIT_S = 60
COLLECTION = "library"
DOCUMENTS = {
    "bridges/en.txt": "The bridge over the river was opened in 1932. It is "
                      "1,149 metres long and carries eight lanes of traffic.",
    "bridges/de.txt": "Die Brücke über den Fluss wurde 1932 eröffnet. Sie ist "
                      "1.149 Meter lang; größere Schiffe fahren darunter durch.",
    "tea/ja.txt": "緑茶は七十度のお湯でいれます。紅茶は沸騰したお湯でいれます。",
}


class Process:
  """One `footnote serve …`, from its first line to its end."""

  def __init__(self, *arguments):
    self.log = tempfile_path(f"{arguments[0]}.log").open("ab")
    self.process = subprocess.Popen(
        [PROGRAM, "serve", *arguments, "--encoder", "none"],
        stdout=subprocess.PIPE, stderr=self.log, text=True)
    lines = queue.Queue()
    threading.Thread(target=lambda: lines.put(self.process.stdout.readline()),
                     daemon=True).start()
    line = lines.get(timeout=WAIT_S)
    if not line.startswith("listening on "):
      raise RuntimeError(f"serve {arguments}: said {line!r}: "
                         + tempfile_path(f"{arguments[0]}.log").read_text())
    self.address = line.removeprefix("listening on ").split()[0]

  def stop(self, how=signal.SIGTERM):
    if self.process.poll() is None:
      self.process.send_signal(how)
    code = self.process.wait(timeout=WAIT_S)
    self.process.stdout.close()
    self.log.close()
    return code


def tempfile_path(name):
  return pathlib.Path(os.environ["TEST_TMPDIR"]) / name


class House:
  """Five processes over one store."""

  def __init__(self):
    store = ["--store", str(tempfile_path("store"))]
    here = ["--listen", "127.0.0.1:0"]
    self.rooms = {"indexer": Process("indexer", *store, *here)}
    self.rooms["retriever"] = Process("retriever", *store, *here)
    self.rooms["generator"] = Process("generator", *here)
    self.rooms["audit"] = Process("audit", *store, *here)
    self.rooms["gateway"] = Process(
        "gateway", *here,
        *[part for room in ("indexer", "retriever", "generator", "audit")
          for part in (f"--{room}", self.rooms[room].address)])
    self.channel = grpc.insecure_channel(self.rooms["gateway"].address)
    self.answers = answers_pb2_grpc.AnswersStub(self.channel)
    self.indexer = indexer_pb2_grpc.IndexerStub(self.channel)
    self.audit = audit_pb2_grpc.AuditStub(self.channel)

  def stop(self):
    self.channel.close()
    return {room: self.rooms[room].stop()
            for room in ("gateway", "generator", "retriever", "audit",
                         "indexer")}

  def ingest(self, documents):
    def requests():
      yield indexer_pb2.IngestRequest(
          start=indexer_pb2.IngestStart(collection=COLLECTION, vectors=True))
      for name, text in documents.items():
        yield indexer_pb2.IngestRequest(
            file=indexer_pb2.IngestFile(document=name))
        # Several chunks, cut wherever it happens.
        data = text if isinstance(text, bytes) else text.encode()
        for begin in range(0, len(data), 50):
          yield indexer_pb2.IngestRequest(
              chunk=indexer_pb2.IngestChunk(data=data[begin:begin + 50]))
        yield indexer_pb2.IngestRequest(
            chunk=indexer_pb2.IngestChunk(last=True))
    responses = list(self.indexer.IngestDocuments(requests(), timeout=WAIT_S))
    results = {r.result.document: r.result
               for r in responses if r.HasField("result")}
    return results, responses[-1].summary

  def ask(self, question, **fields):
    return list(self.answers.Ask(
        answers_pb2.AskRequest(collection=COLLECTION, question=question,
                               **fields), timeout=WAIT_S))


def reason_of(error):
  """The ErrorInfo.reason of an RpcError."""
  for key, value in error.trailing_metadata():
    if key == "grpc-status-details-bin":
      for detail in status_pb2.Status.FromString(value).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
          return info.reason
  return None


class ProcessesTest(unittest.TestCase):

  @classmethod
  def setUpClass(cls):
    cls.house = House()
    cls.results, cls.summary = cls.house.ingest(DOCUMENTS)

  @classmethod
  def tearDownClass(cls):
    codes = cls.house.stop()
    if any(codes.values()):
      raise AssertionError(f"after SIGTERM the processes ended with {codes}")

  def assert_fails(self, code, reason, call, *arguments):
    with self.assertRaises(grpc.RpcError) as caught:
      answer = call(*arguments, timeout=WAIT_S)
      if hasattr(answer, "__next__"):
        list(answer)
    self.assertEqual(caught.exception.code(), code)
    self.assertEqual(reason_of(caught.exception), reason)

  def test_every_document_was_taken_in_its_own_language(self):
    self.assertEqual(self.summary.indexed + self.summary.unchanged,
                     len(DOCUMENTS))
    self.assertEqual({name: r.language for name, r in self.results.items()},
                     {"bridges/en.txt": "en", "bridges/de.txt": "de",
                      "tea/ja.txt": "ja"})

  def test_sending_the_same_again_changes_nothing(self):
    results, summary = self.house.ingest(DOCUMENTS)
    self.assertEqual({r.state for r in results.values()},
                     {indexer_pb2.FileResult.UNCHANGED})
    self.assertEqual(summary.unchanged, len(DOCUMENTS))

  def test_a_bad_file_costs_only_itself(self):
    results, summary = self.house.ingest(
        {"bad/picture.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
         "good/other.txt": "Otters sleep holding hands."})
    self.assertEqual(results["bad/picture.png"].state,
                     indexer_pb2.FileResult.FAILED)
    self.assertIn("PNG", results["bad/picture.png"].reason)
    self.assertEqual(results["good/other.txt"].state,
                     indexer_pb2.FileResult.INDEXED)
    self.assertEqual(summary.failed, 1)

  def test_an_answer_streams_in_order_and_ends_with_the_whole(self):
    stream = self.house.ask("When was the bridge opened?")
    self.assertEqual([r.sequence for r in stream],
                     list(range(1, len(stream) + 1)))
    kinds = [r.WhichOneof("message") for r in stream]
    self.assertEqual(kinds[0], "started")
    self.assertEqual(kinds[-1], "completed")
    answer = stream[-1].completed
    self.assertEqual("".join(r.delta for r in stream), answer.text)
    self.assertEqual([r.citation for r in stream if r.HasField("citation")],
                     list(answer.citations))
    self.assertEqual(stream[0].started.answer_id, answer.id)
    self.assertIn("1932", answer.text)

  def test_citations_can_be_proved_from_outside(self):
    for question in ("Wie lang ist die Brücke?", "緑茶は何度のお湯でいれますか"):
      answer = self.house.ask(question)[-1].completed
      self.assertTrue(answer.citations, question)
      for citation in answer.citations:
        self.assertEqual(citation.verdict, types_pb2.FOUND)
        for source in citation.sources:
          text = DOCUMENTS[source.source.document].rstrip() + "\n"
          data = text.encode()
          self.assertEqual(hashlib.sha256(data).digest(), source.source.sha256)
          span = source.span
          self.assertEqual(data[span.begin:span.end].decode(), source.quote)
          self.assertEqual(text[span.begin_code_point:span.end_code_point],
                           source.quote)
          self.assertEqual(hashlib.sha256(source.quote.encode()).digest(),
                           source.quote_sha256)
        span = citation.answer_span
        self.assertEqual(answer.text.encode()[span.begin:span.end].decode(),
                         answer.text[span.begin_code_point:
                                     span.end_code_point])

  def test_the_answer_is_recorded_and_verifies(self):
    answer = self.house.ask("How many lanes does the bridge carry?")[-1]
    answer = answer.completed
    again = self.house.answers.GetAnswer(
        answers_pb2.GetAnswerRequest(answer_id=answer.id), timeout=WAIT_S)
    self.assertEqual(again.SerializeToString(deterministic=True),
                     answer.SerializeToString(deterministic=True))
    check = self.house.audit.VerifyAnswer(
        audit_pb2.VerifyAnswerRequest(answer_id=answer.id), timeout=WAIT_S)
    self.assertTrue(check.verified)
    self.assertTrue(check.record_intact)

  def test_the_same_request_id_gives_the_same_answer(self):
    first = self.house.ask("How long is the bridge?", request_id="e2e-1")
    second = self.house.ask("How long is the bridge?", request_id="e2e-1")
    self.assertEqual(first[-1].completed.id, second[-1].completed.id)
    third = self.house.ask("How long is the bridge?")
    self.assertNotEqual(first[-1].completed.id, third[-1].completed.id)

  def test_it_abstains_when_nothing_says_so(self):
    answer = self.house.ask("Who painted the ceiling of the chapel?")[-1]
    self.assertNotEqual(answer.completed.abstention,
                        types_pb2.ABSTENTION_REASON_UNSPECIFIED)
    self.assertEqual(answer.completed.text, "")

  def test_search_filters_inside(self):
    found = self.house.answers.Search(
        retriever_pb2.SearchRequest(
            collection=COLLECTION, question="bridge Brücke river Fluss",
            filter=types_pb2.Filter(languages=["de"])), timeout=WAIT_S)
    self.assertEqual([p.source.document for p in found.passages],
                     ["bridges/de.txt"])

  def test_a_deleted_document_is_found_no_more(self):
    self.house.ingest({"gone.txt": "The password of the vault is swordfish."})
    question = "What is the password of the vault?"
    answer = self.house.ask(question)[-1].completed
    self.assertIn("swordfish", answer.text)
    self.house.indexer.DeleteDocument(
        indexer_pb2.DeleteDocumentRequest(collection=COLLECTION,
                                          document="gone.txt", purge=True),
        timeout=WAIT_S)
    self.assertNotIn("swordfish", self.house.ask(question)[-1].completed.text)
    check = self.house.audit.VerifyAnswer(
        audit_pb2.VerifyAnswerRequest(answer_id=answer.id), timeout=WAIT_S)
    self.assertEqual({c.verdict for c in check.citations},
                     {types_pb2.SOURCE_ERASED})
    self.assertFalse(check.verified)

  def test_errors_say_why_in_a_form_for_programs(self):
    self.assert_fails(
        grpc.StatusCode.NOT_FOUND, "COLLECTION_NOT_FOUND",
        self.house.answers.Search,
        retriever_pb2.SearchRequest(collection="nowhere", question="x"))
    self.assert_fails(
        grpc.StatusCode.NOT_FOUND, "ANSWER_NOT_FOUND",
        self.house.answers.GetAnswer,
        answers_pb2.GetAnswerRequest(answer_id="0" * 26))
    self.assert_fails(
        grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST",
        self.house.answers.Ask,
        answers_pb2.AskRequest(collection=COLLECTION, question=""))

  def test_a_message_that_cannot_be_read_is_not_taken_for_the_end(self):
    good = indexer_pb2.IngestRequest(
        file=indexer_pb2.IngestFile(document="good.txt")).SerializeToString()
    chunk = indexer_pb2.IngestRequest(
        chunk=indexer_pb2.IngestChunk(data=b"Ink dries.", last=True))
    messages = [
        indexer_pb2.IngestRequest(start=indexer_pb2.IngestStart(
            collection=COLLECTION)).SerializeToString(),
        good.replace(b"good", b"b\xff\xfed"), chunk.SerializeToString(),
        good, chunk.SerializeToString()]
    for room in ("gateway", "indexer"):
      with grpc.insecure_channel(self.house.rooms[room].address) as channel:
        ingest = channel.stream_stream(
            "/footnote.v1.Indexer/IngestDocuments")
        self.assert_fails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST",
                          ingest, iter(messages))

  def test_a_deadline_that_has_passed_ends_the_call(self):
    with self.assertRaises(grpc.RpcError) as caught:
      list(self.house.answers.Ask(
          answers_pb2.AskRequest(collection=COLLECTION, question="bridge"),
          timeout=0.000001))
    self.assertEqual(caught.exception.code(),
                     grpc.StatusCode.DEADLINE_EXCEEDED)

  def test_each_room_answers_at_its_own_door(self):
    with grpc.insecure_channel(
        self.house.rooms["retriever"].address) as channel:
      found = retriever_pb2_grpc.RetrieverStub(channel).Search(
          retriever_pb2.SearchRequest(collection=COLLECTION,
                                      question="green tea 緑茶"),
          timeout=WAIT_S)
    self.assertEqual(found.passages[0].source.document, "tea/ja.txt")
    with grpc.insecure_channel(
        self.house.rooms["generator"].address) as channel:
      writers = generator_pb2_grpc.GeneratorStub(channel).ListWriters(
          generator_pb2.ListWritersRequest(), timeout=WAIT_S)
    self.assertTrue(writers.writers[0].deterministic)

  def test_health_and_reflection_at_every_door(self):
    services = {"indexer": "Indexer", "retriever": "Retriever",
                "generator": "Generator", "audit": "Audit",
                "gateway": "Answers"}
    for room, service in services.items():
      with grpc.insecure_channel(self.house.rooms[room].address) as channel:
        # HealthCheckRequest {} to HealthCheckResponse {status: SERVING}.
        health = channel.unary_unary("/grpc.health.v1.Health/Check")
        self.assertEqual(health(b"", timeout=WAIT_S), b"\x08\x01", room)
        # ServerReflectionRequest {list_services: ""}.
        reflect = channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
        listed = b"".join(reflect(iter([b"\x3a\x00"]), timeout=WAIT_S))
        self.assertIn(f"footnote.v1.{service}".encode(), listed)


  def test_the_gateway_says_of_a_room_what_the_room_says(self):
    def health(service):
      answer = subprocess.run(
          [PROGRAM, "--server", self.house.rooms["gateway"].address, "health",
           f"footnote.v1.{service}"], check=False, timeout=WAIT_S,
          stdout=subprocess.DEVNULL)
      return answer.returncode

    def wait_for(service, code):
      for _ in range(200):
        if health(service) == code:
          return
      self.fail(f"health of {service}: want {code}")

    retriever = self.house.rooms["retriever"]
    retriever.process.send_signal(signal.SIGSTOP)
    try:
      wait_for("Retriever", 7)
      wait_for("Answers", 7)
      self.assertEqual(health("Audit"), 0)
    finally:
      retriever.process.send_signal(signal.SIGCONT)
    wait_for("Retriever", 0)
    wait_for("Answers", 0)
    self.assertIn('a room does not serve room="footnote.v1.Retriever"',
                  tempfile_path("gateway.log").read_text())


class RestartTest(unittest.TestCase):

  def test_what_was_told_is_there_after_kill_9(self):
    os.environ["TEST_TMPDIR"] = str(tempfile_path("restart"))
    os.mkdir(os.environ["TEST_TMPDIR"])
    house = House()
    house.ingest(DOCUMENTS)
    before = house.ask("When was the bridge opened?")[-1].completed
    house.channel.close()
    for process in house.rooms.values():
      process.stop(signal.SIGKILL)
    house = House()
    try:
      again = house.answers.GetAnswer(
          answers_pb2.GetAnswerRequest(answer_id=before.id), timeout=WAIT_S)
      self.assertEqual(again, before)
      after = house.ask("When was the bridge opened?")[-1].completed
      self.assertEqual(after.text, before.text)
      # Between the two stands that the first was looked at.
      self.assertEqual(after.receipt.sequence, before.receipt.sequence + 2)
    finally:
      codes = house.stop()
    self.assertEqual(set(codes.values()), {0})


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
