#include "generator/extractive/codes.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "text/char_class.h"

namespace footnote {
namespace extractive {
namespace {

constexpr char32_t kFirstRightToLeft = 0x0590;

bool Joins(char32_t c) { return c == '-' || c == '_' || c == '/' || c == '.'; }

bool IsSeparator(char c) { return c == '-' || c == '_' || c == '/'; }

bool IsVersion(absl::string_view text) {
  return !text.empty() && absl::ascii_isdigit(text.front()) &&
         absl::ascii_isdigit(text.back()) && absl::StrContains(text, ".") &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(c) || c == '.'; });
}

}  // namespace

std::vector<TextSpan> FindCodes(absl::string_view text) {
  const uint8_t* const table = CharClassTable();
  std::vector<TextSpan> codes;
  TextSpan run;
  bool has_digit = false;
  const auto end_run = [&] {
    while (!run.empty() && Joins(text[run.end - 1])) --run.end;
    if (has_digit) codes.push_back(run);
    run = {};
    has_digit = false;
  };
  for (size_t at = 0; at < text.size();) {
    int length = 1;
    const char32_t c = DecodeUtf8(text, at, &length);
    const uint8_t kind = CharClass(table, c) & kCharKindMask;
    const bool letter = kind == kCharLetter && c < kFirstRightToLeft;
    const bool goes_on =
        letter || (!run.empty() && (kind == kCharDigit || Joins(c)));
    if (goes_on) {
      if (run.empty()) run.begin = static_cast<uint32_t>(at);
      run.end = static_cast<uint32_t>(at + length);
      has_digit |= kind == kCharDigit;
    } else {
      end_run();
    }
    at += length;
  }
  end_run();
  return codes;
}

std::vector<std::string> OtherWritings(absl::string_view code) {
  if (IsVersion(code)) return {absl::StrCat("v", code)};
  const auto digit =
      std::find_if(code.begin(), code.end(), absl::ascii_isdigit);
  size_t letters = static_cast<size_t>(digit - code.begin());
  const absl::string_view number = code.substr(letters);
  const bool is_parted = letters > 0 && IsSeparator(code[letters - 1]);
  if (is_parted) --letters;
  const bool ends_in_digits =
      !number.empty() && std::all_of(number.begin(), number.end(), [](char c) {
        return absl::ascii_isdigit(c) || c == '.';
      });
  const absl::string_view name = code.substr(0, letters);
  if (!ends_in_digits || name.empty() ||
      std::any_of(name.begin(), name.end(), [](char c) { return Joins(c); })) {
    return {};
  }
  if (is_parted) return {absl::StrCat(name, number)};
  return {std::string(number)};
}

}  // namespace extractive
}  // namespace footnote
