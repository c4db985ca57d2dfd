#include "model/text_stream.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace footnote {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";

// Bytes at the end of `text` that may begin a character and need more: at most
// three.
size_t OpenCharacter(absl::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

// `text` with what is not UTF-8 replaced.
std::string Repaired(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t good = ValidUtf8Prefix(text);
    out.append(text.data(), good);
    text.remove_prefix(good);
    if (text.empty()) break;
    out += kReplacement;
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace

TextStream::TextStream(const Tokenizer& tokenizer,
                       std::vector<std::string> stops)
    : tokenizer_(tokenizer), stops_(std::move(stops)) {
  stops_.erase(std::remove(stops_.begin(), stops_.end(), ""), stops_.end());
}

std::string TextStream::TakeFinal() {
  size_t cut = std::string::npos;
  for (const std::string& stop : stops_) cut = std::min(cut, held_.find(stop));
  if (cut != std::string::npos) {
    stopped_ = true;
    std::string text = Repaired(absl::string_view(held_).substr(0, cut));
    held_.clear();
    return text;
  }
  size_t keep = OpenCharacter(held_);
  for (const std::string& stop : stops_) {
    for (size_t n = std::min(stop.size() - 1, held_.size()); n > keep; --n) {
      if (held_.compare(held_.size() - n, n, stop, 0, n) == 0) {
        keep = n;
        break;
      }
    }
  }
  // Never in the middle of a character.
  size_t end = held_.size() - keep;
  while (end > 0 && end < held_.size() &&
         (static_cast<unsigned char>(held_[end]) & 0xc0) == 0x80) {
    --end;
  }
  std::string text = Repaired(absl::string_view(held_).substr(0, end));
  held_.erase(0, end);
  return text;
}

std::string TextStream::Add(int32_t id) {
  if (stopped_) return "";
  tokenizer_.AppendText(id, &held_);
  return TakeFinal();
}

std::string TextStream::Finish() {
  std::string text = stopped_ ? "" : Repaired(held_);
  held_.clear();
  return text;
}

}  // namespace footnote
