#include "retriever/lexical/query_terms.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "retriever/lexical/analyze.h"

namespace footnote {
namespace {

// What a function word keeps of its rarity. Question words ("who", "how many")
// are rare in documents, so idf alone overrates them; dropping them altogether
// costs more than it gains.
constexpr float kStopFactor = 0.4f;
// "tür" for "Haustür".
constexpr float kPartFactor = 0.5f;

// `text` cut at a code point, so that no half character becomes a term.
absl::string_view CutQuestion(absl::string_view text) {
  if (text.size() <= kMaxQuestionBytes) return text;
  size_t end = kMaxQuestionBytes;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

QueryTerms MakeQueryTerms(absl::string_view question, Language language,
                          const Corpus& corpus) {
  struct Seen {
    uint8_t channel;
    bool stop;
    bool part;
  };
  absl::flat_hash_map<uint64_t, Seen> distinct;
  for (const Token& token : AnalyzeText(CutQuestion(question), language)) {
    const bool stop = (token.flags & kTokenStopWord) != 0;
    const bool part = (token.flags & kTokenPart) != 0;
    auto [it, added] =
        distinct.try_emplace(token.key, Seen{token.channel, stop, part});
    if (!added) {
      it->second.stop &= stop;
      it->second.part &= part;
    }
  }

  QueryTerms query;
  for (const auto& [key, seen] : distinct) {
    if (!seen.stop) query.nothing_to_look_for = false;
  }
  for (const auto& [key, seen] : distinct) {
    QueryTerm term;
    term.key = key;
    term.channel = seen.channel;
    term.stop = seen.stop && !query.nothing_to_look_for;
    term.document_frequency = corpus.DocumentFrequency(key);
    term.rarity =
        static_cast<float>(Idf(corpus.passages(), term.document_frequency));
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
  return query;
}

}  // namespace footnote
