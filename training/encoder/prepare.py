"""From pairs to what an expert learns from: pieces, first rows, texts.

For each tongue a file TONGUE.ready: texts (rows), targets (USE's vectors of the
English sides), the first vectors of its rows, and held-out pairs. English
strings whose CRC-32 is below 12 of 1,000 are held out, in all tongues alike.
"""

import collections
import os
import pickle
import random
import re
import unicodedata
import zipfile
import zlib

import numpy as np

import network
import pieces as P
import start

HELD_OUT = 12
MOST_TEXTS = 170000
MOST_TOKENS = 420000
# Sources of words and of prose, which are taken first.
WORDS = ("+freedict", "+cldr", "+rowordnet")
PROSE = ("wesnoth", "stellarium", "gcompris", "kstars")
# As many aligned texts as outweigh the second teacher's word for a piece.
EVIDENCE = 6.0
LARGE = ("cs", "he", "uk")


def read_pairs(folder):
    """{tongue: [(English, text, source)]}, each pair once."""
    found = {t: {} for t in P.TONGUES}
    odd = re.compile(r"https?:|/\w+/|\w_\w|--\w|[{}|<>\\]")
    variable = re.compile(r"%\S*[sdifu]|%\d")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".tsv"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for line in file:
                parts = line.rstrip("\n").split("\t")
                if len(parts) != 3 or parts[0] not in found:
                    continue
                tongue, e, x = parts
                e, x = variable.sub("", e), variable.sub("", x)
                if odd.search(e):
                    continue
                key = tuple(re.sub(r"\W+", " ", s.lower()).strip()
                            for s in (e, x))
                if all(key):
                    found[tongue].setdefault(key, (e, x, name[:-4]))
    return {t: list(v.values()) for t, v in found.items()}


def frequencies(wheel, tongue, folder):
    """Where wordfreq's list of `tongue` lies, unpacked from its wheel."""
    size = "large" if tongue in LARGE or tongue == "en" else "small"
    name = f"wordfreq/data/{size}_{tongue}.msgpack.gz"
    path = os.path.join(folder, os.path.basename(name))
    if not os.path.exists(path):
        with zipfile.ZipFile(wheel) as file, open(path + ".part", "wb") as out:
            out.write(file.read(name))
        os.rename(path + ".part", path)
    return P.word_frequencies(path)


def split(pairs, rng):
    """(texts to learn from, held-out pairs) of one tongue."""
    learn, held = [], []
    rng.shuffle(pairs)
    for e, x, source in pairs:
        words = len(e.split())
        key = re.sub(r"\W+", " ", e.lower()).encode()
        if zlib.crc32(key) % 1000 < HELD_OUT:
            if words >= 6 and len(held) < 800:
                held.append((e, x))
            continue
        rank = 2.0 if source in WORDS else \
            1.5 if source[0] == "+" or source.startswith(PROSE) else \
            min(words, 12) / 8 + rng.random() * .3
        learn.append((rank, e, x, words))
    learn.sort(key=lambda r: -r[0])
    return learn[:MOST_TEXTS], held


def select(texts, words, first, rng):
    """Numbers of texts in which no piece is over-learnt: long ones first."""
    seen = collections.Counter()
    picked, tokens = [], 0
    order = sorted(range(len(texts)),
                   key=lambda i: rng.random() * 14 - min(words[i], 18))
    for i in order:
        own = [r for r in texts[i].tolist() if r >= first]
        if not own or tokens > MOST_TOKENS:
            continue
        rare = sum(seen[r] < 25 for r in own) / len(own)
        if rare > .2 or rng.random() < .03:
            picked.append(i)
            tokens += len(texts[i])
            seen.update(own)
    return picked


class Dictionary:
    """English words near a tongue's words, by the second teacher."""

    def __init__(self, teacher, words, cutter, table, weights, nearest=8):
        self.teacher, self.nearest = teacher, nearest
        cut = [cutter.cut_use(w) for w in words]
        self.vectors = teacher.encode(words)
        self.rows = np.stack([table[c[1:-1]].mean(0) for c in cut])
        self.use = network.encode(weights, *_tensors(table), cut)

    def translate(self, words):
        """(rows, USE vectors) of `words`, means over their nearest ones. What
        is near to everything counts less."""
        s = self.teacher.encode(words) @ self.vectors.T
        common = np.sort(s[::4], 0)[-10:].mean(0)
        rows = np.empty((len(words), self.rows.shape[1]), np.float32)
        use = np.empty_like(rows)
        for a in range(0, len(words), 2000):
            q = s[a:a + 2000] - .5 * common
            j = np.argpartition(-q, self.nearest)[:, :self.nearest]
            v = np.take_along_axis(q, j, 1)
            p = np.exp((v - v.max(1, keepdims=True)) / .012)
            p /= p.sum(1, keepdims=True)
            rows[a:a + 2000] = np.einsum("ij,ijk->ik", p, self.rows[j])
            use[a:a + 2000] = np.einsum("ij,ijk->ik", p, self.use[j])
        return rows, use / np.linalg.norm(use, axis=1, keepdims=True)


def _tensors(table):
    import torch
    return (torch.from_numpy(table),)


def prepare(tongue, pairs, cutter, tongues, table, weights, dictionary,
            shares, path, say):
    """Writes the file `path` of one tongue."""
    rng = random.Random(zlib.crc32(tongue.encode()))
    learn, held = split(pairs, rng)
    texts = [np.array(cutter.cut_as(tongue, x)[:128], np.int32)
             for _, _, x, _ in learn]
    english = [np.array(cutter.cut_use(e)[:160], np.int32)
               for _, e, _, _ in learn]
    first, count = cutter.first[tongue], len(tongues[tongue])
    vectors, seen = start.associate(texts, english, first, count, table)

    # Pieces that are words, as people spell them.
    spelling = {}
    for w in sorted(shares, key=lambda w: -shares[w]):
        spelling.setdefault(P.fold(unicodedata.normalize("NFKC", w)), w)
    words = [p[1:] for p, _ in tongues[tongue]
             if p[0] == P.BLANK and len(p) > 2]
    words = [spelling.get(w, w) for w in words]
    rows, targets = dictionary.translate(words)
    other = np.zeros_like(vectors)
    for w, row in zip(words, rows):
        hit = cutter.tongue[tongue].get(P.BLANK + P.fold(w))
        if hit:
            other[hit[1] - first] = row
    share = (seen / (seen + EVIDENCE))[:, None]
    share = np.where((other != 0).any(1, keepdims=True), share, 1.0)
    vectors = (share * vectors + (1 - share) * other).astype(np.float32)
    empty = ~(vectors != 0).any(1)
    vectors[empty] = vectors[~empty].mean(0)

    picked = select(texts, [r[3] for r in learn], first, rng)
    numbers = {}
    for i in picked:
        numbers.setdefault(learn[i][1], (len(numbers), i))
    values = network.encode(weights, *_tensors(table),
                            [english[i] for _, i in numbers.values()])
    values = values.astype(np.float16)[[numbers[learn[i][1]][0]
                                        for i in picked]]
    result = {
        "texts": [texts[i] for i in picked] + [
            np.array(cutter.cut_as(tongue, w), np.int32) for w in words],
        "targets": np.concatenate([values, targets.astype(np.float16)]),
        "rows": vectors, "held": held, "pairs": len(pairs),
    }
    with open(path + ".part", "wb") as out:
        pickle.dump(result, out)
    os.rename(path + ".part", path)
    say(f"{tongue}: {len(pairs)} pairs, {len(picked)} texts and "
        f"{len(words)} words to learn, {int((seen > 0).sum())} of {count} "
        f"pieces in aligned texts, {int(empty.sum())} nowhere")
