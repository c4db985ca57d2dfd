#include "generator/extractive/kind.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace footnote {
namespace extractive {
namespace {

bool GoesOn(absl::string_view text, size_t at) {
  return at < text.size() &&
         absl::ascii_isalnum(static_cast<unsigned char>(text[at]));
}

// True when `text` has `name` as words of its own, whatever its capitals.
bool Names(absl::string_view text, absl::string_view name) {
  const std::string in = absl::AsciiStrToLower(text);
  const std::string what = absl::AsciiStrToLower(name);
  for (size_t at = in.find(what); at != std::string::npos;
       at = in.find(what, at + 1)) {
    if ((at == 0 || !GoesOn(in, at - 1)) && !GoesOn(in, at + what.size())) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::string_view KindOf(absl::string_view question, absl::string_view heading,
                         absl::string_view document) {
  if (heading.empty() ||
      std::none_of(heading.begin(), heading.end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c));
      })) {
    return "";
  }
  absl::string_view file = document;
  if (!absl::ConsumeSuffix(&file, heading) ||
      !absl::ConsumeSuffix(&file, "#") || !Names(question, heading)) {
    return "";
  }
  file = file.substr(file.find_last_of('/') + 1);
  return file.substr(0, file.find('.'));
}

}  // namespace extractive
}  // namespace footnote
