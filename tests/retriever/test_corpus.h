// Segments made in a temporary folder, and the Corpus over them.
#ifndef FOOTNOTE_TESTS_RETRIEVER_TEST_CORPUS_H_
#define FOOTNOTE_TESTS_RETRIEVER_TEST_CORPUS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "retriever/lexical/bm25.h"
#include "storage/ann_section.h"
#include "storage/generation.h"
#include "text/language.h"

namespace footnote {

struct TestPassage {
  std::string text;
  // Empty: the passage has no vector.
  std::vector<float> vector;
};

struct TestDocument {
  std::string id;
  Language language = Language::kEn;
  std::vector<TestPassage> passages = {};
  std::string title = {};
  std::vector<std::pair<std::string, std::string>> metadata = {};
  std::vector<std::string> labels = {};
};

// How the segments of MakeGeneration are written.
struct TestSegmentOptions {
  AnnBuilder ann_builder;
};

// A generation with one segment per inner list, each document analysed as the
// indexer does it. Fails the program on any error.
std::shared_ptr<Generation> MakeGeneration(
    const std::vector<std::vector<TestDocument>>& segments,
    const TestSegmentOptions& test_options = {});

// Hides passage `passage` of segment `segment`, as a deleted document's are.
void HidePassage(uint32_t segment, uint32_t passage, Generation* generation);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_RETRIEVER_TEST_CORPUS_H_
