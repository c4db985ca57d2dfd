#include "storage/segment_merge.h"

#include <string.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <queue>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/posting_sink.h"
#include "storage/section_file.h"

namespace footnote {
namespace {

constexpr uint32_t kDropped = 0xffffffff;

// One input and the way from its numbers to those of the result.
struct Source {
  const SegmentReader* reader = nullptr;
  const SegmentReader* vectors = nullptr;
  std::vector<bool> kept_documents;
  std::vector<uint32_t> passages;  // kDropped where the document is gone
  std::vector<uint32_t> strings;   // kDropped where nothing uses it
};

struct Merged {
  SegmentInfo info = {};
  std::vector<absl::string_view> strings;
  std::vector<DocumentRow> documents;
  std::vector<uint32_t> attributes;
  std::vector<PassageRow> passages;
};

const SegmentReader& VectorsOf(const MergeInput& input) {
  return input.vectors != nullptr ? *input.vectors : *input.segment;
}

// The first one with vectors; without any, the first.
const MergeInput& FirstWithVectors(absl::Span<const MergeInput> inputs) {
  for (const MergeInput& input : inputs) {
    if (VectorsOf(input).info().dimension != 0) return input;
  }
  return inputs[0];
}

// `first_input` has vectors, if any has.
absl::Status CheckAlike(const MergeInput& first_input,
                        const MergeInput& other_input) {
  const SegmentReader& first = *first_input.segment;
  const SegmentReader& other = *other_input.segment;
  const SegmentInfo& a = first.info();
  const SegmentInfo& b = other.info();
  const SegmentInfo& v = VectorsOf(first_input).info();
  const SegmentInfo& w = VectorsOf(other_input).info();
  const char* what = nullptr;
  if (a.analyzer_version != b.analyzer_version) what = "analyser version";
  if (memcmp(v.encoder_hash, w.encoder_hash, sizeof(v.encoder_hash)) != 0) {
    what = "encoder";
  }
  if (w.dimension != 0 && v.dimension != w.dimension) what = "dimension";
  if (v.exact != w.exact) what = "exact form of vectors";
  if (w.passage_count != b.passage_count) what = "passages of their vectors";
  if (a.flags != b.flags) what = "positions";
  if (memcmp(a.channel_group, b.channel_group, sizeof(a.channel_group)) != 0) {
    what = "channel groups";
  }
  if (what == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("merge of segments ", first.name(), " and ", other.name(),
                   ": they differ in ", what));
}

Source MakeSource(const MergeInput& input, uint32_t* next_passage) {
  Source source;
  source.reader = input.segment.get();
  source.vectors = &VectorsOf(input);
  const SegmentReader& reader = *source.reader;
  source.kept_documents.assign(reader.document_count(), true);
  for (const uint32_t deleted : input.deleted_documents) {
    if (deleted < reader.document_count()) {
      source.kept_documents[deleted] = false;
    }
  }
  source.passages.assign(reader.passage_count(), kDropped);
  source.strings.assign(reader.info().string_count, kDropped);
  source.strings[0] = 0;
  for (uint32_t d = 0; d < reader.document_count(); ++d) {
    if (!source.kept_documents[d]) continue;
    const DocumentRow& row = reader.documents()[d];
    source.strings[row.id] = 0;
    source.strings[row.title] = 0;
    for (const uint32_t s : reader.Metadata(row)) source.strings[s] = 0;
    for (const uint32_t s : reader.Labels(row)) source.strings[s] = 0;
    for (uint32_t p = 0; p < row.passage_count; ++p) {
      source.passages[row.first_passage + p] = (*next_passage)++;
      source.strings[reader.passages()[row.first_passage + p].heading] = 0;
    }
  }
  return source;
}

// Numbers the strings in use, in byte order over all sources.
void MergeStrings(std::vector<Source>* sources, Merged* merged) {
  struct Use {
    absl::string_view value;
    uint32_t source;
    uint32_t id;
  };
  std::vector<Use> uses;
  for (uint32_t s = 0; s < sources->size(); ++s) {
    const Source& source = (*sources)[s];
    for (uint32_t id = 0; id < source.strings.size(); ++id) {
      if (source.strings[id] == kDropped) continue;
      uses.push_back({source.reader->String(id), s, id});
    }
  }
  std::stable_sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) {
    return a.value < b.value;
  });
  for (const Use& use : uses) {
    if (merged->strings.empty() || merged->strings.back() != use.value) {
      merged->strings.push_back(use.value);
    }
    (*sources)[use.source].strings[use.id] =
        static_cast<uint32_t>(merged->strings.size() - 1);
  }
  merged->info.string_count = merged->strings.size();
}

void MergeTables(const std::vector<Source>& sources, Merged* merged) {
  uint32_t sentences = 0;
  uint32_t vectors = 0;
  for (const Source& source : sources) {
    const SegmentReader& reader = *source.reader;
    for (uint32_t d = 0; d < reader.document_count(); ++d) {
      if (!source.kept_documents[d]) continue;
      const DocumentRow& from = reader.documents()[d];
      DocumentRow row = from;
      row.id = source.strings[from.id];
      row.title = source.strings[from.title];
      row.attribute_begin = static_cast<uint32_t>(merged->attributes.size());
      row.first_passage = static_cast<uint32_t>(merged->passages.size());
      for (const uint32_t s : reader.Metadata(from)) {
        merged->attributes.push_back(source.strings[s]);
      }
      for (const uint32_t s : reader.Labels(from)) {
        merged->attributes.push_back(source.strings[s]);
      }
      for (uint32_t p = 0; p < from.passage_count; ++p) {
        const uint32_t old = from.first_passage + p;
        PassageRow passage = reader.passages()[old];
        passage.document = static_cast<uint32_t>(merged->documents.size());
        passage.heading = source.strings[passage.heading];
        passage.first_sentence = sentences;
        sentences += passage.sentence_count;
        const auto rows = source.vectors->VectorRowsOf(old);
        const uint32_t count = rows.second - rows.first;
        passage.first_vector = count == 0 ? kNoVector : vectors;
        vectors += count;
        merged->info.text_bytes += passage.end - passage.begin;
        for (int g = 0; g < kLengthGroups; ++g) {
          merged->info.total_length[g] += passage.length[g];
        }
        merged->passages.push_back(passage);
      }
      merged->documents.push_back(row);
    }
  }
  merged->info.document_count = static_cast<uint32_t>(merged->documents.size());
  merged->info.passage_count = static_cast<uint32_t>(merged->passages.size());
  merged->info.sentence_count = sentences;
  merged->info.vector_count = vectors;
}

// Calls `visit` for each key of any source, rising, with the sources that have
// it and its index there.
struct TermPlace {
  const Source* source;
  uint64_t index;
};
template <typename Visit>
absl::Status ForEachTerm(const std::vector<Source>& sources, Visit visit) {
  struct Head {
    uint64_t key;
    uint32_t source;
    uint64_t index;
    bool operator>(const Head& other) const {
      return key != other.key ? key > other.key : source > other.source;
    }
  };
  std::priority_queue<Head, std::vector<Head>, std::greater<Head>> heads;
  const auto push = [&](uint32_t source, uint64_t index) {
    const auto keys = sources[source].reader->term_keys();
    if (index < keys.size()) heads.push({keys[index], source, index});
  };
  for (uint32_t s = 0; s < sources.size(); ++s) push(s, 0);
  std::vector<TermPlace> places;
  while (!heads.empty()) {
    const uint64_t key = heads.top().key;
    places.clear();
    while (!heads.empty() && heads.top().key == key) {
      const Head head = heads.top();
      heads.pop();
      places.push_back({&sources[head.source], head.index});
      push(head.source, head.index + 1);
    }
    RETURN_IF_ERROR(visit(key, places));
  }
  return absl::OkStatus();
}

absl::Status MergePostings(const std::vector<Source>& sources,
                           SectionFile* file, PostingSink* sink) {
  std::vector<uint32_t> ordinals, frequencies;
  uint64_t terms = 0;
  return ForEachTerm(
      sources,
      [&](uint64_t key, const std::vector<TermPlace>& places) -> absl::Status {
        ordinals.clear();
        frequencies.clear();
        uint8_t channel = 0;
        for (const TermPlace& place : places) {
          PostingsIterator it = place.source->reader->PostingsOf(place.index);
          channel = it.channel();
          for (; it.Valid(); it.NextBlock()) {
            const PostingsIterator::Postings& block = it.Block();
            for (int i = 0; i < block.count; ++i) {
              const uint32_t to = place.source->passages[block.ordinals[i]];
              if (to == kDropped) continue;
              ordinals.push_back(to);
              frequencies.push_back(block.frequencies[i]);
            }
          }
          RETURN_IF_ERROR(it.status());
        }
        if (!ordinals.empty()) {
          sink->Add(key, channel, ordinals, frequencies);
        }
        return ++terms % 4096 == 0 ? file->Check() : absl::OkStatus();
      });
}

absl::Status MergePositions(const std::vector<Source>& sources,
                            PostingSink* sink) {
  std::vector<uint32_t> counts, positions;
  return ForEachTerm(
      sources,
      [&](uint64_t, const std::vector<TermPlace>& places) -> absl::Status {
        counts.clear();
        positions.clear();
        for (const TermPlace& place : places) {
          PostingsIterator it = place.source->reader->PostingsOf(place.index);
          for (; it.Valid(); it.NextBlock()) {
            const PostingsIterator::Postings& block = it.Block();
            for (int i = 0; i < block.count; ++i) {
              if (place.source->passages[block.ordinals[i]] == kDropped) {
                continue;
              }
              const size_t before = positions.size();
              RETURN_IF_ERROR(it.Positions(i, &positions));
              counts.push_back(positions.size() - before);
            }
          }
          RETURN_IF_ERROR(it.status());
        }
        if (!counts.empty()) sink->AddPositions(counts, positions);
        return absl::OkStatus();
      });
}

// Calls `visit(source, old passage)` for every passage that is kept, in order.
template <typename Visit>
void ForEachPassage(const std::vector<Source>& sources, Visit visit) {
  for (const Source& source : sources) {
    for (uint32_t p = 0; p < source.passages.size(); ++p) {
      if (source.passages[p] != kDropped) visit(source, p);
    }
  }
}

void MergeVectors(const std::vector<Source>& sources, const SegmentInfo& info,
                  SectionFile* file) {
  if (info.vector_count == 0) return;
  const auto for_each_row = [&](auto visit) {
    ForEachPassage(sources, [&](const Source& source, uint32_t p) {
      const auto rows = source.vectors->VectorRowsOf(p);
      for (uint32_t r = rows.first; r < rows.second; ++r) {
        visit(source, r, source.passages[p]);
      }
    });
  };
  file->Begin(SectionId::kVectorRows);
  for_each_row([&](const Source& source, uint32_t r, uint32_t passage) {
    VectorRow row = source.vectors->vectors().rows[r];
    row.passage = passage;
    file->Append(&row, sizeof(row));
  });
  file->End();
  file->Begin(SectionId::kVectorCodes);
  for_each_row([&](const Source& source, uint32_t r, uint32_t) {
    const VectorsView& vectors = source.vectors->vectors();
    file->Append(vectors.Code(r), vectors.code_stride);
  });
  file->End();
  if (info.exact == ExactVectors::kNone) return;
  file->Begin(SectionId::kVectorExact);
  for_each_row([&](const Source& source, uint32_t r, uint32_t) {
    const VectorsView& vectors = source.vectors->vectors();
    file->Append(vectors.Exact(r), vectors.exact_stride);
  });
  file->End();
}

void WriteStrings(const std::vector<absl::string_view>& strings,
                  SectionFile* file) {
  std::vector<uint64_t> offsets = {0};
  offsets.reserve(strings.size() + 1);
  for (const absl::string_view value : strings) {
    offsets.push_back(offsets.back() + value.size());
  }
  file->Begin(SectionId::kStrings);
  file->Append(offsets.data(), offsets.size() * sizeof(offsets[0]));
  for (const absl::string_view value : strings) file->Append(value);
  file->End();
}

std::vector<uint32_t> DocumentOrder(const std::vector<DocumentRow>& documents) {
  std::vector<uint32_t> order(documents.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::make_pair(documents[a].id, documents[a].version) <
           std::make_pair(documents[b].id, documents[b].version);
  });
  return order;
}

template <typename T>
void WriteRows(SectionFile* file, SectionId id, const std::vector<T>& rows) {
  file->AppendSection(id, rows.data(), rows.size() * sizeof(T));
}

}  // namespace

absl::Status MergeSegments(absl::Span<const MergeInput> inputs,
                           const AnnBuilder& ann_builder,
                           absl::string_view path) {
  uint64_t passages = 0;
  const MergeInput& first = FirstWithVectors(inputs);
  for (const MergeInput& input : inputs) {
    RETURN_IF_ERROR(CheckAlike(first, input));
    passages += input.segment->passage_count();
  }
  if (passages > kMaxSegmentPassages) {
    return absl::InvalidArgumentError(
        absl::StrCat("merge into ", path, ": ", passages,
                     " passages, want at most ", kMaxSegmentPassages));
  }
  std::vector<Source> sources;
  uint32_t next_passage = 0;
  for (const MergeInput& input : inputs) {
    sources.push_back(MakeSource(input, &next_passage));
  }
  Merged merged;
  MergeStrings(&sources, &merged);
  MergeTables(sources, &merged);
  SegmentInfo& info = merged.info;
  if (info.document_count == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("merge into ", path, ": no document is left"));
  }
  const SegmentInfo& like = inputs[0].segment->info();
  info.analyzer_version = like.analyzer_version;
  info.flags = like.flags;
  const SegmentInfo& vectors = VectorsOf(first).info();
  memcpy(info.encoder_hash, vectors.encoder_hash, sizeof(info.encoder_hash));
  info.dimension = vectors.dimension;
  info.exact = vectors.exact;
  memcpy(info.channel_group, like.channel_group, sizeof(info.channel_group));
  info.created_us = std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();

  ASSIGN_OR_RETURN(std::unique_ptr<SectionFile> file,
                   SectionFile::Create(path, info.analyzer_version));
  PostingSink sink(file.get(), merged.passages, &info);
  RETURN_IF_ERROR(MergePostings(sources, file.get(), &sink));
  sink.EndPostings();
  if ((info.flags & kSegmentHasPositions) != 0) {
    RETURN_IF_ERROR(MergePositions(sources, &sink));
    sink.EndPositions();
  }
  WriteStrings(merged.strings, file.get());
  MergeVectors(sources, info, file.get());
  RETURN_IF_ERROR(WriteAnnSection(file.get(), info, ann_builder));
  WriteRows(file.get(), SectionId::kDocuments, merged.documents);
  WriteRows(file.get(), SectionId::kDocumentOrder,
            DocumentOrder(merged.documents));
  WriteRows(file.get(), SectionId::kAttributes, merged.attributes);
  WriteRows(file.get(), SectionId::kPassages, merged.passages);
  file->Begin(SectionId::kSentences);
  ForEachPassage(sources, [&](const Source& source, uint32_t p) {
    const auto rows = source.reader->Sentences(source.reader->passages()[p]);
    file->Append(rows.data(), rows.size() * sizeof(SentenceRow));
  });
  file->End();
  file->AppendSection(SectionId::kInfo, &info, sizeof(info));
  return file->Commit();
}

}  // namespace footnote
