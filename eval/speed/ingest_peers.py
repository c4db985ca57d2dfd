#!/usr/bin/env python3
"""One peer of ingest_beside_peers, in a process of its own; see there.

  ingest_peers.py list
  ingest_peers.py txtai|haystack|llama-index --model FOLDER --threads N
                  --passage CHARACTERS

`list` prints a line for each peer: its name and the modules that this Python
lacks for it. With a peer's name, it writes one JSON object a line: the versions
of the packages, when everything is loaded and has run once; then, for each line
of standard input (`files` and `vectors`), what their ingestion took and made.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import logging
import os
import resource
import sys
import tempfile
import time

# Weights come from a folder; nothing is looked for on the network.
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1",
                  HAYSTACK_TELEMETRY_ENABLED="False")

MAX_TOKENS = 256
BATCH = 32
WARM_UP = ("<html><body><h1>Lighthouses</h1><p>The lighthouse was lit in 1859 "
           "and rebuilt in 1907. It is 31 metres high, and its keeper writes "
           "down every ship that he sees.</p></body></html>")


class Txtai:
    """Textractor, with LiteParse for PDF, and Chonkie's sentence chunker;
    Embeddings: its own BM25, texts in SQLite, vectors in Faiss."""

    packages = {"txtai": "txtai", "liteparse": "liteparse",
                "chonkie": "chonkie", "faiss-cpu": "faiss"}

    def __init__(self, options):
        import liteparse
        from txtai import Embeddings
        from txtai.pipeline import Textractor
        self.extract = Textractor(
            backend="liteparse", chunker="sentence", tokenizer="character",
            chunk_size=options.passage, chunk_overlap=0)
        # By default it looks for words in pictures too.
        self.extract.html.backend.liteparse = liteparse.LiteParse(
            output_format="markdown", ocr_enabled=False, quiet=True,
            num_workers=options.threads)
        self.embeddings = {
            False: Embeddings(keyword=True, content=True),
            True: Embeddings(path=options.model, method="meanpooling",
                             maxlength=MAX_TOKENS, encodebatch=BATCH,
                             gpu=False, hybrid=True, content=True)}

    def ingest(self, files, vectors):
        texts, read = [], 0
        for path in files:
            try:
                passages = self.extract(path)
            except Exception as error:  # One file's trouble is its own.
                print(f"{path}: {error}", file=sys.stderr)
                continue
            texts += passages
            read += bool(passages)
        self.embeddings[vectors].index(texts)
        return texts, read

    def find(self, question, vectors):
        return bool(self.embeddings[vectors].search(question, 1))


class Haystack:
    """HTMLToDocument (trafilatura) and PyPDFToDocument, the recursive splitter,
    the embedder of sentence-transformers, the store in memory."""

    packages = {"haystack-ai": "haystack", "trafilatura": "trafilatura",
                "pypdf": "pypdf", "sentence-transformers-haystack":
                "haystack_integrations.components.embedders."
                "sentence_transformers"}

    def __init__(self, options):
        from haystack_integrations.components.embedders import (
            sentence_transformers as embedders)
        self.options = options
        self.embedder = embedders.SentenceTransformersDocumentEmbedder(
            model=options.model, batch_size=BATCH, progress_bar=False,
            normalize_embeddings=True)
        self.embedder.warm_up()
        self.store = None

    def ingest(self, files, vectors):
        from haystack.components.converters import (HTMLToDocument,
                                                    PyPDFToDocument)
        from haystack.components.preprocessors import RecursiveDocumentSplitter
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack.document_stores.types import DuplicatePolicy
        documents = []
        for converter, ending in ((HTMLToDocument, ".html"),
                                  (PyPDFToDocument, ".pdf")):
            sources = [path for path in files if path.endswith(ending)]
            documents += converter(store_full_path=True).run(
                sources=sources)["documents"]
        documents = [document for document in documents if document.content]
        read = len({document.meta["file_path"] for document in documents})
        splitter = RecursiveDocumentSplitter(
            split_length=self.options.passage, split_unit="char",
            separators=["\n\n", "\n", r"(?<=[.!?]) ", " "])
        documents = splitter.run(documents=documents)["documents"]
        if vectors:
            documents = self.embedder.run(documents=documents)["documents"]
        self.store = InMemoryDocumentStore(shared=False)
        self.store.write_documents(documents, DuplicatePolicy.OVERWRITE)
        return [document.content for document in documents], read

    def find(self, question, vectors):
        found = self.store.bm25_retrieval(question, top_k=1)
        if found and vectors:
            row = self.store.filter_documents()[0].embedding
            found = self.store.embedding_retrieval(row, top_k=1)
        return bool(found)


class LlamaIndex:
    """SimpleDirectoryReader with HTMLTagReader (Beautiful Soup) and PDFReader
    (pypdf), SentenceSplitter; BM25Retriever (bm25s), and VectorStoreIndex."""

    packages = {"llama-index-core": "llama_index.core",
                "llama-index-readers-file": "llama_index.readers.file",
                "llama-index-retrievers-bm25": "llama_index.retrievers.bm25",
                "llama-index-embeddings-huggingface":
                "llama_index.embeddings.huggingface",
                "beautifulsoup4": "bs4", "pypdf": "pypdf"}

    def __init__(self, options):
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        self.options = options
        self.embedding = HuggingFaceEmbedding(
            options.model, max_length=MAX_TOKENS, embed_batch_size=BATCH,
            device="cpu")
        self.words = self.index = None

    def ingest(self, files, vectors):
        from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.readers.file import HTMLTagReader, PDFReader
        from llama_index.retrievers.bm25 import BM25Retriever
        reader = SimpleDirectoryReader(
            input_files=files, file_extractor={
                ".html": HTMLTagReader(tag="body"),
                ".pdf": PDFReader(return_full_document=True)})
        documents = [document for document in reader.load_data(
            num_workers=self.options.threads) if document.text]
        read = len({document.metadata["file_path"] for document in documents})
        for document in documents:
            # Else the file's name is counted and encoded with every passage.
            keys = list(document.metadata)
            document.excluded_embed_metadata_keys = keys
            document.excluded_llm_metadata_keys = keys
        nodes = SentenceSplitter(
            chunk_size=self.options.passage, chunk_overlap=0,
            tokenizer=list).get_nodes_from_documents(documents)
        self.words = BM25Retriever(nodes=nodes, similarity_top_k=1)
        if vectors:
            self.index = VectorStoreIndex(nodes, embed_model=self.embedding)
        return [node.text for node in nodes], read

    def find(self, question, vectors):
        found = self.words.retrieve(question)
        if found and vectors:
            found = self.index.as_retriever(similarity_top_k=1).retrieve(
                question)
        return bool(found)


PEERS = {"txtai": Txtai, "haystack": Haystack, "llama-index": LlamaIndex}


def missing(peer):
    """The modules that `peer` needs and this Python lacks."""
    lacking = []
    for module in ["torch", "sentence_transformers", *peer.packages.values()]:
        try:
            if importlib.util.find_spec(module) is None:
                lacking.append(module)
        except ModuleNotFoundError:
            lacking.append(module)
    return lacking


def write_model(source, target):
    """The weights of tools/models in the form and the floats of 32 bits that
    sentence-transformers and Transformers read."""
    from safetensors.torch import load_file, save_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    bert = os.path.join(target, "bert")
    os.mkdir(bert)
    for name in ("config.json", "tokenizer.json"):
        os.symlink(os.path.join(os.path.abspath(source), name),
                   os.path.join(bert, name))
    weights = load_file(os.path.join(source, "model.safetensors"))
    save_file({name: values.float() if values.is_floating_point() else values
               for name, values in weights.items()},
              os.path.join(bert, "model.safetensors"), {"format": "pt"})
    with open(os.path.join(bert, "tokenizer_config.json"), "w") as file:
        file.write('{"tokenizer_class": "BertTokenizerFast"}')
    whole = os.path.join(target, "whole")
    SentenceTransformer(modules=[
        modules.Transformer(bert, max_seq_length=MAX_TOKENS),
        modules.Pooling(384, pooling_mode="mean"),
    ], device="cpu").save(whole)
    return whole


def count_tokens(texts, model):
    """Tokens that the encoder sees of the texts, markers and all."""
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return sum(len(encoded.ids) for encoded in tokenizer.encode_batch(texts))


def processor_seconds():
    """Of this process and the children that it waited for."""
    return sum(used.ru_utime + used.ru_stime for used in
               map(resource.getrusage,
                   (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def serve(name, options, answers):
    """Answers the lines of standard input until it ends."""
    import torch
    torch.set_num_threads(options.threads)
    logging.disable(logging.WARNING)
    source = options.model
    with tempfile.TemporaryDirectory() as folder:
        options.model = write_model(source, folder)
        peer = PEERS[name](options)
        page = os.path.join(folder, "page.html")
        with open(page, "w", encoding="utf-8") as file:
            file.write(WARM_UP)
        for vectors in (False, True):
            peer.ingest([page], vectors)
        versions = {package: importlib.metadata.version(package)
                    for package in ["torch", *PEERS[name].packages]}
        print(json.dumps(versions), file=answers, flush=True)
        for line in sys.stdin:
            wanted = json.loads(line)
            used, begin = processor_seconds(), time.perf_counter()
            texts, read = peer.ingest(wanted["files"], wanted["vectors"])
            seconds = time.perf_counter() - begin
            used = processor_seconds() - used
            if not peer.find("How is a package installed?", wanted["vectors"]):
                sys.exit(f"{name}: finds nothing in what it took in")
            print(json.dumps({
                "seconds": seconds, "processor": used, "files": read,
                "passages": len(texts),
                "characters": sum(map(len, texts)),
                "bytes": sum(len(text.encode("utf-8", "replace"))
                             for text in texts),
                "tokens": count_tokens(texts, source)
                if wanted["vectors"] else 0}), file=answers, flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["list", *PEERS])
    parser.add_argument("--model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--passage", type=int, default=900)
    options = parser.parse_args()
    if options.name == "list":
        for name, peer in PEERS.items():
            print(name, *missing(peer))
        return
    # What the packages print goes to standard error.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        serve(options.name, options, answers)


if __name__ == "__main__":
    main()
