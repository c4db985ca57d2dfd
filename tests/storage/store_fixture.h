// A store in a fresh folder, and the shortest way to put documents into it.
#ifndef FOOTNOTE_TESTS_STORAGE_STORE_FIXTURE_H_
#define FOOTNOTE_TESTS_STORAGE_STORE_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace footnote {

constexpr char kTestCollection[] = "library";

// A document of one passage per paragraph of its text (parted by '\n').
struct TestDocument {
  std::string id;
  std::string text;
};

// The key under which the word stands in the segment.
uint64_t WordKey(const std::string& word);

// The canonical text as segment tokens and a version record; the text is
// written, the segment is not. Aborts on an error.
VersionRecord WriteTestText(Store* store, const TestDocument& document);

// Commits `documents` with one new segment and `deleted` in one commit.
absl::Status Ingest(Store* store, const std::vector<TestDocument>& documents,
                    const std::vector<std::string>& deleted = {});

// "id@version:ordinal" of every passage that a search for the word may show.
std::vector<std::string> Search(Store* store, const std::string& word);

// The same in one generation.
std::vector<std::string> SearchIn(const Generation& generation,
                                  const std::string& word);

// True when any file below `folder` holds the bytes.
bool AnyFileHolds(const std::string& folder, const std::string& bytes);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_STORAGE_STORE_FIXTURE_H_
