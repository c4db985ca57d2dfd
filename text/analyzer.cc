#include "text/analyzer.h"

#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "base/large_array.h"
#include "base/utf8.h"
#include "text/cjk_words.h"
#include "text/fold.h"
#include "text/scan.h"
#include "text/scripts.h"
#include "text/stop_words.h"
#include "text/word_hash.h"
#include "text/word_terms.h"

namespace footnote {
namespace {

// A power of two. With 64-byte entries the cache takes 8 MiB: the words of a
// folder of documents in one language.
constexpr size_t kCacheEntries = size_t{1} << 17;

// The terms of one word as keys: one cache line.
struct alignas(64) Entry {
  // Hash of the word's bytes and its language; 0 when the entry is free.
  uint64_t word = 0;
  uint64_t stem = 0;
  uint64_t surface = 0;
  uint64_t prefix = 0;
  std::array<uint64_t, WordTerms::kMaxParts> parts = {};
  uint8_t part_count = 0;
  uint8_t flags = 0;
  // The count of ForgetNumbers when `number` was given; 0: it was not.
  uint16_t number_age = 0;
  uint32_t number = 0;
};
static_assert(sizeof(Entry) == 64, "an entry is a cache line");

// Free entries. The system gives memory to those that are touched only: a
// question's few words need little of it.
class EntryTable {
 public:
  EntryTable() {
    zeros_ = mmap(nullptr, kMapped, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (zeros_ == MAP_FAILED) throw std::bad_alloc();
    void* begin = zeros_;
    size_t room = kMapped;
    std::align(kLargePageBytes, kBytes, begin, room);
    entries_ = static_cast<Entry*>(begin);
  }
  ~EntryTable() { munmap(zeros_, kMapped); }
  EntryTable(const EntryTable&) = delete;
  EntryTable& operator=(const EntryTable&) = delete;

  Entry& operator[](size_t place) { return entries_[place]; }
  Entry* begin() { return entries_; }
  Entry* end() { return entries_ + kCacheEntries; }

  // For who has many words.
  void UseLargePages() {
    if (large_) return;
    large_ = true;
    AskForLargePages(entries_, kBytes);
  }

 private:
  static constexpr size_t kBytes = kCacheEntries * sizeof(Entry);
  static constexpr size_t kMapped = kBytes + kLargePageBytes;
  void* zeros_;
  Entry* entries_;
  bool large_ = false;
};

// Seeds keep channels and languages apart.
constexpr uint64_t kChannelSeed = 0x9E3779B97F4A7C15;
constexpr uint64_t kLanguageSeed = 0xC2B2AE3D27D4EB4F;

inline uint64_t KeyOf(uint8_t channel, const char* term, size_t size) {
  return XXH3_64bits_withSeed(term, size, kChannelSeed * (channel + 1));
}

inline uint64_t KeyOf(uint8_t channel, const std::string& term) {
  return KeyOf(channel, term.data(), term.size());
}

// The key of two neighbouring syllables by the keys of their stems.
inline uint64_t PairKey(uint64_t first, uint64_t second) {
  return (first ^ (first >> 29)) * kLanguageSeed + second;
}

}  // namespace

struct Analyzer::State {
  // What the cache knows the word [begin, end) of `text` by; never 0, which
  // marks a free entry.
  static uint64_t HashOf(absl::string_view text, uint32_t begin, uint32_t end,
                         Language language) {
    return WordHash(text, begin, end,
                    kLanguageSeed * (LanguageNumber(language) + 1)) |
           1;
  }
  static size_t PlaceOf(uint64_t hash) {
    return (hash >> 40) & (kCacheEntries - 2);
  }

  // The keys of the word `raw`, from the cache or made now. The reference
  // lives until the next call.
  // REQUIRES: hash == HashOf(raw, language)
  Entry& Find(uint64_t hash, absl::string_view raw, Language language,
              uint8_t word_flags) {
    Entry* const set = &cache[PlaceOf(hash)];
    if (set[0].word == hash) return set[0];
    if (set[1].word == hash) return set[1];
    return Make(hash, raw, language, word_flags, set);
  }

  // The same of a word that is not in its `set` of the cache.
  Entry& Make(uint64_t hash, absl::string_view raw, Language language,
              uint8_t word_flags, Entry* set);

  EntryTable cache;
  uint16_t age = 1;
  TermMaker maker;

  // Scratch, kept to spare allocations.
  WordTerms terms;
  std::vector<TextSpan> cut;
  std::vector<Token> word_tokens;
  std::string run;
  struct Unit {
    uint32_t run_begin;  // in `run`
    uint32_t begin;      // in the text
    uint32_t end;
    bool hiragana;
  };
  std::vector<Unit> units;
};

ABSL_ATTRIBUTE_NOINLINE Entry& Analyzer::State::Make(uint64_t hash,
                                                     absl::string_view raw,
                                                     Language language,
                                                     uint8_t word_flags,
                                                     Entry* set) {
  // Two to a set: the newest takes the first place, the older moves back.
  set[1] = set[0];
  Entry& entry = set[0];
  maker.Make(raw, language, word_flags, &terms);
  entry.word = hash;
  entry.stem = KeyOf(kChannelStem, terms.stem);
  entry.surface = KeyOf(kChannelSurface, terms.surface);
  entry.prefix = KeyOf(kChannelPrefix, terms.prefix);
  entry.part_count = static_cast<uint8_t>(terms.part_count);
  entry.flags = terms.flags;
  entry.number_age = 0;
  for (size_t i = 0; i < terms.part_count; ++i) {
    entry.parts[i] = KeyOf(kChannelStem, terms.parts[i]);
  }
  return entry;
}

namespace {

// Collects tokens; with terms when asked to explain, or words by number.
class Emitter {
 public:
  explicit Emitter(std::vector<Token>* tokens) : tokens_(tokens) {}
  Emitter(WordNumbers* numbers, std::vector<NumberedWord>* words,
          std::vector<Token>* rest)
      : tokens_(rest), numbers_(numbers), words_(words) {}
  explicit Emitter(std::vector<ExplainedToken>* explained)
      : explained_(explained) {}

  bool explains() const { return explained_ != nullptr; }
  // Null when all is told by tokens.
  WordNumbers* numbers() const { return numbers_; }

  void EmitNumber(uint32_t number, uint32_t position) {
    words_->emplace_back();
    NumberedWord& word = words_->back();
    word.number = number;
    word.position = position;
  }
  void Emit(uint32_t begin, uint32_t end, uint32_t position, uint8_t channel,
            uint8_t flags, uint64_t key) {
    // Field by field in place: a token built on the stack and copied as a
    // block stalls on its own stores (a quarter of the time of analysis).
    tokens_->emplace_back();
    Token& token = tokens_->back();
    token.begin = begin;
    token.end = end;
    token.position = position;
    token.channel = channel;
    token.flags = flags;
    token.key = key;
  }
  void Explain(uint32_t begin, uint32_t end, uint32_t position, uint8_t channel,
               uint8_t flags, absl::string_view term) {
    Explain(begin, end, position, channel, flags, term, TermKey(channel, term));
  }
  void Explain(uint32_t begin, uint32_t end, uint32_t position, uint8_t channel,
               uint8_t flags, absl::string_view term, uint64_t key) {
    explained_->push_back(
        {{begin, end, position, channel, flags, key}, std::string(term)});
  }

 private:
  std::vector<Token>* tokens_ = nullptr;
  std::vector<ExplainedToken>* explained_ = nullptr;
  WordNumbers* numbers_ = nullptr;
  std::vector<NumberedWord>* words_ = nullptr;
};

}  // namespace

// Turns the scanner's words into tokens.
template <typename State>
class TokenSink {
 public:
  TokenSink(absl::string_view utf8, Language language, State* state,
            Emitter* emitter)
      : utf8_(utf8), language_(language), state_(*state), emitter_(*emitter) {}

  ABSL_ATTRIBUTE_ALWAYS_INLINE void OnWord(uint32_t begin, uint32_t end,
                                           uint8_t flags) {
    const absl::string_view raw = utf8_.substr(begin, end - begin);
    const uint32_t position = position_++;
    if (emitter_.explains()) {
      ExplainWord(raw, begin, end, position, flags);
      return;
    }
    // The cache does not fit the processor's nearest ones: its entries are
    // sent for first and read a few words later.
    const uint64_t hash = State::HashOf(utf8_, begin, end, language_);
    __builtin_prefetch(&state_.cache[State::PlaceOf(hash)], 1);
    WaitingWord& waiting = waiting_[waiting_count_++];
    // Field by field in place, as in Emitter.
    waiting.hash = hash;
    waiting.begin = begin;
    waiting.end = end;
    waiting.position = position;
    waiting.flags = flags;
    if (waiting_count_ == waiting_.size()) Flush();
  }

  // Emits the words that wait for their entries.
  ABSL_ATTRIBUTE_NOINLINE void Flush() {
    for (size_t i = 0; i < waiting_count_; ++i) EmitWord(waiting_[i]);
    waiting_count_ = 0;
  }

  void OnCjk(uint32_t begin, uint32_t end) {
    Flush();
    const absl::string_view raw = utf8_.substr(begin, end - begin);
    MakeUnits(begin, raw);
    state_.cut.clear();
    CjkWords(raw, &state_.cut);
    auto& units = state_.units;
    size_t word = 0;
    uint32_t stop_end = 0;
    for (size_t i = 0; i < units.size(); ++i) {
      const uint32_t position = position_ + static_cast<uint32_t>(i);
      // A word that begins inside a unit (a voice mark) counts to the next.
      while (word < state_.cut.size() &&
             begin + state_.cut[word].begin <= units[i].begin) {
        const TextSpan span = state_.cut[word++];
        const uint8_t flags =
            CjkWord(begin + span.begin, begin + span.end, position);
        stop_end = (flags & kTokenStopWord) != 0 ? begin + span.end : 0;
      }
      const size_t last = i + 1 < units.size() ? i + 1 : i;
      if (last == i && i > 0) break;
      // Pairs of Hiragana are mostly grammar; so is what lies in a stop word.
      const bool stop = (units[i].hiragana && units[last].hiragana) ||
                        units[last].end <= stop_end;
      const uint8_t flags = stop ? kTokenStopWord : 0;
      Bigram(units[i].begin, units[last].end, position, flags,
             absl::string_view(state_.run)
                 .substr(units[i].run_begin, RunEnd(last) - units[i].run_begin),
             &emitter_);
    }
    position_ += static_cast<uint32_t>(units.size());
  }

 private:
  struct WaitingWord {
    uint64_t hash;
    uint32_t begin;
    uint32_t end;
    uint32_t position;
    uint8_t flags;
  };

  ABSL_ATTRIBUTE_NOINLINE void ExplainWord(absl::string_view raw,
                                           uint32_t begin, uint32_t end,
                                           uint32_t position, uint8_t flags) {
    WordTerms& terms = state_.terms;
    state_.maker.Make(raw, language_, flags, &terms);
    emitter_.Explain(begin, end, position, kChannelStem, terms.flags,
                     terms.stem);
    for (size_t i = 0; i < terms.part_count; ++i) {
      emitter_.Explain(begin, end, position, kChannelStem,
                       terms.flags | kTokenPart, terms.parts[i]);
    }
    emitter_.Explain(begin, end, position, kChannelSurface, terms.flags,
                     terms.surface);
    if ((flags & kWordHangul) != 0) {
      Hangul(begin, raw, position, terms.flags, &emitter_);
    }
    if (language_ == Language::kVi) {
      Syllable(begin, end, position, terms.flags,
               KeyOf(kChannelStem, terms.stem), terms.stem);
    }
    emitter_.Explain(begin, end, position, kChannelPrefix, terms.flags,
                     terms.prefix);
  }

  void EmitWord(const WaitingWord& word) {
    const absl::string_view raw =
        utf8_.substr(word.begin, word.end - word.begin);
    Entry& entry = state_.Find(word.hash, raw, language_, word.flags);
    if (emitter_.numbers() == nullptr) {
      EmitTerms(word, raw, entry, &emitter_);
      return;
    }
    if (entry.number_age != state_.age) GiveNumber(word, raw, &entry);
    emitter_.EmitNumber(entry.number, word.position);
    if (language_ == Language::kVi) {
      Syllable(word.begin, word.end, word.position, entry.flags, entry.stem,
               absl::string_view());
    }
  }

  ABSL_ATTRIBUTE_NOINLINE void GiveNumber(const WaitingWord& word,
                                          absl::string_view raw, Entry* entry) {
    state_.word_tokens.clear();
    Emitter terms(&state_.word_tokens);
    EmitTerms(word, raw, *entry, &terms);
    entry->number = emitter_.numbers()->NumberOf(raw, state_.word_tokens);
    entry->number_age = state_.age;
  }

  // Those of a Vietnamese pair only where no numbers are wanted.
  void EmitTerms(const WaitingWord& word, absl::string_view raw,
                 const Entry& entry, Emitter* to) {
    const uint32_t begin = word.begin;
    const uint32_t end = word.end;
    const uint32_t position = word.position;
    const uint8_t token_flags = entry.flags;
    const uint64_t stem = entry.stem;
    const uint64_t prefix = entry.prefix;
    to->Emit(begin, end, position, kChannelStem, token_flags, stem);
    for (size_t i = 0; i < entry.part_count; ++i) {
      to->Emit(begin, end, position, kChannelStem, token_flags | kTokenPart,
               entry.parts[i]);
    }
    to->Emit(begin, end, position, kChannelSurface, token_flags, entry.surface);
    if ((word.flags & kWordHangul) != 0) {
      Hangul(begin, raw, position, token_flags, to);
    }
    if (language_ == Language::kVi && emitter_.numbers() == nullptr) {
      Syllable(begin, end, position, token_flags, stem, absl::string_view());
    }
    to->Emit(begin, end, position, kChannelPrefix, token_flags, prefix);
  }

  size_t RunEnd(size_t unit) const {
    return unit + 1 < state_.units.size() ? state_.units[unit + 1].run_begin
                                          : state_.run.size();
  }

  // The run's characters in bare form, a voice mark or variation selector with
  // the character before it.
  void MakeUnits(uint32_t begin, absl::string_view raw) {
    auto& units = state_.units;
    std::string& run = state_.run;
    units.clear();
    run.clear();
    for (size_t at = 0; at < raw.size();) {
      int length;
      char32_t c = DecodeUtf8(raw, at, &length);
      const uint32_t from = begin + static_cast<uint32_t>(at);
      at += length;
      const bool voice =
          c == 0x3099 || c == 0x309A || c == 0xFF9E || c == 0xFF9F;
      const bool selector =
          (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
      if (!units.empty() && (voice || selector)) {
        units.back().end = begin + static_cast<uint32_t>(at);
        if (voice) {
          const uint32_t unit_begin = units.back().begin - begin;
          run.resize(units.back().run_begin);
          AppendBare(FoldCarefully(raw.substr(unit_begin, at - unit_begin),
                                   Language::kUnknown),
                     &run);
        }
        continue;
      }
      c = BareCodePoint(c);
      units.push_back({static_cast<uint32_t>(run.size()), from,
                       begin + static_cast<uint32_t>(at), IsHiragana(c)});
      AppendUtf8(c, &run);
    }
  }

  uint8_t CjkWord(uint32_t begin, uint32_t end, uint32_t position) {
    const absl::string_view raw = utf8_.substr(begin, end - begin);
    if (emitter_.explains()) {
      state_.maker.Make(raw, language_, kWordCjk, &state_.terms);
      emitter_.Explain(begin, end, position, kChannelStem, state_.terms.flags,
                       state_.terms.stem);
      return state_.terms.flags;
    }
    const Entry& entry = state_.Find(
        State::HashOf(utf8_, begin, end, language_), raw, language_, kWordCjk);
    emitter_.Emit(begin, end, position, kChannelStem, entry.flags, entry.stem);
    return entry.flags;
  }

  // The syllable pairs of a Hangul word.
  void Hangul(uint32_t begin, absl::string_view raw, uint32_t position,
              uint8_t flags, Emitter* to) {
    MakeUnits(begin, raw);
    const auto& units = state_.units;
    for (size_t i = 0; i < units.size(); ++i) {
      const size_t last = i + 1 < units.size() ? i + 1 : i;
      if (last == i && i > 0) break;
      Bigram(units[i].begin, units[last].end, position, flags,
             absl::string_view(state_.run)
                 .substr(units[i].run_begin, RunEnd(last) - units[i].run_begin),
             to);
    }
  }

  // Most Vietnamese words are two syllables with a space between.
  void Syllable(uint32_t begin, uint32_t end, uint32_t position, uint8_t flags,
                uint64_t stem, absl::string_view term) {
    if (before_.stem != 0 && begin == before_.end + 1 &&
        utf8_[before_.end] == ' ') {
      const uint8_t pair_flags = flags & before_.flags & kTokenStopWord;
      const uint64_t key = PairKey(before_.stem, stem);
      if (emitter_.explains()) {
        emitter_.Explain(before_.begin, end, position, kChannelBigram,
                         pair_flags, absl::StrCat(before_.term, " ", term),
                         key);
      } else {
        emitter_.Emit(before_.begin, end, position, kChannelBigram, pair_flags,
                      key);
      }
    }
    before_ = {begin, end, flags, stem, std::string(term)};
  }

  void Bigram(uint32_t begin, uint32_t end, uint32_t position, uint8_t flags,
              absl::string_view term, Emitter* to) {
    if (to->explains()) {
      to->Explain(begin, end, position, kChannelBigram, flags, term);
      return;
    }
    to->Emit(begin, end, position, kChannelBigram, flags,
             KeyOf(kChannelBigram, term.data(), term.size()));
  }

  const absl::string_view utf8_;
  const Language language_;
  State& state_;
  Emitter& emitter_;
  uint32_t position_ = 0;
  std::array<WaitingWord, 16> waiting_;
  size_t waiting_count_ = 0;
  // The syllable before, in Vietnamese.
  struct {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint8_t flags = 0;
    uint64_t stem = 0;
    std::string term;
  } before_;
};

Analyzer::Analyzer() : state_(std::make_unique<State>()) {}
Analyzer::~Analyzer() = default;

void Analyzer::Analyze(absl::string_view utf8, Language language,
                       std::vector<Token>* out) {
  Emitter emitter(out);
  TokenSink<State> sink(utf8, language, state_.get(), &emitter);
  ScanWords(utf8, sink);
  sink.Flush();
}

void Analyzer::AnalyzeWords(absl::string_view utf8, Language language,
                            WordNumbers* numbers,
                            std::vector<NumberedWord>* words,
                            std::vector<Token>* rest) {
  state_->cache.UseLargePages();
  Emitter emitter(numbers, words, rest);
  TokenSink<State> sink(utf8, language, state_.get(), &emitter);
  ScanWords(utf8, sink);
  sink.Flush();
}

void Analyzer::ForgetNumbers() {
  if (++state_->age != 0) return;
  for (Entry& entry : state_->cache) entry.number_age = 0;
  state_->age = 1;
}

void Analyzer::Explain(absl::string_view utf8, Language language,
                       std::vector<ExplainedToken>* out) {
  Emitter emitter(out);
  TokenSink<State> sink(utf8, language, state_.get(), &emitter);
  ScanWords(utf8, sink);
  sink.Flush();
}

bool Analyzer::IsStopWord(absl::string_view word, Language language) {
  std::string careful = FoldCarefully(word, language);
  careful.erase(std::remove(careful.begin(), careful.end(), '\''),
                careful.end());
  std::string bare;
  AppendBare(careful, &bare);
  return footnote::IsStopWord(careful, bare, language);
}

uint64_t TermKey(uint8_t channel, absl::string_view term) {
  return KeyOf(channel, term.data(), term.size());
}

}  // namespace footnote
