// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which words are read from the right: Hebrew and Arabic ones.
#ifndef FOOTNOTE_INDEXER_PARSERS_PDF_RIGHT_TO_LEFT_H_
#define FOOTNOTE_INDEXER_PARSERS_PDF_RIGHT_TO_LEFT_H_

#include <poppler/CharTypes.h>

#include <vector>

namespace footnote {

bool IsRightToLeft(Unicode c);

// Several letters that are read from the right, with marks and signs at most.
bool IsOnlyRightToLeft(const std::vector<Unicode>& letters);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PDF_RIGHT_TO_LEFT_H_
