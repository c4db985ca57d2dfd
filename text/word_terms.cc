#include "text/word_terms.h"

#include <libstemmer.h>

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/utf8.h"
#include "text/analyzer.h"
#include "text/compounds.h"
#include "text/fold.h"
#include "text/language_table.h"
#include "text/stem_light.h"
#include "text/stop_words.h"
#include "text/word.h"

namespace footnote {
namespace {

constexpr size_t kPrefixLetters = 5;
constexpr size_t kHangulPrefixLetters = 2;

Script ScriptOf(char32_t c, uint8_t word_flags) {
  if ((word_flags & kWordCjk) != 0) return Script::kCjk;
  if ((word_flags & kWordHangul) != 0) return Script::kHangul;
  if ((word_flags & kWordLatin) != 0) return Script::kLatin;
  if (c >= 0x0370 && c <= 0x03FF) return Script::kGreek;
  if (c >= 0x1F00 && c <= 0x1FFF) return Script::kGreek;
  if (c >= 0x0400 && c <= 0x052F) return Script::kCyrillic;
  if (c >= 0x0590 && c <= 0x05FF) return Script::kHebrew;
  if (c >= 0x0600 && c <= 0x077F) return Script::kArabic;
  if (c >= 0x0900 && c <= 0x097F) return Script::kDevanagari;
  return Script::kOther;
}

// "1,024" and "1.024" are 1024, "3,14" is 3.14: a separator before exactly
// three digits groups, any other is a decimal point.
void NormaliseNumber(std::string* word) {
  std::string plain;
  for (size_t i = 0; i < word->size(); ++i) {
    const char c = (*word)[i];
    const bool arabic = word->compare(i, 2, "\xD9\xAB") == 0 ||
                        word->compare(i, 2, "\xD9\xAC") == 0;
    if (c != ',' && c != '.' && !arabic) {
      plain.push_back(c);
      continue;
    }
    if (arabic) ++i;
    size_t digits = 0;
    while (i + 1 + digits < word->size() && (*word)[i + 1 + digits] >= '0' &&
           (*word)[i + 1 + digits] <= '9') {
      ++digits;
    }
    if (digits != 3) plain.push_back('.');
  }
  *word = std::move(plain);
}

// What may stand before an elision's apostrophe with more than two letters.
bool IsElided(absl::string_view head) {
  static const auto* const heads = new absl::flat_hash_set<std::string>{
      "qu",    "jusqu", "lorsqu", "puisqu", "quoiqu",  "quelqu", "presqu",
      "dell",  "all",   "dall",   "nell",   "sull",    "coll",   "un",
      "quell", "quest", "sant",   "bell",   "tutt",    "senz",   "com",
      "dov",   "cos",   "nessun", "alcun",  "ciascun", "quant",  "mezz"};
  return CountCodePoints(head) <= 2 || heads->contains(head);
}

void ResolveApostrophes(Apostrophe rule, std::string* word) {
  size_t at = word->find('\'');
  if (at == std::string::npos) return;
  switch (rule) {
    case Apostrophe::kElision:
      while (at != std::string::npos &&
             IsElided(absl::string_view(*word).substr(0, at))) {
        word->erase(0, at + 1);
        at = word->find('\'');
      }
      break;
    case Apostrophe::kPossessive: {
      const size_t last = word->rfind('\'');
      if (word->size() - last == 2 && word->back() == 's') word->resize(last);
      break;
    }
    case Apostrophe::kSuffix:
      if (at >= 2) word->resize(at);
      break;
    case Apostrophe::kDropped:
      break;
  }
  word->erase(std::remove(word->begin(), word->end(), '\''), word->end());
}

// Germans without the keys write ae, oe, ue: "Mueller" is "Müller". Not after
// a vowel or q ("neue", "Quelle").
void ComposeUmlauts(std::string* word) {
  if (word->find('e', 1) == std::string::npos) return;
  std::string composed;
  for (size_t i = 0; i < word->size(); ++i) {
    const char c = (*word)[i];
    const bool umlaut =
        (c == 'a' || c == 'o' || c == 'u') && i + 1 < word->size() &&
        (*word)[i + 1] == 'e' &&
        (i == 0 || absl::string_view("aeiouyq").find((*word)[i - 1]) ==
                       absl::string_view::npos);
    if (!umlaut) {
      composed.push_back(c);
      continue;
    }
    composed.append(c == 'a' ? "ä" : c == 'o' ? "ö" : "ü");
    ++i;
  }
  *word = std::move(composed);
}

// "And the pen" is one word in Arabic, and the stemmer takes only the article
// off: drop "and" (waw, feh) before an article.
void DropArabicAnd(std::string* word) {
  const absl::string_view text(*word);
  const absl::string_view first = text.substr(0, 2);
  if (first != "\xD9\x88" && first != "\xD9\x81") return;
  const absl::string_view article = text.substr(2, 4);
  // "al-", "lil-", "bil-" and "kal-".
  const bool before_article =
      article == "\xD8\xA7\xD9\x84" || article == "\xD9\x84\xD9\x84" ||
      ((article == "\xD8\xA8\xD8\xA7" || article == "\xD9\x83\xD8\xA7") &&
       text.substr(6, 2) == "\xD9\x84");
  if (before_article && text.size() >= 10) word->erase(0, 2);
}

// Spanish words too short for Snowball's regions: "alta", "altos".
void StripGender(std::string* word) {
  if (word->size() >= 5 && word->back() == 's') word->pop_back();
  if (word->size() >= 4 &&
      absl::string_view("aoe").find(word->back()) != absl::string_view::npos) {
    word->pop_back();
  }
}

size_t PrefixBytes(absl::string_view word, size_t letters) {
  size_t at = 0;
  for (; at < word.size(); ++at) {
    if ((word[at] & 0xC0) == 0x80) continue;
    if (letters == 0) return at;
    --letters;
  }
  return word.size();
}

}  // namespace

void TermMaker::DeleteStemmer::operator()(sb_stemmer* stemmer) const {
  sb_stemmer_delete(stemmer);
}

void TermMaker::Stem(Language stem_language, Language language,
                     std::string* word) {
  const LanguageRow& row = RowOf(stem_language);
  if (row.snowball != nullptr) {
    auto& stemmer = stemmers_[LanguageNumber(stem_language)];
    if (stemmer == nullptr) {
      stemmer.reset(sb_stemmer_new(row.snowball, "UTF_8"));
    }
    if (stemmer != nullptr) {
      const sb_symbol* const stem = sb_stemmer_stem(
          stemmer.get(), reinterpret_cast<const sb_symbol*>(word->data()),
          static_cast<int>(word->size()));
      const int size = sb_stemmer_length(stemmer.get());
      if (stem != nullptr && size > 0) {
        word->assign(reinterpret_cast<const char*>(stem), size);
      }
    }
  }
  // Tones tell words apart in Vietnamese and dots in Turkish; everywhere else
  // search forgives accents.
  if (language == Language::kVi || language == Language::kTr) return;
  scratch_.clear();
  AppendBare(*word, &scratch_);
  word->swap(scratch_);
  if (stem_language == Language::kEs) StripGender(word);
  if (HasLightStemmer(stem_language)) StemLightly(stem_language, word);
}

void TermMaker::Make(absl::string_view raw, Language language,
                     uint8_t word_flags, WordTerms* terms) {
  const LanguageRow& row = RowOf(language);
  terms->part_count = 0;
  terms->flags = 0;
  terms->stem = FoldCarefully(raw, language);
  std::string& word = terms->stem;

  if ((word_flags & kWordCjk) != 0) {
    terms->surface.clear();
    terms->prefix.clear();
    AppendBare(word, &terms->surface);
    word.swap(terms->surface);
    terms->surface.clear();
    if (IsFoldedStopWord(word, language)) {
      terms->flags |= kTokenStopWord;
    }
    return;
  }

  const bool number = (word_flags & kWordNumber) != 0;
  if (number) {
    terms->flags |= kTokenNumber;
    NormaliseNumber(&word);
  } else {
    word.erase(std::remove_if(word.begin(), word.end(),
                              [](char c) { return c == '.' || c == '"'; }),
               word.end());
  }
  ResolveApostrophes(row.apostrophe, &word);
  if ((word_flags & kWordCapitalised) != 0) terms->flags |= kTokenCapitalised;

  int length = 0;
  const char32_t first = word.empty() ? 0 : DecodeUtf8(word, 0, &length);
  const Script script = ScriptOf(first, word_flags);
  if (row.compounds == Compounds::kGerman && script == Script::kLatin) {
    ComposeUmlauts(&word);
  }
  terms->surface.clear();
  AppendBare(word, &terms->surface);
  terms->prefix = terms->surface.substr(
      0, PrefixBytes(terms->surface, script == Script::kHangul
                                         ? kHangulPrefixLetters
                                         : kPrefixLetters));
  if (IsStopWord(word, terms->surface, language)) {
    terms->flags |= kTokenStopWord;
  }
  if ((word_flags & kWordHasDigit) != 0) {
    word = terms->surface;
    return;
  }
  const Language stem_language =
      script == row.script ? language : MainLanguage(script);
  if (row.compounds != Compounds::kNone && script == row.script) {
    parts_.clear();
    SplitCompound(row.compounds, terms->surface, &parts_);
    for (absl::string_view part : parts_) {
      if (terms->part_count == WordTerms::kMaxParts) break;
      std::string& stem = terms->parts[terms->part_count++];
      stem.assign(part.data(), part.size());
      Stem(stem_language, language, &stem);
    }
  }
  if (stem_language == Language::kAr) DropArabicAnd(&word);
  Stem(stem_language, language, &word);
}

}  // namespace footnote
