#include "text/charset.h"

#include <simdjson.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/count_bytes.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";

// ICU's detector reads no more than this anyway.
constexpr size_t kDetectBytes = 64 << 10;

struct Mark {
  absl::string_view bytes;
  absl::string_view encoding;
};

// UTF-32LE begins like UTF-16LE, so it comes first.
constexpr Mark kMarks[] = {
    {absl::string_view("\xef\xbb\xbf", 3), "UTF-8"},
    {absl::string_view("\xff\xfe\0\0", 4), "UTF-32LE"},
    {absl::string_view("\0\0\xfe\xff", 4), "UTF-32BE"},
    {absl::string_view("\xff\xfe", 2), "UTF-16LE"},
    {absl::string_view("\xfe\xff", 2), "UTF-16BE"},
};

size_t CountOf(absl::string_view text, absl::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != absl::string_view::npos;
       at = text.find(what, at + what.size())) {
    ++count;
  }
  return count;
}

// "UTF-16LE" and so on when the zeros of `bytes` stand as that encoding puts
// them into text with some ASCII; empty otherwise.
absl::string_view EncodingByZeros(absl::string_view bytes) {
  const absl::string_view head = bytes.substr(0, 4096);
  if (head.size() < 8 || head.find('\0') == absl::string_view::npos) return "";
  size_t zeros[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < head.size(); ++i) zeros[i % 4] += head[i] == '\0';
  const size_t quarter = head.size() / 4;
  const auto most = [quarter](size_t n) { return n * 10 >= quarter * 7; };
  const auto few = [quarter](size_t n) { return n * 10 <= quarter; };
  if (most(zeros[3]) && most(zeros[2]) && few(zeros[0])) return "UTF-32LE";
  if (most(zeros[0]) && most(zeros[1]) && few(zeros[3])) return "UTF-32BE";
  if (most(zeros[1]) && most(zeros[3]) && few(zeros[0]) && few(zeros[2])) {
    return "UTF-16LE";
  }
  if (most(zeros[0]) && most(zeros[2]) && few(zeros[1]) && few(zeros[3])) {
    return "UTF-16BE";
  }
  return "";
}

// IsValidUtf8 of much text: a file's.
bool IsUtf8(absl::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

// True when `bytes` are UTF-8 with a little damage: several characters outside
// ASCII, most of them whole.
bool IsNearlyUtf8(absl::string_view bytes) {
  size_t whole = 0;
  size_t broken = 0;
  size_t i = 0;
  while (i < bytes.size()) {
    if (static_cast<unsigned char>(bytes[i]) < 0x80) {
      ++i;
      continue;
    }
    int length;
    const char32_t c = DecodeUtf8(bytes, i, &length);
    if (c == 0xfffd && bytes.substr(i, 3) != kReplacement) {
      ++broken;
    } else {
      ++whole;
    }
    i += static_cast<size_t>(length);
  }
  return whole > 4 * broken;
}

DecodedText FromValidUtf8(std::string bytes) {
  DecodedText out;
  out.encoding = "UTF-8";
  out.utf8 = std::move(bytes);
  return out;
}

DecodedText FromUtf8(std::string bytes) {
  if (IsUtf8(bytes)) return FromValidUtf8(std::move(bytes));
  DecodedText out;
  out.encoding = "UTF-8";
  const size_t before = CountOf(bytes, kReplacement);
  out.utf8 = ReplaceInvalidUtf8(bytes);
  out.replaced_sequences = CountOf(out.utf8, kReplacement) - before;
  return out;
}

absl::StatusOr<DecodedText> FromEncoding(absl::string_view bytes,
                                         absl::string_view encoding) {
  UErrorCode error = U_ZERO_ERROR;
  const std::string name(encoding);
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(
      ucnv_open(name.c_str(), &error), ucnv_close);
  if (U_FAILURE(error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("encoding ", encoding, ": not known"));
  }
  // In pieces, so that the UTF-16 in between stays small.
  DecodedText out;
  out.encoding = name;
  out.utf8.reserve(bytes.size() + bytes.size() / 2);
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  char16_t units[4096];
  char buffer[3 * 4096];
  char16_t carried = 0;
  do {
    char16_t* target = units;
    if (carried != 0) *target++ = carried;
    carried = 0;
    error = U_ZERO_ERROR;
    ucnv_toUnicode(converter.get(), &target, units + 4096, &source, end,
                   nullptr, true, &error);
    if (U_FAILURE(error) && error != U_BUFFER_OVERFLOW_ERROR) {
      return absl::InvalidArgumentError(
          absl::StrCat("encoding ", encoding, ": ", u_errorName(error)));
    }
    const bool more = error == U_BUFFER_OVERFLOW_ERROR;
    // A surrogate pair must not be cut by the border of two pieces.
    if (more && target > units && U16_IS_LEAD(target[-1])) {
      carried = *--target;
    }
    int32_t length = 0;
    error = U_ZERO_ERROR;
    u_strToUTF8WithSub(buffer, sizeof(buffer), &length, units,
                       static_cast<int32_t>(target - units), 0xfffd, nullptr,
                       &error);
    if (U_FAILURE(error)) {
      return absl::InternalError(
          absl::StrCat("encoding ", encoding, ": ", u_errorName(error)));
    }
    out.utf8.append(buffer, static_cast<size_t>(length));
    if (!more) break;
  } while (true);
  out.replaced_sequences = CountOf(out.utf8, kReplacement);
  return out;
}

struct IsControl {
  template <typename Byte>
  auto operator()(Byte byte) const {
    return ((byte < 0x20) & (byte != '\t') & (byte != '\n') & (byte != '\r') &
            (byte != '\f') & (byte != 0x1b)) |
           (byte == 0x7f);
  }
};

// Text may hold a stray control character, not one in fifty.
absl::Status CheckIsText(absl::string_view utf8) {
  const size_t controls = CountBytes(utf8, IsControl());
  if (controls * 50 <= utf8.size()) return absl::OkStatus();
  size_t first = 0;
  while (!IsControl()(static_cast<uint8_t>(utf8[first]))) ++first;
  return absl::InvalidArgumentError(
      absl::StrCat("bytes: ", controls, " control characters in ", utf8.size(),
                   " bytes, the first, ", static_cast<int>(utf8[first]),
                   ", at offset ", first, "; want text"));
}

bool IsNoCharacter(char32_t c) {
  const int8_t kind = u_charType(static_cast<UChar32>(c));
  return c == 0xfffd || kind == U_UNASSIGNED || kind == U_PRIVATE_USE_CHAR;
}

// Random bytes are something in most encodings of two bytes, but one in seven
// of their characters does not exist.
absl::Status CheckGuess(const DecodedText& text) {
  size_t characters = 0;
  size_t none = 0;
  for (size_t i = 0; i < text.utf8.size(); ++characters) {
    int length;
    none += IsNoCharacter(DecodeUtf8(text.utf8, i, &length));
    i += static_cast<size_t>(length);
  }
  // A few are damage.
  if (none <= 2 || none * 50 <= characters) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "bytes: of ", characters, " characters in ", text.encoding,
      ", the likeliest encoding, ", none, " do not exist; want text"));
}

// Of what ICU finds likely the first in which the begin is a text; of short
// ones the likeliest often is none. Where there is none, the likeliest.
std::string DetectEncoding(absl::string_view bytes) {
  constexpr int32_t kMostGuesses = 8;
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(
      ucsdet_open(&error), ucsdet_close);
  const absl::string_view head = bytes.substr(0, kDetectBytes);
  ucsdet_setText(detector.get(), head.data(), static_cast<int32_t>(head.size()),
                 &error);
  int32_t count = 0;
  const UCharsetMatch** const matches =
      ucsdet_detectAll(detector.get(), &count, &error);
  if (U_FAILURE(error)) count = 0;
  std::string likeliest = "windows-1252";
  for (int32_t i = 0; i < std::min(count, kMostGuesses); ++i) {
    const char* const found = ucsdet_getName(matches[i], &error);
    if (U_FAILURE(error) || found == nullptr) break;
    // What it calls ISO-8859-1 is, on real files, its superset.
    const std::string name =
        absl::string_view(found) == "ISO-8859-1" ? "windows-1252" : found;
    if (i == 0) likeliest = name;
    const absl::StatusOr<DecodedText> text = FromEncoding(head, name);
    if (text.ok() && CheckIsText(text->utf8).ok() && CheckGuess(*text).ok()) {
      return name;
    }
  }
  return likeliest;
}

absl::StatusOr<DecodedText> Decode(std::string bytes,
                                   absl::string_view declared) {
  const absl::string_view view = bytes;
  for (const Mark& mark : kMarks) {
    if (!absl::StartsWith(view, mark.bytes)) continue;
    if (mark.encoding == "UTF-8") return FromUtf8(bytes.substr(3));
    return FromEncoding(view.substr(mark.bytes.size()), mark.encoding);
  }
  const absl::string_view by_zeros = EncodingByZeros(view);
  if (!by_zeros.empty()) {
    auto decoded = FromEncoding(view, by_zeros);
    if (decoded.ok()) decoded->guessed = true;
    return decoded;
  }
  // The encodings of Japanese and Korean mail: ASCII, with escapes.
  if (absl::StartsWithIgnoreCase(declared, "iso-2022") &&
      absl::StrContains(view, "\x1b")) {
    auto decoded = FromEncoding(view, declared);
    if (decoded.ok()) return decoded;
  }
  if (IsUtf8(view)) return FromValidUtf8(std::move(bytes));
  if (!declared.empty() && !absl::EqualsIgnoreCase(declared, "utf-8") &&
      !absl::EqualsIgnoreCase(declared, "utf8") &&
      !absl::StartsWithIgnoreCase(declared, "utf-16") &&
      !absl::StartsWithIgnoreCase(declared, "utf-32")) {
    auto decoded = FromEncoding(view, declared);
    if (decoded.ok()) return decoded;
  }
  if (IsNearlyUtf8(view)) return FromUtf8(std::move(bytes));
  auto decoded = FromEncoding(view, DetectEncoding(view));
  if (!decoded.ok()) return FromUtf8(std::move(bytes));
  decoded->guessed = true;
  return decoded;
}

}  // namespace

absl::StatusOr<DecodedText> DecodeText(std::string bytes,
                                       absl::string_view declared) {
  absl::StatusOr<DecodedText> decoded = Decode(std::move(bytes), declared);
  if (!decoded.ok()) return decoded;
  const absl::Status is_text = CheckIsText(decoded->utf8);
  if (!is_text.ok()) return is_text;
  if (decoded->guessed) RETURN_IF_ERROR(CheckGuess(*decoded));
  return decoded;
}

}  // namespace footnote
