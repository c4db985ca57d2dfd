"""Where Debian keeps the headers of pango, cairo and what they include."""

PANGO_COPTS = [
    "-I/usr/include/cairo",
    "-I/usr/include/freetype2",
    "-I/usr/include/glib-2.0",
    "-I/usr/include/harfbuzz",
    "-I/usr/include/pango-1.0",
]
