#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "base/utf8.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/mail.h"
#include "text/charset.h"

namespace footnote {
namespace {

// "=?utf-8?Q?gr=C3=BC=C3=9Fe?=".
struct EncodedWord {
  absl::string_view charset;
  bool base64 = false;
  absl::string_view text;
};

// Takes the encoded word off the begin of `rest`; false when there is none.
bool TakeEncodedWord(absl::string_view* rest, EncodedWord* word) {
  if (!absl::StartsWith(*rest, "=?")) return false;
  const size_t charset = rest->find('?', 2);
  if (charset == absl::string_view::npos || charset + 3 > rest->size() ||
      (*rest)[charset + 2] != '?') {
    return false;
  }
  const char encoding = absl::ascii_tolower((*rest)[charset + 1]);
  if (encoding != 'q' && encoding != 'b') return false;
  const size_t end = rest->find("?=", charset + 3);
  if (end == absl::string_view::npos) return false;
  word->charset = rest->substr(2, charset - 2);
  // "utf-8*de" names a language as well.
  word->charset = word->charset.substr(0, word->charset.find('*'));
  word->base64 = encoding == 'b';
  word->text = rest->substr(charset + 3, end - charset - 3);
  if (word->text.find_first_of(" \t\r\n") != absl::string_view::npos) {
    return false;
  }
  rest->remove_prefix(end + 2);
  return true;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = absl::ascii_tolower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string BytesOf(const EncodedWord& word) {
  std::string out;
  if (word.base64) {
    absl::Base64Unescape(word.text, &out);
    return out;
  }
  for (size_t i = 0; i < word.text.size(); ++i) {
    const char c = word.text[i];
    if (c == '=' && i + 2 < word.text.size() &&
        HexDigit(word.text[i + 1]) >= 0 && HexDigit(word.text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(HexDigit(word.text[i + 1]) * 16 +
                                      HexDigit(word.text[i + 2])));
      i += 2;
    } else {
      out.push_back(c == '_' ? ' ' : c);
    }
  }
  return out;
}

std::string Decoded(std::string bytes, absl::string_view charset) {
  if (bytes.empty()) return bytes;
  const absl::StatusOr<DecodedText> decoded = DecodeText(bytes, charset);
  return decoded.ok() ? decoded->utf8 : ReplaceInvalidUtf8(bytes);
}

}  // namespace

std::string DecodeMailHeader(absl::string_view raw) {
  std::string out;
  // Of encoded words in a row: a character may be cut between two.
  std::string pending;
  std::string charset;
  const auto flush = [&] {
    out += Decoded(std::move(pending), charset);
    pending.clear();
  };
  std::string plain;
  const auto end_plain = [&] {
    if (!plain.empty()) out += Decoded(std::move(plain), "");
    plain.clear();
  };
  while (!raw.empty()) {
    EncodedWord word;
    if (TakeEncodedWord(&raw, &word)) {
      end_plain();
      if (!pending.empty() && !absl::EqualsIgnoreCase(charset, word.charset)) {
        flush();
      }
      charset = std::string(word.charset);
      pending += BytesOf(word);
      // White space between two of them is nothing.
      const size_t next = raw.find_first_not_of(" \t\r\n");
      if (next != absl::string_view::npos && next > 0) {
        absl::string_view ahead = raw.substr(next);
        EncodedWord ignored;
        if (TakeEncodedWord(&ahead, &ignored)) raw.remove_prefix(next);
      }
      continue;
    }
    if (!pending.empty()) flush();
    plain.push_back(raw[0]);
    raw.remove_prefix(1);
  }
  if (!pending.empty()) flush();
  end_plain();
  return FoldWhiteSpace(out);
}

}  // namespace footnote
