#include "model/template/lexer.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/tokenizer/unicode_text.h"

namespace footnote {
namespace {

// Bytes of the white space at `at`, of Unicode's too; 0 where there is none.
int SpaceAt(absl::string_view text, size_t at) {
  if (at >= text.size()) return 0;
  int length;
  const char32_t c = DecodeUtf8(text, at, &length);
  return IsSpaceCharacter(c) ? length : 0;
}

// Whether there is nothing else in `text`.
bool IsAllSpace(absl::string_view text) {
  size_t at = 0;
  while (const int length = SpaceAt(text, at)) at += length;
  return at == text.size();
}

bool IsNameStart(char c) {
  return absl::ascii_isalpha(c) || c == '_' || static_cast<uint8_t>(c) >= 0x80;
}

class Lexer {
 public:
  explicit Lexer(absl::string_view source) {
    source_.reserve(source.size());
    for (size_t i = 0; i < source.size(); ++i) {
      if (source[i] == '\r') {
        source_.push_back('\n');
        if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
      } else {
        source_.push_back(source[i]);
      }
    }
    if (absl::EndsWith(source_, "\n")) source_.pop_back();
  }

  absl::StatusOr<std::vector<TemplateToken>> Lex() {
    while (at_ < source_.size()) RETURN_IF_ERROR(Root());
    Push(TemplateToken::kEnd, "");
    return std::move(tokens_);
  }

 private:
  void Push(TemplateToken::Kind kind, std::string text) {
    tokens_.push_back({kind, std::move(text), Line()});
  }

  int Line() {
    line_ += static_cast<int>(
        std::count(source_.begin() + counted_, source_.begin() + at_, '\n'));
    counted_ = at_;
    return line_;
  }

  absl::Status Wrong(absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("template line ", Line(), ": ", what));
  }

  bool Follows(absl::string_view text) const {
    return absl::StartsWith(absl::string_view(source_).substr(at_), text);
  }

  void SkipSpace() { at_ = AfterSpace(at_); }

  size_t AfterSpace(size_t at) const {
    while (const int length = SpaceAt(source_, at)) at += length;
    return at;
  }

  // Text up to the next tag, and the tag's begin.
  absl::Status Root() {
    const size_t begin = at_;
    size_t tag = begin;
    while (true) {
      tag = source_.find('{', tag);
      if (tag == std::string::npos || tag + 1 >= source_.size()) {
        at_ = source_.size();
        if (at_ > begin) PushData(source_.substr(begin));
        return absl::OkStatus();
      }
      const char next = source_[tag + 1];
      if (next == '%' || next == '{' || next == '#') break;
      ++tag;
    }
    const char kind = source_[tag + 1];
    size_t after = tag + 2;
    char sign = 0;
    if (after < source_.size() &&
        (source_[after] == '-' || source_[after] == '+')) {
      sign = source_[after++];
    }
    PushData(Stripped(source_.substr(begin, tag - begin), sign, kind == '{'));
    at_ = after;
    if (kind == '#') return Comment();
    if (kind == '%') {
      if (IsRaw()) return Raw();
      Push(TemplateToken::kBlockBegin, "{%");
      return Inside("%}");
    }
    Push(TemplateToken::kVariableBegin, "{{");
    return Inside("}}");
  }

  void PushData(std::string text) {
    if (!text.empty()) Push(TemplateToken::kData, std::move(text));
  }

  // `text` before a tag with `sign`.
  std::string Stripped(std::string text, char sign, bool variable) const {
    if (sign == '-') {
      while (!text.empty()) {
        const size_t last = FloorToCodePoint(text, text.size() - 1);
        if (SpaceAt(text, last) == 0) break;
        text.resize(last);
      }
      return text;
    }
    if (sign == '+' || variable) return text;
    const size_t newline = text.rfind('\n');
    const size_t line = newline == std::string::npos ? 0 : newline + 1;
    if (line == 0 && !line_starts_) return text;
    if (IsAllSpace(absl::string_view(text).substr(line))) text.resize(line);
    return text;
  }

  // Moves over a tag's end at at_, "%}" with its sign, and what it swallows.
  // False when there is none.
  bool TakeEnd(absl::string_view end, bool trims_newline) {
    size_t at = at_;
    char sign = 0;
    if (at < source_.size() && (source_[at] == '-' || source_[at] == '+')) {
      sign = source_[at++];
    }
    if (!absl::StartsWith(absl::string_view(source_).substr(at), end)) {
      return false;
    }
    if (sign == '+' && !trims_newline) return false;
    at_ = at + end.size();
    if (sign == '-') {
      SkipSpace();
    } else if (sign == 0 && trims_newline && Follows("\n")) {
      ++at_;
    }
    line_starts_ = source_[at_ - 1] == '\n';
    return true;
  }

  absl::Status Comment() {
    const size_t end = source_.find("#}", at_);
    if (end == std::string::npos) return Wrong("a comment without end");
    const bool has_sign =
        end > at_ && (source_[end - 1] == '-' || source_[end - 1] == '+');
    at_ = has_sign ? end - 1 : end;
    TakeEnd("#}", /*trims_newline=*/true);
    return absl::OkStatus();
  }

  bool IsRaw() const {
    size_t at = AfterSpace(at_);
    if (source_.compare(at, 3, "raw") != 0) return false;
    at = AfterSpace(at + 3);
    return source_.compare(at, 2, "%}") == 0 ||
           source_.compare(at, 3, "-%}") == 0;
  }

  absl::Status Raw() {
    SkipSpace();
    at_ += 3;
    SkipSpace();
    TakeEnd("%}", /*trims_newline=*/false);
    const size_t begin = at_;
    for (size_t tag = source_.find("{%", begin); tag != std::string::npos;
         tag = source_.find("{%", tag + 2)) {
      size_t at = tag + 2;
      char sign = 0;
      if (at < source_.size() && (source_[at] == '-' || source_[at] == '+')) {
        sign = source_[at++];
      }
      at = AfterSpace(at);
      if (source_.compare(at, 6, "endraw") != 0) continue;
      at_ = at + 6;
      SkipSpace();
      const bool starts = line_starts_;
      if (!TakeEnd("%}", /*trims_newline=*/true)) continue;
      const bool ends = std::exchange(line_starts_, starts);
      std::string data = Stripped(source_.substr(begin, tag - begin), sign,
                                  /*variable=*/false);
      line_starts_ = ends;
      PushData(std::move(data));
      return absl::OkStatus();
    }
    return Wrong("raw without endraw");
  }

  absl::Status Inside(absl::string_view end) {
    std::string open;  // brackets
    while (true) {
      SkipSpace();
      if (at_ >= source_.size()) return Wrong("a tag without end");
      if (open.empty() && TakeEnd(end, end == "%}")) {
        Push(end == "%}" ? TemplateToken::kBlockEnd
                         : TemplateToken::kVariableEnd,
             std::string(end));
        return absl::OkStatus();
      }
      const char c = source_[at_];
      if (IsNameStart(c)) {
        const size_t begin = at_;
        while (at_ < source_.size() && (IsNameStart(source_[at_]) ||
                                        absl::ascii_isdigit(source_[at_]))) {
          ++at_;
        }
        Push(TemplateToken::kName, source_.substr(begin, at_ - begin));
      } else if (absl::ascii_isdigit(c)) {
        Number();
      } else if (c == '"' || c == '\'') {
        RETURN_IF_ERROR(String());
      } else {
        RETURN_IF_ERROR(Operator(&open));
      }
    }
  }

  void Number() {
    const size_t begin = at_;
    const auto digits = [this] {
      while (at_ < source_.size() &&
             (absl::ascii_isalnum(source_[at_]) || source_[at_] == '_')) {
        ++at_;
      }
    };
    const auto decimals = [this] {
      while (at_ < source_.size() &&
             (absl::ascii_isdigit(source_[at_]) || source_[at_] == '_')) {
        ++at_;
      }
    };
    if (source_[begin] == '0' && at_ + 1 < source_.size() &&
        std::string("xXoObB").find(source_[at_ + 1]) != std::string::npos) {
      digits();
    } else {
      decimals();
    }
    bool is_float = false;
    if (at_ + 1 < source_.size() && source_[at_] == '.' &&
        absl::ascii_isdigit(source_[at_ + 1])) {
      is_float = true;
      ++at_;
      decimals();
    }
    if (at_ < source_.size() && (source_[at_] | 0x20) == 'e') {
      size_t exponent = at_ + 1;
      if (exponent < source_.size() &&
          (source_[exponent] == '+' || source_[exponent] == '-')) {
        ++exponent;
      }
      if (exponent < source_.size() && absl::ascii_isdigit(source_[exponent])) {
        is_float = true;
        at_ = exponent;
        decimals();
      }
    }
    std::string text = source_.substr(begin, at_ - begin);
    text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
    Push(is_float ? TemplateToken::kFloat : TemplateToken::kInteger,
         std::move(text));
  }

  // As Python reads a string literal's escapes.
  absl::Status String() {
    const char quote = source_[at_++];
    std::string text;
    while (at_ < source_.size() && source_[at_] != quote) {
      const char c = source_[at_++];
      if (c != '\\' || at_ >= source_.size()) {
        text.push_back(c);
        continue;
      }
      const char escaped = source_[at_++];
      constexpr absl::string_view kLetters = "abfnrtv\\'\"";
      constexpr absl::string_view kMeant = "\a\b\f\n\r\t\v\\'\"";
      const size_t known = kLetters.find(escaped);
      if (known != absl::string_view::npos) {
        text.push_back(kMeant[known]);
      } else if (escaped == '\n') {
        continue;
      } else if (escaped >= '0' && escaped <= '7') {
        char32_t code = static_cast<char32_t>(escaped - '0');
        for (int i = 0; i < 2 && at_ < source_.size() && source_[at_] >= '0' &&
                        source_[at_] <= '7';
             ++i) {
          code = code * 8 + static_cast<char32_t>(source_[at_++] - '0');
        }
        AppendUtf8(code, &text);
      } else if (escaped == 'x' || escaped == 'u' || escaped == 'U') {
        const int digits = escaped == 'x' ? 2 : escaped == 'u' ? 4 : 8;
        char32_t code = 0;
        for (int i = 0; i < digits; ++i) {
          if (at_ >= source_.size() || !absl::ascii_isxdigit(source_[at_])) {
            return Wrong("a string with half an escape");
          }
          const char digit = source_[at_++];
          code = code * 16 +
                 static_cast<char32_t>(
                     digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }
        AppendUtf8(code, &text);
      } else {
        text.push_back('\\');
        text.push_back(escaped);
      }
    }
    if (at_ >= source_.size()) return Wrong("a string without end");
    ++at_;
    Push(TemplateToken::kString, std::move(text));
    return absl::OkStatus();
  }

  absl::Status Operator(std::string* open) {
    for (const absl::string_view two : {"//", "**", "==", "!=", ">=", "<="}) {
      if (!Follows(two)) continue;
      at_ += 2;
      Push(TemplateToken::kOperator, std::string(two));
      return absl::OkStatus();
    }
    const char c = source_[at_];
    if (std::string("+-/*%~[](){}><=.:|,;").find(c) == std::string::npos) {
      return Wrong(absl::StrCat("'", std::string(1, c), "' is no word"));
    }
    if (c == '(' || c == '[' || c == '{') open->push_back(c);
    if (c == ')' || c == ']' || c == '}') {
      const char opener = c == ')' ? '(' : c == ']' ? '[' : '{';
      if (open->empty() || open->back() != opener) {
        return Wrong(absl::StrCat("'", std::string(1, c), "' closes nothing"));
      }
      open->pop_back();
    }
    ++at_;
    Push(TemplateToken::kOperator, std::string(1, c));
    return absl::OkStatus();
  }

  std::string source_;
  size_t at_ = 0;
  int line_ = 1;
  size_t counted_ = 0;
  // What stands before at_ ended a line.
  bool line_starts_ = true;
  std::vector<TemplateToken> tokens_;
};

}  // namespace

absl::StatusOr<std::vector<TemplateToken>> LexTemplate(
    absl::string_view source) {
  return Lexer(source).Lex();
}

}  // namespace footnote
