"""Small good files of every format that can be ingested, and bad ones of each.

samples(), monsters(), scans() and scanned_monsters() give (name, bytes). Nothing
is read but libzstd, which every Debian has; scans() runs pdftoppm (poppler-utils).
"""

import bz2
import ctypes
import ctypes.util
import gzip
import io
import json
import lzma
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib

WORDS = ("The lighthouse of Eddystone was built in 1759 by John Smeaton. "
         "Der Leuchtturm ist 31 Meter hoch. Маяк стоит на скале. "
         "灯台は海を照らす。 المنارة على الصخرة. ")
CORE = ("<cp:coreProperties xmlns:cp='c' xmlns:dc='d'><dc:title>Lights"
        "</dc:title></cp:coreProperties>")


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(parts):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in parts:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zstd(data):
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    library.ZSTD_compressBound.restype = ctypes.c_size_t
    library.ZSTD_compress.restype = ctypes.c_size_t
    room = library.ZSTD_compressBound(ctypes.c_size_t(len(data)))
    out = ctypes.create_string_buffer(room)
    size = library.ZSTD_compress(out, ctypes.c_size_t(room), data,
                                 ctypes.c_size_t(len(data)), 3)
    return out.raw[:size]


def pdf(pages, size=10, image=None):
    """Lines of text on pages; or `image`, (width, height, JPEG), on each."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"",
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    if image is not None:
        objects.append(
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace"
            b"/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length %d>>\n"
            b"stream\n%s\nendstream" % (image[0], image[1], len(image[2]),
                                       image[2]))
    for lines in pages:
        content = b"BT\n" + b"".join(
            b"/F %d Tf 1 0 0 1 72 %d Tm (%s) Tj\n" % (
                size, 700 - 14 * size // 10 * i, line)
            for i, line in enumerate(lines)) + b"ET"
        if image is not None:
            content = b"600 0 0 800 0 0 cm /I Do"
        kids.append(b"%d 0 R" % (len(objects) + 1))
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]"
                       b"/Resources<</Font<</F 3 0 R>>%s>>/Contents %d 0 R>>" %
                       (b"" if image is None else b"/XObject<</I 4 0 R>>",
                        len(objects) + 2))
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" %
                       (len(content), content))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids),
                                                         len(kids))
    out = bytearray(b"%PDF-1.4\n")
    table = bytearray(b"0000000000 65535 f \n")
    for i, body in enumerate(objects):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (i + 1, body)
    return bytes(out) + (b"xref\n0 %d\n%strailer\n<</Root 1 0 R/Size %d>>\n"
                  b"startxref\n%d\n%%%%EOF\n" % (
                      len(objects) + 1, table, len(objects) + 1, len(out)))


def opendocument(kind, body):
    space = ("xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
             "xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0' "
             "xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' "
             "xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0' "
             "xmlns:presentation="
             "'urn:oasis:names:tc:opendocument:xmlns:presentation:1.0'")
    return zipped([
        ("mimetype", "application/vnd.oasis.opendocument." + kind),
        ("content.xml", f"<office:document-content {space}><office:body>{body}"
                        "</office:body></office:document-content>"),
        ("meta.xml", f"<office:document-meta {space}/>")])


def mail(text):
    return ("From: =?utf-8?q?Ann_L=C3=A9e?= <ann@example.org>\n"
            "Date: Wed, 1 May 2024 10:02:03 +0200\nSubject: Lights\n"
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=X\n\n"
            "--X\nContent-Type: text/plain; charset=utf-8\n\n" + text +
            "\n--X\nContent-Type: text/html; name=a.html\n"
            "Content-Disposition: attachment; filename=a.html\n\n"
            "<p>Attached.</p>\n--X--\n").encode()


def samples():
    paragraphs = [WORDS + f"Paragraph {i}." for i in range(30)]
    text = "\n\n".join(paragraphs)
    html = ("<!DOCTYPE html><html lang=en><title>Lights</title><h1 id=l>Lights"
            "</h1>" + "".join(f"<p>{p}</p>" for p in paragraphs) +
            "<table><tr><th>Name<th>Year</tr><tr><td>Eddystone<td>1759</tr>"
            "</table></html>").encode()
    rows = [["Name", "Year", "Height"]] + [
        [f"Tower {i}", str(1700 + i), f"{i} m"] for i in range(60)]
    csv = "\n".join(",".join(row) for row in rows).encode()
    document = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>"
                       for p in paragraphs)
    cells = "".join(
        "<row r='%d'>%s</row>" % (r + 1, "".join(
            f"<c r='{'ABC'[c]}{r + 1}' t='str'><v>{v}</v></c>"
            for c, v in enumerate(row))) for r, row in enumerate(rows))
    odf_text = "".join(f"<text:p>{p}</text:p>" for p in paragraphs)
    odf_rows = "".join("<table:table-row>" + "".join(
        f"<table:table-cell><text:p>{v}</text:p></table:table-cell>"
        for v in row) + "</table:table-row>" for row in rows)
    parts = [("a.txt", text.encode()), ("b/c.html", html), ("d.csv", csv)]
    yield "plain.txt", text.encode()
    yield "cyrillic.txt", ("Маяк стоит на скале и светит. " * 40).encode(
        "windows-1251")
    yield "notes.md", ("# Lights\n\n" + text + "\n\n* one\n  * two\n\n"
                       "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n"
                       "[link](http://x) **strong**\n").encode()
    yield "page.html", html
    yield "help.page", (
        "<page xmlns='http://projectmallard.org/1.0/' id='x'><title>Lights"
        "</title>" + "".join(f"<p>{p}</p>" for p in paragraphs) +
        "</page>").encode()
    yield "book.xml", (
        "<?xml version='1.0'?><book><title>Lights</title><sect1 id='s'><title>"
        "S</title>" + "".join(f"<para>{p}</para>" for p in paragraphs) +
        "</sect1></book>").encode()
    yield "lines.jsonl", "\n".join(
        json.dumps({"id": i, "text": p, "n": {"a": [1, 2]}})
        for i, p in enumerate(paragraphs)).encode()
    yield "table.csv", csv
    yield "table.tsv", csv.replace(b",", b"\t")
    yield "tower.py", b"".join(
        b"def tower_%d(height):\n    return height * %d  # metres\n\n" % (i, i)
        for i in range(60))
    yield "lights.pdf", pdf([[b"Line %d of the page %d." % (i, page)
                              for i in range(30)] for page in range(4)])
    yield "table.pdf", pdf([[b"%-12d%-12d%-12d" % (i, 1700 + i, page)
                             for i in range(30)] for page in range(4)])
    yield "letter.rtf", (b"{\\rtf1\\ansi{\\info{\\title Lights}}" + b"".join(
        b"{\\b Tower %d} is \\u1084?\\'e4 high.\\par " % i
        for i in range(60)) + b"}")
    yield "letter.docx", zipped([
        ("word/document.xml",
         f"<w:document xmlns:w='w'><w:body>{document}</w:body></w:document>"),
        ("docProps/core.xml", CORE)])
    yield "slides.pptx", zipped([
        ("ppt/presentation.xml",
         "<p:presentation xmlns:p='p' xmlns:r='r'><p:sldIdLst>"
         "<p:sldId r:id='r1'/></p:sldIdLst></p:presentation>"),
        ("ppt/_rels/presentation.xml.rels",
         "<R><R Id='r1' Target='slides/slide1.xml'/></R>"),
        ("ppt/slides/slide1.xml",
         "<p:sld xmlns:p='p' xmlns:a='a'><p:cSld><p:spTree><p:sp><p:txBody>" +
         "".join(f"<a:p><a:r><a:t>{p}</a:t></a:r></a:p>" for p in paragraphs) +
         "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>")])
    yield "sheet.xlsx", zipped([
        ("xl/workbook.xml", "<workbook xmlns:r='r'><sheets><sheet name='L' "
                            "r:id='r1'/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels",
         "<R><R Id='r1' Target='worksheets/s.xml'/></R>"),
        ("xl/worksheets/s.xml",
         f"<w><sheetData>{cells}</sheetData></w>")])
    yield "letter.odt", opendocument(
        "text", f"<office:text>{odf_text}</office:text>")
    yield "slides.odp", opendocument(
        "presentation", "<office:presentation><draw:page draw:name='p1'>"
        f"<draw:frame><draw:text-box>{odf_text}</draw:text-box></draw:frame>"
        "</draw:page></office:presentation>")
    yield "sheet.ods", opendocument(
        "spreadsheet", "<office:spreadsheet><table:table table:name='L'>"
        f"{odf_rows}</table:table></office:spreadsheet>")
    yield "book.epub", zipped([
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml",
         "<container><rootfiles><rootfile full-path='O/c.opf'/></rootfiles>"
         "</container>"),
        ("O/c.opf",
         "<package><metadata><title>Lights</title></metadata><manifest>"
         "<item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>"
         "</manifest><spine><itemref idref='a'/></spine></package>"),
        ("O/a.xhtml", html)])
    yield "letter.eml", mail(text)
    yield "box.mbox", b"".join(
        b"From a Wed May  1 10:02:03 2024\n" + mail(WORDS) + b"\n"
        for _ in range(8))
    yield "some.zip", zipped(parts)
    yield "some.tar", tarred(parts)
    yield "some.tar.gz", gzip.compress(tarred(parts))
    yield "some.tar.zst", zstd(tarred(parts))
    yield "some.tar.xz", lzma.compress(tarred(parts))
    yield "plain.txt.bz2", bz2.compress(text.encode())
    yield "page.html.zst", zstd(html)


def scans():
    """Pages of text as pictures, which are read with --ocr alone."""
    page = [b"The lighthouse of Eddystone", b"was built in 1759",
            b"by John Smeaton."]
    with tempfile.TemporaryDirectory() as folder:
        drawn = folder + "/page"
        with open(drawn + ".pdf", "wb") as file:
            file.write(pdf([page], size=28))
        for kind, ending in [("png", "png"), ("jpeg", "jpg"), ("tiff", "tif")]:
            subprocess.run(["pdftoppm", "-singlefile", "-r", "100", "-" + kind,
                            drawn + ".pdf", drawn], check=True)
            with open(f"{drawn}.{ending}", "rb") as file:
                data = file.read()
            yield "scan." + ending, data
            if kind == "jpeg":
                # 600 by 800 points of 100 to the inch.
                yield "scan.pdf", pdf([[], []], image=(834, 1112, data))


def png(width, height):
    """White, one bit a pixel."""
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data +
                struct.pack(">I", zlib.crc32(name + data)))
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    pack = zlib.compressobj(9)
    rows = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0,
                                       0)) +
            chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def tiff(pages, loop):
    """Pages of 8 by 8 pixels; the last leads to the first again, or nowhere."""
    out = bytearray(b"II*\0" + struct.pack("<I", 16) + bytes(8))
    for page in range(pages):
        here = len(out)
        entries = [(256, 8), (257, 8), (258, 1), (259, 1), (262, 1), (273, 8),
                   (277, 1), (278, 8), (279, 8)]
        after = here + 2 + 12 * len(entries) + 4
        last = 16 if loop else 0
        out += struct.pack("<H", len(entries)) + b"".join(
            struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        out += struct.pack("<I", after if page + 1 < pages else last)
    return bytes(out)


def scanned_monsters():
    """Pictures that are too large or too many."""
    yield "wide.png", png(60000, 60000)
    yield "tall.png", png(8, 2000000)
    yield "pages.tif", tiff(100000, loop=False)
    yield "loop.tif", tiff(3, loop=True)
    yield "scans.pdf", pdf([[]] * 3000, image=(834, 1112, b"\xff\xd8\xff"))


def nested(wrap, data, times):
    for _ in range(times):
        data = wrap(data)
    return data


def monsters():
    """Bombs, and files that are too deep, too long or too many."""
    zeros = bytes(300 << 20)
    million = 10 ** 6
    yield "zeros.zip", zipped([("zeros.txt", zeros)])
    yield "zeros.gz", gzip.compress(zeros)
    yield "zeros.zst", zstd(zeros)
    yield "zeros.tar.zst", zstd(tarred([("zeros.txt", zeros)]))
    yield "spaces.docx", zipped([("word/document.xml", b" " * (200 << 20))])
    yield "spaces.odt", opendocument("text", " " * (200 << 20))
    yield "spaces.epub", zipped([("mimetype", "application/epub+zip"),
                                 ("META-INF/container.xml",
                                  b" " * (200 << 20))])
    yield "deep.xml", b"<?xml version='1.0'?><book>" + b"<sect1>" * 100000
    yield "lol.xml", (
        b"<?xml version='1.0'?><!DOCTYPE book [<!ENTITY a 'lol'>" +
        b"".join(b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 10)
                 for i in range(12)) + b"]><book><para>&m;</para></book>")
    yield "outside.xml", (
        b"<?xml version='1.0'?><!DOCTYPE book [<!ENTITY a SYSTEM "
        b"'file:///etc/passwd'>]><book><para>&a;</para></book>")
    yield "deep.html", b"<!DOCTYPE html>" + b"<div>" * million + b"x"
    yield "fonts.html", b"<!DOCTYPE html>" + b"<b><p>x" * 20000
    yield "attributes.html", (b"<!DOCTYPE html><p " + b"".join(
        b"a%d=1 " % i for i in range(200000)) + b">x")
    yield "brackets.md", b"# a\n\n**b**\n\n" + b"[" * 200000
    yield "quotes.md", b"# a\n\n**b**\n\n" + b">" * 200000 + b" x"
    yield "stars.md", b"# a\n\n**b**\n\n" + b"*a_ " * 200000
    yield "lists.md", b"# a\n\n**b**\n\n" + b"".join(
        b" " * i + b"* x\n" for i in range(3000))
    yield "deep.jsonl", b'{"text":"a","b":' + b"[" * million + b"}"
    yield "wide.csv", b"a,b\n" + b"1," * (5 * million)
    yield "quote.csv", b'a,b\n1,2\n3,4\n"' + b"x,\n" * (2 * million)
    yield "line.txt", b"word " * (20 << 20)
    yield "line.py", b"x = " + b"1 + " * (20 << 20)
    yield "deep.rtf", b"{\\rtf1 " + b"{" * million + b"a" + b"}" * million
    yield "long.rtf", b"{\\rtf1 " + b"word \\par " * (8 << 20) + b"}"
    yield "parts.eml", (
        b"From: a@b.c\nDate: x\nMIME-Version: 1.0\n" + b"".join(
            b"Content-Type: multipart/mixed; boundary=B%d\n\n--B%d\n" % (i, i)
            for i in range(20000)) + b"\ntext\n")
    yield "messages.eml", nested(
        lambda inner: b"From: a@b.c\nDate: x\nMIME-Version: 1.0\nContent-Type:"
        b" message/rfc822\n\n" + inner, mail("x"), 1000)
    yield "headers.eml", b"From: a@b.c\nDate: x\n" + b"".join(
        b"X-%d: y\n" % i for i in range(million)) + b"\ntext\n"
    yield "many.mbox", (b"From a Wed May  1 10:02:03 2024\nFrom: a\nDate: b\n"
                        b"\nOne.\n\n") * 120000
    yield "many.tar", tarred(("%d.txt" % i, b"") for i in range(120000))
    yield "many.zip", zipped(("%d.txt" % i, b"") for i in range(120000))
    yield "deep.tar", nested(lambda inner: tarred([("a.tar", inner)]),
                             tarred([("a.txt", b"text")]), 30)
    yield "deep.gz", nested(gzip.compress, b"text", 30)
    yield "deep.zst", nested(zstd, b"text", 30)
    yield "mail.zip", nested(
        lambda inner: zipped([("a.eml", mail("x")), ("a.zip", inner)]),
        zipped([("a.txt", b"text")]), 6)
    yield "rows.ods", opendocument(
        "spreadsheet", "<office:spreadsheet><table:table table:name='L'>"
        "<table:table-row table:number-rows-repeated='1000000000'>"
        "<table:table-cell table:number-columns-repeated='1000000000'><text:p>"
        "x</text:p></table:table-cell></table:table-row></table:table>"
        "</office:spreadsheet>")
    yield "pages.pdf", pdf([[b"x"]] * 100001)
    yield "objects.inv", (
        b"# Sphinx inventory version 2\n# Project: Lights\n# Version: 1\n# The "
        b"remainder of this file is compressed using zlib.\n" +
        gzip.compress(WORDS.encode() * 100))
    yield "empty", b""
