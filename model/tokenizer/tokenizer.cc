#include "model/tokenizer/tokenizer.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "unicode/bytestream.h"
#include "unicode/normalizer2.h"
#include "unicode/uchar.h"

namespace footnote {
namespace {

constexpr absl::string_view kBlank = "\xe2\x96\x81";  // U+2581

// Pieces of short words, by word. One per thread, shared by all tokenizers.
class WordCache {
 public:
  static constexpr size_t kWordBytes = 32;
  static constexpr size_t kPieces = 8;

  struct Entry {
    uint64_t tokenizer = 0;
    uint8_t bytes = 0;
    uint8_t pieces = 0;
    char word[kWordBytes];
    int32_t ids[kPieces];
  };

  // Where `word` is or would be.
  Entry& At(absl::string_view word) {
    uint64_t hash = word.size() * 0x9E3779B97F4A7C15ull;
    size_t i = 0;
    for (; i + 8 <= word.size(); i += 8) {
      uint64_t part;
      memcpy(&part, word.data() + i, 8);
      hash = (hash ^ part) * 0x9E3779B97F4A7C15ull;
      hash ^= hash >> 32;
    }
    uint64_t part = 0;
    memcpy(&part, word.data() + i, word.size() - i);
    hash = (hash ^ part) * 0x9E3779B97F4A7C15ull;
    return entries_[hash >> (64 - 13)];
  }

  static WordCache& OfThread() {
    thread_local const std::unique_ptr<WordCache> cache =
        std::make_unique<WordCache>();
    return *cache;
  }

 private:
  Entry entries_[1 << 13];
};

bool Touches(absl::Span<const Tokenizer::Stretch> stretches, size_t begin,
             size_t end) {
  const auto after = std::lower_bound(
      stretches.begin(), stretches.end(), begin,
      [](const Tokenizer::Stretch& s, size_t at) { return s.second <= at; });
  return after != stretches.end() && after->first < end;
}

bool IsBlankAt(absl::string_view text, size_t at, int* length) {
  const char32_t c = DecodeUtf8(text, at, length);
  return u_isUWhiteSpace(static_cast<UChar32>(c));
}

std::string Nfc(absl::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(error);
  const icu::StringPiece in(text.data(), static_cast<int32_t>(text.size()));
  std::string out;
  if (U_FAILURE(error) || nfc->isNormalizedUTF8(in, error)) {
    return std::string(text);
  }
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, in, sink, nullptr, error);
  return U_FAILURE(error) ? std::string(text) : out;
}

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

// The byte that "<0x0A>" spells, or -1.
int SpelledByte(absl::string_view text) {
  if (text.size() != 6 || !absl::StartsWith(text, "<0x") || text[5] != '>') {
    return -1;
  }
  uint32_t value;
  return absl::SimpleHexAtoi(text.substr(3, 2), &value)
             ? static_cast<int>(value)
             : -1;
}

uint64_t NextNumber() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Create(
    TokenizerSpec spec, absl::string_view name) {
  auto tokenizer = absl::WrapUnique(new Tokenizer(std::move(spec)));
  RETURN_IF_ERROR(tokenizer->Check(name));
  return tokenizer;
}

Tokenizer::Tokenizer(TokenizerSpec spec)
    : spec_(std::move(spec)), number_(NextNumber()) {}

absl::Status Tokenizer::Check(absl::string_view name) {
  const Vocabulary& vocabulary = *spec_.vocabulary;
  const auto size = static_cast<int32_t>(vocabulary.size());
  if (size == 0) {
    return absl::DataLossError(absl::StrCat("tokenizer ", name, ": no pieces"));
  }
  for (const int32_t id : {spec_.unknown, spec_.bos, spec_.eos}) {
    if (id < -1 || id >= size) {
      return absl::DataLossError(absl::StrCat("tokenizer ", name, ": piece ",
                                              id, ", want below ", size));
    }
  }
  std::fill(std::begin(bytes_), std::end(bytes_), -1);
  if (spec_.byte_level) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      bytes_[byte] = vocabulary.Find(absl::string_view(&c, 1));
    }
  } else if (spec_.byte_fallback) {
    for (int32_t id = 0; id < size; ++id) {
      const int byte = SpelledByte(vocabulary.Text(id));
      if (byte >= 0) bytes_[byte] = id;
    }
  }
  // Pieces that hold a blank behind something else keep words together.
  cut_at_blanks_ = !spec_.byte_level && spec_.cuts.empty();
  for (int32_t id = 0; id < size && cut_at_blanks_; ++id) {
    if (vocabulary.Kind(id) == PieceKind::kControl) continue;
    const absl::string_view text = vocabulary.Text(id);
    for (size_t at = text.find(kBlank, 1); at != absl::string_view::npos;
         at = text.find(kBlank, at + 1)) {
      if (!absl::EndsWith(text.substr(0, at), kBlank)) cut_at_blanks_ = false;
    }
  }
  IndexFoundPieces();
  return absl::OkStatus();
}

void Tokenizer::IndexFoundPieces() {
  const Vocabulary& vocabulary = *spec_.vocabulary;
  for (int32_t id = 0; id < static_cast<int32_t>(vocabulary.size()); ++id) {
    const PieceKind kind = vocabulary.Kind(id);
    const absl::string_view text = vocabulary.Text(id);
    if ((kind != PieceKind::kPlain && kind != PieceKind::kControl) ||
        text.empty()) {
      continue;
    }
    found_[text] = id;
    lengths_[static_cast<uint8_t>(text[0])].push_back(
        static_cast<uint32_t>(text.size()));
  }
  for (std::vector<uint32_t>& lengths : lengths_) {
    std::sort(lengths.begin(), lengths.end(), std::greater<>());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  }
}

bool Tokenizer::FindPiece(absl::string_view text, size_t begin,
                          absl::Span<const Stretch> untrusted, bool prompt,
                          int32_t* id) const {
  for (const uint32_t length : lengths_[static_cast<uint8_t>(text[begin])]) {
    if (length > text.size() - begin) continue;
    const auto found = found_.find(text.substr(begin, length));
    if (found == found_.end()) continue;
    if (IsControl(found->second) &&
        (!prompt || Touches(untrusted, begin, begin + length))) {
      continue;
    }
    *id = found->second;
    return true;
  }
  return false;
}

void Tokenizer::Encode(absl::string_view text,
                       std::vector<int32_t>* ids) const {
  AddText(text, {}, /*prompt=*/false, ids);
}

void Tokenizer::EncodePrompt(absl::string_view text,
                             absl::Span<const Stretch> untrusted,
                             std::vector<int32_t>* ids) const {
  AddText(text, untrusted, /*prompt=*/true, ids);
}

void Tokenizer::AddText(absl::string_view text,
                        absl::Span<const Stretch> untrusted, bool prompt,
                        std::vector<int32_t>* ids) const {
  const auto holds = [](const std::vector<int32_t>& list, int32_t id) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  size_t begin = 0;  // of the segment
  for (size_t at = 0; at < text.size();) {
    int32_t id;
    if (!FindPiece(text, at, untrusted, prompt, &id)) {
      ++at;
      continue;
    }
    size_t end = at;
    if (holds(spec_.strips_left, id)) {
      while (end > begin) {
        int length;
        const size_t last = FloorToCodePoint(text, end - 1);
        if (last < begin || !IsBlankAt(text, last, &length)) break;
        end = last;
      }
    }
    AddSegment(text.substr(begin, end - begin), begin == 0, ids);
    ids->push_back(id);
    at += Spelling(id).size();
    if (holds(spec_.strips_right, id)) {
      int length;
      while (at < text.size() && IsBlankAt(text, at, &length)) at += length;
    }
    begin = at;
  }
  AddSegment(text.substr(begin), begin == 0, ids);
}

void Tokenizer::AddSegment(absl::string_view text, bool first,
                           std::vector<int32_t>* ids) const {
  if (text.empty()) return;
  std::string changed;
  if (spec_.nfc && !IsAscii(text)) {
    changed = Nfc(text);
    text = changed;
  }
  for (const auto& [from, to] : spec_.replacements) {
    if (!absl::StrContains(text, from)) continue;
    changed = absl::StrReplaceAll(text, {{from, to}});
    text = changed;
  }
  using Prefix = TokenizerSpec::Prefix;
  if (spec_.prefix == Prefix::kEverySegment ||
      (spec_.prefix == Prefix::kUnlessThere &&
       !absl::StartsWith(text, spec_.prefix_text)) ||
      (spec_.prefix == Prefix::kFirstSegment && first &&
       !absl::StartsWith(text, spec_.prefix_text))) {
    changed = absl::StrCat(spec_.prefix_text, text);
    text = changed;
  }
  CutWords(text, 0, ids);
}

void Tokenizer::CutWords(absl::string_view text, size_t cut,
                         std::vector<int32_t>* ids) const {
  if (text.empty()) return;
  if (cut == spec_.cuts.size()) {
    if (!cut_at_blanks_) return AddWord(text, ids);
    size_t begin = 0;
    for (size_t at = text.find(kBlank, 1); at != absl::string_view::npos;
         at = text.find(kBlank, at + 1)) {
      if (at < begin + 1 || absl::EndsWith(text.substr(0, at), kBlank))
        continue;
      AddWord(text.substr(begin, at - begin), ids);
      begin = at;
    }
    return AddWord(text.substr(begin), ids);
  }
  const TokenizerSpec::Cut& by = spec_.cuts[cut];
  size_t done = 0;
  std::pair<size_t, size_t> match{0, 0};
  for (size_t at = 0; by.pattern.Find(text, at, &match); at = match.second) {
    size_t end = match.first;
    if (by.behaviour == TokenizerSpec::Cut::kWithPrevious) end = match.second;
    CutWords(text.substr(done, end - done), cut + 1, ids);
    done = end;
    if (by.behaviour == TokenizerSpec::Cut::kIsolated) {
      CutWords(text.substr(match.first, match.second - match.first), cut + 1,
               ids);
      done = match.second;
    }
  }
  CutWords(text.substr(done), cut + 1, ids);
}

void Tokenizer::AddWord(absl::string_view word,
                        std::vector<int32_t>* ids) const {
  if (word.size() > WordCache::kWordBytes) return MergeWord(word, ids);
  WordCache::Entry& entry = WordCache::OfThread().At(word);
  if (entry.tokenizer == number_ && entry.bytes == word.size() &&
      memcmp(entry.word, word.data(), word.size()) == 0) {
    ids->insert(ids->end(), entry.ids, entry.ids + entry.pieces);
    return;
  }
  const size_t before = ids->size();
  MergeWord(word, ids);
  const size_t pieces = ids->size() - before;
  if (pieces > WordCache::kPieces) return;
  entry.tokenizer = number_;
  entry.bytes = static_cast<uint8_t>(word.size());
  entry.pieces = static_cast<uint8_t>(pieces);
  memcpy(entry.word, word.data(), word.size());
  std::copy(ids->begin() + before, ids->end(), entry.ids);
}

void Tokenizer::MergeWord(absl::string_view word,
                          std::vector<int32_t>* ids) const {
  const Vocabulary& vocabulary = *spec_.vocabulary;
  if (spec_.whole_words) {
    const int32_t id = vocabulary.Find(word);
    if (id >= 0 && vocabulary.Kind(id) == PieceKind::kNormal) {
      ids->push_back(id);
      return;
    }
  }
  std::vector<int32_t> pieces;
  pieces.reserve(word.size());
  if (spec_.byte_level) {
    for (const char c : word) {
      const int32_t id = bytes_[static_cast<uint8_t>(c)];
      if (id >= 0 || spec_.unknown >= 0) {
        pieces.push_back(id >= 0 ? id : spec_.unknown);
      }
    }
  } else {
    for (size_t at = 0; at < word.size();) {
      int length;
      DecodeUtf8(word, at, &length);
      const absl::string_view character = word.substr(at, length);
      at += length;
      const int32_t id = vocabulary.Find(character);
      const PieceKind kind = vocabulary.Kind(id);
      if (kind == PieceKind::kNormal || kind == PieceKind::kPlain) {
        pieces.push_back(id);
        continue;
      }
      const bool has_bytes = std::all_of(
          character.begin(), character.end(),
          [this](char c) { return bytes_[static_cast<uint8_t>(c)] >= 0; });
      if (has_bytes) {
        for (const char c : character) {
          pieces.push_back(bytes_[static_cast<uint8_t>(c)]);
        }
      } else if (spec_.unknown >= 0 &&
                 !(spec_.fuse_unknown && !pieces.empty() &&
                   pieces.back() == spec_.unknown)) {
        pieces.push_back(spec_.unknown);
      }
    }
  }
  MergePieces(spec_.merges, &pieces);
  ids->insert(ids->end(), pieces.begin(), pieces.end());
}

void Tokenizer::AppendText(int32_t id, std::string* text) const {
  const absl::string_view piece = Spelling(id);
  switch (spec_.vocabulary->Kind(id)) {
    case PieceKind::kNone:
    case PieceKind::kControl:
      return;
    case PieceKind::kByte: {
      const int byte = SpelledByte(piece);
      if (byte >= 0) text->push_back(static_cast<char>(byte));
      return;
    }
    default:
      break;
  }
  if (spec_.byte_level || !absl::StrContains(piece, kBlank)) {
    text->append(piece.data(), piece.size());
  } else {
    text->append(absl::StrReplaceAll(piece, {{kBlank, " "}}));
  }
}

std::string Tokenizer::Decode(absl::Span<const int32_t> ids) const {
  std::string text;
  for (const int32_t id : ids) AppendText(id, &text);
  return text;
}

int32_t Tokenizer::FindControl(absl::string_view spelling) const {
  const auto found = found_.find(spelling);
  if (found == found_.end() || !IsControl(found->second)) return -1;
  return found->second;
}

}  // namespace footnote
