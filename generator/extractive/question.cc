#include "generator/extractive/question.h"

#include <algorithm>

#include "base/utf8.h"
#include "generator/extractive/carriers.h"
#include "generator/extractive/codes.h"
#include "generator/extractive/measures.h"
#include "text/fold.h"
#include "text/korean_forms.h"
#include "text/other_stems.h"
#include "text/short_forms.h"
#include "text/words.h"

namespace footnote {
namespace extractive {
namespace {

// What a match is worth that is not the word itself.
constexpr float kWeakMatch = 0.5f;
// A beginning that very many words share says nothing.
constexpr size_t kMaxTermsPerKey = 8;

// The first is also the semicolon, which ends a question in Greek.
constexpr absl::string_view kQuestionMarks[] = {";", "?", "\u037e", "\u061f",
                                                "\uff1f"};

// -1 when `c` is no decimal digit of a script of the 23 languages.
int DigitValue(char32_t c) {
  // Zero of ASCII, Arabic-Indic, Persian, Devanagari and full-width digits.
  constexpr char32_t kZeros[] = {U'0', 0x0660, 0x06F0, 0x0966, 0xFF10};
  for (const char32_t zero : kZeros) {
    if (c >= zero && c <= zero + 9) return static_cast<int>(c - zero);
  }
  return -1;
}

bool IsHanNumeral(char32_t c) {
  constexpr char32_t kNumerals[] = U"〇一二三四五六七八九十百千万億萬亿两兩";
  return c >= 0x3007 && std::find(std::begin(kNumerals), std::end(kNumerals),
                                  c) != std::end(kNumerals);
}

class QuestionReader {
 public:
  explicit QuestionReader(Question* question) : question_(question) {}

  void Read(const std::vector<Token>& tokens) {
    for (size_t i = 0; i < tokens.size();) {
      size_t end = i;
      while (end < tokens.size() &&
             tokens[end].position == tokens[i].position) {
        ++end;
      }
      ReadPosition(&tokens[i], end - i);
      i = end;
    }
  }

 private:
  // The tokens of one word, or of one Han or Kana character.
  void ReadPosition(const Token* tokens, size_t count) {
    const bool has_surface = std::any_of(
        tokens, tokens + count,
        [](const Token& token) { return token.channel == kChannelSurface; });
    if (has_surface) AddWord(tokens, count);
    for (size_t i = 0; i < count; ++i) {
      if (tokens[i].channel == kChannelBigram) {
        AddTerm(tokens[i], tokens[i].key);
      }
    }
  }

  void AddWord(const Token* tokens, size_t count) {
    const Token* own = tokens;
    for (size_t i = 0; i < count; ++i) {
      if (tokens[i].channel == kChannelStem &&
          (tokens[i].flags & kTokenPart) == 0) {
        own = &tokens[i];
        break;
      }
    }
    const uint32_t term = AddTerm(*own, own->key);
    for (size_t i = 0; i < count; ++i) {
      const Token& token = tokens[i];
      if (&token == own || token.channel == kChannelBigram) continue;
      const bool whole =
          token.channel == kChannelSurface ||
          (token.channel == kChannelStem && (token.flags & kTokenPart) == 0);
      AddMatch(token.key, term, whole ? 1.0f : kWeakMatch);
    }
  }

  // The term with this key, new or met before.
  uint32_t AddTerm(const Token& token, uint64_t key) {
    const auto inserted =
        by_key_.insert({key, static_cast<uint32_t>(question_->terms.size())});
    const uint32_t term = inserted.first->second;
    if (inserted.second) {
      QuestionTerm added;
      added.span = {token.begin, token.end};
      added.is_stop_word = (token.flags & kTokenStopWord) != 0;
      added.is_number = (token.flags & kTokenNumber) != 0;
      added.is_name = !is_first_ && (token.flags & kTokenCapitalised) != 0;
      question_->terms.push_back(added);
      AddMatch(key, term, 1.0f);
    }
    if (!is_first_ && previous_ != term) {
      question_->pairs.push_back({previous_, term});
    }
    previous_ = term;
    is_first_ = false;
    return term;
  }

  void AddMatch(uint64_t key, uint32_t term, float strength) {
    std::vector<TermMatch>& matches = question_->matches[key];
    for (TermMatch& match : matches) {
      if (match.term == term) {
        match.strength = std::max(match.strength, strength);
        return;
      }
    }
    if (matches.size() < kMaxTermsPerKey) matches.push_back({term, strength});
  }

  Question* const question_;
  absl::flat_hash_map<uint64_t, uint32_t> by_key_;
  uint32_t previous_ = 0;
  bool is_first_ = true;
};

// Of Vietnamese, whose syllables are words, too.
void MarkHalfStopWords(const std::vector<Token>& tokens, Question* question) {
  absl::flat_hash_set<uint32_t> stop_begins;
  absl::flat_hash_set<uint32_t> stop_ends;
  for (const Token& token : tokens) {
    if (token.channel != kChannelBigram &&
        (token.flags & kTokenStopWord) != 0) {
      stop_begins.insert(token.begin);
      stop_ends.insert(token.end);
    }
  }
  for (QuestionTerm& term : question->terms) {
    term.is_half_stop_word =
        !term.is_stop_word && (stop_begins.contains(term.span.begin) ||
                               stop_ends.contains(term.span.end));
  }
}

// Units are something like the word that asks for them.
void AddUnits(const std::vector<Token>& tokens, Question* question) {
  for (const Token& token : tokens) {
    if (token.channel != kChannelSurface) continue;
    const std::vector<uint64_t>* const units =
        UnitsAskedFor(token.key, question->language);
    const auto asking = question->matches.find(token.key);
    if (units == nullptr || asking == question->matches.end()) continue;
    const uint32_t term = asking->second.front().term;
    for (const uint64_t unit : *units) {
      std::vector<TermMatch>& matches = question->matches[unit];
      if (matches.empty()) matches.push_back({term, kWeakMatch});
    }
  }
}

void MarkQuestionWords(absl::string_view words, Analyzer* analyzer,
                       Question* question) {
  std::vector<Token> tokens;
  analyzer->Analyze(words, question->language, &tokens);
  for (const Token& token : tokens) {
    if (token.channel == kChannelPrefix) continue;
    const auto found = question->matches.find(token.key);
    if (found == question->matches.end()) continue;
    for (const TermMatch& match : found->second) {
      if (match.strength >= 1) {
        question->terms[match.term].is_question_word = true;
      }
    }
  }
}

// Shorter words are another word with one letter changed.
constexpr size_t kLeastLetters = 5;

void TakeWords(absl::string_view text, Question* question) {
  if (IsWrittenWithoutSpaces(question->language) ||
      question->language == Language::kVi) {
    return;
  }
  for (QuestionTerm& term : question->terms) {
    if (!term.is_content()) continue;
    std::string word = Fold(text.substr(term.span.begin, term.span.size()),
                            question->language);
    if (static_cast<size_t>(CountCodePoints(word)) < kLeastLetters ||
        !DigitRuns(word).empty()) {
      continue;
    }
    term.word = std::move(word);
  }
}

// Other writings of a code stand for all of its words.
void AddOtherWritings(absl::string_view text, Question* question) {
  std::vector<TextSpan> codes = FindCodes(text);
  std::vector<Word> words;
  Words(text, &words);
  for (const Word& word : words) {
    if ((word.flags & kWordNumber) != 0) codes.push_back(word.span);
  }
  for (const TextSpan& code : codes) {
    for (const std::string& other :
         OtherWritings(text.substr(code.begin, code.size()))) {
      std::vector<TermMatch>& matches = question->matches[TermKey(
          kChannelSurface, Fold(other, question->language))];
      if (!matches.empty()) continue;
      for (uint32_t t = 0; t < question->terms.size(); ++t) {
        const TextSpan& span = question->terms[t].span;
        if (span.begin >= code.begin && span.end <= code.end) {
          matches.push_back({t, 1.0f});
        }
      }
    }
  }
}

void TakeDates(absl::string_view text, Question* question) {
  for (const DateInText& date :
       FindDates(text, question->spoken, kMostDatesAsked)) {
    std::vector<uint32_t> terms;
    for (uint32_t t = 0; t < question->terms.size(); ++t) {
      const TextSpan& span = question->terms[t].span;
      if (span.begin < date.span.end && span.end > date.span.begin) {
        terms.push_back(t);
      }
    }
    question->dates.push_back({date, std::move(terms)});
  }
}

// What carries the question is not what it is about, unless nothing else is
// there.
void MarkCarriers(absl::string_view text, Question* question) {
  const std::vector<TextSpan> carriers = FindCarriers(text, question->spoken);
  std::vector<QuestionTerm*> carrying;
  bool is_about_something = false;
  for (QuestionTerm& term : question->terms) {
    if (!term.is_content()) continue;
    const bool carries = std::any_of(
        carriers.begin(), carriers.end(), [&](const TextSpan& carrier) {
          return term.span.begin >= carrier.begin &&
                 term.span.end <= carrier.end;
        });
    if (carries) {
      carrying.push_back(&term);
    } else {
      is_about_something = true;
    }
  }
  if (!is_about_something) return;
  for (QuestionTerm* const term : carrying) term->is_question_word = true;
}

// What its words may be cut short to is something like the bigrams that it
// stands for.
void AddShortForms(absl::string_view text, const std::vector<Token>& tokens,
                   Question* question) {
  std::vector<ShortForm> forms;
  FindShortForms(text, tokens, &forms);
  auto first = tokens.begin();
  for (const ShortForm& form : forms) {
    while (first->begin < form.span.begin) ++first;
    if (question->matches.contains(form.key)) continue;
    std::vector<TermMatch> matches;
    for (auto token = first;
         token != tokens.end() && token->begin < form.span.end; ++token) {
      if (token->channel != kChannelBigram || token->end > form.span.end ||
          matches.size() == kMaxTermsPerKey) {
        continue;
      }
      matches.push_back(
          {question->matches[token->key].front().term, kWeakMatch});
    }
    question->matches[form.key] = std::move(matches);
  }
}

// The first of the terms that begin within `span` or behind it.
std::vector<QuestionTerm>::iterator FirstWithin(const TextSpan& span,
                                                Question* question) {
  return std::lower_bound(question->terms.begin(), question->terms.end(),
                          span.begin,
                          [](const QuestionTerm& term, uint32_t begin) {
                            return term.span.begin < begin;
                          });
}

// Endings of Korean verbs ask, and their pairs of characters say no more than a
// stop word does.
void MarkEndings(absl::string_view text, const std::vector<Token>& tokens,
                 Question* question) {
  for (const Token& token : tokens) {
    if (token.channel != kChannelSurface) continue;
    const TextSpan word = {token.begin, token.end};
    const size_t ending =
        word.begin + KoreanStemBytes(text.substr(word.begin, word.size()));
    for (auto term = FirstWithin(word, question);
         term != question->terms.end() && term->span.begin < word.end; ++term) {
      if (term->span.size() < word.size() && term->span.end > ending) {
        term->is_stop_word = true;
      }
    }
  }
}

// What the key `own` matches wholly; of a word of Hangul its pairs of
// characters, too, as something like them.
std::vector<TermMatch> WholeMatches(uint64_t own, Question* question) {
  std::vector<TermMatch> whole;
  const auto found = question->matches.find(own);
  if (found == question->matches.end()) return whole;
  for (const TermMatch& match : found->second) {
    if (match.strength >= 1) whole.push_back(match);
  }
  if (question->language != Language::kKo || whole.empty()) return whole;
  const TextSpan word = question->terms[whole[0].term].span;
  for (auto term = FirstWithin(word, question);
       term != question->terms.end() && term->span.begin < word.end &&
       whole.size() < kMaxTermsPerKey;
       ++term) {
    const uint32_t pair = static_cast<uint32_t>(term - question->terms.begin());
    if (pair == whole[0].term || term->is_stop_word) continue;
    whole.push_back({pair, kWeakMatch});
  }
  return whole;
}

// What another stem of a word stands for is the word.
void AddOtherStems(absl::string_view text, Analyzer* analyzer,
                   Question* question) {
  std::vector<OtherStem> stems;
  FindOtherStems(text, question->language, analyzer, &stems);
  uint64_t own = 0;
  std::vector<TermMatch> words;
  for (const OtherStem& other : stems) {
    if (other.own != own) {
      own = other.own;
      words = WholeMatches(own, question);
    }
    if (words.empty()) continue;
    std::vector<TermMatch>& matches = question->matches[other.key];
    for (const TermMatch& word : words) {
      if (matches.size() == kMaxTermsPerKey) break;
      matches.push_back(word);
    }
  }
}

// Its bigrams that may be short for two words: a word of two characters, or two
// words of one, as dictionaries cut what they do not have.
void FindAbbreviations(const std::vector<Token>& tokens, Question* question) {
  const auto is_word = [](const Token& token) {
    return token.channel == kChannelStem && (token.flags & kTokenStopWord) == 0;
  };
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    const Token& word = tokens[i];
    const Token& bigram = tokens[i + 1];
    if (!is_word(word) || bigram.channel != kChannelBigram ||
        bigram.begin != word.begin || word.end > bigram.end) {
      continue;
    }
    const bool whole = word.end == bigram.end;
    // The next character's word follows the bigram.
    if (!whole &&
        (i + 2 == tokens.size() || !is_word(tokens[i + 2]) ||
         tokens[i + 2].begin != word.end || tokens[i + 2].end != bigram.end)) {
      continue;
    }
    question->abbreviations[bigram.key] = {
        question->matches[bigram.key].front().term, whole};
  }
}

// Pairs of Hiragana are mostly grammar, and pass for stop words. In a question
// that holds nothing else, those within words that are none say what it is
// about: "ごみはいつだしますか". Words that ask do not.
void TakeKanaWords(const std::vector<Token>& tokens, Question* question) {
  uint32_t word_begin = 0;
  uint32_t word_end = 0;
  for (const Token& token : tokens) {
    if (token.channel == kChannelStem) {
      const bool stop = (token.flags & kTokenStopWord) != 0;
      word_begin = token.begin;
      word_end = stop ? token.begin : token.end;
    }
    if (token.channel != kChannelBigram || token.begin < word_begin ||
        token.end > word_end) {
      continue;
    }
    for (const TermMatch& match : question->matches[token.key]) {
      QuestionTerm& term = question->terms[match.term];
      term.is_stop_word = term.is_question_word;
    }
  }
}

}  // namespace

bool Question::IsEmpty() const {
  return std::all_of(terms.begin(), terms.end(), [](const QuestionTerm& term) {
    return term.is_stop_word;
  });
}

Question ReadQuestion(absl::string_view text, Language analysis,
                      Language spoken, Analyzer* analyzer) {
  Question question;
  question.language = analysis;
  question.spoken = spoken;
  const AskedType asked = FindAskedType(text, spoken);
  question.type = asked.type;
  std::vector<Token> tokens;
  analyzer->Analyze(text, analysis, &tokens);
  QuestionReader(&question).Read(tokens);
  MarkQuestionWords(asked.words, analyzer, &question);
  MarkCarriers(text, &question);
  TakeWords(text, &question);
  if (analysis == Language::kVi) MarkHalfStopWords(tokens, &question);
  FindAbbreviations(tokens, &question);
  AddUnits(tokens, &question);
  AddShortForms(text, tokens, &question);
  if (analysis == spoken) {
    if (analysis == Language::kKo) MarkEndings(text, tokens, &question);
    AddOtherStems(text, analyzer, &question);
  }
  AddOtherWritings(text, &question);
  if (question.IsEmpty()) TakeKanaWords(tokens, &question);
  TakeDates(text, &question);
  for (std::string& number : DigitRuns(text)) {
    question.numbers.insert(std::move(number));
  }
  for (std::string& number : HanNumbers(text)) {
    question.numbers.insert(std::move(number));
  }
  return question;
}

bool Asks(absl::string_view text, const Question& question) {
  if (question.type != AnswerType::kAny) return true;
  return std::any_of(std::begin(kQuestionMarks), std::end(kQuestionMarks),
                     [&](absl::string_view mark) {
                       return text.find(mark) != absl::string_view::npos;
                     });
}

void SetRarity(absl::Span<const uint64_t> keys,
               absl::Span<const float> rarities, Question* question) {
  constexpr double kUnknown = -1;
  std::vector<double> rarity(question->terms.size(), kUnknown);
  double rarest = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto found = question->matches.find(keys[i]);
    if (found == question->matches.end()) continue;
    for (const TermMatch& match : found->second) {
      if (match.strength < 1) continue;
      // Of a stem and its surfaces the stem, which is the most common.
      double& own = rarity[match.term];
      own = own == kUnknown ? rarities[i] : std::min<double>(own, rarities[i]);
      rarest = std::max<double>(rarest, rarities[i]);
    }
  }
  const size_t unknown =
      std::count(rarity.begin(), rarity.end(), double{kUnknown});
  if (rarest == 0 || 2 * unknown > rarity.size()) return;
  std::replace(rarity.begin(), rarity.end(), double{kUnknown}, rarest);
  question->rarity = std::move(rarity);
}

std::vector<std::string> DigitRuns(absl::string_view utf8) {
  std::vector<std::string> runs;
  bool in_run = false;
  for (size_t i = 0; i < utf8.size();) {
    int length = 1;
    const char32_t c = DecodeUtf8(utf8, i, &length);
    const int digit = DigitValue(c);
    if (digit >= 0) {
      if (!in_run) runs.emplace_back();
      runs.back().push_back(static_cast<char>('0' + digit));
    }
    in_run = digit >= 0;
    i += length;
  }
  return runs;
}

std::vector<std::string> HanNumbers(absl::string_view utf8) {
  std::vector<std::string> runs;
  const auto end_run = [&runs](absl::string_view run) {
    if (!run.empty() && run != "一") runs.emplace_back(run);
  };
  size_t begin = 0;
  size_t i = 0;
  while (i < utf8.size()) {
    int length = 1;
    const char32_t c = DecodeUtf8(utf8, i, &length);
    if (!IsHanNumeral(c)) {
      end_run(utf8.substr(begin, i - begin));
      begin = i + length;
    }
    i += length;
  }
  end_run(utf8.substr(begin));
  return runs;
}

}  // namespace extractive
}  // namespace footnote
