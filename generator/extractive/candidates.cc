#include "generator/extractive/candidates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "generator/extractive/misspelling.h"
#include "text/dates.h"
#include "text/fold.h"
#include "text/number_words.h"
#include "text/sentences.h"
#include "text/short_forms.h"
#include "text/words.h"

namespace footnote {
namespace extractive {
namespace {

// A Han, Kana or Hangul character says about as much as 2.2 letters: the ratio
// of the lengths of the same news in Chinese, Japanese, Korean and English.
constexpr double kDenseCharacter = 2.2;
// No part of a cut sentence is shorter, in the unit of Candidate::length.
constexpr double kMinClause = 60;

bool IsDense(char32_t c) {
  return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

// Signs that end a clause. The first group needs white space behind it ("1,5").
bool EndsClause(char32_t c, absl::string_view after) {
  constexpr char32_t kBeforeSpace[] = {U',',   U';',   U':',  0x060C,
                                       0x061B, 0x2013, 0x2014};
  constexpr char32_t kAlone[] = {0xFF0C, 0xFF1B, 0xFF1A, 0x3001};
  if (std::find(std::begin(kAlone), std::end(kAlone), c) != std::end(kAlone)) {
    return true;
  }
  return !after.empty() && absl::ascii_isspace(after[0]) &&
         std::find(std::begin(kBeforeSpace), std::end(kBeforeSpace), c) !=
             std::end(kBeforeSpace);
}

bool EndsWithAny(absl::string_view text,
                 std::initializer_list<absl::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [text](absl::string_view end) {
    return absl::EndsWith(text, end);
  });
}

bool IsLabelled(absl::string_view text) {
  for (const absl::string_view colon : {": ", "："}) {
    const size_t at = text.find(colon);
    if (at != absl::string_view::npos && at > 0 &&
        at + colon.size() < text.size()) {
      return true;
    }
  }
  return false;
}

bool IsYear(const std::string& digits) {
  return digits.size() == 4 &&
         (digits[0] == '1' || absl::StartsWith(digits, "20"));
}

using KeySet = absl::flat_hash_set<uint64_t>;

// The keys of a language's words for numbers; the one for 1 is an article in
// many. Made once for each language that is met.
const KeySet& NumberKeys(Language language) {
  static std::array<std::once_flag, kLanguageCount> once;
  static auto* const keys = new std::array<KeySet, kLanguageCount>;
  const size_t index = static_cast<size_t>(language) % kLanguageCount;
  std::call_once(once[index], [&] {
    for (const auto& [word, number] : NumberWords(language)) {
      if (number > 1) {
        (*keys)[index].insert(TermKey(kChannelSurface, word));
      }
    }
  });
  return (*keys)[index];
}

// "31 March 2026" is more than "March 2026", and may be what is asked for.
bool SaysMore(const Date& there, const Date& asked) {
  return (asked.year == 0 && there.year != 0) ||
         (asked.day == 0 && there.day != 0);
}

// Marks the terms of dates that `text` writes in another way; calls `found`
// with each, and with what it was asked for.
template <typename Found>
void MatchDates(const Question& question, absl::string_view text,
                Language language, std::vector<float>* strength,
                const Found& found) {
  if (question.dates.empty()) return;
  for (const DateInText& there : FindDates(text, language)) {
    for (const Question::AskedDate& asked : question.dates) {
      const float same = SameDate(asked.date, there);
      if (same <= 0) continue;
      for (const uint32_t term : asked.terms) {
        float& own = (*strength)[term];
        own = std::max(own, same);
      }
      found(there, asked);
    }
  }
}

// Fills what a candidate holds from the tokens of its passage.
class Inspector {
 public:
  Inspector(const Question& question, const SourcePassage& passage)
      : question_(question),
        text_(passage.text),
        headings_(passage.headings),
        language_(passage.language),
        number_keys_(NumberKeys(passage.language)) {}

  void Inspect(const Token* begin, const Token* end, Candidate* candidate) {
    candidate->strength.assign(question_.terms.size(), 0);
    candidate->position.assign(question_.terms.size(), -1);
    MatchTerms(begin, end, candidate);
    CountNews(begin, end, candidate);
    const absl::string_view sentence =
        text_.substr(candidate->span.begin, candidate->span.size());
    const auto begin_of = [&](uint32_t at) {
      return std::find_if(begin, end,
                          [at](const Token& t) { return t.end > at; });
    };
    std::string rest;
    if (!question_.dates.empty()) rest = std::string(sentence);
    MatchDates(question_, sentence, language_, &candidate->strength,
               [&](const DateInText& there, const Question::AskedDate& asked) {
                 const TextSpan& span = there.span;
                 // What was asked with is no news.
                 if (!SaysMore(there.date, asked.date.date)) {
                   std::fill(rest.begin() + span.begin, rest.begin() + span.end,
                             ' ');
                 }
                 const uint32_t begin = candidate->span.begin + span.begin;
                 const Token* token = begin_of(begin);
                 if (token == end) return;
                 for (const uint32_t term : asked.terms) {
                   int32_t& position = candidate->position[term];
                   if (position < 0) position = token->position;
                 }
               });
    for (const std::string& number :
         DigitRuns(question_.dates.empty() ? sentence : rest)) {
      if (question_.numbers.contains(number)) continue;
      candidate->has_new_number = true;
      candidate->has_new_year |= IsYear(number);
    }
    for (const std::string& number : HanNumbers(sentence)) {
      candidate->has_number_word |= !question_.numbers.contains(number);
    }
    candidate->length = ReadingLength(sentence);
    candidate->is_heading = std::find(headings_.begin(), headings_.end(),
                                      sentence) != headings_.end();
    candidate->is_question = EndsWithAny(sentence, {"?", "؟", "？", ";?"});
    candidate->ends_with_colon = EndsWithAny(sentence, {":", "："});
    candidate->is_row = absl::StrContains(sentence, " | ");
    candidate->is_labelled = IsLabelled(sentence);
    candidate->is_sentence =
        EndsWithAny(sentence, {"。", "！"}) ||
        (EndsWithAny(sentence, {".", "!", "।", "۔"}) &&
         std::count(sentence.begin(), sentence.end(), ' ') >= 2);
  }

 private:
  void MatchTerms(const Token* begin, const Token* end, Candidate* candidate) {
    for (const Token* token = begin; token != end; ++token) {
      const auto found = question_.matches.find(token->key);
      if (found == question_.matches.end()) continue;
      const bool part = (token->flags & kTokenPart) != 0;
      for (const TermMatch& match : found->second) {
        const float strength =
            part ? std::min(match.strength, 0.5f) : match.strength;
        if (strength > candidate->strength[match.term]) {
          candidate->strength[match.term] = strength;
        }
        if (candidate->position[match.term] < 0) {
          candidate->position[match.term] = token->position;
        }
      }
    }
  }

  // Words that match no term of the question; of Han and Kana, bigrams.
  void CountNews(const Token* begin, const Token* end, Candidate* candidate) {
    seen_.clear();
    bool first = true;
    // The first word has a capital whatever it is; it is a name's where the
    // next has one, too.
    bool may_begin_name = false;
    for (const Token* token = begin; token != end;) {
      const Token* next = token;
      bool known = false;
      const Token* own = nullptr;
      for (; next != end && next->position == token->position; ++next) {
        known |= question_.matches.contains(next->key);
        const bool names_word =
            next->channel == kChannelSurface || next->channel == kChannelBigram;
        if (names_word && own == nullptr) own = next;
      }
      if (!known && own != nullptr) {
        if (seen_.insert(own->key).second) ++candidate->new_terms;
        const bool is_capitalised = (own->flags & kTokenCapitalised) != 0;
        if (is_capitalised && !first) {
          candidate->new_capitalised += may_begin_name ? 2 : 1;
        }
        may_begin_name =
            first && is_capitalised && (own->flags & kTokenStopWord) == 0;
        if ((own->flags & kTokenNumber) != 0) {
          UpdateNumberDistance(static_cast<int>(own->position), candidate);
        }
        candidate->has_number_word |= number_keys_.contains(own->key);
      }
      if (own == nullptr || known) may_begin_name = false;
      if (own != nullptr) first = false;
      token = next;
    }
  }

  void UpdateNumberDistance(int position, Candidate* candidate) const {
    for (const int32_t term : candidate->position) {
      if (term < 0) continue;
      const int distance = std::abs(term - position);
      if (candidate->number_distance < 0 ||
          distance < candidate->number_distance) {
        candidate->number_distance = distance;
      }
    }
  }

  const Question& question_;
  const absl::string_view text_;
  const std::vector<absl::string_view>& headings_;
  const Language language_;
  const KeySet& number_keys_;
  KeySet seen_;
};

// What is spelled out is something like its abbreviation.
constexpr float kSpelledOut = 0.5f;

// A place of a candidate that spells out what the question has short.
struct SpelledOut {
  size_t candidate;
  Abbreviation abbreviation;
  uint32_t position;
};

void MarkSpelledOut(const std::vector<SpelledOut>& places,
                    std::vector<Candidate>* candidates) {
  absl::flat_hash_map<uint32_t, bool> is_there;
  for (const SpelledOut& place : places) {
    Candidate& candidate = (*candidates)[place.candidate];
    const uint32_t term = place.abbreviation.term;
    if (place.abbreviation.is_word) {
      const auto known = is_there.try_emplace(term, false);
      if (known.second) {
        known.first->second =
            std::any_of(candidates->begin(), candidates->end(),
                        [term](const Candidate& other) {
                          return other.strength[term] >= 1;
                        });
      }
      if (known.first->second) continue;
    }
    candidate.strength[term] = std::max(candidate.strength[term], kSpelledOut);
    if (candidate.position[term] < 0) {
      candidate.position[term] = static_cast<int32_t>(place.position);
    }
  }
}

// What is one slip of the fingers away is something like the word.
constexpr float kMisspelt = 0.5f;
// Each of these words is compared with each of the passages. Where a question
// has more of them, they are not slips.
constexpr size_t kMostMisspelt = 32;

// Terms that neither a candidate nor a heading holds, of those with a word; the
// first ones.
std::vector<uint32_t> NowhereFound(const Question& question,
                                   const Candidates& found) {
  std::vector<uint32_t> nowhere;
  for (uint32_t t = 0;
       t < question.terms.size() && nowhere.size() < kMostMisspelt; ++t) {
    if (question.terms[t].word.empty()) continue;
    const bool is_there =
        std::any_of(found.items.begin(), found.items.end(),
                    [t](const Candidate& c) { return c.strength[t] > 0; }) ||
        std::any_of(found.heading_strength.begin(),
                    found.heading_strength.end(),
                    [t](const std::vector<float>& s) { return s[t] > 0; });
    if (!is_there) nowhere.push_back(t);
  }
  return nowhere;
}

// Marks `terms` where a word of `passages` is one slip away from theirs.
void MarkMisspelt(const Question& question, const std::vector<uint32_t>& terms,
                  const std::vector<SourcePassage>& passages,
                  Candidates* found) {
  std::vector<Word> words;
  const auto mark = [&](absl::string_view text, Language language,
                        const auto& mark_one) {
    words.clear();
    Words(text, &words);
    for (const Word& word : words) {
      const std::string folded =
          Fold(text.substr(word.span.begin, word.span.size()), language);
      for (const uint32_t term : terms) {
        if (IsMisspelling(question.terms[term].word, folded)) mark_one(term);
      }
    }
  };
  for (Candidate& candidate : found->items) {
    const SourcePassage& passage = passages[candidate.passage];
    mark(passage.text.substr(candidate.span.begin, candidate.span.size()),
         passage.language,
         [&](uint32_t term) { candidate.strength[term] = kMisspelt; });
  }
  for (size_t p = 0; p < passages.size(); ++p) {
    for (const absl::string_view heading : passages[p].headings) {
      mark(heading, passages[p].language, [&](uint32_t term) {
        found->heading_strength[p][term] = kMisspelt;
      });
    }
  }
}

std::vector<float> HeadingStrength(const Question& question,
                                   const SourcePassage& passage,
                                   Analyzer* analyzer) {
  std::vector<float> strength(question.terms.size(), 0);
  std::vector<Token> tokens;
  std::vector<ShortForm> forms;
  for (const absl::string_view heading : passage.headings) {
    tokens.clear();
    analyzer->Analyze(heading, passage.language, &tokens);
    for (const Token& token : tokens) {
      const auto found = question.matches.find(token.key);
      if (found == question.matches.end()) continue;
      for (const TermMatch& match : found->second) {
        strength[match.term] = std::max(strength[match.term], match.strength);
      }
    }
    MatchDates(question, heading, passage.language, &strength,
               [](const DateInText&, const Question::AskedDate&) {});
    if (question.abbreviations.empty()) continue;
    forms.clear();
    FindShortForms(heading, tokens, &forms);
    for (const ShortForm& form : forms) {
      const auto found = question.abbreviations.find(form.key);
      if (found == question.abbreviations.end() || found->second.is_word) {
        continue;
      }
      float& own = strength[found->second.term];
      own = std::max(own, kSpelledOut);
    }
  }
  return strength;
}

}  // namespace

double ReadingLength(absl::string_view utf8) {
  double length = 0;
  for (size_t i = 0; i < utf8.size();) {
    int bytes = 1;
    length += IsDense(DecodeUtf8(utf8, i, &bytes)) ? kDenseCharacter : 1;
    i += bytes;
  }
  return length;
}

void CutAtClauses(absl::string_view text, TextSpan sentence, double max_length,
                  std::vector<TextSpan>* parts) {
  const double length =
      ReadingLength(text.substr(sentence.begin, sentence.size()));
  if (length <= max_length) {
    parts->push_back(sentence);
    return;
  }
  // The border nearest to the middle, so that the parts are alike.
  uint32_t best = 0;
  double best_distance = length;
  double before = 0;
  for (uint32_t i = sentence.begin; i < sentence.end;) {
    int bytes = 1;
    const char32_t c = DecodeUtf8(text, i, &bytes);
    before += IsDense(c) ? kDenseCharacter : 1;
    i += bytes;
    if (i >= sentence.end || before < kMinClause ||
        length - before < kMinClause ||
        !EndsClause(c, text.substr(i, sentence.end - i))) {
      continue;
    }
    const double distance = std::fabs(before - length / 2);
    if (distance < best_distance) {
      best_distance = distance;
      best = i;
    }
  }
  if (best == 0) {
    parts->push_back(sentence);
    return;
  }
  TextSpan left = {sentence.begin, best};
  TextSpan right = {best, sentence.end};
  while (!left.empty() && absl::ascii_isspace(text[left.end - 1])) --left.end;
  while (!right.empty() && absl::ascii_isspace(text[right.begin])) {
    ++right.begin;
  }
  if (!left.empty()) CutAtClauses(text, left, max_length, parts);
  if (!right.empty()) CutAtClauses(text, right, max_length, parts);
}

// What all candidates hold of all terms; of a question as people ask it more
// sentences than anybody sends.
constexpr size_t kMostHeld = 8 << 20;

Candidates FindCandidates(const Question& question,
                          const std::vector<SourcePassage>& passages,
                          double max_length, Analyzer* analyzer) {
  Candidates found;
  std::vector<TextSpan> sentences;
  std::vector<TextSpan> spans;
  std::vector<Token> tokens;
  std::vector<ShortForm> forms;
  std::vector<SpelledOut> spelled_out;
  for (uint32_t p = 0; p < passages.size(); ++p) {
    const SourcePassage& passage = passages[p];
    sentences.clear();
    spans.clear();
    tokens.clear();
    Sentences(passage.text, passage.language, &sentences);
    for (const TextSpan& sentence : sentences) {
      CutAtClauses(passage.text, sentence, max_length, &spans);
    }
    analyzer->Analyze(passage.text, passage.language, &tokens);
    forms.clear();
    if (!question.abbreviations.empty()) {
      FindShortForms(passage.text, tokens, &forms);
    }
    auto form = forms.begin();
    Inspector inspector(question, passage);
    const size_t first = found.items.size();
    const Token* token = tokens.data();
    const Token* const end = token + tokens.size();
    for (uint32_t s = 0; s < spans.size(); ++s) {
      if (found.items.size() * question.terms.size() >= kMostHeld) break;
      while (token != end && token->begin < spans[s].begin) ++token;
      const Token* last = token;
      while (last != end && last->begin < spans[s].end) ++last;
      Candidate candidate;
      candidate.passage = p;
      candidate.ordinal = s;
      candidate.span = spans[s];
      inspector.Inspect(token, last, &candidate);
      for (; form != forms.end() && form->span.begin < spans[s].end; ++form) {
        const auto asked = question.abbreviations.find(form->key);
        if (asked == question.abbreviations.end() ||
            form->span.begin < spans[s].begin) {
          continue;
        }
        spelled_out.push_back(
            {found.items.size(), asked->second, form->position});
      }
      found.items.push_back(std::move(candidate));
      token = last;
    }
    // Where they were too many, who looks at the next must not find one.
    for (size_t i = first; i < found.items.size(); ++i) {
      found.items[i].count = static_cast<uint32_t>(found.items.size() - first);
    }
    found.heading_strength.push_back(
        HeadingStrength(question, passage, analyzer));
    found.headings.push_back(passage.headings);
  }
  MarkSpelledOut(spelled_out, &found.items);
  const std::vector<uint32_t> nowhere = NowhereFound(question, found);
  if (!nowhere.empty()) MarkMisspelt(question, nowhere, passages, &found);
  return found;
}

double HeldShare(const Question& question, const std::vector<float>& strength) {
  double held = 0;
  double total = 0;
  for (size_t t = 0; t < question.terms.size(); ++t) {
    if (!question.terms[t].is_content() ||
        question.terms[t].is_half_stop_word) {
      continue;
    }
    const double rarity = question.rarity.empty() ? 1 : question.rarity[t];
    held += rarity * strength[t];
    total += rarity;
  }
  return total > 0 ? held / total : 0;
}

}  // namespace extractive
}  // namespace footnote
