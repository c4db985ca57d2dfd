#include "gateway/tools/calculate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kMaxBytes = 1000;
constexpr int kMaxDepth = 100;

// Recursive descent: sum -> product -> sign -> power -> atom.
class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) {}

  absl::StatusOr<double> Whole() {
    ASSIGN_OR_RETURN(const double value, Sum());
    Blanks();
    if (at_ < text_.size()) return Wrong("an operator");
    return Finite(value);
  }

 private:
  absl::Status Wrong(absl::string_view wanted) const {
    return absl::InvalidArgumentError(
        absl::StrCat("expression: byte ", at_, ": want ", wanted));
  }

  static absl::StatusOr<double> Finite(double value) {
    if (std::isfinite(value)) return value;
    return absl::OutOfRangeError("expression: its value is no finite number");
  }

  void Blanks() {
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
  }

  bool Takes(char c) {
    Blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  absl::StatusOr<double> Sum() {
    if (++depth_ > kMaxDepth) return Wrong("fewer parentheses");
    ASSIGN_OR_RETURN(double value, Product());
    while (true) {
      const bool plus = Takes('+');
      if (!plus && !Takes('-')) break;
      ASSIGN_OR_RETURN(const double next, Product());
      value += plus ? next : -next;
    }
    --depth_;
    return value;
  }

  absl::StatusOr<double> Product() {
    ASSIGN_OR_RETURN(double value, Sign());
    while (true) {
      const bool times = Takes('*');
      if (!times && !Takes('/')) return value;
      ASSIGN_OR_RETURN(const double next, Sign());
      if (!times && next == 0) {
        return absl::OutOfRangeError("expression: a division by zero");
      }
      value = times ? value * next : value / next;
    }
  }

  absl::StatusOr<double> Sign() {
    bool negative = false;
    while (true) {
      if (Takes('-')) {
        negative = !negative;
      } else if (!Takes('+')) {
        break;
      }
    }
    ASSIGN_OR_RETURN(const double value, Power());
    return negative ? -value : value;
  }

  absl::StatusOr<double> Power() {
    ASSIGN_OR_RETURN(double value, Atom());
    while (Takes('%')) value /= 100;
    if (!Takes('^')) return value;
    if (++depth_ > kMaxDepth) return Wrong("fewer powers");
    ASSIGN_OR_RETURN(const double power, Sign());
    --depth_;
    return Finite(std::pow(value, power));
  }

  absl::StatusOr<double> Atom() {
    if (Takes('(')) {
      ASSIGN_OR_RETURN(const double value, Sum());
      if (!Takes(')')) return Wrong("\")\"");
      return value;
    }
    Blanks();
    if (at_ < text_.size() && absl::ascii_isalpha(text_[at_])) return Named();
    return Number();
  }

  absl::StatusOr<double> Number() {
    size_t end = at_;
    const auto digits = [&] {
      while (end < text_.size() && absl::ascii_isdigit(text_[end])) ++end;
    };
    digits();
    if (end < text_.size() && text_[end] == '.') {
      ++end;
      digits();
    }
    if (end > at_ && end < text_.size() &&
        (text_[end] == 'e' || text_[end] == 'E')) {
      size_t power = end + 1;
      if (power < text_.size() &&
          (text_[power] == '+' || text_[power] == '-')) {
        ++power;
      }
      if (power < text_.size() && absl::ascii_isdigit(text_[power])) {
        end = power;
        digits();
      }
    }
    double value = 0;
    if (!absl::SimpleAtod(text_.substr(at_, end - at_), &value)) {
      return Wrong("a number");
    }
    at_ = end;
    return value;
  }

  absl::StatusOr<double> Named() {
    size_t end = at_;
    while (end < text_.size() && absl::ascii_isalnum(text_[end])) ++end;
    const std::string name =
        absl::AsciiStrToLower(text_.substr(at_, end - at_));
    if (name == "pi" || name == "e") {
      at_ = end;
      return name == "pi" ? M_PI : M_E;
    }
    constexpr absl::string_view kFunctions[] = {"sqrt", "abs", "round", "floor",
                                                "ceil", "exp", "ln",    "log10",
                                                "min",  "max"};
    if (std::find(std::begin(kFunctions), std::end(kFunctions), name) ==
        std::end(kFunctions)) {
      return Wrong("a function that is known, such as sqrt");
    }
    at_ = end;
    if (!Takes('(')) return Wrong("\"(\"");
    std::vector<double> values;
    do {
      ASSIGN_OR_RETURN(const double value, Sum());
      values.push_back(value);
    } while (Takes(','));
    if (!Takes(')')) return Wrong("\")\"");
    const bool list = name == "min" || name == "max";
    if (!list && values.size() != 1) return Wrong("one argument before it");
    return Finite(Apply(name, values));
  }

  static double Apply(absl::string_view name,
                      const std::vector<double>& values) {
    if (name == "min") return *std::min_element(values.begin(), values.end());
    if (name == "max") return *std::max_element(values.begin(), values.end());
    const double x = values[0];
    if (name == "sqrt") return std::sqrt(x);
    if (name == "abs") return std::fabs(x);
    if (name == "round") return std::round(x);
    if (name == "floor") return std::floor(x);
    if (name == "ceil") return std::ceil(x);
    if (name == "exp") return std::exp(x);
    return name == "ln" ? std::log(x) : std::log10(x);
  }

  const absl::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

std::string NumberText(double value, int decimals) {
  std::string text = absl::StrFormat("%.*f", decimals, value);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace

absl::StatusOr<double> Calculate(absl::string_view expression) {
  if (expression.size() > kMaxBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expression: ", expression.size(), " bytes, want at most ", kMaxBytes));
  }
  const std::string plain =
      absl::StrReplaceAll(expression, {{"\xc3\x97", "*"},        // ×
                                       {"\xc3\xb7", "/"},        // ÷
                                       {"\xe2\x88\x92", "-"}});  // −
  return Reader(plain).Whole();
}

absl::StatusOr<std::string> CalculatedText(absl::string_view expression) {
  ASSIGN_OR_RETURN(const double value, Calculate(expression));
  const absl::string_view asked = absl::StripAsciiWhitespace(expression);
  const double size = std::fabs(value);
  if (size >= 1e15 || (size != 0 && size < 1e-6)) {
    return absl::StrFormat("%s = %.10g", asked, value);
  }
  const std::string exact = NumberText(value, 8);
  const std::string rounded = NumberText(value, 1);
  return exact == rounded
             ? absl::StrCat(asked, " = ", exact)
             : absl::StrCat(asked, " = ", exact, " (", rounded, ")");
}

}  // namespace footnote
