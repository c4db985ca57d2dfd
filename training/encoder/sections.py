"""Headings and the sections under them, English and a tongue's, from pages.

A line of the result: tongue, English heading, the tongue's, English section,
the tongue's. They teach, and measure, that a few words find a passage.
"""

import glob
import os
import re
import zlib

import extract
from pieces import TONGUES

# Of 1,000 sections, as many are held out.
HELD_OUT = 100
LEAST_WORDS, MOST_BLOCKS = 15, 6
BLOCK = re.compile(
    r"<(p|li|h[1-6]|dt|dd|td|title)\b[^>]*>(.*?)"
    r"(?=<(?:p|li|h[1-6]|dt|dd|td|title|ul|ol|dl|table|div)\b|</\1>)",
    re.S | re.I)
NUMBERED = re.compile(
    r'<(p|h[1-6])[^>]* id="([^"]+)"[^>]*>(.*?)</\1>', re.S)


def blocks(text):
    """[(is a heading, text)] of a page."""
    text = re.sub(r"<(script|style|pre)\b.*?</\1>", "", text,
                  flags=re.S | re.I)
    return [(m[1][0] in "hHtT" and m[1].lower() not in ("td", "th"),
             extract.clean(m[2])) for m in BLOCK.finditer(text)]


def numbered(text):
    return {m[2]: (m[1][0] == "h", extract.clean(m[3]))
            for m in NUMBERED.finditer(text)}


def of_blocks(pairs):
    """Sections of [((is a heading, English), (…, the tongue's))]."""
    heading, body = None, []

    def made():
        if heading and sum(len(e.split()) for e, _ in body) >= LEAST_WORDS:
            yield heading[0], heading[1], ". ".join(
                e for e, _ in body), ". ".join(x for _, x in body)
    for (is_heading, e), (_, x) in pairs:
        if is_heading:
            yield from made()
            heading, body = (e, x), []
        elif e and x and len(body) < MOST_BLOCKS:
            body.append((e, x))
    yield from made()


def of_pages(english, other, pattern):
    for path in sorted(glob.glob(english + pattern, recursive=True)):
        twin = other + os.path.relpath(path, english)
        if not os.path.exists(twin):
            continue
        a, b = (blocks(extract.read(p)) for p in (path, twin))
        if len(a) == len(b):
            yield from of_blocks(zip(a, b))


def of_libreoffice(share, tongue):
    english = share + "libreoffice/help/en-US/text/"
    for path in sorted(glob.glob(english + "**/*.html", recursive=True)):
        twin = path.replace("/en-US/", f"/{tongue}/")
        if os.path.exists(twin):
            a, b = (numbered(extract.read(p)) for p in (path, twin))
            yield from of_blocks([(a[k], b[k]) for k in a if k in b])


def write(share, path):
    """Writes the file `path` from the unpacked folder usr/share/."""
    with open(path + ".part", "w", encoding="utf-8") as out:
        for tongue in TONGUES:
            found = {}
            sources = [of_libreoffice(share, tongue)]
            country = extract.COUNTRIES.get(tongue)
            for english, other, pattern in (
                    ("doc/debian-handbook/html/en-US/",
                     f"doc/debian-handbook/html/{tongue}-{country}/",
                     "**/*.html"),
                    ("gimp/2.0/help/en/", f"gimp/2.0/help/{tongue}/",
                     "**/*.html"),
                    ("doc/installation-guide-amd64/en/",
                     f"doc/installation-guide-amd64/{tongue}/", "**/*.html"),
                    ("help/C/", f"help/{tongue}/", "**/*.page")):
                if os.path.isdir(share + other):
                    sources.append(of_pages(share + english, share + other,
                                            pattern))
            for source in sources:
                for e, x, long_e, long_x in source:
                    if extract.fits(tongue, e, x):
                        found.setdefault(e, (x, long_e, long_x))
            for e, (x, long_e, long_x) in found.items():
                out.write("\t".join((tongue, e, x, long_e[:1500],
                                     long_x[:1500])) + "\n")
    os.rename(path + ".part", path)


def read(path):
    """({tongue: sections to learn from}, {tongue: sections held out})."""
    learn = {t: [] for t in TONGUES}
    held = {t: [] for t in TONGUES}
    with open(path, encoding="utf-8") as file:
        for line in file:
            tongue, *section = line.rstrip("\n").split("\t")
            where = held if zlib.crc32(
                section[0].lower().encode()) % 1000 < HELD_OUT else learn
            where[tongue].append(tuple(section))
    return learn, held
