#include "indexer/formats/rtf_escapes.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"

namespace footnote {
namespace {

constexpr long kMaxNumber = 1L << 40;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Rewriter {
 public:
  explicit Rewriter(absl::string_view rtf) : rtf_(rtf) {}

  std::string Run() {
    out_.reserve(rtf_.size());
    while (at_ < rtf_.size()) {
      const char c = rtf_[at_];
      if (c == '{') {
        stand_ins_.push_back(stand_ins_.back());
      } else if (c == '}' && stand_ins_.size() > 1) {
        stand_ins_.pop_back();
      } else if (c == '\\') {
        ControlWord();
        continue;
      }
      out_.push_back(c);
      ++at_;
    }
    return std::move(out_);
  }

 private:
  // At a backslash.
  void ControlWord() {
    const size_t begin = at_++;
    const size_t name = at_;
    while (at_ < rtf_.size() &&
           absl::ascii_isalpha(static_cast<unsigned char>(rtf_[at_]))) {
      ++at_;
    }
    if (at_ == name) {
      // A control symbol: "\{", "\'e9".
      at_ = std::min(at_ + 1, rtf_.size());
      Copy(begin, at_);
      return;
    }
    const absl::string_view word = rtf_.substr(name, at_ - name);
    const size_t number = at_;
    if (at_ < rtf_.size() && rtf_[at_] == '-') ++at_;
    long value = 0;
    while (at_ < rtf_.size() && IsDigit(rtf_[at_])) {
      value = std::min(value * 10 + (rtf_[at_++] - '0'), kMaxNumber);
    }
    const size_t end = at_;
    if (at_ < rtf_.size() && rtf_[at_] == ' ') ++at_;
    const bool has_number = end > number && IsDigit(rtf_[end - 1]);
    if (word == "uc" && has_number) {
      stand_ins_.back() = value;
      out_ += "\\uc1 ";
      return;
    }
    if (word == "u" && has_number) {
      Copy(begin, end);
      out_ += "\\'3f";
      for (long i = 0; i < stand_ins_.back() && SkipStandIn(); ++i) {
      }
      return;
    }
    // Bytes that are none of RTF's own.
    if (word == "bin") {
      at_ += std::min(static_cast<size_t>(value), rtf_.size() - at_);
    }
    Copy(begin, at_);
  }

  // False where there is none any more.
  bool SkipStandIn() {
    if (at_ >= rtf_.size()) return false;
    if (rtf_[at_] == '{' || rtf_[at_] == '}') return false;
    if (rtf_[at_] != '\\') {
      ++at_;
      return true;
    }
    if (rtf_.substr(at_, 2) != "\\'") return false;
    at_ = std::min(at_ + 4, rtf_.size());
    return true;
  }

  void Copy(size_t begin, size_t end) {
    out_.append(rtf_.data() + begin, end - begin);
  }

  const absl::string_view rtf_;
  size_t at_ = 0;
  // Of each group that is open.
  std::vector<long> stand_ins_ = {1};
  std::string out_;
};

}  // namespace

std::string WithPlainEscapes(absl::string_view rtf) {
  return Rewriter(rtf).Run();
}

}  // namespace footnote
