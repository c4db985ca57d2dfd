#include "storage/segment_reader.h"

#include <string.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "storage/half.h"

namespace footnote {
namespace {

// Bytes after the postings that Unpack may read.
constexpr uint64_t kPaddingBytes = 16;
constexpr uint64_t kLocationMask = (uint64_t{1} << 56) - 1;

struct SectionName {
  SectionId id;
  const char* name;
};

constexpr SectionName kSectionNames[] = {
    {SectionId::kInfo, "info"},
    {SectionId::kStrings, "strings"},
    {SectionId::kDocuments, "documents"},
    {SectionId::kDocumentOrder, "document order"},
    {SectionId::kAttributes, "attributes"},
    {SectionId::kPassages, "passages"},
    {SectionId::kSentences, "sentences"},
    {SectionId::kTermKeys, "term keys"},
    {SectionId::kTerms, "terms"},
    {SectionId::kPostings, "postings"},
    {SectionId::kPositionOffsets, "position offsets"},
    {SectionId::kPositions, "positions"},
    {SectionId::kVectorRows, "vector rows"},
    {SectionId::kVectorCodes, "vector codes"},
    {SectionId::kVectorExact, "vector exact"},
    {SectionId::kAnn, "ann"},
};

const char* Name(uint32_t id) {
  for (const SectionName& entry : kSectionNames) {
    if (static_cast<uint32_t>(entry.id) == id) return entry.name;
  }
  return "unknown";
}

std::string HexNumber(uint64_t value) {
  return absl::StrCat("0x", absl::Hex(value));
}

}  // namespace

// A copy of bytes on a multiple of 64.
struct SegmentReader::AlignedBytes {
  struct alignas(kSectionAlignment) Line {
    uint8_t bytes[kSectionAlignment];
  };
  std::vector<Line> lines;
};

SegmentReader::SegmentReader() = default;
SegmentReader::~SegmentReader() = default;

void DecodeVector(const VectorsView& vectors, uint32_t row, float* out) {
  const uint32_t dimension = vectors.dimension;
  switch (vectors.exact_form) {
    case ExactVectors::kFloat32:
      memcpy(out, vectors.Exact(row), dimension * sizeof(float));
      return;
    case ExactVectors::kFloat16: {
      const uint8_t* from = vectors.Exact(row);
      for (uint32_t i = 0; i < dimension; ++i) {
        uint16_t half;
        memcpy(&half, from + i * sizeof(half), sizeof(half));
        out[i] = FloatFromHalf(half);
      }
      return;
    }
    case ExactVectors::kNone: {
      const int8_t* codes = vectors.Code(row);
      const float scale = vectors.rows[row].scale;
      for (uint32_t i = 0; i < dimension; ++i) out[i] = scale * codes[i];
      return;
    }
  }
}

// ---------------------------------------------------------------------------
// Opening

absl::StatusOr<std::shared_ptr<const SegmentReader>> SegmentReader::Open(
    absl::string_view path, const SegmentOpenOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file,
                   MappedFile::Open(std::string(path)));
  std::shared_ptr<SegmentReader> reader(new SegmentReader());
  reader->name_ = std::string(path.substr(path.rfind('/') + 1));
  reader->data_ = reinterpret_cast<const uint8_t*>(file->contents().data());
  reader->size_ = file->contents().size();
  reader->file_ = std::move(file);
  RETURN_IF_ERROR(reader->Parse(options.verify_at_most_bytes));
  return std::shared_ptr<const SegmentReader>(std::move(reader));
}

absl::StatusOr<std::shared_ptr<const SegmentReader>> SegmentReader::OpenBytes(
    absl::string_view bytes, absl::string_view name) {
  std::shared_ptr<SegmentReader> reader(new SegmentReader());
  reader->name_ = std::string(name);
  reader->bytes_ = std::make_unique<AlignedBytes>();
  reader->bytes_->lines.resize(bytes.size() / kSectionAlignment + 1);
  uint8_t* data = reader->bytes_->lines[0].bytes;
  memcpy(data, bytes.data(), bytes.size());
  reader->data_ = data;
  reader->size_ = bytes.size();
  RETURN_IF_ERROR(reader->Parse(~uint64_t{0}));
  return std::shared_ptr<const SegmentReader>(std::move(reader));
}

absl::Status SegmentReader::Damaged(absl::string_view section,
                                    absl::string_view what) const {
  return absl::DataLossError(
      absl::StrCat("segment ", name_, ": section ", section, ": ", what));
}

absl::Status SegmentReader::Parse(uint64_t verify_at_most_bytes) {
  SegmentHeader header;
  if (size_ < sizeof(header)) {
    return Damaged("header",
                   absl::StrCat("file of ", size_, " bytes, want at least ",
                                sizeof(header)));
  }
  memcpy(&header, data_, sizeof(header));
  if (memcmp(header.magic, kSegmentMagic, sizeof(header.magic)) != 0) {
    return Damaged("header", "not a segment file");
  }
  // The version comes before everything else: a newer release may have
  // changed the rest.
  if (header.format_version > kSegmentFormatVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "segment ", name_, ": section header: format version ",
        header.format_version, ", want at most ", kSegmentFormatVersion));
  }
  const uint64_t header_sum =
      XXH3_64bits(data_, offsetof(SegmentHeader, checksum));
  if (header_sum != header.checksum || header.format_version == 0) {
    return Damaged("header",
                   absl::StrCat("checksum ", HexNumber(header_sum), ", want ",
                                HexNumber(header.checksum)));
  }

  SegmentFooter footer;
  if (size_ < sizeof(header) + sizeof(footer)) {
    return Damaged("footer", "file is cut short");
  }
  memcpy(&footer, data_ + size_ - sizeof(footer), sizeof(footer));
  if (memcmp(footer.magic, kSegmentMagic, sizeof(footer.magic)) != 0) {
    return Damaged("footer", "file is cut short or longer than it was");
  }
  const uint64_t footer_sum = XXH3_64bits(data_ + size_ - sizeof(footer),
                                          offsetof(SegmentFooter, checksum));
  if (footer_sum != footer.checksum) {
    return Damaged("footer",
                   absl::StrCat("checksum ", HexNumber(footer_sum), ", want ",
                                HexNumber(footer.checksum)));
  }
  if (footer.file_size != size_) {
    return Damaged("footer", absl::StrCat("file of ", size_, " bytes, want ",
                                          footer.file_size));
  }
  const uint64_t limit = size_ - sizeof(footer);
  if (footer.table_offset % kSectionAlignment != 0 ||
      footer.table_offset > limit ||
      footer.table_count >
          (limit - footer.table_offset) / sizeof(SectionEntry)) {
    return Damaged("table", "outside the file");
  }
  const uint8_t* table = data_ + footer.table_offset;
  const uint64_t table_sum =
      XXH3_64bits(table, footer.table_count * sizeof(SectionEntry));
  if (table_sum != footer.table_checksum) {
    return Damaged("table",
                   absl::StrCat("checksum ", HexNumber(table_sum), ", want ",
                                HexNumber(footer.table_checksum)));
  }
  for (uint64_t i = 0; i < footer.table_count; ++i) {
    SectionEntry entry;
    memcpy(&entry, table + i * sizeof(entry), sizeof(entry));
    // A section that this release does not know is one that it can do without.
    if (entry.id == 0 || entry.id >= kSectionSlots) continue;
    Section& section = sections_[entry.id];
    if (section.present) return Damaged(Name(entry.id), "there twice");
    if (entry.offset % kSectionAlignment != 0 ||
        entry.offset > footer.table_offset ||
        entry.size > footer.table_offset - entry.offset) {
      return Damaged(Name(entry.id), "outside the file");
    }
    section.data = data_ + entry.offset;
    section.size = entry.size;
    section.checksum = entry.checksum;
    section.present = true;
    if (entry.size > verify_at_most_bytes) continue;
    YieldToSearches();
    const uint64_t sum = XXH3_64bits(section.data, section.size);
    if (sum != entry.checksum) {
      return Damaged(Name(entry.id),
                     absl::StrCat("checksum ", HexNumber(sum), ", want ",
                                  HexNumber(entry.checksum)));
    }
    section.verified = true;
  }
  RETURN_IF_ERROR(ParseTables());
  if (info_->analyzer_version != header.analyzer_version) {
    return Damaged("info",
                   absl::StrCat("analyser version ", info_->analyzer_version,
                                ", want ", header.analyzer_version));
  }
  return CheckReferences();
}

absl::Status SegmentReader::ParseTables() {
  const auto section = [this](SectionId id) -> const Section& {
    return sections_[static_cast<uint32_t>(id)];
  };
  // `count` rows of `row_bytes`, neither more nor less.
  const auto expect = [&](SectionId id, uint64_t count,
                          uint64_t row_bytes) -> absl::Status {
    const Section& s = section(id);
    if (!s.present && count != 0) {
      return Damaged(Name(static_cast<uint32_t>(id)), "missing");
    }
    if (s.size % row_bytes != 0 || s.size / row_bytes != count) {
      return Damaged(
          Name(static_cast<uint32_t>(id)),
          absl::StrCat(s.size, " bytes, want ", count, " rows of ", row_bytes));
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(expect(SectionId::kInfo, 1, sizeof(SegmentInfo)));
  info_ = reinterpret_cast<const SegmentInfo*>(section(SectionId::kInfo).data);
  if (info_->passage_count > kMaxSegmentPassages || info_->string_count == 0 ||
      info_->string_count > 0xffffffff) {
    return Damaged("info", "counts out of range");
  }
  for (const uint8_t group : info_->channel_group) {
    if (group >= kLengthGroups) {
      return Damaged("info", absl::StrCat("length group ", int{group},
                                          ", want less than ", kLengthGroups));
    }
  }

  const Section& strings = section(SectionId::kStrings);
  const uint64_t offsets_bytes = (info_->string_count + 1) * sizeof(uint64_t);
  if (!strings.present || strings.size < offsets_bytes) {
    return Damaged("strings", absl::StrCat(strings.size, " bytes, want ",
                                           offsets_bytes, " and more"));
  }
  string_offsets_ = reinterpret_cast<const uint64_t*>(strings.data);
  string_bytes_ = reinterpret_cast<const char*>(strings.data) + offsets_bytes;

  RETURN_IF_ERROR(expect(SectionId::kDocuments, info_->document_count,
                         sizeof(DocumentRow)));
  documents_ = absl::MakeConstSpan(
      reinterpret_cast<const DocumentRow*>(section(SectionId::kDocuments).data),
      info_->document_count);
  RETURN_IF_ERROR(expect(SectionId::kDocumentOrder, info_->document_count,
                         sizeof(uint32_t)));
  document_order_ =
      absl::MakeConstSpan(reinterpret_cast<const uint32_t*>(
                              section(SectionId::kDocumentOrder).data),
                          info_->document_count);
  const Section& attributes = section(SectionId::kAttributes);
  RETURN_IF_ERROR(expect(SectionId::kAttributes,
                         attributes.size / sizeof(uint32_t), sizeof(uint32_t)));
  attributes_ =
      absl::MakeConstSpan(reinterpret_cast<const uint32_t*>(attributes.data),
                          attributes.size / sizeof(uint32_t));
  RETURN_IF_ERROR(
      expect(SectionId::kPassages, info_->passage_count, sizeof(PassageRow)));
  passages_ = absl::MakeConstSpan(
      reinterpret_cast<const PassageRow*>(section(SectionId::kPassages).data),
      info_->passage_count);
  RETURN_IF_ERROR(expect(SectionId::kSentences, info_->sentence_count,
                         sizeof(SentenceRow)));
  sentences_ = absl::MakeConstSpan(
      reinterpret_cast<const SentenceRow*>(section(SectionId::kSentences).data),
      info_->sentence_count);

  RETURN_IF_ERROR(
      expect(SectionId::kTermKeys, info_->term_count, sizeof(uint64_t)));
  term_keys_ = absl::MakeConstSpan(
      reinterpret_cast<const uint64_t*>(section(SectionId::kTermKeys).data),
      info_->term_count);
  RETURN_IF_ERROR(
      expect(SectionId::kTerms, info_->term_count, sizeof(TermRow)));
  terms_ = reinterpret_cast<const TermRow*>(section(SectionId::kTerms).data);
  if (section(SectionId::kPostings).size < kPaddingBytes) {
    return Damaged("postings", "missing");
  }
  RETURN_IF_ERROR(expect(SectionId::kPositionOffsets,
                         has_positions() ? info_->term_count : 0,
                         sizeof(uint64_t)));

  vectors_.count = info_->vector_count;
  vectors_.dimension = info_->dimension;
  vectors_.exact_form = info_->exact;
  if (info_->dimension > (1 << 20) ||
      (info_->exact != ExactVectors::kNone &&
       info_->exact != ExactVectors::kFloat16 &&
       info_->exact != ExactVectors::kFloat32) ||
      (info_->dimension == 0 && info_->vector_count != 0)) {
    return Damaged("info", "vectors of unknown form");
  }
  vectors_.code_stride = static_cast<uint32_t>(CodeStride(info_->dimension));
  vectors_.exact_stride =
      static_cast<uint32_t>(ExactStride(info_->dimension, info_->exact));
  const bool has_vectors = info_->vector_count != 0;
  RETURN_IF_ERROR(
      expect(SectionId::kVectorRows, info_->vector_count, sizeof(VectorRow)));
  vectors_.rows =
      reinterpret_cast<const VectorRow*>(section(SectionId::kVectorRows).data);
  RETURN_IF_ERROR(expect(SectionId::kVectorCodes, info_->vector_count,
                         has_vectors ? vectors_.code_stride : 1));
  vectors_.codes =
      reinterpret_cast<const int8_t*>(section(SectionId::kVectorCodes).data);
  const bool has_exact = has_vectors && vectors_.exact_stride != 0;
  RETURN_IF_ERROR(expect(SectionId::kVectorExact,
                         has_exact ? info_->vector_count : 0,
                         has_exact ? vectors_.exact_stride : 1));
  vectors_.exact = section(SectionId::kVectorExact).data;
  const Section& ann = section(SectionId::kAnn);
  ann_ = absl::string_view(reinterpret_cast<const char*>(ann.data), ann.size);
  return absl::OkStatus();
}

absl::Status SegmentReader::CheckReferences() const {
  const uint64_t strings = info_->string_count;
  const uint64_t string_bytes =
      sections_[static_cast<uint32_t>(SectionId::kStrings)].size -
      (strings + 1) * sizeof(uint64_t);
  if (string_offsets_[0] != 0 || string_offsets_[strings] != string_bytes ||
      string_offsets_[1] != 0) {
    return Damaged("strings", "offsets do not cover the bytes");
  }
  for (uint64_t i = 0; i < strings; ++i) {
    if (string_offsets_[i] > string_offsets_[i + 1]) {
      return Damaged("strings", absl::StrCat("offset ", i, " is out of order"));
    }
  }
  // The order was checked, so every offset is inside.

  for (const uint32_t attribute : attributes_) {
    if (attribute >= strings) {
      return Damaged("attributes", absl::StrCat("string ", attribute,
                                                ", want less than ", strings));
    }
  }
  uint64_t next_passage = 0;
  for (uint32_t d = 0; d < documents_.size(); ++d) {
    const DocumentRow& row = documents_[d];
    const uint64_t attributes_end = uint64_t{row.attribute_begin} +
                                    row.metadata_count * 2u + row.label_count;
    if (row.id >= strings || row.title >= strings ||
        attributes_end > attributes_.size() ||
        row.first_passage != next_passage) {
      return Damaged("documents", absl::StrCat("document ", d,
                                               " refers outside its tables"));
    }
    next_passage += row.passage_count;
    if (next_passage > passages_.size()) {
      return Damaged(
          "documents",
          absl::StrCat("document ", d, " has passages up to ", next_passage,
                       ", want at most ", passages_.size()));
    }
    if (document_order_[d] >= documents_.size()) {
      return Damaged("document order",
                     absl::StrCat("document ", document_order_[d],
                                  ", want less than ", documents_.size()));
    }
  }
  if (next_passage != passages_.size()) {
    return Damaged("documents", absl::StrCat("passages up to ", next_passage,
                                             ", want ", passages_.size()));
  }
  for (uint32_t p = 0; p < passages_.size(); ++p) {
    const PassageRow& row = passages_[p];
    const bool fits =
        row.document < documents_.size() &&
        row.ordinal < documents_[row.document].passage_count &&
        documents_[row.document].first_passage + row.ordinal == p &&
        row.begin <= row.end && row.code_point_begin <= row.code_point_end &&
        row.heading < strings &&
        uint64_t{row.first_sentence} + row.sentence_count <=
            sentences_.size() &&
        (row.first_vector == kNoVector ||
         (row.first_vector < vectors_.count &&
          vectors_.rows[row.first_vector].passage == p));
    if (!fits) {
      return Damaged("passages",
                     absl::StrCat("passage ", p, " refers outside its tables"));
    }
    const uint64_t bytes = row.end - row.begin;
    for (const SentenceRow& sentence : Sentences(row)) {
      if (sentence.begin > sentence.end || sentence.end > bytes) {
        return Damaged("sentences", absl::StrCat("a sentence of passage ", p,
                                                 " lies outside it"));
      }
    }
  }
  for (uint32_t v = 0; v < vectors_.count; ++v) {
    const VectorRow& row = vectors_.rows[v];
    if (row.passage >= passages_.size() || !std::isfinite(row.scale) ||
        (v > 0 && vectors_.rows[v - 1].passage > row.passage)) {
      return Damaged("vector rows",
                     absl::StrCat("row ", v, " of passage ", row.passage,
                                  " is out of order"));
    }
  }
  return absl::OkStatus();
}

absl::Status SegmentReader::VerifyRest() const {
  for (uint32_t id = 1; id < kSectionSlots; ++id) {
    const Section& section = sections_[id];
    if (!section.present || section.verified) continue;
    const uint64_t sum = XXH3_64bits(section.data, section.size);
    if (sum != section.checksum) {
      return Damaged(Name(id),
                     absl::StrCat("checksum ", HexNumber(sum), ", want ",
                                  HexNumber(section.checksum)));
    }
  }
  return absl::OkStatus();
}

absl::Status SegmentReader::VerifyAll() const {
  RETURN_IF_ERROR(VerifyRest());
  uint64_t postings = 0;
  std::vector<uint32_t> positions;
  for (uint64_t t = 0; t < term_count(); ++t) {
    if (t > 0 && term_keys_[t - 1] >= term_keys_[t]) {
      return Damaged("term keys", absl::StrCat("key ", t, " is out of order"));
    }
    PostingsIterator it = PostingsOf(t);
    uint64_t in_list = 0;
    for (; it.Valid(); it.NextBlock()) {
      const PostingsIterator::Postings& block = it.Block();
      in_list += block.count;
      if (!has_positions()) continue;
      for (int i = 0; i < block.count; ++i) {
        positions.clear();
        RETURN_IF_ERROR(it.Positions(i, &positions));
      }
    }
    RETURN_IF_ERROR(it.status());
    if (in_list != terms_[t].document_frequency) {
      return Damaged("postings", absl::StrCat("term ", t, " has ", in_list,
                                              " postings, want ",
                                              terms_[t].document_frequency));
    }
    postings += in_list;
  }
  if (postings != info_->posting_count) {
    return Damaged("postings", absl::StrCat(postings, " postings, want ",
                                            info_->posting_count));
  }
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------
// Strings and documents

absl::string_view SegmentReader::String(uint32_t id) const {
  const uint64_t begin = string_offsets_[id];
  return absl::string_view(string_bytes_ + begin,
                           string_offsets_[id + 1] - begin);
}

absl::optional<uint32_t> SegmentReader::FindString(
    absl::string_view value) const {
  uint64_t low = 0, high = info_->string_count;
  while (low < high) {
    const uint64_t middle = (low + high) / 2;
    if (String(middle) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == info_->string_count || String(low) != value) return absl::nullopt;
  return static_cast<uint32_t>(low);
}

std::vector<uint32_t> SegmentReader::FindDocument(absl::string_view id) const {
  const absl::optional<uint32_t> string = FindString(id);
  if (!string.has_value()) return {};
  const auto first = std::lower_bound(
      document_order_.begin(), document_order_.end(), *string,
      [this](uint32_t d, uint32_t id) { return documents_[d].id < id; });
  std::vector<uint32_t> found;
  for (auto it = first;
       it != document_order_.end() && documents_[*it].id == *string; ++it) {
    found.push_back(*it);
  }
  return found;
}

absl::optional<uint32_t> SegmentReader::FindDocument(absl::string_view id,
                                                     uint32_t version) const {
  for (const uint32_t d : FindDocument(id)) {
    if (documents_[d].version == version) return d;
  }
  return absl::nullopt;
}

std::pair<uint32_t, uint32_t> SegmentReader::VectorRowsOf(
    uint32_t passage) const {
  const uint32_t first = passages_[passage].first_vector;
  if (first == kNoVector) return {0, 0};
  uint32_t end = first;
  while (end < vectors_.count && vectors_.rows[end].passage == passage) ++end;
  return {first, end};
}

// ---------------------------------------------------------------------------
// Terms and postings

// Keys are hashes, so a key's place is close to where its value says; from
// there, double the step until the key is enclosed.
bool SegmentReader::FindTerm(uint64_t key, uint64_t* index) const {
  const uint64_t count = term_keys_.size();
  if (count == 0) return false;
  const uint64_t* keys = term_keys_.data();
  const uint64_t first = keys[0], last = keys[count - 1];
  if (key < first || key > last) return false;
  const double share = last == first ? 0
                                     : static_cast<double>(key - first) /
                                           static_cast<double>(last - first);
  uint64_t low = std::min<uint64_t>(share * (count - 1), count - 1);
  uint64_t high = low;
  for (uint64_t step = 8; keys[low] > key; step *= 4) {
    high = low;
    low = low > step ? low - step : 0;
    if (low == 0) break;
  }
  for (uint64_t step = 8; keys[high] < key; step *= 4) {
    low = high;
    high = std::min(high + step, count - 1);
    if (high == count - 1) break;
  }
  const uint64_t* found = std::lower_bound(keys + low, keys + high + 1, key);
  if (found == keys + high + 1 || *found != key) return false;
  *index = found - keys;
  return true;
}

uint32_t SegmentReader::DocumentFrequency(uint64_t key) const {
  uint64_t index;
  return FindTerm(key, &index) ? terms_[index].document_frequency : 0;
}

PostingsIterator SegmentReader::Postings(uint64_t key) const {
  uint64_t index;
  return FindTerm(key, &index) ? PostingsOf(index) : PostingsIterator();
}

PostingsIterator SegmentReader::PostingsOf(uint64_t term_index) const {
  const TermRow& term = terms_[term_index];
  PostingsIterator it;
  it.reader_ = this;
  it.term_ = term_index;
  it.document_frequency_ = term.document_frequency;
  it.max_frequency_ = term.max_frequency;
  it.min_length_ = term.min_length;
  it.channel_ = static_cast<uint8_t>(term.location >> 56);
  const uint64_t place = term.location & kLocationMask;
  if (term.document_frequency == 0 ||
      term.document_frequency > passage_count() ||
      it.channel_ >= kMaxChannels) {
    it.Fail();
    return it;
  }
  it.block_count_ =
      (term.document_frequency + kBlockPostings - 1) / kBlockPostings;
  if (term.document_frequency == 1) {
    if (place >= passage_count() || term.max_frequency == 0) {
      it.Fail();
      return it;
    }
    it.row_.last_ordinal = static_cast<uint32_t>(place);
    it.row_.count = 1;
    it.row_.pair_count = 1;
    it.row_.pairs[0] = {term.max_frequency, term.min_length};
    return it;
  }
  const Section& postings =
      sections_[static_cast<uint32_t>(SectionId::kPostings)];
  const uint64_t end = postings.size - kPaddingBytes;
  if (place % 4 != 0 || place > end ||
      (end - place) / sizeof(BlockRow) < it.block_count_) {
    it.Fail();
    return it;
  }
  it.rows_ = postings.data + place;
  it.data_end_ = postings.data + end;
  it.LoadRow();
  return it;
}

}  // namespace footnote
