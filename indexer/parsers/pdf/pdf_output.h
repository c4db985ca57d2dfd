// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What footnote-pdf writes.
#ifndef FOOTNOTE_INDEXER_PARSERS_PDF_PDF_OUTPUT_H_
#define FOOTNOTE_INDEXER_PARSERS_PDF_PDF_OUTPUT_H_

#include <poppler/CharTypes.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace footnote {

// Standard output, collected: poppler's own work on a page is a millisecond, so
// printf would be much of the whole. The process ends where it cannot be
// written to.
class Output {
 public:
  ~Output() { Flush(); }

  void Text(const char* text) { buffer_.append(text); }
  void Text(const std::string& text) { buffer_.append(text); }
  void Space() { buffer_.push_back(' '); }
  void Integer(int64_t value);
  // With one digit behind the point; 0 for what is no place on a page.
  void Number(double value);
  void Bytes(const unsigned char* bytes, size_t size);
  void EndLine();

  void Flush();

 private:
  static constexpr double kMaxCoordinate = 1e9;
  static constexpr size_t kWriteBytes = 60 << 10;
  std::string buffer_;
};

// `length` characters of `text` as UTF-8, on one line: control characters
// become spaces.
std::string OneLine(const Unicode* text, int length);

// Writes the line that says why the document or page can't be read. `code` is
// one of those of indexer/formats/pdf_layout.h.
void Refuse(const char* code, const std::string& why, Output* out);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PDF_PDF_OUTPUT_H_
