// Builds segments for the tests of this folder and remembers, in plain maps,
// what must be found in them.
#ifndef FOOTNOTE_TESTS_STORAGE_SEGMENT_BUILDER_H_
#define FOOTNOTE_TESTS_STORAGE_SEGMENT_BUILDER_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "storage/segment_reader.h"
#include "storage/segment_writer.h"

namespace footnote {

// A fresh folder under TEST_TMPDIR.
std::string MakeTestFolder();

std::string ReadWholeFile(const std::string& path);

// One passage as it was put in.
struct WrittenPassage {
  std::string document;
  uint32_t version;
  uint64_t begin;
  uint64_t end;
  std::string heading;
  std::vector<SentenceRow> sentences;
  std::vector<SegmentToken> tokens;
  std::vector<std::vector<float>> vectors;
};

struct WrittenDocument {
  std::string id;
  uint32_t version = 1;
  std::string title;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> labels;
  std::vector<WrittenPassage> passages;
};

// key -> passage -> (frequency, positions)
struct WrittenPosting {
  uint32_t frequency = 0;
  std::vector<uint32_t> positions;
};
using WrittenPostings = std::map<uint64_t, std::map<uint32_t, WrittenPosting>>;

SegmentOptions TestOptions();

// Random documents named d<first>, d<first + 1>…; few keys are frequent and
// many are rare, as in text. Passages number 0 to 2 * passages_per_document.
std::vector<WrittenDocument> RandomDocuments(int first, int count,
                                             int passages_per_document,
                                             int vocabulary, uint32_t seed);

std::string TestHash(const std::string& id, uint32_t version);

void AddAll(const std::vector<WrittenDocument>& documents,
            SegmentWriter* writer);

WrittenPostings Invert(const std::vector<WrittenDocument>& documents);

// Checks everything that a reader tells against what was put in.
void ExpectHolds(const SegmentReader& reader,
                 const std::vector<WrittenDocument>& documents);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_STORAGE_SEGMENT_BUILDER_H_
