#include "generator/modelled/align.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "text/sentences.h"

namespace footnote {
namespace {

// What most of a sentence's words are, and of those of the question: a
// paraphrase keeps the names and numbers and changes the rest.
constexpr double kEnough = 0.6;
// So many of them are enough where the meaning is so near.
constexpr double kEnoughByMeaning = 0.34;
constexpr double kSameMeaning = 0.75;

bool Shares(const std::vector<uint64_t>& keys,
            const absl::flat_hash_set<uint64_t>& set) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](uint64_t key) { return set.contains(key); });
}

}  // namespace

Aligner::Aligner(absl::string_view question,
                 std::vector<absl::string_view> passages, Language language,
                 Analyzer* analyzer, const Encoder* encoder)
    : language_(language), analyzer_(analyzer), encoder_(encoder) {
  for (const Word& word : Words(question)) {
    if (word.content) {
      asked_.insert(asked_.end(), word.keys.begin(), word.keys.end());
    }
  }
  std::sort(asked_.begin(), asked_.end());
  for (const absl::string_view text : passages) {
    Passage made;
    made.text = text;
    made.words = Words(text);
    std::vector<TextSpan> sentences;
    Sentences(text, language, &sentences);
    for (size_t i = 0; i < sentences.size(); ++i) {
      const uint32_t begin = sentences[i].begin;
      const uint32_t end = sentences[std::min(i + 1, sentences.size() - 1)].end;
      const auto by_begin = [](const Word& word, uint32_t at) {
        return word.span.begin < at;
      };
      const auto first = std::lower_bound(made.words.begin(), made.words.end(),
                                          begin, by_begin);
      const auto last =
          std::lower_bound(first, made.words.end(), end, by_begin);
      TextSpan window;
      window.begin = static_cast<uint32_t>(first - made.words.begin());
      window.end = static_cast<uint32_t>(last - made.words.begin());
      made.windows.push_back(window);
      made.places.push_back({begin, end});
    }
    passages_.push_back(std::move(made));
  }
}

std::vector<Aligner::Word> Aligner::Words(absl::string_view text) const {
  std::vector<Token> tokens;
  analyzer_->Analyze(text, language_, &tokens);
  std::vector<Word> words;
  for (const Token& token : tokens) {
    if (token.channel == kChannelBigram || (token.flags & kTokenPart) != 0) {
      continue;
    }
    if (words.empty() || token.begin >= words.back().span.end) {
      Word word;
      word.span.begin = token.begin;
      word.span.end = token.end;
      words.push_back(std::move(word));
    }
    Word& word = words.back();
    if (token.begin != word.span.begin) continue;
    word.number = word.number || (token.flags & kTokenNumber) != 0;
    if ((token.flags & kTokenStopWord) == 0) word.content = true;
    word.keys.push_back(token.key);
  }
  for (Word& word : words) {
    word.asked =
        std::any_of(word.keys.begin(), word.keys.end(), [this](uint64_t key) {
          return std::binary_search(asked_.begin(), asked_.end(), key);
        });
  }
  return words;
}

Alignment Aligner::Align(absl::string_view sentence,
                         const std::vector<int>& allowed) const {
  Alignment found;
  const std::vector<Word> words = Words(sentence);
  const auto content = static_cast<double>(
      std::count_if(words.begin(), words.end(),
                    [](const Word& word) { return word.content; }));
  if (content == 0) return found;

  std::vector<int> passages = allowed;
  if (passages.empty()) {
    for (size_t i = 0; i < passages_.size(); ++i) {
      passages.push_back(static_cast<int>(i));
    }
  }
  // The best window of each passage; the number of words that it covers.
  const auto covers = [&](const absl::flat_hash_set<uint64_t>& keys) {
    double covered = 0;
    for (const Word& word : words) {
      if (!word.content) continue;
      const bool shared = Shares(word.keys, keys);
      // A number that isn't there is a claim that isn't there.
      if (word.number && !shared) return -1.0;
      if (shared) covered += 1;
    }
    return covered / content;
  };
  std::vector<std::pair<double, int>> supports;
  absl::flat_hash_set<uint64_t> all;
  for (const int index : passages) {
    if (index < 0 || static_cast<size_t>(index) >= passages_.size()) continue;
    const Passage& passage = passages_[index];
    double best = 0;
    for (const TextSpan& window : passage.windows) {
      absl::flat_hash_set<uint64_t> keys;
      for (uint32_t i = window.begin; i < window.end; ++i) {
        keys.insert(passage.words[i].keys.begin(), passage.words[i].keys.end());
        all.insert(passage.words[i].keys.begin(), passage.words[i].keys.end());
      }
      best = std::max(best, covers(keys));
    }
    supports.emplace_back(best, index);
  }
  std::stable_sort(
      supports.begin(), supports.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  if (supports.empty()) return found;
  found.support = std::max(0.0, supports[0].first);
  std::vector<int> best;
  for (const auto& [support, index] : supports) {
    if (support >= kEnough && support >= found.support) best.push_back(index);
  }
  if (best.empty() && encoder_ != nullptr) {
    double nearest = kSameMeaning;
    for (const auto& [support, index] : supports) {
      if (support < kEnoughByMeaning) break;
      const double meaning = Meaning(sentence, index);
      if (meaning < nearest) continue;
      nearest = meaning;
      best = {index};
      found.support = std::max(support, meaning);
    }
  }
  if (best.empty()) {
    if (covers(all) >= kEnough) found.verdict = v1::STITCHED;
    return found;
  }
  FindShared(words, sentence, best, &found);
  if (!found.shared.empty()) found.verdict = v1::FOUND;
  return found;
}

Aligner::Held Aligner::Count(absl::string_view words, absl::string_view text,
                             bool fresh_only) const {
  absl::flat_hash_set<uint64_t> keys;
  for (const Word& word : Words(text)) {
    keys.insert(word.keys.begin(), word.keys.end());
  }
  Held count;
  for (const Word& word : Words(words)) {
    if (!word.content || (fresh_only && word.asked)) continue;
    ++count.counted;
    if (Shares(word.keys, keys)) ++count.held;
  }
  return count;
}

double Aligner::FreshShare(absl::string_view sentence,
                           absl::string_view text) const {
  const Held count = Count(sentence, text, /*fresh_only=*/true);
  return count.counted == 0 ? 0
                            : static_cast<double>(count.held) / count.counted;
}

double Aligner::Share(absl::string_view text, absl::string_view other) const {
  const Held count = Count(text, other, /*fresh_only=*/false);
  return count.counted == 0 ? 1
                            : static_cast<double>(count.held) / count.counted;
}

double Aligner::Meaning(absl::string_view sentence, int index) const {
  Passage& passage = passages_[index];
  const size_t n = encoder_->dimension();
  if (passage.vectors.empty()) {
    std::vector<absl::string_view> windows;
    for (const TextSpan& place : passage.places) {
      windows.push_back(passage.text.substr(place.begin, place.size()));
    }
    std::vector<float> vectors(windows.size() * n);
    if (!encoder_->Encode(windows, vectors.data()).ok()) return -1;
    passage.vectors = std::move(vectors);
  }
  std::vector<float> asked(n);
  if (!encoder_->Encode({sentence}, asked.data()).ok()) return -1;
  double nearest = -1;
  for (size_t at = 0; at < passage.vectors.size(); at += n) {
    nearest = std::max(nearest, std::inner_product(asked.begin(), asked.end(),
                                                   &passage.vectors[at], 0.0));
  }
  return nearest;
}

void Aligner::FindShared(const std::vector<Word>& words,
                         absl::string_view sentence,
                         const std::vector<int>& passages,
                         Alignment* found) const {
  struct Run {
    double score;
    SharedWords shared;
  };
  std::vector<Run> runs;
  for (const int index : passages) {
    const Passage& passage = passages_[index];
    // Words of the question near by tell two equal places apart.
    std::vector<double> asked(passage.words.size(), 0);
    for (const TextSpan& window : passage.windows) {
      double near = 0;
      for (uint32_t i = window.begin; i < window.end; ++i) {
        if (passage.words[i].content && passage.words[i].asked) near += 1;
      }
      for (uint32_t i = window.begin; i < window.end; ++i) {
        asked[i] = std::max(asked[i], near);
      }
    }
    for (size_t i = 0; i < words.size(); ++i) {
      for (size_t j = 0; j < passage.words.size(); ++j) {
        double content = 0, fresh = 0;
        size_t length = 0;
        while (i + length < words.size() && j + length < passage.words.size()) {
          const TextSpan a = words[i + length].span;
          const TextSpan b = passage.words[j + length].span;
          const size_t from_a = length == 0 ? a.begin : words[i].span.begin;
          const size_t from_b =
              length == 0 ? b.begin : passage.words[j].span.begin;
          if (a.end - from_a != b.end - from_b ||
              sentence.substr(from_a, a.end - from_a) !=
                  passage.text.substr(from_b, b.end - from_b)) {
            break;
          }
          if (words[i + length].content) {
            content += 1;
            if (!words[i + length].asked) fresh += 1;
          }
          ++length;
        }
        if (content == 0) continue;
        Run run;
        run.score = 3 * fresh + content + 0.1 * static_cast<double>(length) +
                    0.05 * asked[j] - 0.001 * static_cast<double>(j > 0);
        run.shared.passage = index;
        run.shared.claim.begin = words[i].span.begin;
        run.shared.claim.end = words[i + length - 1].span.end;
        run.shared.evidence.begin = passage.words[j].span.begin;
        run.shared.evidence.end = passage.words[j + length - 1].span.end;
        runs.push_back(run);
      }
    }
  }
  std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    return a.score > b.score;
  });
  for (const Run& run : runs) {
    if (found->shared.size() == Alignment::kMaxShared) break;
    const bool overlaps =
        std::any_of(found->shared.begin(), found->shared.end(),
                    [&](const SharedWords& other) {
                      return run.shared.claim.begin < other.claim.end &&
                             other.claim.begin < run.shared.claim.end;
                    });
    // Single words beside the best run say little.
    const bool small = run.score < 4;
    if (overlaps || (small && !found->shared.empty())) continue;
    found->shared.push_back(run.shared);
  }
}

}  // namespace footnote
