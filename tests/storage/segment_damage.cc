#include "tests/storage/segment_damage.h"

#include <stddef.h>
#include <string.h>
#include <xxhash.h>

namespace footnote {

std::vector<SectionEntry> SectionTable(const std::string& bytes) {
  SegmentFooter footer;
  if (bytes.size() < sizeof(SegmentHeader) + sizeof(footer)) return {};
  const uint64_t limit = bytes.size() - sizeof(footer);
  memcpy(&footer, bytes.data() + limit, sizeof(footer));
  if (footer.table_offset > limit ||
      footer.table_count >
          (limit - footer.table_offset) / sizeof(SectionEntry)) {
    return {};
  }
  std::vector<SectionEntry> table(footer.table_count);
  if (!table.empty()) {
    memcpy(table.data(), bytes.data() + footer.table_offset,
           table.size() * sizeof(table[0]));
  }
  return table;
}

void Reseal(std::string* bytes) {
  std::vector<SectionEntry> table = SectionTable(*bytes);
  if (table.empty()) return;
  SegmentHeader header;
  memcpy(&header, bytes->data(), sizeof(header));
  header.checksum = XXH3_64bits(&header, offsetof(SegmentHeader, checksum));
  memcpy(&(*bytes)[0], &header, sizeof(header));
  SegmentFooter footer;
  char* const at = &(*bytes)[bytes->size() - sizeof(footer)];
  memcpy(&footer, at, sizeof(footer));
  for (SectionEntry& entry : table) {
    if (entry.offset > bytes->size() ||
        entry.size > bytes->size() - entry.offset) {
      continue;
    }
    entry.checksum = XXH3_64bits(bytes->data() + entry.offset, entry.size);
  }
  const size_t table_bytes = table.size() * sizeof(table[0]);
  memcpy(&(*bytes)[footer.table_offset], table.data(), table_bytes);
  footer.file_size = bytes->size();
  footer.table_checksum = XXH3_64bits(table.data(), table_bytes);
  footer.checksum = XXH3_64bits(&footer, offsetof(SegmentFooter, checksum));
  memcpy(at, &footer, sizeof(footer));
}

bool ReadEverything(const SegmentReader& reader) {
  uint64_t sum = 0;
  const auto read = [&sum](absl::string_view value) {
    for (const char c : value) sum += static_cast<uint8_t>(c);
  };
  for (const DocumentRow& row : reader.documents()) {
    read(reader.DocumentId(row));
    read(reader.Title(row));
    for (const uint32_t s : reader.Metadata(row)) read(reader.String(s));
    for (const uint32_t s : reader.Labels(row)) read(reader.String(s));
    sum += reader.FindDocument(reader.DocumentId(row)).size();
    for (const PassageRow& passage : reader.Passages(row)) {
      read(reader.Heading(passage));
      for (const SentenceRow& sentence : reader.Sentences(passage)) {
        if (sentence.end > passage.end - passage.begin) return false;
      }
    }
  }
  for (uint32_t p = 0; p < reader.passage_count(); ++p) {
    if (reader.VectorRowsOf(p).second > reader.vectors().count) return false;
  }
  std::vector<float> row(reader.vectors().dimension);
  for (uint32_t r = 0; r < reader.vectors().count; ++r) {
    DecodeVector(reader.vectors(), r, row.data());
    for (uint32_t i = 0; i < row.size(); ++i) {
      sum += reader.vectors().Code(r)[i];
    }
  }
  read(reader.ann());
  std::vector<uint32_t> positions;
  for (uint64_t t = 0; t < reader.term_count(); ++t) {
    sum += reader.Postings(reader.term_keys()[t]).document_frequency();
    PostingsIterator it = reader.PostingsOf(t);
    int64_t last = -1;
    for (; it.Valid(); it.NextBlock()) {
      const PostingsIterator::Postings& block = it.Block();
      for (int i = 0; i < block.count; ++i) {
        if (block.ordinals[i] >= reader.passage_count() ||
            block.ordinals[i] <= last || block.frequencies[i] == 0) {
          return false;
        }
        last = block.ordinals[i];
        positions.clear();
        it.Positions(i, &positions).IgnoreError();
      }
    }
    PostingsIterator skip = reader.PostingsOf(t);
    skip.SkipTo(reader.passage_count() / 2);
    if (skip.Valid()) sum += skip.Block().count;
  }
  sum += reader.VerifyAll().ok();
  volatile uint64_t kept = sum;
  (void)kept;
  return true;
}

}  // namespace footnote
