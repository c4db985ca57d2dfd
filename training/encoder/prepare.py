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
MOST_TOKENS = {"he": 1300000, "vi": 1600000, "uk": 700000, "cs": 700000}
LEAST_TOKENS = 1000000
# A text is taken when a fifth of its pieces were learnt less often.
OFTEN = {"he": 250, "vi": 250}
LEAST_OFTEN = 50
# Words of a tongue to learn by themselves.
MOST_WORDS = {"he": 22000, "vi": 26000}
LEAST_WORDS = 9000
# Pages whose paragraphs follow each other, and passages made of them.
PAGES = ("+libreoffice-help", "+gnome-docs", "+gimp-help", "+handbook",
         "+installation-guide")
PASSAGES = 1200
PASSAGE_TOKENS = 220
# Sources of words and of prose, which are taken first.
WORDS = ("+freedict", "+cldr", "+rowordnet", "+places")
PROSE = ("+tanakh", "wesnoth", "stellarium", "gcompris", "kstars")
# As many aligned texts as outweigh the second teacher's word for a piece.
EVIDENCE = 6.0
TAUGHT = 12
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
        if is_held_out(e):
            if words >= 6 and len(held) < 800:
                held.append((e, x))
            continue
        rank = 2.0 if source in WORDS else \
            1.5 if source[0] == "+" or source.startswith(PROSE) else \
            min(words, 12) / 8 + rng.random() * .3
        learn.append((rank, e, x, words))
    learn.sort(key=lambda r: -r[0])
    return learn[:MOST_TEXTS], held


def is_held_out(english):
    key = re.sub(r"\W+", " ", english.lower()).encode()
    return zlib.crc32(key) % 1000 < HELD_OUT


def passages(pairs, rng):
    """[(English, text)]: three to eight paragraphs of a page in a row."""
    out, now, last = [], [], None
    for e, x, source in pairs:
        if source not in PAGES:
            continue
        if source != last or len(now) == 8:
            if len(now) > 2:
                out.append(now)
            now, last = [], source
        if not is_held_out(e):
            now.append((e, x))
    rng.shuffle(out)
    return [tuple(". ".join(side) for side in zip(*p[:rng.randint(3, 8)]))
            for p in out[:PASSAGES]]


def select(texts, words, first, rng, most, often):
    """Numbers of texts in which no piece is over-learnt: long ones first."""
    seen = collections.Counter()
    picked, tokens = [], 0
    order = sorted(range(len(texts)),
                   key=lambda i: rng.random() * 14 - min(words[i], 18))
    for i in order:
        own = [r for r in texts[i].tolist() if r >= first]
        if not own or tokens > most:
            continue
        rare = sum(seen[r] < often for r in own) / len(own)
        if rare > .2 or rng.random() < .1:
            picked.append(i)
            tokens += len(texts[i])
            seen.update(own)
    return picked


class Dictionary:
    """English words near a tongue's words, by the second teacher."""

    def __init__(self, teacher, words, cutter, table, weights, nearest=8):
        self.teacher, self.nearest, self.words = teacher, nearest, words
        cut = [cutter.cut_use(w) for w in words]
        self.vectors = teacher.encode(words)
        self.rows = np.stack([table[c[1:-1]].mean(0) for c in cut])
        self.use = network.encode(weights, *_tensors(table), cut)

    def common(self, words, shares):
        """{word: the share of the English word that is nearest to it}."""
        s, hubs = self.likeness(words)
        nearest = (s - .5 * hubs).argmax(1)
        return {w: shares[self.words[i]] for w, i in zip(words, nearest)}

    def likeness(self, words):
        """Cosines with the English words, and how near each of those is to
        everything."""
        s = self.teacher.encode(words) @ self.vectors.T
        return s, np.sort(s[::4], 0)[-10:].mean(0)

    def translate(self, words):
        """(rows, USE vectors) of `words`, means over their nearest ones. What
        is near to everything counts less."""
        s, common = self.likeness(words)
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
            shares, compounds, known, path, say):
    """Writes the file `path` of one tongue. `known` are USE's vectors of
    English texts, shared by the tongues."""
    rng = random.Random(zlib.crc32(tongue.encode()))
    long = passages(pairs, rng)
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
    words = [spelling.get(w, w).replace(P.BLANK, " ") for w in words]
    further = list(compounds) + [
        w for w in sorted(shares, key=lambda w: -shares[w]) if w.isalpha()]
    words = list(dict.fromkeys(words + further))[
        :max(len(words), MOST_WORDS.get(tongue, LEAST_WORDS))]
    met = collections.Counter(w for _, _, x, _ in learn
                              for w in set(P.fold(x).split()))
    rows, targets = dictionary.translate(words)
    other = np.zeros_like(vectors)
    for w, row in zip(words, rows):
        hit = cutter.tongue[tongue].get(
            P.BLANK + P.fold(w).replace(" ", P.BLANK))
        if hit:
            other[hit[1] - first] = row
    # A word that the aligned texts teach needs no second teacher.
    taught = []
    for w in words:
        hit = cutter.tongue[tongue].get(
            P.BLANK + P.fold(w).replace(" ", P.BLANK))
        taught.append(max(met[P.fold(w)], seen[hit[1] - first] if hit else 0)
                      >= TAUGHT)
    words = [w for w, known in zip(words, taught) if not known]
    targets = targets[~np.array(taught)]
    share = (seen / (seen + EVIDENCE))[:, None]
    share = np.where((other != 0).any(1, keepdims=True), share, 1.0)
    vectors = (share * vectors + (1 - share) * other).astype(np.float32)
    empty = ~(vectors != 0).any(1)
    vectors[empty] = vectors[~empty].mean(0)

    picked = select(texts, [r[3] for r in learn], first, rng,
                    MOST_TOKENS.get(tongue, LEAST_TOKENS),
                    OFTEN.get(tongue, LEAST_OFTEN))
    new = {learn[i][1]: english[i] for i in picked if learn[i][1] not in known}
    known.update(zip(new, network.encode(
        weights, *_tensors(table), list(new.values())).astype(np.float16)))
    values = np.stack([known[learn[i][1]] for i in picked])
    whole = network.encode(weights, *_tensors(table), [
        np.array(cutter.cut_use(e)[:2 * PASSAGE_TOKENS]) for e, _ in long])
    result = {
        "texts": [texts[i] for i in picked] + [
            np.array(cutter.cut_as(tongue, w), np.int32) for w in words] + [
            np.array(cutter.cut_as(tongue, x)[:PASSAGE_TOKENS], np.int32)
            for _, x in long],
        "targets": np.concatenate([values, targets, whole]).astype(np.float16),
        "rows": vectors, "held": held, "pairs": len(pairs),
    }
    with open(path + ".part", "wb") as out:
        pickle.dump(result, out)
    os.rename(path + ".part", path)
    say(f"{tongue}: {len(pairs)} pairs, {len(picked)} texts, "
        f"{len(words)} words and {len(long)} passages to learn, {int((seen > 0).sum())} of {count} "
        f"pieces in aligned texts, {int(empty.sum())} nowhere")
