#include "model/tokenizer/byte_letters.h"

#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace footnote {
namespace {

constexpr int kLetters = 256 + 68;

bool StandsForItself(int byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) ||
         byte >= 174;
}

// The byte of each letter, -1 for other code points.
std::array<int16_t, kLetters> MakeTable() {
  std::array<int16_t, kLetters> table;
  table.fill(-1);
  int next = 256;
  for (int byte = 0; byte < 256; ++byte) {
    table[StandsForItself(byte) ? byte : next++] = static_cast<int16_t>(byte);
  }
  return table;
}

}  // namespace

bool BytesOfLetters(absl::string_view letters, std::string* bytes) {
  static const std::array<int16_t, kLetters> table = MakeTable();
  bytes->clear();
  bool all = true;
  for (size_t at = 0; at < letters.size();) {
    int length;
    const char32_t c = DecodeUtf8(letters, at, &length);
    if (c < kLetters && table[c] >= 0) {
      bytes->push_back(static_cast<char>(table[c]));
    } else {
      bytes->append(letters.data() + at, length);
      all = false;
    }
    at += length;
  }
  return all;
}

}  // namespace footnote
