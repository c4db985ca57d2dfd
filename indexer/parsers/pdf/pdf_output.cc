// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "indexer/parsers/pdf/pdf_output.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace footnote {

void Output::Integer(int64_t value) {
  char digits[24];
  char* const end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  buffer_.append(digits, static_cast<size_t>(end - digits));
}

void Output::Number(double value) {
  if (!(std::fabs(value) < kMaxCoordinate)) value = 0;
  int64_t tenths = std::llround(value * 10);
  if (tenths < 0) {
    buffer_.push_back('-');
    tenths = -tenths;
  }
  Integer(tenths / 10);
  buffer_.push_back('.');
  buffer_.push_back(static_cast<char>('0' + tenths % 10));
}

void Output::Bytes(const unsigned char* bytes, size_t size) {
  buffer_.append(reinterpret_cast<const char*>(bytes), size);
  if (buffer_.size() >= kWriteBytes) Flush();
}

void Output::EndLine() {
  buffer_.push_back('\n');
  if (buffer_.size() >= kWriteBytes) Flush();
}

void Output::Flush() {
  const char* at = buffer_.data();
  size_t left = buffer_.size();
  while (left > 0) {
    const ssize_t written = write(STDOUT_FILENO, at, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);
    at += written;
    left -= static_cast<size_t>(written);
  }
  buffer_.clear();
}

std::string OneLine(const Unicode* text, int length) {
  std::string out;
  for (int i = 0; i < length; ++i) {
    AppendUtf8(text[i] < 0x20 ? ' ' : text[i], &out);
  }
  return out;
}

void Refuse(const char* code, const std::string& why, Output* out) {
  out->Text("E ");
  out->Text(code);
  out->Space();
  out->Text(why);
  out->EndLine();
}

}  // namespace footnote
