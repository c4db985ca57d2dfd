#include "retriever/translation/cross_terms.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "retriever/lexical/query_terms.h"
#include "retriever/translation/words.h"
#include "text/analyzer.h"
#include "text/sound_key.h"

namespace footnote {
namespace {

// The key decides between equals: the order of a hash map is not the same
// twice.
void KeepHeaviest(std::vector<WeightedTerm>* terms) {
  std::sort(terms->begin(), terms->end(),
            [](const WeightedTerm& a, const WeightedTerm& b) {
              return a.weight != b.weight ? a.weight > b.weight : a.key < b.key;
            });
  if (terms->size() > kMaxQueryTerms) terms->resize(kMaxQueryTerms);
}

// Calls `use` with the keys that may be the same name but for one consonant,
// some of them twice.
template <typename Use>
void ForEachNear(const std::string& key, Use use) {
  std::string near;
  for (size_t at = 0; at <= key.size(); ++at) {
    for (const char sound : kSoundClasses) {
      near = key;
      near.insert(at, 1, sound);
      use(near);
      if (at == key.size()) continue;
      near = key;
      near[at] = sound;
      use(near);
    }
    if (at == key.size()) continue;
    near = key;
    near.erase(at, 1);
    use(near);
  }
}

}  // namespace

std::vector<WeightedTerm> TranslatedTerms(const Corpus& corpus,
                                          absl::string_view question,
                                          Language language,
                                          const Lexicon& lexicon) {
  std::vector<WeightedTerm> terms;
  if (language == Language::kEn || !lexicon.Speaks(language)) return terms;
  absl::flat_hash_map<uint64_t, float> likelihood;
  for (const auto& english : WordsAsked(question, language, lexicon).english) {
    for (const Translation& translation : english) {
      float& best = likelihood[translation.key];
      best = std::max(best, translation.likelihood);
    }
  }
  for (const auto& [key, value] : likelihood) {
    const uint64_t df = corpus.DocumentFrequency(key);
    if (df == 0) continue;
    const double rarity = Idf(corpus.passages(), df);
    terms.push_back(
        {key, kChannelStem,
         static_cast<float>(rarity * value * (kBm25K1 + 1) * kScoreUnit)});
  }
  KeepHeaviest(&terms);
  return terms;
}

std::vector<WeightedTerm> NamedTerms(const Corpus& corpus,
                                     absl::string_view question,
                                     Language language,
                                     const Lexicon& lexicon) {
  const AskedWords asked = WordsAsked(question, language, lexicon);
  absl::flat_hash_map<uint64_t, float> likeness;
  for (const std::string& name : asked.names) {
    if (name.size() < kMinSounds) continue;
    likeness[TermKey(kChannelSound, name)] = SoundLikeness(name, name);
    ForEachNear(name, [&](const std::string& near) {
      const float alike = SoundLikeness(name, near);
      if (alike == 0) return;
      float& best = likeness[TermKey(kChannelSound, near)];
      best = std::max(best, alike);
    });
  }
  std::vector<WeightedTerm> terms;
  for (const auto& [key, alike] : likeness) {
    const uint64_t df = corpus.DocumentFrequency(key);
    if (df == 0) continue;
    terms.push_back({key, kChannelSound,
                     static_cast<float>(Idf(corpus.passages(), df) * alike *
                                        (kBm25K1 + 1) * kScoreUnit)});
  }
  KeepHeaviest(&terms);
  return terms;
}

}  // namespace footnote
