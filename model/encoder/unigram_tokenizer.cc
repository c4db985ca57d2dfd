#include "model/encoder/unigram_tokenizer.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace {

constexpr size_t kMaxBytes = 65536;
constexpr char kBlank[] = "\xe2\x96\x81";  // U+2581
constexpr size_t kBlankBytes = 3;
// SentencePiece's own penalty for a character that no piece covers.
constexpr float kUnknownPenalty = 10.0f;

size_t CharacterBytes(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

uint32_t UnitOffset(uint32_t unit) {
  return (unit >> 10) << ((unit & 0x200) >> 6);
}

}  // namespace

absl::StatusOr<std::unique_ptr<UnigramTokenizer>> UnigramTokenizer::Open(
    const WeightsFile& file) {
  std::unique_ptr<UnigramTokenizer> t =
      absl::WrapUnique(new UnigramTokenizer());

  ASSIGN_OR_RETURN(t->pieces_, PieceTrie::Open(file, "tokenizer"));
  if (t->pieces_.size() <= kEnd) {
    return file.Damaged("section tokenizer/label", "an empty vocabulary");
  }
  t->unknown_score_ = t->pieces_.lowest_score() - kUnknownPenalty;

  ASSIGN_OR_RETURN(absl::string_view units, file.Section("tokenizer/units"));
  if (units.size() < 1024 || units.size() % sizeof(uint32_t) != 0) {
    return file.Damaged("section tokenizer/units",
                        absl::StrCat(units.size(), " bytes"));
  }
  t->units_ = absl::Span<const uint32_t>(
      reinterpret_cast<const uint32_t*>(units.data()),
      units.size() / sizeof(uint32_t));
  ASSIGN_OR_RETURN(t->replacements_, file.Section("tokenizer/replacements"));
  if (t->replacements_.empty() || t->replacements_.back() != '\0') {
    return file.Damaged("section tokenizer/replacements", "no NUL at its end");
  }
  return t;
}

absl::string_view UnigramTokenizer::NormalizePrefix(absl::string_view text,
                                                    size_t* length) const {
  size_t best_length = 0;
  size_t best_value = 0;
  size_t node = UnitOffset(units_[0]);
  for (size_t i = 0; i < text.size(); ++i) {
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    node ^= byte;
    if (node >= units_.size()) break;
    const uint32_t unit = units_[node];
    if ((unit & 0x800000ff) != byte) break;
    node ^= UnitOffset(unit);
    if (node >= units_.size()) break;
    if ((unit & 0x100) != 0) {
      best_length = i + 1;
      best_value = units_[node] & 0x7fffffff;
    }
  }
  if (best_length == 0 || best_value >= replacements_.size()) {
    *length = std::min(text.size(), CharacterBytes(text[0]));
    return text.substr(0, *length);
  }
  *length = best_length;
  const char* replacement = replacements_.data() + best_value;
  return {replacement, std::strlen(replacement)};
}

std::string UnigramTokenizer::Normalize(absl::string_view text) const {
  text = text.substr(0, FloorToCodePoint(text, kMaxBytes));
  std::string out;
  out.reserve(text.size() + text.size() / 4 + kBlankBytes);
  bool after_blank = true;
  bool begun = false;
  while (!text.empty()) {
    size_t length;
    absl::string_view replacement = NormalizePrefix(text, &length);
    text.remove_prefix(length);
    for (const char c : replacement) {
      if (c == ' ') {
        // At the begin, or more than one in a row: dropped.
        if (!after_blank) out.append(kBlank, kBlankBytes);
        after_blank = true;
        continue;
      }
      if (!begun) out.append(kBlank, kBlankBytes);
      begun = true;
      after_blank = false;
      out.push_back(c);
    }
  }
  if (begun && after_blank) out.resize(out.size() - kBlankBytes);
  return out;
}

void UnigramTokenizer::Encode(absl::string_view text, size_t limit,
                              std::vector<int32_t>* ids) const {
  EncodeNormal(Normalize(text), limit, ids);
}

double UnigramTokenizer::EncodeNormal(absl::string_view normal, size_t limit,
                                      std::vector<int32_t>* ids) const {
  ids->clear();
  const size_t size = normal.size();
  if (size == 0) {
    ids->push_back(kUnknown);
    return unknown_score_;
  }
  // The best way to reach each byte offset: its score, last piece and where
  // that begins. Only offsets of whole characters are ever reached.
  struct Step {
    double score;
    int32_t piece;
    uint32_t begin;
  };
  constexpr double kUnreached = -std::numeric_limits<double>::infinity();
  std::vector<Step> steps(size + 1, Step{kUnreached, kUnknown, 0});
  steps[0].score = 0;
  for (size_t i = 0; i < size;) {
    const double base = steps[i].score;
    const size_t character = std::min(CharacterBytes(normal[i]), size - i);
    bool covered = false;
    int32_t node = pieces_.Child(0, static_cast<uint8_t>(normal[i]));
    for (size_t j = i + 1; node != 0; ++j) {
      const int32_t piece = pieces_.piece(node);
      if (piece >= 0) {
        const double score = base + pieces_.score(piece);
        if (score > steps[j].score) {
          steps[j] = {score, piece, static_cast<uint32_t>(i)};
        }
        covered |= j == i + character;
      }
      if (j == size) break;
      node = pieces_.Child(node, static_cast<uint8_t>(normal[j]));
    }
    if (!covered) {
      Step& next = steps[i + character];
      const double score = base + unknown_score_;
      if (score > next.score) {
        next = {score, kUnknown, static_cast<uint32_t>(i)};
      }
    }
    i += character;
  }
  for (size_t end = size; end > 0; end = steps[end].begin) {
    ids->push_back(steps[end].piece);
  }
  std::reverse(ids->begin(), ids->end());
  if (ids->size() > limit) ids->resize(limit);
  return steps[size].score;
}

}  // namespace footnote
