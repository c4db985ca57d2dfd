#include "tests/storage/store_fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "storage/segment_writer.h"

namespace footnote {

uint64_t WordKey(const std::string& word) {
  uint64_t key = 1469598103934665603u;
  for (const char c : word) {
    key = (key ^ static_cast<uint8_t>(c)) * 1099511628211u;
  }
  return key;
}

VersionRecord WriteTestText(Store* store, const TestDocument& document) {
  VersionRecord record;
  record.collection = kTestCollection;
  record.document = document.id;
  const auto next =
      store->documents()->NextVersion({kTestCollection, document.id});
  if (!next.ok()) abort();
  record.version = *next;
  record.sha256 = Sha256(document.text);
  record.bytes = document.text.size();
  record.code_points = document.text.size();
  record.language = "en";
  record.title = absl::StrCat("Title of ", document.id);
  record.passages =
      std::count(document.text.begin(), document.text.end(), '\n') + 1;
  record.ingested_us = 1000 + record.version;
  if (!store->documents()
           ->WriteText(record.ref(), document.text, "locator of it")
           .ok()) {
    abort();
  }
  return record;
}

absl::Status Ingest(Store* store, const std::vector<TestDocument>& documents,
                    const std::vector<std::string>& deleted) {
  Commit commit;
  commit.collection = kTestCollection;
  commit.deleted_documents = deleted;
  SegmentOptions options;
  options.analyzer_version = 1;
  SegmentWriter writer(options);
  for (const TestDocument& document : documents) {
    commit.versions.push_back(WriteTestText(store, document));
    const VersionRecord& record = commit.versions.back();
    SegmentDocument add;
    add.id = record.document;
    add.title = record.title;
    add.version = record.version;
    add.sha256 = record.sha256;
    RETURN_IF_ERROR(writer.AddDocument(add));
    uint64_t at = 0;
    for (const std::string& line :
         std::vector<std::string>(absl::StrSplit(document.text, '\n'))) {
      std::vector<SegmentToken> tokens;
      for (const std::string& word :
           std::vector<std::string>(absl::StrSplit(line, ' '))) {
        tokens.push_back(
            {WordKey(word), static_cast<uint32_t>(tokens.size()), 0, 0});
      }
      SegmentPassage passage;
      passage.begin = at;
      passage.end = at + line.size();
      passage.tokens = tokens;
      RETURN_IF_ERROR(writer.AddPassage(passage).status());
      at = passage.end + 1;
    }
  }
  if (!documents.empty()) {
    const Store::SegmentName name = store->NewSegment();
    RETURN_IF_ERROR(writer.Finish(name.path));
    commit.new_segments.push_back(name.name);
  }
  return store->Apply(commit).status();
}

std::vector<std::string> Search(Store* store, const std::string& word) {
  const auto generation = store->Current(kTestCollection);
  if (!generation.ok()) return {generation.status().ToString()};
  return SearchIn(**generation, word);
}

std::vector<std::string> SearchIn(const Generation& generation,
                                  const std::string& word) {
  std::vector<std::string> found;
  for (const LiveSegment& segment : generation.segments) {
    const SegmentReader& reader = *segment.reader;
    PostingsIterator it = reader.Postings(WordKey(word));
    for (; it.Valid(); it.NextBlock()) {
      const auto& block = it.Block();
      for (int i = 0; i < block.count; ++i) {
        if (!segment.IsLive(block.ordinals[i])) continue;
        const PassageRow& row = reader.passages()[block.ordinals[i]];
        const DocumentRow& document = reader.Document(row);
        found.push_back(absl::StrCat(reader.DocumentId(document), "@",
                                     document.version, ":", row.ordinal));
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool AnyFileHolds(const std::string& folder, const std::string& bytes) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream all;
    all << file.rdbuf();
    if (all.str().find(bytes) != std::string::npos) return true;
  }
  return false;
}

}  // namespace footnote
