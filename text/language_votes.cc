#include "text/language_votes.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "text/fold.h"
#include "text/language_clues.h"
#include "text/scan.h"
#include "text/word_hash.h"

namespace footnote {
namespace {

// What a word says, for the next time that it comes: one cache line.
struct alignas(64) WordVotes {
  static constexpr size_t kMost = 6;
  // Hash of the word and of how it is trusted; 0 when the entry is free.
  uint64_t word = 0;
  uint8_t count = 0;
  // The first are not of its letters.
  uint8_t before_letters = 0;
  std::array<Language, kMost> languages = {};
  std::array<double, kMost> weights = {};
};

// This thread's, of 1 MiB, from its first long text on.
std::vector<WordVotes>& KnownWords() {
  constexpr size_t kEntries = 16384;
  static thread_local std::vector<WordVotes> words(kEntries);
  return words;
}

// Collects what words say.
class VoteCounter {
 public:
  explicit VoteCounter(absl::string_view utf8)
      : utf8_(utf8),
        known_(utf8.size() < kLongText ? nullptr : KnownWords().data()),
        known_mask_(utf8.size() < kLongText ? 0 : KnownWords().size() - 1) {}

  void OnWord(uint32_t begin, uint32_t end, uint8_t flags) {
    if ((flags & (kWordNumber | kWordHangul)) != 0) return;
    ++votes_.words;
    const absl::string_view raw = utf8_.substr(begin, end - begin);
    // A capital inside the text is often a name: no vote for its letters.
    const bool name = (flags & kWordCapitalised) != 0 && votes_.words > 1;
    if (known_ == nullptr) {
      AskWord(raw, name);
      return;
    }
    // Entries are sent for first and read a few words later.
    const uint64_t hash = WordHash(utf8_, begin, end, name ? 1 : 0) | 1;
    __builtin_prefetch(&known_[PlaceOf(hash)], 1);
    WaitingWord& waiting = waiting_[waiting_count_++];
    // Field by field in place: see Emitter of analyzer.cc.
    waiting.hash = hash;
    waiting.raw = raw;
    waiting.name = name;
    if (waiting_count_ == waiting_.size()) Flush();
  }

  void OnCjk(uint32_t, uint32_t) {}

  // Counts the words that wait for their entries.
  void Flush() {
    for (size_t i = 0; i < waiting_count_; ++i) CountWord(waiting_[i]);
    waiting_count_ = 0;
  }

  // What was counted so far.
  const LanguageVotes& votes() const { return votes_; }

 private:
  static constexpr size_t kLongWord = 6;

  struct WaitingWord {
    uint64_t hash;
    absl::string_view raw;
    bool name;
  };

  size_t PlaceOf(uint64_t hash) const { return (hash >> 32) & known_mask_; }

  void CountWord(const WaitingWord& word) {
    WordVotes& known = known_[PlaceOf(word.hash)];
    if (known.word == word.hash) {
      for (size_t i = 0; i < known.count; ++i) {
        At(votes_.scores, known.languages[i]) += known.weights[i];
      }
      for (size_t i = known.before_letters; i < known.count; ++i) {
        At(votes_.letters, known.languages[i]) += known.weights[i];
      }
      return;
    }
    asked_.clear();
    before_letters_ = 0;
    AskWord(word.raw, word.name);
    if (asked_.size() > WordVotes::kMost) return;
    known.word = word.hash;
    known.count = static_cast<uint8_t>(asked_.size());
    known.before_letters = static_cast<uint8_t>(before_letters_);
    for (size_t i = 0; i < asked_.size(); ++i) {
      known.languages[i] = asked_[i].first;
      known.weights[i] = asked_[i].second;
    }
  }

  void Vote(Language language, double weight) {
    At(votes_.scores, language) += weight;
    if (known_ != nullptr) asked_.push_back({language, weight});
  }

  void AskWord(absl::string_view raw, bool name) {
    const std::string word = FoldCarefully(raw, Language::kUnknown);
    if (word.size() > 48) return;
    const double trust = name ? 0.35 : 1.0;
    CountVotes(word, trust);
    const size_t apostrophe = word.find('\'');
    if (apostrophe != std::string::npos) {
      const absl::string_view head =
          absl::string_view(word).substr(0, apostrophe);
      const absl::string_view tail =
          absl::string_view(word).substr(apostrophe + 1);
      CountVotes(head, trust);
      CountVotes(tail, trust);
      if (tail == "s" || tail == "t") Vote(Language::kEn, 0.7);
      if (head == "dell" || head == "nell" || head == "all" || head == "dall" ||
          head == "sull" || head == "un") {
        Vote(Language::kIt, 1.5);
      }
      if (head == "qu" || head == "j" || head == "n") {
        Vote(Language::kFr, 1.5);
      }
      if (head == "l" || head == "d") {
        Vote(Language::kFr, 0.5);
        Vote(Language::kIt, 0.5);
      }
    }
    if (word.size() >= kLongWord && trust == 1.0) VoteByEnding(word);
    before_letters_ = asked_.size();
    const std::vector<std::vector<LanguageVote>>& letters = TypicalLetters();
    const auto* at = reinterpret_cast<const unsigned char*>(word.data());
    for (const unsigned char* const end = at + word.size(); at < end;) {
      if (*at < 0x80) {
        ++at;
        continue;
      }
      const scan_internal::CodePoint c = scan_internal::Decode(at, end);
      at += c.length;
      if (c.value >= letters.size()) continue;
      for (const LanguageVote& vote : letters[c.value]) {
        Vote(vote.first, trust * vote.second);
        At(votes_.letters, vote.first) += trust * vote.second;
      }
    }
  }

  void VoteByEnding(absl::string_view word) {
    for (const Ending& ending :
         Endings()[static_cast<unsigned char>(word.back())]) {
      if (!absl::EndsWith(word, ending.letters)) continue;
      for (Language language : ending.languages) {
        Vote(language, ending.weight);
      }
    }
  }

  // What a word says that so many languages share.
  static double Share(int languages) {
    static const auto* const shares = [] {
      auto* const table = new std::array<double, kLanguageCount + 1>;
      for (size_t i = 0; i < table->size(); ++i) {
        (*table)[i] = std::pow(static_cast<double>(i), 0.7);
      }
      return table;
    }();
    return (*shares)[static_cast<size_t>(languages)];
  }

  void CountVotes(absl::string_view word, double trust) {
    const auto found = lexicon_.find(word);
    if (found == lexicon_.end()) return;
    LanguageMask mask = found->second.languages;
    const double weight =
        found->second.weight * (trust / Share(__builtin_popcount(mask)));
    for (; mask != 0; mask &= mask - 1) {
      Vote(static_cast<Language>(__builtin_ctz(mask)), weight);
    }
  }

  const Lexicon& lexicon_ = CommonWords();
  const absl::string_view utf8_;
  // Null where words are not kept.
  WordVotes* const known_;
  const size_t known_mask_;
  std::array<WaitingWord, 16> waiting_;
  size_t waiting_count_ = 0;
  // What the word says that is being asked.
  std::vector<LanguageVote> asked_;
  size_t before_letters_ = 0;
  LanguageVotes votes_;
};

}  // namespace

LanguageVotes CountLanguageVotes(absl::string_view utf8) {
  VoteCounter counter(utf8);
  ScanWords(utf8, counter);
  counter.Flush();
  return counter.votes();
}

}  // namespace footnote
