#include "generator/extractive/missing.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/utf8.h"
#include "generator/extractive/answer_type.h"
#include "text/fold.h"
#include "text/language.h"
#include "text/scripts.h"
#include "text/span.h"

namespace footnote {
namespace extractive {
namespace {

// What is known of each byte of a question.
enum class Byte : char { kSaysNothing, kMissing, kSpokenOf };

bool IsHeld(size_t term, const Candidates& candidates) {
  for (const Candidate& candidate : candidates.items) {
    if (candidate.strength[term] > 0) return true;
  }
  for (const std::vector<float>& strength : candidates.heading_strength) {
    if (strength[term] > 0) return true;
  }
  return false;
}

// Where the word ends whose bytes before `end` are missing: what follows in
// Katakana belongs to it, one word, mostly of another language, though a pair
// with the next word may be held.
size_t EndOfWord(absl::string_view text, size_t end) {
  int length = 1;
  const size_t last = FloorToCodePoint(text, end - 1);
  if (!IsKatakana(DecodeUtf8(text, last, &length))) return end;
  while (end < text.size() && IsKatakana(DecodeUtf8(text, end, &length))) {
    end += length;
  }
  return end;
}

// [begin, end), and what is around it of a word of Hangul: spaces part words,
// of which pairs of characters may be held.
absl::string_view WithRestOfWord(absl::string_view text, size_t begin,
                                 size_t end) {
  int length = 1;
  size_t at = FloorToCodePoint(text, end - 1);
  if (IsHangul(DecodeUtf8(text, at, &length))) {
    while (end < text.size() && IsHangul(DecodeUtf8(text, end, &length))) {
      end += length;
    }
  }
  at = begin;
  while (IsHangul(DecodeUtf8(text, at, &length))) {
    begin = at;
    if (begin == 0) break;
    at = FloorToCodePoint(text, begin - 1);
  }
  return text.substr(begin, end - begin);
}

// Widens [begin, end) to what hyphens join it with, as far as that says
// something, too: not "-il".
void JoinAtHyphens(absl::string_view text, const std::vector<Byte>& bytes,
                   size_t* begin, size_t* end) {
  const auto says = [&](size_t i) { return bytes[i] != Byte::kSaysNothing; };
  while (*end + 1 < text.size() && text[*end] == '-' && says(*end + 1)) {
    for (++*end; *end < text.size() && says(*end);) ++*end;
  }
  while (*begin > 1 && text[*begin - 1] == '-' && says(*begin - 2)) {
    for (--*begin; *begin > 0 && says(*begin - 1);) --*begin;
  }
}

// Less the syllables at both ends that are never part of a Vietnamese word.
absl::string_view WithoutVietnameseParticles(absl::string_view run) {
  constexpr absl::string_view kParticles[] = {
      "của", "và", "là", "các", "những", "một", "đã",   "sẽ",    "đang",
      "bị",  "ở",  "để", "với", "rằng",  "tại", "hoặc", "nhưng", "cho"};
  bool trimmed = true;
  while (trimmed) {
    trimmed = false;
    for (const absl::string_view particle : kParticles) {
      trimmed |= absl::ConsumePrefix(&run, absl::StrCat(particle, " ")) ||
                 absl::ConsumeSuffix(&run, absl::StrCat(" ", particle));
    }
  }
  return run;
}

bool HasNoSpaces(Language language) {
  return language == Language::kJa || language == Language::kZh;
}

struct Character {
  char32_t bare;
  size_t begin;
  size_t end;
};

std::vector<Character> CharactersOf(absl::string_view text) {
  std::vector<Character> characters;
  for (size_t at = 0; at < text.size();) {
    int length = 1;
    const char32_t bare = BareCodePoint(DecodeUtf8(text, at, &length));
    characters.push_back({bare, at, at + length});
    at += length;
  }
  return characters;
}

// What asks is no term where it is a character alone: 誰.
void MarkWhatAsks(absl::string_view text, Language language,
                  std::vector<Byte>* bytes) {
  const absl::string_view words = FindAskedType(text, language).words;
  const std::vector<Character> asked =
      CharactersOf(absl::StripSuffix(words, "$"));
  if (asked.empty()) return;
  const std::vector<Character> all = CharactersOf(text);
  const auto same = [](const Character& a, const Character& b) {
    return a.bare == b.bare;
  };
  auto at = all.begin();
  while ((at = std::search(at, all.end(), asked.begin(), asked.end(), same)) !=
         all.end()) {
    std::fill(bytes->begin() + at->begin,
              bytes->begin() + at[asked.size() - 1].end, Byte::kSpokenOf);
    at += asked.size();
  }
}

// Where words are not parted all that is asked may be one.
std::string Shortened(absl::string_view word) {
  constexpr size_t kMostBytes = 100;
  if (word.size() <= kMostBytes) return std::string(word);
  return absl::StrCat(word.substr(0, FloorToCodePoint(word, kMostBytes)), "…");
}

// Less the Hiragana around it, particles and endings, where it is not all that
// there is.
absl::string_view WithoutParticles(absl::string_view run) {
  size_t begin = run.size();
  size_t end = 0;
  for (size_t i = 0; i < run.size();) {
    int length = 1;
    if (!IsHiragana(DecodeUtf8(run, i, &length))) {
      begin = std::min(begin, i);
      end = i + length;
    }
    i += length;
  }
  return begin < end ? run.substr(begin, end - begin) : run;
}

}  // namespace

std::vector<absl::string_view> MissingWords(absl::string_view text,
                                            const Question& question,
                                            const Candidates& candidates) {
  std::vector<Byte> bytes(text.size(), Byte::kSaysNothing);
  std::vector<TextSpan> terms;
  for (size_t t = 0; t < question.terms.size(); ++t) {
    const QuestionTerm& term = question.terms[t];
    if (!term.is_content() && !term.is_question_word) continue;
    const bool is_missing = term.is_content() && !IsHeld(t, candidates);
    if (is_missing) terms.push_back(term.span);
    const Byte what = is_missing ? Byte::kMissing : Byte::kSpokenOf;
    for (uint32_t i = term.span.begin; i < term.span.end; ++i) {
      bytes[i] = std::max(bytes[i], what);
    }
  }
  if (HasNoSpaces(question.language)) {
    MarkWhatAsks(text, question.language, &bytes);
  }
  std::sort(terms.begin(), terms.end(),
            [](const TextSpan& a, const TextSpan& b) {
              return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
            });
  std::vector<absl::string_view> missing;
  absl::flat_hash_set<absl::string_view> known;
  auto term = terms.begin();
  for (size_t i = 0; i < text.size();) {
    if (bytes[i] != Byte::kMissing) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && bytes[end] == Byte::kMissing) ++end;
    end = EndOfWord(text, end);
    // What is left of a pair of characters is no word.
    bool is_word = false;
    for (; term != terms.end() && term->begin < end; ++term) {
      is_word |= term->begin >= i && term->end <= end;
    }
    if (is_word) {
      size_t begin = i;
      JoinAtHyphens(text, bytes, &begin, &end);
      absl::string_view word = WithoutParticles(
          absl::StripAsciiWhitespace(WithRestOfWord(text, begin, end)));
      if (question.language == Language::kVi) {
        word = WithoutVietnameseParticles(word);
      }
      if (known.insert(word).second) missing.push_back(word);
    }
    i = end;
  }
  return missing;
}

std::string TellMissing(const std::vector<absl::string_view>& missing,
                        size_t passages) {
  if (missing.empty()) {
    return absl::StrCat(
        passages == 1 ? "the one passage that was found"
                      : absl::StrCat("the best of ", passages, " passages"),
        " speaks of it, but does not seem to say what was asked");
  }
  constexpr size_t kNamed = 3;
  const size_t named = std::min(missing.size(), kNamed);
  std::string words;
  for (size_t i = 0; i < named; ++i) {
    if (i > 0) words += i + 1 == missing.size() ? " or " : ", ";
    absl::StrAppend(&words, "“", Shortened(missing[i]), "”");
  }
  if (missing.size() > named) absl::StrAppend(&words, " …");
  return absl::StrCat(
      passages == 1 ? "the one passage that was found does not speak of "
                    : absl::StrCat("none of the ", passages,
                                   " passages that were found speaks of "),
      words);
}

}  // namespace extractive
}  // namespace footnote
