#include "model/encoder/tongues.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Letters above are no tongue's and fold to themselves.
constexpr uint32_t kCodePoints = 0x3000;
constexpr size_t kMaxTongues = 32;
constexpr char kBlank[] = "\xe2\x96\x81";  // U+2581
constexpr size_t kBlankBytes = 3;

// The code point at `text[at]`, of valid UTF-8, and its bytes.
uint32_t CodePointAt(absl::string_view text, size_t at, size_t* bytes) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<uint8_t>(text[at + i]));
  };
  const uint32_t lead = byte(0);
  if (lead < 0x80) {
    *bytes = 1;
    return lead;
  }
  *bytes = std::min<size_t>(lead < 0xe0   ? 2
                            : lead < 0xf0 ? 3
                                          : 4,
                            text.size() - at);
  uint32_t value = *bytes == 2 ? lead & 0x1f : *bytes == 3 ? lead & 0xf : 7;
  if (*bytes > 3) return kCodePoints;
  for (size_t i = 1; i < *bytes; ++i) value = value << 6 | (byte(i) & 0x3f);
  return value;
}

size_t BytesOf(uint32_t code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : 3;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tongues>> Tongues::Open(
    const WeightsFile& file, const UnigramTokenizer& base, int32_t first_row) {
  std::unique_ptr<Tongues> t = absl::WrapUnique(new Tongues(base));
  ASSIGN_OR_RETURN(absl::string_view names, file.Section("tongues/names"));
  t->names_ = absl::StrSplit(names, ' ', absl::SkipEmpty());
  if (t->names_.empty() || t->names_.size() > kMaxTongues ||
      !std::is_sorted(t->names_.begin(), t->names_.end())) {
    return file.Damaged("section tongues/names",
                        absl::StrCat("want 1 to ", kMaxTongues, ", sorted"));
  }
  ASSIGN_OR_RETURN(absl::Span<const float> penalty,
                   file.Floats("tongues/penalty", 1));
  if (!std::isfinite(penalty[0])) {
    return file.Damaged("section tongues/penalty", "not a number");
  }
  t->penalty_ = penalty[0];

  // Pairs of a letter and what stands for it, of as many bytes.
  ASSIGN_OR_RETURN(absl::string_view bytes, file.Section("tongues/folds"));
  ASSIGN_OR_RETURN(
      absl::Span<const int32_t> folds,
      file.Integers("tongues/folds", bytes.size() / sizeof(int32_t)));
  t->folds_.resize(kCodePoints);
  for (uint32_t i = 0; i < kCodePoints; ++i) t->folds_[i] = i;
  for (size_t i = 0; i + 1 < folds.size(); i += 2) {
    const uint32_t from = folds[i];
    const uint32_t to = folds[i + 1];
    if (from >= kCodePoints || to > 0xffff || BytesOf(from) != BytesOf(to)) {
      return file.Damaged("section tongues/folds",
                          absl::StrCat(from, " to ", to));
    }
    t->folds_[from] = to;
  }

  t->letters_.resize(kCodePoints);
  for (size_t i = 0; i < t->names_.size(); ++i) {
    const std::string prefix = absl::StrCat("tongue/", t->names_[i]);
    Tongue tongue;
    ASSIGN_OR_RETURN(tongue.pieces, PieceTrie::Open(file, prefix));
    tongue.first_row = first_row + static_cast<int32_t>(t->size_);
    t->size_ += tongue.pieces.size();
    t->tongues_.push_back(tongue);
    const std::string section = absl::StrCat(prefix, "/letters");
    ASSIGN_OR_RETURN(bytes, file.Section(section));
    ASSIGN_OR_RETURN(absl::Span<const int32_t> letters,
                     file.Integers(section, bytes.size() / sizeof(int32_t)));
    for (const int32_t letter : letters) {
      if (letter < 0 || letter >= static_cast<int32_t>(kCodePoints)) {
        return file.Damaged(absl::StrCat("section ", section),
                            absl::StrCat("letter ", letter));
      }
      t->letters_[letter] |= 1u << i;
    }
  }
  return t;
}

uint32_t Tongues::Candidates(absl::string_view normal) const {
  uint32_t candidates = 0;
  for (size_t i = 0, bytes; i < normal.size(); i += bytes) {
    const uint32_t letter = CodePointAt(normal, i, &bytes);
    if (letter < kCodePoints) candidates |= letters_[letter];
  }
  return candidates;
}

std::string Tongues::Fold(absl::string_view normal) const {
  std::string out(normal);
  for (size_t i = 0, bytes; i < normal.size(); i += bytes) {
    const uint32_t letter = CodePointAt(normal, i, &bytes);
    if (letter >= kCodePoints || folds_[letter] == letter) continue;
    uint32_t rest = folds_[letter];
    if (bytes == 1) {
      out[i] = static_cast<char>(rest);
      continue;
    }
    for (size_t j = bytes - 1; j > 0; --j, rest >>= 6) {
      out[i + j] = static_cast<char>(0x80 | (rest & 0x3f));
    }
    out[i] = static_cast<char>((bytes == 2 ? 0xc0 : 0xe0) | rest);
  }
  return out;
}

double Tongues::EncodeWord(const Tongue& tongue, absl::string_view word,
                           absl::string_view folded,
                           std::vector<int32_t>* rows) const {
  struct Step {
    double score;
    int32_t row;
    uint32_t begin;
  };
  constexpr double kUnreached = -std::numeric_limits<double>::infinity();
  const size_t size = word.size();
  std::vector<Step> steps(size + 1, Step{kUnreached, 0, 0});
  steps[0].score = 0;
  const PieceTrie& first = base_.pieces();
  for (size_t i = 0, character; i < size; i += character) {
    CodePointAt(word, i, &character);
    const double base = steps[i].score;
    bool covered = false;
    int32_t own_node = 0;
    int32_t first_node = 0;
    for (size_t j = i; j < size; ++j) {
      if (j == i || own_node != 0) {
        own_node = tongue.pieces.Child(own_node, folded[j]);
      }
      if (j == i || first_node != 0) {
        first_node = first.Child(first_node, word[j]);
      }
      if (own_node == 0 && first_node == 0) break;
      const int32_t own = own_node == 0 ? -1 : tongue.pieces.piece(own_node);
      const int32_t other = first_node == 0 ? -1 : first.piece(first_node);
      if (own < 0 && other < 0) continue;
      covered |= j + 1 == i + character;
      // A tongue's piece hides the first vocabulary's of the same letters.
      const double score =
          base + (own >= 0 ? double{tongue.pieces.score(own)}
                           : double{first.score(other)} - penalty_);
      if (score > steps[j + 1].score) {
        steps[j + 1] = {score, own >= 0 ? tongue.first_row + own : other,
                        static_cast<uint32_t>(i)};
      }
    }
    if (!covered) {
      const double score = base + base_.unknown_score() - penalty_;
      if (score > steps[i + character].score) {
        steps[i + character] = {score, UnigramTokenizer::kUnknown,
                                static_cast<uint32_t>(i)};
      }
    }
  }
  const size_t at = rows->size();
  for (size_t end = size; end > 0; end = steps[end].begin) {
    rows->push_back(steps[end].row);
  }
  std::reverse(rows->begin() + at, rows->end());
  return steps[size].score;
}

double Tongues::EncodeAs(const Tongue& tongue, absl::string_view normal,
                         absl::string_view folded,
                         std::vector<int32_t>* rows) const {
  struct Word {
    size_t begin, end;  // in `normal`
    size_t first_row;   // in `singles`
  };
  // The likeliest cut of the words so far ends with the words from `from` on:
  // one by itself, or as many as are one piece of the tongue.
  struct Step {
    double score;
    size_t from;
    int32_t compound;  // row, or -1
  };
  std::vector<Word> words;
  for (size_t begin = 0; begin < normal.size();) {
    size_t end = normal.find(kBlank, begin + kBlankBytes);
    if (end == absl::string_view::npos) end = normal.size();
    if (end - begin > kBlankBytes) words.push_back({begin, end, 0});
    begin = end;
  }
  std::vector<Step> steps(
      words.size() + 1, Step{-std::numeric_limits<double>::infinity(), 0, -1});
  steps[0].score = 0;
  std::vector<int32_t> singles;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto [begin, end, unused] = words[i];
    words[i].first_row = singles.size();
    const double single =
        steps[i].score + EncodeWord(tongue, normal.substr(begin, end - begin),
                                    folded.substr(begin, end - begin),
                                    &singles);
    if (single > steps[i + 1].score) steps[i + 1] = {single, i, -1};
    int32_t node = 0;
    for (size_t j = i; j < words.size(); ++j) {
      size_t at = words[j].begin;
      do {
        node = tongue.pieces.Child(node, folded[at]);
      } while (node != 0 && ++at < words[j].end);
      if (node == 0) break;
      const int32_t piece = j == i ? -1 : tongue.pieces.piece(node);
      if (piece < 0) continue;
      const double score = steps[i].score + tongue.pieces.score(piece);
      if (score > steps[j + 1].score) {
        steps[j + 1] = {score, i, tongue.first_row + piece};
      }
    }
  }

  std::vector<size_t> ends;  // of the cut's parts, the last one first
  for (size_t end = words.size(); end > 0; end = steps[end].from) {
    ends.push_back(end);
  }
  rows->clear();
  for (size_t i = ends.size(); i-- > 0;) {
    const Step& step = steps[ends[i]];
    if (step.compound >= 0) {
      rows->push_back(step.compound);
      continue;
    }
    const size_t next =
        ends[i] < words.size() ? words[ends[i]].first_row : singles.size();
    rows->insert(rows->end(), singles.begin() + words[step.from].first_row,
                 singles.begin() + next);
  }
  if (rows->empty()) rows->push_back(UnigramTokenizer::kUnknown);
  return steps[words.size()].score;
}

bool Tongues::Encode(absl::string_view text, size_t limit,
                     std::vector<int32_t>* rows) const {
  const std::string normal = base_.Normalize(text);
  double best = base_.EncodeNormal(normal, limit, rows);
  const uint32_t candidates = Candidates(normal);
  if (candidates == 0) return false;
  const std::string folded = Fold(normal);
  bool found = false;
  std::vector<int32_t> own;
  for (size_t i = 0; i < tongues_.size(); ++i) {
    if ((candidates & 1u << i) == 0) continue;
    const double score = EncodeAs(tongues_[i], normal, folded, &own);
    if (score <= best) continue;
    best = score;
    found = true;
    *rows = own;
  }
  if (rows->size() > limit) rows->resize(limit);
  return found;
}

}  // namespace footnote
