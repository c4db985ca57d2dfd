"""Pieces: a vocabulary for each new language, and how a text is cut.

The 15 languages that USE speaks are cut by USE's own SentencePiece model. Each
new language ("tongue") has pieces of its own, a unigram model of its words in
lower case, weighted by how often people use them. A word of a tongue's text is
cut into the likeliest row of the tongue's pieces and USE's, where a piece of
USE costs PENALTY more: a name that USE knows stays USE's. Vietnamese writes the
syllables of a word apart: words of two to four syllables are pieces of it too.

model/encoder/tongues.h does the same in C++; tests/model holds both to one
golden file.
"""

import gzip
import math
import re
import unicodedata

import msgpack
import sentencepiece

TONGUES = ("cs", "el", "fa", "he", "hi", "ro", "uk", "vi")
SIZES = {"cs": 10500, "el": 10000, "fa": 9000, "he": 14500, "hi": 8500,
         "ro": 9500, "uk": 11500, "vi": 5500}
PENALTY = 3.0
# Words with blanks inside that get pieces, and the most words in one.
COMPOUNDS = {"vi": 5500}
LONGEST = 4
# How much likelier a compound is than its parts beside each other.
BONUS = 2.0
MET = 4
# Letters that are found in a tongue's text and hardly in one of the others'.
TRIGGERS = {
    "cs": "ěščřžůňťďý",
    "el": "".join(map(chr, range(0x370, 0x400))),
    "fa": "پچژگکی",
    "he": "".join(map(chr, range(0x5d0, 0x5eb))),
    "hi": "".join(map(chr, range(0x900, 0x980))),
    "ro": "ășțţş",
    "uk": "іїєґ",
    "vi": "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịĩọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹũ",
}
# One letter for another of as many bytes, beside lower case.
FOLDS = {"ς": "σ", "ţ": "ț", "ş": "ș", "ي": "ی", "ك": "ک", "ى": "ی",
         "ά": "α", "έ": "ε", "ή": "η", "ί": "ι", "ό": "ο", "ύ": "υ",
         "ώ": "ω", "ϊ": "ι", "ϋ": "υ", "ΐ": "ι", "ΰ": "υ",
         "’": "'", "ʼ": "'"}
BLANK = "\u2581"


def fold_letter(c):
    """The letter that the tongues' pieces are written with."""
    low = c.lower()
    if len(low) != 1 or len(low.encode()) != len(c.encode()):
        low = c
    other = FOLDS.get(low, low)
    return other if len(other.encode()) == len(c.encode()) else low


_FOLD = {}


def fold(text):
    """`text` with each letter folded; as many bytes as before."""
    out = []
    for c in text:
        f = _FOLD.get(c)
        if f is None:
            f = _FOLD[c] = fold_letter(c)
        out.append(f)
    return "".join(out)


def word_frequencies(path):
    """{word: share} of one of wordfreq's lists."""
    with gzip.open(path) as file:
        bins = msgpack.load(file, raw=False)[1:]
    return {w: 10 ** (-centibels / 100)
            for centibels, words in enumerate(bins) for w in words}


def train_pieces(tongue, shares, texts, prefix):
    """[(piece, log probability)]: a unigram model of the words of a tongue.

    `shares` are wordfreq's; the words of `texts` count for a fifth of all.
    """
    normal = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
    counts = {}
    for text in texts:
        for w in normal.findall(fold(text)):
            counts[w] = counts.get(w, 0) + 1
    total = sum(counts.values()) or 1
    merged = {w: 2e7 * .25 * c / total for w, c in counts.items() if c > 1}
    for w, share in shares.items():
        w = fold(unicodedata.normalize("NFKC", w))
        if not re.search(r"\d", w):
            merged[w] = merged.get(w, 0) + 2e7 * share
    with open(prefix + ".tsv", "w") as out:
        for w, c in sorted(merged.items(), key=lambda p: -p[1])[:60000]:
            if c >= 2:
                out.write(f"{w}\t{int(c)}\n")
    sentencepiece.SentencePieceTrainer.train(
        input=prefix + ".tsv", input_format="tsv", model_prefix=prefix,
        vocab_size=SIZES[tongue] + 3, model_type="unigram",
        character_coverage=.9999, normalization_rule_name="identity",
        max_sentence_length=20000, num_threads=1, seed_sentencepiece_size=40000,
        hard_vocab_limit=False, minloglevel=1)
    sp = sentencepiece.SentencePieceProcessor(model_file=prefix + ".model")
    return [(sp.id_to_piece(i), sp.get_score(i))
            for i in range(3, sp.get_piece_size())]


def compounds(words, pieces, texts, common, most):
    """[(piece, log probability)] of the `most` compounds of a list of words:
    those found most in `texts`, MET times at least, and of the others those
    of the highest share of all words, `common`."""
    wanted = {}
    for w in words:
        parts = fold(unicodedata.normalize("NFKC", w)).split()
        if 2 <= len(parts) <= LONGEST and w == w.lower() and \
                all(p.isalpha() for p in parts):
            wanted.setdefault(tuple(parts), w)
    counts = dict.fromkeys(wanted, 0)
    for text in texts:
        parts = re.findall(r"\w+|[^\w\s]", fold(text))
        i = 0
        while i < len(parts):
            for k in range(LONGEST, 1, -1):
                key = tuple(parts[i:i + k])
                if key in counts:
                    counts[key] += 1
                    i += k - 1
                    break
            i += 1
    worth = {k: c if c >= MET else common.get(wanted[k], 0)
             for k, c in counts.items()}
    score = dict(pieces)
    low = min(score.values()) - 4
    out = []
    for key in sorted(worth, key=lambda k: (-worth[k], k))[:most]:
        out.append(("".join(BLANK + p for p in key), BONUS + sum(
            score.get(BLANK + p, low) for p in key)))
    return out


class Cutter:
    """Cuts texts into rows of one table: USE's, and after them the tongues'.

    `tongues` is {tongue: [(piece, score)]}; row numbers go on in that order.
    """

    def __init__(self, use_model, tongues, penalty=PENALTY):
        self.sp = sentencepiece.SentencePieceProcessor(model_file=use_model)
        n = self.sp.get_piece_size()
        self.use = {}
        low = 0.0
        for i in range(3, n):
            score = self.sp.get_score(i)
            low = min(low, score)
            self.use[self.sp.id_to_piece(i)] = (score - penalty, i)
        self.unknown = low - 10.0 - penalty
        self.first = {}
        self.tongue = {}
        at = 128010
        for name, pieces in tongues.items():
            self.first[name] = at
            self.tongue[name] = {p: (s, at + i)
                                 for i, (p, s) in enumerate(pieces)}
            at += len(pieces)
        self.rows = at
        self.cache = {name: {} for name in tongues}
        # First words of compounds.
        self.starts = {name: {p[:p.index(BLANK, 1)] for p, _ in pieces
                              if BLANK in p[1:]}
                       for name, pieces in tongues.items()}

    def word(self, tongue, word):
        """(score, rows) of one word that begins with U+2581."""
        cache = self.cache[tongue]
        found = cache.get(word)
        if found is not None:
            return found
        own, use = self.tongue[tongue], self.use
        folded = fold(word)
        n = len(word)
        best = [(-math.inf, 0, 0)] * (n + 1)
        best[0] = (0.0, 0, 0)
        for i in range(n):
            base = best[i][0]
            for j in range(i + 1, min(n, i + 24) + 1):
                # A tongue's piece hides USE's of the same letters.
                hit = own.get(folded[i:j]) or use.get(word[i:j])
                if hit is None:
                    if j > i + 1:
                        continue
                    hit = (self.unknown, 0)
                if base + hit[0] > best[j][0]:
                    best[j] = (base + hit[0], hit[1], i)
        rows, at = [], n
        while at > 0:
            rows.append(best[at][1])
            at = best[at][2]
        found = cache[word] = (best[n][0], rows[::-1])
        return found

    def normal(self, text):
        return self.sp.normalize(text)

    def line(self, tongue, text):
        """(score, rows) of `text`: each word by itself or in a compound."""
        words = [BLANK + w for w in self.normal(text).split(BLANK) if w]
        starts, own = self.starts[tongue], self.tongue[tongue]
        if not starts:
            cut = [self.word(tongue, w) for w in words]
            return sum(s for s, _ in cut), [r for _, c in cut for r in c]
        folded = [fold(w) for w in words]
        n = len(words)
        best = [(-math.inf, (), 0)] * (n + 1)
        best[0] = (0.0, (), 0)
        for i in range(n):
            base = best[i][0]
            score, rows = self.word(tongue, words[i])
            if base + score > best[i + 1][0]:
                best[i + 1] = (base + score, rows, i)
            if folded[i] not in starts:
                continue
            for j in range(i + 2, min(n, i + LONGEST) + 1):
                hit = own.get("".join(folded[i:j]))
                if hit and base + hit[0] > best[j][0]:
                    best[j] = (base + hit[0], (hit[1],), i)
        parts, at = [], n
        while at > 0:
            parts.append(best[at][1])
            at = best[at][2]
        return best[n][0], [r for p in reversed(parts) for r in p]

    def cut_as(self, tongue, text):
        """Rows of `text`, which is known to be of `tongue`."""
        return [1] + (self.line(tongue, text)[1] or [0]) + [2]

    def cut_use(self, text):
        return [1] + (self.sp.encode(text) or [0]) + [2]

    def use_score(self, ids):
        return sum(self.unknown + PENALTY if i == 0 else self.sp.get_score(i)
                   for i in ids)

    def tongue_of(self, text):
        """The tongue whose pieces fit `text` best, or None for USE's."""
        ids = self.sp.encode(text)
        best, tongue = self.use_score(ids), None
        lower = text.lower()
        for name in self.tongue:
            if not any(c in TRIGGER_SETS[name] for c in lower):
                continue
            score = self.line(name, text)[0]
            if score > best:
                best, tongue = score, name
        return tongue

    def cut(self, text):
        """(tongue or None, rows), as the encoder does it."""
        tongue = self.tongue_of(text)
        if tongue is None:
            return None, self.cut_use(text)
        return tongue, self.cut_as(tongue, text)


TRIGGER_SETS = {k: frozenset(v) for k, v in TRIGGERS.items()}
