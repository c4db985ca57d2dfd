#!/usr/bin/env python3
"""Asks a running server for the passages of every question; prints requests.

  footnote --store DIR --collection qa ingest CONTEXTS.jsonl
  footnote --store DIR serve --listen 127.0.0.1:8920
  training/answers/requests.py --data DIR --server 127.0.0.1:8920 > R.jsonl
  training/answers/requests.py --data DIR --contexts > CONTEXTS.jsonl

The second form prints every context of DIR (a folder of the evaluation form)
as one document each, ready for ingest. The first prints one GenerateRequest
in JSON per question, in the order of the languages' codes and of their files.
Needs grpcio and grpcio-tools; run it from the repository's root.
"""

import argparse
import glob
import importlib
import json
import os
import sys
import tempfile

PASSAGES = 8


def lines(data, kind):
    for name in sorted(glob.glob(os.path.join(data, "qa", "*." + kind))):
        with open(name, encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)


def print_contexts(data):
    for context in lines(data, "contexts.jsonl"):
        print(json.dumps({
            "id": context["lang"] + "/" + context["context_id"],
            "title": context.get("title") or "",
            "text": context["text"]}, ensure_ascii=False))


def load_stubs():
    from grpc_tools import protoc
    folder = tempfile.mkdtemp()
    protos = glob.glob("proto/footnote/v1/*.proto")
    if protoc.main(["protoc", "-I.", "--python_out=" + folder,
                    "--grpc_python_out=" + folder] + protos) != 0:
        sys.exit("requests.py: protoc failed")
    sys.path.insert(0, folder)
    return (importlib.import_module("proto.footnote.v1.retriever_pb2"),
            importlib.import_module("proto.footnote.v1.generator_pb2"),
            importlib.import_module("proto.footnote.v1.answers_pb2_grpc"))


def print_requests(data, server, collection):
    import grpc
    from google.protobuf import json_format
    retriever, generator, answers = load_stubs()
    stub = answers.AnswersStub(grpc.insecure_channel(
        server, [("grpc.max_receive_message_length", 64 << 20)]))
    for question in lines(data, "questions.jsonl"):
        found = stub.Search(retriever.SearchRequest(
            collection=collection, question=question["question"],
            top_k=PASSAGES))
        request = generator.GenerateRequest(
            question=question["question"], language=found.language,
            passages=found.passages, vector=found.vector)
        print(json.dumps(json_format.MessageToDict(request),
                         ensure_ascii=False))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("FOOTNOTE_EVAL_DATA"))
    parser.add_argument("--server")
    parser.add_argument("--collection", default="qa")
    parser.add_argument("--contexts", action="store_true")
    args = parser.parse_args()
    if args.contexts:
        print_contexts(args.data)
    elif args.server:
        print_requests(args.data, args.server, args.collection)
    else:
        parser.error("want --server or --contexts")


if __name__ == "__main__":
    main()
