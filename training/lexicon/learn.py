#!/usr/bin/env python3
"""Learns the lexicon: what a word of 22 languages may be in English.

  training/lexicon/learn.py --work FOLDER [--languages zh,vi] [--out FILE]

Pairs of texts come from the message catalogues and the other texts of the
encoder's packages (../encoder/packages.tsv) and, asked for, from dictionaries
(packages.tsv; share-alike licences). Both sides are
analysed by the program's own analyser (//retriever/translation:terms), so that
the lexicon speaks of index terms. IBM's model 1 is trained both ways: p(e|x),
how likely the word x is e, and p(x|e). A pair's likelihood is
  p(e|x)^.3 p(x|e)^.15, less where it was seen less than once in expectation,
which was chosen among ten such forms by how often the translated question alone
finds its paragraph. The three best of a word are kept, and of each language the
words that were seen most and most clearly.

Vietnamese writes its words as syllables. Two that stand in underthesea's list of
words are one word, and are not learnt as syllables beside.

Deterministic: what is left out is left out by a hash. FOLDER keeps packages,
pairs and each language's table; what is there is not made again. Needs numpy
and the encoder's requirements.
"""

import argparse
import collections
import glob
import hashlib
import lzma
import os
import pickle
import re
import struct
import subprocess
import sys
import zipfile

import numpy as np

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "training", "encoder"))
import extract  # noqa: E402
import fetch  # noqa: E402

import dictionaries  # noqa: E402

# As numbered in text/language.h.
NUMBERS = {"ar": 1, "cs": 2, "de": 3, "el": 4, "es": 6, "fa": 7, "fr": 8,
           "he": 9, "hi": 10, "id": 11, "it": 12, "ja": 13, "ko": 14, "nl": 15,
           "pl": 16, "pt": 17, "ro": 18, "ru": 19, "tr": 20, "uk": 21,
           "vi": 22, "zh": 23}
TERM = re.compile(r"\d:([0-9a-f]{16}):([^:]*?)(?= \d:[0-9a-f]{16}:|$)")

MOST_WORDS = 130000  # pairs of dictionaries, the shortest first
MOST_MESSAGES = 600000
LONGEST_GLOSS = 3
LONGEST_MESSAGE = 50  # English words
MOST_TERMS = (30, 60)  # of a pair's sides
ROUNDS = 5
UNSEEN = 0.3  # what each word keeps for what it was not seen with
NULL = 0.5
TRANSLATIONS = 3
LEAST, LEAST_SHARE = 0.25, 0.5
WORDS = 32000  # of a language
ENGLISH_TERMS = 60000
HASH_BITS = 26
VIETNAMESE_WORDS = "underthesea/corpus/data/Viet74K.txt"


def say(text):
    print("lexicon:", text, file=sys.stderr, flush=True)


def gather(work, with_dictionaries):
    """Writes FOLDER/pairs/NAME: lines of language, English, text. Returns the
    files of the encoder's packages."""
    folder = os.path.join(work, "pairs")
    packages = os.path.join(work, "packages")
    os.makedirs(folder, exist_ok=True)
    extract.TONGUES = sorted(NUMBERS)

    def write(name, pairs):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return
        with open(path + ".part", "w", encoding="utf-8") as out:
            for pair in pairs():
                if not re.search(r"[\t\n\r]", pair[1] + pair[2]):
                    out.write("\t".join(pair) + "\n")
        os.rename(path + ".part", path)

    texts = files = fetch.fetch(packages, say)
    for (registry, name), path in sorted(files.items()):
        if registry == "debian":
            write(name, lambda p=path: extract.catalogues(p))
    unpacked = os.path.join(work, "unpacked")
    for name, pairs in extract.others(files, unpacked):
        if name == "freedict":
            continue  # with the other dictionaries, or not at all
        write("+" + name, lambda p=pairs: p)
    if not with_dictionaries:
        return texts
    fetch.HERE = HERE
    files = fetch.fetch(packages, say)
    for (registry, _), path in sorted(files.items()):
        if registry == "debian":
            subprocess.run(["dpkg-deb", "-x", path, unpacked], check=True)
    share = os.path.join(unpacked, "usr/share/")
    write("=dictionaries", lambda: dictionaries.words(files, share))
    return texts


def by_hash(pair):
    return hashlib.md5("\t".join(pair).encode()).digest()


def pairs_of(work, language):
    """The pairs of one language that are learnt from."""
    words, messages = [], set()
    for path in sorted(glob.glob(os.path.join(work, "pairs", "*"))):
        is_dictionary = os.path.basename(path).startswith("=")
        for line in open(path, encoding="utf-8"):
            if not line.startswith(language + "\t"):
                continue
            pair = tuple(line.rstrip("\n").split("\t")[1:])
            length = len(pair[0].split())
            if is_dictionary and length <= LONGEST_GLOSS:
                words.append(pair)
            elif not is_dictionary and length <= LONGEST_MESSAGE:
                messages.add(pair)
    words.sort(key=lambda p: (len(p[0].split()) + len(p[1].split()),
                              len(p[0]) + len(p[1])))
    messages = sorted(messages, key=by_hash)
    return words[:MOST_WORDS] + messages[:MOST_MESSAGES]


def terms(tool, language, texts):
    lines = "".join(f"{language}\t{text}\n" for text in texts)
    out = subprocess.run([tool], input=lines, capture_output=True, text=True,
                         check=True).stdout.split("\n")[:-1]
    return [list(dict.fromkeys(TERM.findall(line))) for line in out]


def compounds(files):
    """The pairs of syllables that are Vietnamese words."""
    with zipfile.ZipFile(files["pip", "underthesea"]) as file:
        words = file.read(VIETNAMESE_WORDS).decode().splitlines()
    return [w for w in words if w == w.lower() and len(w.split()) == 2]


def join(line, words):
    """The terms of a Vietnamese text, its compounds in their syllables' place."""
    pairs, within, last = [], set(), None
    for key, spelt in line:
        if " " not in spelt or key not in words:
            continue
        syllables = spelt.split(" ")
        if syllables[0] != last:
            pairs.append((key, spelt))
            within.update(syllables)
            last = syllables[1]
    return pairs + [t for t in line if " " not in t[1] and t[1] not in within]


class Links:
    """Every English term of a pair with every other of it."""

    def __init__(self, english, other):
        self.english, self.other = {}, {}
        rows = ([], [], [])
        for i, (a, b) in enumerate(zip(english, other)):
            if not a or not b or len(a) > MOST_TERMS[0] \
                    or len(b) > MOST_TERMS[1]:
                continue
            a = [self.english.setdefault(t, len(self.english)) for t in a]
            b = [self.other.setdefault(t, len(self.other)) for t in b]
            for e in a:
                rows[0].extend([e] * len(b))
                rows[1].extend(b)
                rows[2].extend([i] * len(b))
        self.e, self.x, self.pair = (np.array(r, np.int64) for r in rows)
        kinds, self.kind = np.unique(self.e * len(self.other) + self.x,
                                     return_inverse=True)
        self.kind_e = kinds // len(self.other)
        self.kind_x = kinds % len(self.other)

    def likelihoods(self, to_english):
        """p(e|x) or p(x|e) and the expected count of each kind of link."""
        source, given = self.kind_x, len(self.other)
        target, size = self.e, len(self.english)
        if not to_english:
            source, given = self.kind_e, len(self.english)
            target, size = self.x, len(self.other)
        places, place = np.unique(self.pair * np.int64(size) + target,
                                  return_inverse=True)
        of_place = places % size
        null = np.bincount(of_place, minlength=size) / len(places)
        likely = 1 / np.bincount(source, minlength=given)[source]
        for _ in range(ROUNDS):
            weight = likely[self.kind]
            whole = np.bincount(place, weight, len(places))
            whole += NULL * null[of_place]
            count = np.bincount(self.kind, weight / whole[place], len(likely))
            of_source = np.bincount(source, count, given)
            likely = count / (of_source[source] + UNSEEN)
        return likely, count


def learn(work, files, tool, language):
    """{key: ([(likelihood, English term)], how often it was seen)}"""
    kept = os.path.join(work, language + ".pickle")
    if os.path.exists(kept):
        with open(kept, "rb") as file:
            return pickle.load(file)
    pairs = pairs_of(work, language)
    other = terms(tool, language, [p[1] for p in pairs])
    if language == "vi":
        words = {key for line in terms(tool, "vi", compounds(files))
                 for key, spelt in line if " " in spelt}
        other = [join(line, words) for line in other]
    links = Links(terms(tool, "en", [p[0] for p in pairs]), other)
    there, there_count = links.likelihoods(to_english=True)
    back, back_count = links.likelihoods(to_english=False)
    seen = np.minimum(there_count, back_count)
    score = 1.25 * there ** .3 * back ** .15 * np.minimum(1, (seen + .3) ** .3)
    english = [term for _, term in links.english]
    table = {}
    order = np.lexsort((-score, links.kind_x))
    begins = np.searchsorted(links.kind_x[order],
                             np.arange(len(links.other) + 1))
    for (key, spelt), begin, end in zip(links.other, begins, begins[1:]):
        best = order[begin:min(end, begin + TRANSLATIONS)]
        best = [(min(1.0, float(score[i])), english[links.kind_e[i]])
                for i in best if score[i] >= LEAST
                and score[i] >= LEAST_SHARE * score[best[0]]]
        # What is itself in English is found without a lexicon.
        if best and [e for _, e in best] != [spelt]:
            table[key] = (best, float(seen[order[begin:end]].sum()))
    words = sorted(table, key=lambda k: (
        -table[k][0][0][0] * np.log1p(2 * table[k][1]), k))[:WORDS]
    table = {k: table[k] for k in words}
    with open(kept + ".part", "wb") as file:
        pickle.dump(table, file)
    os.rename(kept + ".part", kept)
    say(f"{language}: {len(pairs)} pairs, {len(table)} words")
    return table


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def write(tables, path):
    """The form that retriever/translation/lexicon.h gives."""
    count = collections.Counter(
        term for table in tables.values() for best, _ in table.values()
        for _, term in best)
    kept = sorted(count, key=lambda t: (-count[t], t))[:ENGLISH_TERMS]
    kept = sorted((t for t in kept if "\n" not in t), key=str.encode)
    number = {term: i for i, term in enumerate(kept)}
    listed = "".join(term + "\n" for term in kept).encode()
    out = [b"FNLEXIC1", struct.pack("<II", len(kept), len(listed)), listed,
           struct.pack("<I", len(tables))]
    for language in sorted(tables, key=NUMBERS.get):
        by_place = {}
        for key, (best, seen) in tables[language].items():
            best = [(w, number[t]) for w, t in best if t in number]
            place = int(key, 16) >> (64 - HASH_BITS)
            if best and seen > by_place.get(place, (None, -1))[1]:
                by_place[place] = (best, seen)
        rows, last = [], 0
        for place in sorted(by_place):
            best = by_place[place][0]
            rows.append(varint(place - last) + bytes([len(best)]))
            rows += [struct.pack("<HB", t, round(255 * w)) for w, t in best]
            last = place
        body = b"".join(rows)
        out += [struct.pack("<BII", NUMBERS[language], len(by_place),
                            len(body)), body]
    with lzma.open(path, "wb", preset=9 | lzma.PRESET_EXTREME) as file:
        file.write(b"".join(out))
    say(f"{path}: {sum(map(len, out))} bytes, {len(kept)} English terms")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", required=True)
    parser.add_argument("--languages", default=",".join(sorted(NUMBERS)))
    parser.add_argument("--with-dictionaries", action="store_true",
                        help="GPL and CC BY-SA: not for the file in the tree")
    parser.add_argument("--terms", default=os.path.join(
        ROOT, "bazel-bin/retriever/translation/terms"))
    parser.add_argument("--out", default=os.path.join(
        ROOT, "retriever/translation/data/lexicon.bin.xz"))
    args = parser.parse_args()
    files = gather(args.work, args.with_dictionaries)
    write({language: learn(args.work, files, args.terms, language)
           for language in args.languages.split(",")}, args.out)


if __name__ == "__main__":
    main()
