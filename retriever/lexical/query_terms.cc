#include "retriever/lexical/query_terms.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "retriever/lexical/analyze.h"
#include "text/dates.h"
#include "text/other_stems.h"
#include "text/short_forms.h"

namespace footnote {
namespace {

// What a function word keeps of its rarity. Question words ("who", "how many")
// are rare in documents, so idf alone overrates them; dropping them altogether
// costs more than it gains.
constexpr float kStopFactor = 0.4f;
// Other stems of one word that are looked for.
constexpr size_t kMostOtherStems = 4;
// "tür" for "Haustür".
constexpr float kPartFactor = 0.5f;

// `text` cut at a code point, so that no half character becomes a term.
absl::string_view CutQuestion(absl::string_view text) {
  if (text.size() <= kMaxQuestionBytes) return text;
  size_t end = kMaxQuestionBytes;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

struct SeenKey {
  uint8_t channel;
  bool stop;
  bool part;
  bool alternative;
  // See QueryTerm.
  uint64_t word;
};
using DistinctKeys = absl::flat_hash_map<uint64_t, SeenKey>;

void AddKeys(const std::vector<Token>& tokens, bool alternative,
             DistinctKeys* distinct) {
  for (const Token& token : tokens) {
    const bool stop = (token.flags & kTokenStopWord) != 0;
    const bool part = (token.flags & kTokenPart) != 0;
    auto [it, added] = distinct->try_emplace(
        token.key, SeenKey{token.channel, stop, part, alternative, token.key});
    // What the likeliest language says of a term stands.
    if (!added && it->second.alternative == alternative) {
      it->second.stop &= stop;
      it->second.part &= part;
    }
  }
}

// By word, the passages that hold one of its stems, each counted; only of words
// with other stems.
using WordFrequencies = absl::flat_hash_map<uint64_t, uint64_t>;

// Adds the other stems of the question's words that passages hold.
WordFrequencies AddOtherStems(absl::string_view text, Language language,
                              const Corpus& corpus, DistinctKeys* distinct) {
  WordFrequencies frequencies;
  absl::flat_hash_map<uint64_t, size_t> counts;
  for (const OtherStem& other : OtherStemsOf(text, language)) {
    const auto own = distinct->find(other.own);
    if (own == distinct->end() || own->second.stop ||
        counts[other.own] == kMostOtherStems) {
      continue;
    }
    const auto known = distinct->find(other.key);
    if (known != distinct->end() && !known->second.alternative) continue;
    const uint64_t frequency = corpus.DocumentFrequency(other.key);
    if (frequency == 0) continue;
    (*distinct)[other.key] = {kChannelStem, /*stop=*/false, /*part=*/false,
                              /*alternative=*/true, other.own};
    ++counts[other.own];
    uint64_t& all = frequencies[other.own];
    if (all == 0) all = corpus.DocumentFrequency(other.own);
    all = std::min(all + frequency, corpus.passages());
  }
  return frequencies;
}

// Appends what the question's words may be cut short to, for the words that
// they stand for and for their bigrams: each counts as much as those do, but
// none of them for rarer than itself.
void AddShortForms(absl::string_view text, const std::vector<Token>& tokens,
                   const Corpus& corpus, QueryTerms* query) {
  std::vector<ShortForm> forms;
  FindShortForms(text, tokens, &forms);
  if (forms.empty()) return;
  absl::flat_hash_map<uint64_t, float> rarity_of;
  for (const QueryTerm& term : query->terms) {
    rarity_of[term.key] = term.stop ? 0 : term.rarity;
  }
  for (const ShortForm& form : forms) {
    if (!rarity_of.try_emplace(form.key, 0).second) continue;
    QueryTerm term;
    term.key = form.key;
    term.word = form.key;
    term.document_frequency = corpus.DocumentFrequency(form.key);
    if (term.document_frequency == 0) continue;
    term.alternative = true;
    term.is_short_form = true;
    const float own =
        static_cast<float>(Idf(corpus.passages(), term.document_frequency));
    for (const uint8_t channel : {kChannelStem, kChannelBigram}) {
      if (query->terms.size() == kMaxQueryTerms) return;
      term.channel = channel;
      term.rarity = 0;
      for (const Token& token : tokens) {
        if (token.channel == channel && token.begin >= form.span.begin &&
            token.end <= form.span.end) {
          term.rarity += std::min(own, rarity_of[token.key]);
        }
      }
      query->terms.push_back(term);
    }
  }
}

std::vector<TermPair> Pairs(const std::vector<Token>& tokens,
                            const std::vector<QueryTerm>& terms) {
  absl::flat_hash_map<uint64_t, uint16_t> index_of;
  for (uint16_t i = 0; i < terms.size(); ++i) {
    if (!terms[i].stop) index_of[terms[i].key] = i;
  }
  std::vector<TermPair> pairs;
  for (const uint8_t channel : {kChannelStem, kChannelBigram}) {
    bool has_previous = false;
    uint16_t previous = 0;
    for (const Token& token : tokens) {
      if (token.channel != channel || (token.flags & kTokenPart) != 0) continue;
      const auto it = index_of.find(token.key);
      if (it == index_of.end()) continue;
      if (has_previous && previous != it->second) {
        pairs.push_back({previous, it->second});
      }
      previous = it->second;
      has_previous = true;
    }
  }
  return pairs;
}

}  // namespace

QueryTerms MakeQueryTerms(absl::string_view question,
                          absl::Span<const Language> languages,
                          const Corpus& corpus) {
  const absl::string_view text = CutQuestion(question);
  const Language main = languages.empty() ? Language::kUnknown : languages[0];
  const std::vector<Token> tokens = AnalyzeText(text, main);
  DistinctKeys distinct;
  AddKeys(tokens, /*alternative=*/false, &distinct);
  for (size_t i = 1; i < languages.size(); ++i) {
    AddKeys(AnalyzeText(text, languages[i]), /*alternative=*/true, &distinct);
  }
  for (const DateInText& date : FindDates(text, main, kMostDatesAsked)) {
    for (const std::string& other : DateWritings(date, main)) {
      AddKeys(AnalyzeText(other, main), /*alternative=*/true, &distinct);
    }
  }
  const WordFrequencies frequencies =
      AddOtherStems(text, main, corpus, &distinct);

  QueryTerms query;
  for (const auto& [key, seen] : distinct) {
    if (!seen.stop && !seen.alternative) query.nothing_to_look_for = false;
  }
  for (const auto& [key, seen] : distinct) {
    QueryTerm term;
    term.key = key;
    term.channel = seen.channel;
    term.alternative = seen.alternative;
    term.stop = seen.stop && !query.nothing_to_look_for;
    term.document_frequency = corpus.DocumentFrequency(key);
    if (term.alternative && term.document_frequency == 0) continue;
    term.word = seen.word;
    const auto all = frequencies.find(seen.word);
    term.rarity = static_cast<float>(
        Idf(corpus.passages(),
            all == frequencies.end() ? term.document_frequency : all->second));
    if (term.stop) term.rarity *= kStopFactor;
    if (seen.part) term.rarity *= kPartFactor;
    query.terms.push_back(term);
  }
  // The key decides between equals: the order of a hash map is not the same
  // twice.
  std::sort(query.terms.begin(), query.terms.end(),
            [](const QueryTerm& a, const QueryTerm& b) {
              return a.rarity != b.rarity ? a.rarity > b.rarity : a.key < b.key;
            });
  if (query.terms.size() > kMaxQueryTerms) query.terms.resize(kMaxQueryTerms);
  AddShortForms(text, tokens, corpus, &query);
  query.pairs = Pairs(tokens, query.terms);
  for (uint16_t i = 0; i < query.terms.size(); ++i) {
    if (query.terms[i].is_short_form) query.pairs.push_back({i, i});
  }
  return query;
}

}  // namespace footnote
