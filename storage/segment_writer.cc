#include "storage/segment_writer.h"

#include <string.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/half.h"
#include "storage/posting_sink.h"
#include "storage/section_file.h"

namespace footnote {
namespace {

uint64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Strings, numbered in the order of arrival until Sort.
class StringPool {
 public:
  StringPool() { Intern(""); }

  uint32_t Intern(absl::string_view value) {
    const auto found = ids_.find(value);
    if (found != ids_.end()) return found->second;
    strings_.emplace_back(value);
    bytes_ += value.size();
    const uint32_t id = static_cast<uint32_t>(strings_.size() - 1);
    ids_.emplace(absl::string_view(strings_.back()), id);
    return id;
  }

  size_t size() const { return strings_.size(); }
  size_t ApproximateBytes() const {
    return bytes_ + strings_.size() * (sizeof(std::string) + 40);
  }

  // The number in byte order of each string, by its number of arrival.
  std::vector<uint32_t> Ranks() const {
    std::vector<uint32_t> order(strings_.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return strings_[a] < strings_[b];
    });
    std::vector<uint32_t> ranks(order.size());
    for (size_t i = 0; i < order.size(); ++i) ranks[order[i]] = i;
    return ranks;
  }

  const std::string& operator[](uint32_t id) const { return strings_[id]; }

 private:
  std::deque<std::string> strings_;
  absl::flat_hash_map<absl::string_view, uint32_t> ids_;
  size_t bytes_ = 0;
};

// Rows of vectors, in blocks so that growing copies nothing.
class VectorPool {
 public:
  VectorPool(int dimension, ExactVectors exact)
      : dimension_(dimension),
        exact_(exact),
        code_stride_(CodeStride(dimension)),
        exact_stride_(ExactStride(dimension, exact)) {}

  void Add(uint32_t passage, absl::Span<const float> values) {
    if (rows_.size() % kBlockRows == 0) {
      codes_.emplace_back(new int8_t[kBlockRows * code_stride_]());
      exacts_.emplace_back(new uint8_t[kBlockRows * exact_stride_]());
    }
    float largest = 0;
    for (const float value : values) {
      largest = std::max(largest, std::fabs(value));
    }
    VectorRow row = {};
    row.passage = passage;
    row.scale = largest / 127;
    const float inverse = row.scale > 0 ? 1 / row.scale : 0;
    int8_t* codes = Codes(rows_.size());
    for (int i = 0; i < dimension_; ++i) {
      const long code = std::lrintf(values[i] * inverse);
      codes[i] = static_cast<int8_t>(std::min(127l, std::max(-127l, code)));
      row.code_sum += codes[i];
    }
    uint8_t* exact = Exact(rows_.size());
    if (exact_ == ExactVectors::kFloat32) {
      memcpy(exact, values.data(), dimension_ * sizeof(float));
    } else if (exact_ == ExactVectors::kFloat16) {
      for (int i = 0; i < dimension_; ++i) {
        const uint16_t half = HalfFromFloat(values[i]);
        memcpy(exact + i * sizeof(half), &half, sizeof(half));
      }
    }
    rows_.push_back(row);
  }

  const std::vector<VectorRow>& rows() const { return rows_; }
  int8_t* Codes(size_t row) const {
    return codes_[row / kBlockRows].get() + row % kBlockRows * code_stride_;
  }
  uint8_t* Exact(size_t row) const {
    return exacts_[row / kBlockRows].get() + row % kBlockRows * exact_stride_;
  }
  uint64_t code_stride() const { return code_stride_; }
  uint64_t exact_stride() const { return exact_stride_; }
  size_t ApproximateBytes() const {
    return codes_.size() * kBlockRows * (code_stride_ + exact_stride_) +
           rows_.capacity() * sizeof(VectorRow);
  }

 private:
  static constexpr size_t kBlockRows = 64;
  const int dimension_;
  const ExactVectors exact_;
  const uint64_t code_stride_;
  const uint64_t exact_stride_;
  std::vector<VectorRow> rows_;
  std::vector<std::unique_ptr<int8_t[]>> codes_;
  std::vector<std::unique_ptr<uint8_t[]>> exacts_;
};

uint64_t NextWordsId() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

template <typename T>
size_t HeldBytes(const std::vector<T>& rows) {
  return rows.capacity() * sizeof(T);
}

template <typename T>
void WriteRows(SectionFile* file, SectionId id, const std::vector<T>& rows) {
  file->AppendSection(id, rows.data(), rows.size() * sizeof(T));
}

}  // namespace

struct SegmentWriter::State {
  explicit State(SegmentOptions given)
      : options(std::move(given)), vectors(options.dimension, options.exact) {}

  SegmentOptions options;
  StringPool strings;
  std::vector<DocumentRow> documents;
  std::vector<uint32_t> attributes;
  std::vector<PassageRow> passages;
  std::vector<SentenceRow> sentences;
  WordLog terms;
  // By word's number.
  std::vector<std::array<uint8_t, kLengthGroups>> word_lengths;
  const uint64_t words_id = NextWordsId();
  VectorPool vectors;

  void NumberStrings(const std::vector<uint32_t>& ranks);
  absl::Status WriteVectors(SectionFile* file, SegmentInfo* info);
  void WriteStrings(const std::vector<uint32_t>& ranks,
                    SectionFile* file) const;
  std::vector<uint32_t> DocumentOrder() const;
};

SegmentWriter::SegmentWriter(SegmentOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

SegmentWriter::~SegmentWriter() = default;

absl::Status SegmentWriter::AddDocument(const SegmentDocument& document) {
  if (document.id.empty()) {
    return absl::InvalidArgumentError("document id is empty");
  }
  if (document.sha256.size() != sizeof(DocumentRow::sha256)) {
    return absl::InvalidArgumentError(
        absl::StrCat("document ", document.id, ": hash of ",
                     document.sha256.size(), " bytes, want 32"));
  }
  if (document.metadata.size() > 0xffff || document.labels.size() > 0xffff) {
    return absl::InvalidArgumentError(
        absl::StrCat("document ", document.id, ": ", document.metadata.size(),
                     " metadata pairs and ", document.labels.size(),
                     " labels, want at most 65535 of each"));
  }
  size_t longest = std::max(document.id.size(), document.title.size());
  for (const auto& pair : document.metadata) {
    longest = std::max({longest, pair.first.size(), pair.second.size()});
  }
  for (const std::string& label : document.labels) {
    longest = std::max(longest, label.size());
  }
  if (longest > kMaxStringBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("document ", document.id.substr(0, 200), ": a name of ",
                     longest, " bytes, want at most ", kMaxStringBytes));
  }
  State& s = *state_;
  DocumentRow row = {};
  row.id = s.strings.Intern(document.id);
  row.title = s.strings.Intern(document.title);
  row.version = document.version;
  row.language = document.language;
  memcpy(row.sha256, document.sha256.data(), sizeof(row.sha256));
  row.attribute_begin = static_cast<uint32_t>(s.attributes.size());
  row.metadata_count = static_cast<uint16_t>(document.metadata.size());
  row.label_count = static_cast<uint16_t>(document.labels.size());
  row.first_passage = passage_count();
  for (const auto& pair : document.metadata) {
    s.attributes.push_back(s.strings.Intern(pair.first));
    s.attributes.push_back(s.strings.Intern(pair.second));
  }
  for (const std::string& label : document.labels) {
    s.attributes.push_back(s.strings.Intern(label));
  }
  s.documents.push_back(row);
  return absl::OkStatus();
}

uint32_t SegmentWriter::AddWord(
    absl::Span<const SegmentTerm> terms,
    const std::array<uint8_t, kLengthGroups>& length) {
  state_->word_lengths.push_back(length);
  return state_->terms.AddWord(terms);
}

bool SegmentWriter::WordsComeAgain() const {
  return state_->terms.WordsComeAgain();
}

uint64_t SegmentWriter::words_id() const { return state_->words_id; }

absl::StatusOr<uint32_t> SegmentWriter::AddPassage(
    const SegmentPassage& passage) {
  State& s = *state_;
  if (s.documents.empty()) {
    return absl::InvalidArgumentError("passage before the first document");
  }
  const uint32_t ordinal = passage_count();
  if (ordinal >= kMaxSegmentPassages) {
    return absl::ResourceExhaustedError(
        absl::StrCat("segment is full at ", ordinal,
                     " passages: finish it and go on in "
                     "another"));
  }
  if (passage.end < passage.begin ||
      passage.code_point_end < passage.code_point_begin) {
    return absl::InvalidArgumentError(absl::StrCat(
        "passage [", passage.begin, ", ", passage.end, "): want begin <= end"));
  }
  for (const SentenceRow& sentence : passage.sentences) {
    if (sentence.end < sentence.begin ||
        sentence.end > passage.end - passage.begin) {
      return absl::InvalidArgumentError(
          absl::StrCat("sentence [", sentence.begin, ", ", sentence.end,
                       "): want it inside the passage of ",
                       passage.end - passage.begin, " bytes"));
    }
  }
  if (passage.sentences.size() > 0xffff) {
    return absl::InvalidArgumentError(
        absl::StrCat("passage of ", passage.sentences.size(),
                     " sentences, want at most 65535"));
  }
  if (passage.heading.size() > kMaxStringBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("heading of ", passage.heading.size(),
                     " bytes, want at most ", kMaxStringBytes));
  }
  uint8_t highest = 0;
  for (const SegmentToken& token : passage.tokens) {
    highest = std::max(highest, token.channel);
  }
  if (highest >= kMaxChannels) {
    return absl::InvalidArgumentError(absl::StrCat(
        "token of channel ", int{highest}, ", want less than ", kMaxChannels));
  }
  uint32_t highest_word = 0;
  for (const SegmentWord& word : passage.words) {
    highest_word = std::max(highest_word, word.number);
  }
  if (!passage.words.empty() && highest_word >= s.terms.word_count()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "word ", highest_word, ", want less than ", s.terms.word_count()));
  }
  std::array<uint32_t, kLengthGroups> length = passage.length;
  if (std::all_of(length.begin(), length.end(),
                  [](uint32_t given) { return given == 0; })) {
    for (const SegmentToken& token : passage.tokens) {
      length[s.options.channel_group[token.channel] % kLengthGroups] +=
          token.weight == 0 ? 1 : token.weight;
    }
  }
  for (const SegmentWord& word : passage.words) {
    for (int g = 0; g < kLengthGroups; ++g) {
      length[g] += s.word_lengths[word.number][g];
    }
  }
  DocumentRow& document = s.documents.back();
  PassageRow row = {};
  row.begin = passage.begin;
  row.end = passage.end;
  row.code_point_begin = passage.code_point_begin;
  row.code_point_end = passage.code_point_end;
  row.document = document_count() - 1;
  row.ordinal = document.passage_count++;
  row.heading = s.strings.Intern(passage.heading);
  row.first_sentence = static_cast<uint32_t>(s.sentences.size());
  row.sentence_count = static_cast<uint16_t>(passage.sentences.size());
  row.first_vector = kNoVector;
  row.language = passage.language;
  row.kind = passage.kind;
  for (int g = 0; g < kLengthGroups; ++g) {
    row.length[g] = static_cast<uint16_t>(std::min(length[g], 0xffffu));
  }
  s.passages.push_back(row);
  s.sentences.insert(s.sentences.end(), passage.sentences.begin(),
                     passage.sentences.end());
  s.terms.Add(ordinal, passage.words, passage.tokens);
  return ordinal;
}

absl::Status SegmentWriter::AddVector(absl::Span<const float> row) {
  if (state_->passages.empty()) {
    return absl::InvalidArgumentError("vector before the first passage");
  }
  return AddVectorOf(passage_count() - 1, row);
}

absl::Status SegmentWriter::AddVectorOf(uint32_t passage,
                                        absl::Span<const float> row) {
  if (row.size() != static_cast<size_t>(state_->options.dimension) ||
      row.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "vector of ", row.size(), " floats, want ", state_->options.dimension));
  }
  if (passage >= passage_count()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "vector of passage ", passage, ", want less than ", passage_count()));
  }
  for (const float value : row) {
    if (!std::isfinite(value)) {
      return absl::InvalidArgumentError(absl::StrCat("vector of passage ",
                                                     passage, " holds ", value,
                                                     ", want finite numbers"));
    }
  }
  state_->vectors.Add(passage, row);
  return absl::OkStatus();
}

size_t SegmentWriter::ApproximateBytes() const {
  const State& s = *state_;
  return s.strings.ApproximateBytes() + HeldBytes(s.documents) +
         HeldBytes(s.attributes) + HeldBytes(s.passages) +
         HeldBytes(s.sentences) + s.terms.ApproximateBytes() +
         HeldBytes(s.word_lengths) + s.vectors.ApproximateBytes();
}

uint32_t SegmentWriter::document_count() const {
  return static_cast<uint32_t>(state_->documents.size());
}

uint32_t SegmentWriter::passage_count() const {
  return static_cast<uint32_t>(state_->passages.size());
}

// Replaces numbers of arrival by numbers in byte order.
void SegmentWriter::State::NumberStrings(const std::vector<uint32_t>& ranks) {
  for (DocumentRow& document : documents) {
    document.id = ranks[document.id];
    document.title = ranks[document.title];
  }
  for (uint32_t& attribute : attributes) attribute = ranks[attribute];
  for (PassageRow& passage : passages) passage.heading = ranks[passage.heading];
}

void SegmentWriter::State::WriteStrings(const std::vector<uint32_t>& ranks,
                                        SectionFile* file) const {
  std::vector<uint32_t> order(ranks.size());
  for (size_t i = 0; i < ranks.size(); ++i) order[ranks[i]] = i;
  std::vector<uint64_t> offsets = {0};
  offsets.reserve(order.size() + 1);
  for (const uint32_t id : order) {
    offsets.push_back(offsets.back() + strings[id].size());
  }
  file->Begin(SectionId::kStrings);
  file->Append(offsets.data(), offsets.size() * sizeof(offsets[0]));
  for (const uint32_t id : order) file->Append(strings[id]);
  file->End();
}

std::vector<uint32_t> SegmentWriter::State::DocumentOrder() const {
  std::vector<uint32_t> order(documents.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    if (documents[a].id != documents[b].id) {
      return documents[a].id < documents[b].id;
    }
    return documents[a].version < documents[b].version;
  });
  return order;
}

absl::Status SegmentWriter::State::WriteVectors(SectionFile* file,
                                                SegmentInfo* info) {
  const std::vector<VectorRow>& rows = vectors.rows();
  info->vector_count = static_cast<uint32_t>(rows.size());
  info->dimension = static_cast<uint32_t>(options.dimension);
  info->exact = options.exact;
  if (rows.empty()) return absl::OkStatus();
  std::vector<uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&rows](uint32_t a, uint32_t b) {
    return rows[a].passage < rows[b].passage;
  });
  file->Begin(SectionId::kVectorRows);
  for (uint32_t i = 0; i < order.size(); ++i) {
    const VectorRow& row = rows[order[i]];
    file->Append(&row, sizeof(row));
    uint32_t& first = passages[row.passage].first_vector;
    if (first == kNoVector) first = i;
  }
  file->End();
  file->Begin(SectionId::kVectorCodes);
  for (const uint32_t i : order) {
    file->Append(vectors.Codes(i), vectors.code_stride());
  }
  file->End();
  if (options.exact != ExactVectors::kNone) {
    file->Begin(SectionId::kVectorExact);
    for (const uint32_t i : order) {
      file->Append(vectors.Exact(i), vectors.exact_stride());
    }
    file->End();
  }
  return WriteAnnSection(file, *info, options.ann_builder);
}

absl::Status SegmentWriter::Finish(absl::string_view path) {
  State& s = *state_;
  if (s.documents.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("segment ", path, ": no document was added"));
  }
  if (!s.options.encoder_hash.empty() &&
      s.options.encoder_hash.size() != sizeof(SegmentInfo::encoder_hash)) {
    return absl::InvalidArgumentError(
        absl::StrCat("segment ", path, ": encoder hash of ",
                     s.options.encoder_hash.size(), " bytes, want 32 or none"));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<SectionFile> file,
                   SectionFile::Create(path, s.options.analyzer_version));

  SegmentInfo info = {};
  info.analyzer_version = s.options.analyzer_version;
  if (s.options.positions) info.flags |= kSegmentHasPositions;
  memcpy(info.encoder_hash, s.options.encoder_hash.data(),
         s.options.encoder_hash.size());
  info.document_count = document_count();
  info.passage_count = passage_count();
  info.sentence_count = s.sentences.size();
  info.string_count = s.strings.size();
  info.created_us = NowMicros();
  for (int channel = 0; channel < kMaxChannels; ++channel) {
    info.channel_group[channel] =
        s.options.channel_group[channel] % kLengthGroups;
  }
  for (const PassageRow& passage : s.passages) {
    info.text_bytes += passage.end - passage.begin;
    for (int g = 0; g < kLengthGroups; ++g) {
      info.total_length[g] += passage.length[g];
    }
  }

  PostingSink sink(file.get(), s.passages, &info);
  std::move(s.terms).ForEach([&](const TermLog::Term& term) {
    sink.Add(term.key, term.channel, term.ordinals, term.frequencies);
    if (s.options.positions) sink.AddPositions(term.counts, term.positions);
  });
  sink.EndPostings();
  if (s.options.positions) sink.EndPositions();
  const std::vector<uint32_t> ranks = s.strings.Ranks();
  s.WriteStrings(ranks, file.get());
  RETURN_IF_ERROR(s.WriteVectors(file.get(), &info));
  s.NumberStrings(ranks);
  WriteRows(file.get(), SectionId::kDocuments, s.documents);
  WriteRows(file.get(), SectionId::kDocumentOrder, s.DocumentOrder());
  WriteRows(file.get(), SectionId::kAttributes, s.attributes);
  WriteRows(file.get(), SectionId::kPassages, s.passages);
  WriteRows(file.get(), SectionId::kSentences, s.sentences);
  file->AppendSection(SectionId::kInfo, &info, sizeof(info));
  RETURN_IF_ERROR(file->Commit());
  state_ = std::make_unique<State>(s.options);
  return absl::OkStatus();
}

}  // namespace footnote
