// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page as it looks, for character recognition.
#ifndef FOOTNOTE_INDEXER_PARSERS_PDF_PDF_PICTURE_H_
#define FOOTNOTE_INDEXER_PARSERS_PDF_PDF_PICTURE_H_

#include <poppler/PDFDoc.h>

#include "indexer/parsers/pdf/pdf_output.h"

namespace footnote {

// Writes page `number`, from 1, as a line "I DPI" and a grey image as PGM has
// it, or refuses it: where there is no such page ("damaged"), where it has no
// size, and where it is too large for its words to be recognised ("large").
void WritePicture(PDFDoc* document, int number, Output* out);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PDF_PDF_PICTURE_H_
