// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "indexer/parsers/pdf/right_to_left.h"

#include <algorithm>
#include <cctype>

namespace footnote {
namespace {

// Digits of Arabic and Persian: numbers are read from the left.
bool IsArabicDigit(Unicode c) {
  return (c >= 0x0660 && c <= 0x0669) || (c >= 0x06F0 && c <= 0x06F9);
}

}  // namespace

bool IsRightToLeft(Unicode c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFF);
}

bool IsOnlyRightToLeft(const std::vector<Unicode>& letters) {
  return letters.size() > 1 &&
         std::any_of(letters.begin(), letters.end(), IsRightToLeft) &&
         std::all_of(letters.begin(), letters.end(), [](Unicode c) {
           return (IsRightToLeft(c) && !IsArabicDigit(c)) ||
                  (c < 0x80 && std::isalnum(static_cast<int>(c)) == 0) ||
                  (c >= 0x2000 && c <= 0x206F);
         });
}

}  // namespace footnote
