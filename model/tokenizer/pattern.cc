#include "model/tokenizer/pattern.h"

#include <algorithm>
#include <array>
#include <memory>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "unicode/uchar.h"

namespace footnote {
namespace {

constexpr size_t kMaxPatternBytes = 4096;
constexpr size_t kMaxSteps = 4096;
constexpr int kMaxDepth = 20;
constexpr uint32_t kEndless = static_cast<uint32_t>(-1);
constexpr uint8_t kSpaceBit = 0x20;

// The general category of each code point of the basic plane; kSpaceBit where
// it is White_Space.
const std::array<uint8_t, 0x10000>& BasicPlane() {
  static const auto* const table = [] {
    auto* made = new std::array<uint8_t, 0x10000>;
    for (UChar32 c = 0; c < 0x10000; ++c) {
      (*made)[c] = static_cast<uint8_t>(u_charType(c)) |
                   (u_isUWhiteSpace(c) ? kSpaceBit : 0);
    }
    return made;
  }();
  return *table;
}

uint8_t Properties(char32_t c) {
  if (c < 0x10000) return BasicPlane()[c];
  return static_cast<uint8_t>(u_charType(static_cast<UChar32>(c)));
}

// The general categories that \p{name} means, 0 when unknown.
uint32_t Categories(absl::string_view name) {
  struct Entry {
    absl::string_view name;
    uint32_t mask;
  };
  constexpr Entry kEntries[] = {
      {"L", U_GC_L_MASK},   {"Lu", U_GC_LU_MASK}, {"Ll", U_GC_LL_MASK},
      {"Lt", U_GC_LT_MASK}, {"Lm", U_GC_LM_MASK}, {"Lo", U_GC_LO_MASK},
      {"M", U_GC_M_MASK},   {"Mn", U_GC_MN_MASK}, {"Mc", U_GC_MC_MASK},
      {"Me", U_GC_ME_MASK}, {"N", U_GC_N_MASK},   {"Nd", U_GC_ND_MASK},
      {"Nl", U_GC_NL_MASK}, {"No", U_GC_NO_MASK}, {"P", U_GC_P_MASK},
      {"S", U_GC_S_MASK},   {"Z", U_GC_Z_MASK},   {"Zs", U_GC_ZS_MASK},
      {"C", U_GC_C_MASK},   {"Cc", U_GC_CC_MASK},
  };
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return entry.mask;
  }
  return 0;
}

char32_t At(absl::string_view text, size_t at, int* length) {
  const uint8_t byte = static_cast<uint8_t>(text[at]);
  if (byte < 0x80) {
    *length = 1;
    return byte;
  }
  return DecodeUtf8(text, at, length);
}

// The begin of the code point before `at`, as At() would have stepped.
size_t Before(absl::string_view text, size_t at, size_t floor) {
  size_t begin = at - 1;
  while (begin > floor && at - begin < 4 && (text[begin] & 0xC0) == 0x80) {
    --begin;
  }
  // Invalid bytes step one by one.
  int length;
  At(text, begin, &length);
  return begin + static_cast<size_t>(length) == at ? begin : at - 1;
}

}  // namespace

bool Pattern::Set::Contains(char32_t c) const {
  if (c < 0x80) return (ascii[c >> 6] >> (c & 63)) & 1;
  const uint8_t properties = Properties(c);
  bool found = ((categories >> (properties & 0x1F)) & 1) ||
               (space && (c < 0x10000 && (properties & kSpaceBit)));
  for (const auto& [first, last] : ranges) {
    if (found) break;
    found = c >= first && c <= last;
  }
  return found != negated;
}

// Recursive descent; each part is appended to the steps as it is read.
class PatternCompiler {
 public:
  explicit PatternCompiler(absl::string_view regex) : regex_(regex) {}

  absl::StatusOr<Pattern> Compile() {
    if (regex_.size() > kMaxPatternBytes || !IsValidUtf8(regex_)) {
      return absl::InvalidArgumentError(
          absl::StrCat("pattern of ", regex_.size(),
                       " bytes, want UTF-8 of at most ", kMaxPatternBytes));
    }
    RETURN_IF_ERROR(Alternatives(0));
    if (at_ < regex_.size()) return Unknown("unbalanced )");
    Emit(Step::kAccept);
    if (pattern_.steps_.size() > kMaxSteps) {
      return absl::InvalidArgumentError("pattern: too many steps");
    }
    return std::move(pattern_);
  }

 private:
  using Step = Pattern::Step;
  using Set = Pattern::Set;

  absl::Status Unknown(absl::string_view what) const {
    return absl::UnimplementedError(absl::StrCat("pattern \"", regex_,
                                                 "\": ", what, " at byte ", at_,
                                                 " is not known here"));
  }

  bool Take(absl::string_view text) {
    if (regex_.substr(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }

  bool Peek(char c) const { return at_ < regex_.size() && regex_[at_] == c; }

  int Emit(typename Step::Kind kind) {
    Step step;
    step.kind = kind;
    pattern_.steps_.push_back(step);
    return static_cast<int>(pattern_.steps_.size()) - 1;
  }

  int Here() const { return static_cast<int>(pattern_.steps_.size()); }

  // Moves the steps from `begin` on one place and puts a split there.
  void InsertSplit(int begin) {
    Step split;
    split.kind = Step::kSplit;
    auto& steps = pattern_.steps_;
    steps.insert(steps.begin() + begin, split);
    for (size_t i = begin + 1; i < steps.size(); ++i) {
      if (steps[i].a >= begin) ++steps[i].a;
      if (steps[i].b >= begin) ++steps[i].b;
    }
    steps[begin].a = begin + 1;
  }

  absl::Status Alternatives(int depth) {
    if (depth > kMaxDepth) return Unknown("nesting this deep");
    const int begin = Here();
    RETURN_IF_ERROR(Sequence(depth));
    std::vector<int> jumps;
    int branch = begin;
    while (Take("|")) {
      InsertSplit(branch);
      for (int& jump : jumps) {
        if (jump >= branch) ++jump;
      }
      jumps.push_back(Emit(Step::kJump));
      pattern_.steps_[branch].b = Here();
      branch = Here();
      RETURN_IF_ERROR(Sequence(depth));
    }
    for (const int jump : jumps) pattern_.steps_[jump].a = Here();
    return absl::OkStatus();
  }

  absl::Status Sequence(int depth) {
    while (at_ < regex_.size() && !Peek('|') && !Peek(')')) {
      RETURN_IF_ERROR(Item(depth));
      if (pattern_.steps_.size() > kMaxSteps) return Unknown("this length");
    }
    return absl::OkStatus();
  }

  absl::Status Item(int depth) {
    const int begin = Here();
    if (Take("(?!") || Take("(?=")) {
      const bool wanted = regex_[at_ - 1] == '=';
      const int ahead = Emit(Step::kAhead);
      RETURN_IF_ERROR(Alternatives(depth + 1));
      if (!Take(")")) return Unknown("a group without end");
      Emit(Step::kAccept);
      pattern_.steps_[ahead].min = wanted ? 1 : 0;
      pattern_.steps_[ahead].a = Here();
      return absl::OkStatus();
    }
    if (Peek('(')) {
      const bool folded = folded_;
      if (Take("(?i:")) {
        folded_ = true;
      } else if (!Take("(?:")) {
        ++at_;
        if (Peek('?')) return Unknown("this kind of group");
      }
      RETURN_IF_ERROR(Alternatives(depth + 1));
      if (!Take(")")) return Unknown("a group without end");
      folded_ = folded;
      return GroupQuantifier(begin);
    }
    Set set;
    RETURN_IF_ERROR(Atom(&set));
    const int step = Emit(Step::kRepeat);
    pattern_.steps_[step].set = static_cast<int>(pattern_.sets_.size());
    pattern_.sets_.push_back(std::move(set));
    uint32_t min = 1, max = 1;
    bool possessive = false;
    RETURN_IF_ERROR(Quantifier(&min, &max, &possessive));
    pattern_.steps_[step].min = min;
    pattern_.steps_[step].max = max;
    pattern_.steps_[step].possessive = possessive;
    return absl::OkStatus();
  }

  // Groups may be optional; repeated ones do not occur.
  absl::Status GroupQuantifier(int begin) {
    uint32_t min = 1, max = 1;
    bool possessive = false;
    RETURN_IF_ERROR(Quantifier(&min, &max, &possessive));
    if (min == 1 && max == 1) return absl::OkStatus();
    if (min != 0 || max != 1 || possessive) {
      return Unknown("a repeated group");
    }
    InsertSplit(begin);
    pattern_.steps_[begin].b = Here();
    return absl::OkStatus();
  }

  absl::Status Quantifier(uint32_t* min, uint32_t* max, bool* possessive) {
    if (Take("?")) {
      *min = 0;
    } else if (Take("*")) {
      *min = 0;
      *max = kEndless;
    } else if (Take("+")) {
      *max = kEndless;
    } else if (Take("{")) {
      if (!Number(min)) return Unknown("this quantifier");
      *max = *min;
      if (Take(",")) {
        *max = kEndless;
        if (!Peek('}') && !Number(max)) return Unknown("this quantifier");
      }
      if (!Take("}") || *min > *max) return Unknown("this quantifier");
    } else {
      return absl::OkStatus();
    }
    *possessive = Take("+");
    if (Peek('?') || Peek('*')) return Unknown("this quantifier");
    return absl::OkStatus();
  }

  bool Number(uint32_t* value) {
    const size_t begin = at_;
    *value = 0;
    while (at_ < regex_.size() && at_ - begin < 4 && regex_[at_] >= '0' &&
           regex_[at_] <= '9') {
      *value = *value * 10 + static_cast<uint32_t>(regex_[at_++] - '0');
    }
    return at_ > begin;
  }

  absl::Status Atom(Set* set) {
    if (Take("[")) return Class(set);
    if (Take("\\")) {
      RETURN_IF_ERROR(Escape(set, /*in_class=*/false));
    } else if (Take(".")) {
      AddRange(set, '\n', '\n');
      set->negated = true;
    } else if (Peek('^') || Peek('$') || Peek('?') || Peek('*') || Peek('+') ||
               Peek('{')) {
      return Unknown("this character");
    } else {
      int length;
      const char32_t c = At(regex_, at_, &length);
      at_ += length;
      AddLiteral(set, c);
    }
    Finish(set);
    return absl::OkStatus();
  }

  void AddLiteral(Set* set, char32_t c) {
    AddRange(set, c, c);
    if (!folded_) return;
    const auto code = static_cast<UChar32>(c);
    for (const UChar32 other : {u_tolower(code), u_toupper(code)}) {
      AddRange(set, static_cast<char32_t>(other), static_cast<char32_t>(other));
    }
    // Their simple case folding reaches these two as well.
    if (c == 's' || c == 'S') AddRange(set, 0x17F, 0x17F);
    if (c == 'k' || c == 'K') AddRange(set, 0x212A, 0x212A);
  }

  void AddRange(Set* set, char32_t first, char32_t last) {
    set->ranges.emplace_back(first, last);
  }

  absl::Status Class(Set* set) {
    set->negated = Take("^");
    bool first = true;
    while (first || !Peek(']')) {
      first = false;
      if (at_ >= regex_.size()) return Unknown("a class without end");
      if (Peek('[') || regex_.substr(at_, 2) == "&&") {
        return Unknown("a class in a class");
      }
      char32_t low = 0;
      if (Take("\\")) {
        const size_t ranges = set->ranges.size();
        RETURN_IF_ERROR(Escape(set, /*in_class=*/true));
        if (set->ranges.size() == ranges || !Peek('-')) continue;
        low = set->ranges.back().first;
      } else {
        int length;
        low = At(regex_, at_, &length);
        at_ += length;
        AddRange(set, low, low);
      }
      if (!Peek('-') || regex_.substr(at_, 2) == "-]") continue;
      ++at_;
      Set high;
      if (Take("\\")) {
        RETURN_IF_ERROR(Escape(&high, /*in_class=*/true));
        if (high.ranges.size() != 1) return Unknown("this range");
      } else {
        if (at_ >= regex_.size()) return Unknown("a class without end");
        int length;
        AddRange(&high, At(regex_, at_, &length), 0);
        at_ += length;
      }
      if (high.ranges[0].first < low) return Unknown("this range");
      AddRange(set, low, high.ranges[0].first);
    }
    ++at_;
    if (folded_ && !set->ranges.empty()) return Unknown("a class under (?i:");
    Finish(set);
    return absl::OkStatus();
  }

  // After the backslash.
  absl::Status Escape(Set* set, bool in_class) {
    if (at_ >= regex_.size()) return Unknown("an escape without end");
    const char c = regex_[at_++];
    switch (c) {
      case 'p':
      case 'P': {
        if (!Take("{")) return Unknown("this property");
        const size_t end = regex_.find('}', at_);
        if (end == absl::string_view::npos) return Unknown("this property");
        const uint32_t mask = Categories(regex_.substr(at_, end - at_));
        if (mask == 0 || (c == 'P' && in_class)) {
          return Unknown("this property");
        }
        at_ = end + 1;
        set->categories |= mask;
        if (c == 'P') set->negated = true;
        return absl::OkStatus();
      }
      case 's':
      case 'S':
        if (c == 'S' && in_class) return Unknown("\\S in a class");
        set->space = true;
        if (c == 'S') set->negated = true;
        return absl::OkStatus();
      case 'd':
        set->categories |= U_GC_ND_MASK;
        return absl::OkStatus();
      case 'r':
        AddRange(set, '\r', '\r');
        return absl::OkStatus();
      case 'n':
        AddRange(set, '\n', '\n');
        return absl::OkStatus();
      case 't':
        AddRange(set, '\t', '\t');
        return absl::OkStatus();
      case 'u': {
        char32_t code = 0;
        if (at_ + 4 > regex_.size()) return Unknown("this escape");
        for (int i = 0; i < 4; ++i) {
          const char digit = regex_[at_++];
          if (!absl::ascii_isxdigit(digit)) return Unknown("this escape");
          code = code * 16 +
                 static_cast<char32_t>(
                     digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }
        AddRange(set, code, code);
        return absl::OkStatus();
      }
      default:
        if (absl::ascii_isalnum(c) || static_cast<uint8_t>(c) >= 0x80) {
          --at_;
          return Unknown("this escape");
        }
        AddRange(set, static_cast<char32_t>(c), static_cast<char32_t>(c));
        return absl::OkStatus();
    }
  }

  // Works out the answers for ASCII.
  static void Finish(Set* set) {
    for (char32_t c = 0; c < 0x80; ++c) {
      const uint8_t properties = Properties(c);
      bool found = ((set->categories >> (properties & 0x1F)) & 1) ||
                   (set->space && (properties & kSpaceBit));
      for (const auto& [first, last] : set->ranges) {
        found = found || (c >= first && c <= last);
      }
      if (found != set->negated) set->ascii[c >> 6] |= 1ull << (c & 63);
    }
  }

  const absl::string_view regex_;
  size_t at_ = 0;
  bool folded_ = false;
  Pattern pattern_;
};

absl::StatusOr<Pattern> Pattern::Compile(absl::string_view regex) {
  ASSIGN_OR_RETURN(Pattern pattern, PatternCompiler(regex).Compile());
  pattern.regex_ = std::string(regex);
  return pattern;
}

size_t Pattern::Run(absl::string_view text, size_t begin, int step) const {
  // What is left to try: go on at `step`, from `at` down to `low`.
  struct Choice {
    int step;
    size_t low;
    size_t at;
  };
  absl::InlinedVector<Choice, 16> choices;
  size_t at = begin;
  const auto back = [&]() -> bool {
    if (choices.empty()) return false;
    Choice& last = choices.back();
    step = last.step;
    at = last.at;
    if (last.at == last.low) {
      choices.pop_back();
    } else {
      last.at = Before(text, last.at, last.low);
    }
    return true;
  };
  while (true) {
    const Step& now = steps_[step];
    switch (now.kind) {
      case Step::kRepeat: {
        const Set& set = sets_[now.set];
        uint32_t count = 0;
        size_t low = at;  // after the first `min`
        while (count < now.max && at < text.size()) {
          int length;
          if (!set.Contains(At(text, at, &length))) break;
          at += length;
          if (++count == now.min) low = at;
        }
        if (count < now.min) {
          if (!back()) return kNone;
          break;
        }
        ++step;
        if (!now.possessive && at > low) {
          choices.push_back({step, low, Before(text, at, low)});
        }
        break;
      }
      case Step::kSplit:
        choices.push_back({now.b, at, at});
        step = now.a;
        break;
      case Step::kJump:
        step = now.a;
        break;
      case Step::kAhead: {
        const bool found = Run(text, at, step + 1) != kNone;
        if (found == (now.min == 1)) {
          step = now.a;
        } else if (!back()) {
          return kNone;
        }
        break;
      }
      case Step::kAccept:
        return at;
    }
  }
}

size_t Pattern::MatchAt(absl::string_view text, size_t begin) const {
  return Run(text, begin, 0);
}

bool Pattern::Find(absl::string_view text, size_t begin,
                   std::pair<size_t, size_t>* match) const {
  while (begin < text.size()) {
    const size_t end = Run(text, begin, 0);
    if (end != kNone && end > begin) {
      *match = {begin, end};
      return true;
    }
    int length;
    At(text, begin, &length);
    begin += length;
  }
  return false;
}

}  // namespace footnote
