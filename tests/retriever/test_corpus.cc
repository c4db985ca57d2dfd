#include "tests/retriever/test_corpus.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "storage/segment_reader.h"
#include "storage/segment_writer.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

std::vector<SegmentToken> TokensOf(absl::string_view text, Language language,
                                   uint32_t first_position) {
  Analyzer analyzer;
  std::vector<Token> tokens;
  analyzer.Analyze(text, language, &tokens);
  std::vector<SegmentToken> terms;
  for (const Token& token : tokens) {
    terms.push_back(
        {token.key, first_position + token.position, token.channel, 1});
  }
  return terms;
}

void AddDocument(const TestDocument& document, SegmentWriter* writer) {
  SegmentDocument row;
  row.id = document.id;
  row.title = document.title;
  row.language = static_cast<uint8_t>(document.language);
  const std::string hash(32, 'h');
  row.sha256 = hash;
  row.metadata = document.metadata;
  row.labels = document.labels;
  ASSERT_TRUE(writer->AddDocument(row).ok());
  for (const TestPassage& passage : document.passages) {
    std::vector<SegmentToken> terms =
        TokensOf(passage.text, document.language, 0);
    for (const SegmentToken& term :
         TokensOf(document.title, document.language, kTitlePosition)) {
      terms.push_back(term);
    }
    SegmentPassage out;
    out.end = passage.text.size();
    out.language = static_cast<uint8_t>(document.language);
    out.tokens = terms;
    ASSERT_TRUE(writer->AddPassage(out).ok());
    if (!passage.vector.empty()) {
      const absl::Status status = writer->AddVector(passage.vector);
      ASSERT_TRUE(status.ok()) << status;
    }
  }
}

int DimensionOf(const std::vector<TestDocument>& documents) {
  for (const TestDocument& document : documents) {
    for (const TestPassage& passage : document.passages) {
      if (!passage.vector.empty()) return passage.vector.size();
    }
  }
  return 0;
}

}  // namespace

std::shared_ptr<Generation> MakeGeneration(
    const std::vector<std::vector<TestDocument>>& segments,
    const TestSegmentOptions& test_options) {
  static std::atomic<int> number{0};
  auto generation = std::make_shared<Generation>();
  generation->manifest.collection = "test";
  generation->manifest.generation = 1;
  for (const std::vector<TestDocument>& documents : segments) {
    SegmentOptions options;
    options.analyzer_version = kAnalyzerVersion;
    options.dimension = DimensionOf(documents);
    options.positions = true;
    options.ann_builder = test_options.ann_builder;
    options.channel_group = {0, 1, 2, 3};
    SegmentWriter writer(options);
    for (const TestDocument& document : documents) {
      AddDocument(document, &writer);
    }
    const std::string path =
        absl::StrCat(::testing::TempDir(), "/segment_", ++number);
    const absl::Status finished = writer.Finish(path);
    EXPECT_TRUE(finished.ok()) << finished;
    auto reader = SegmentReader::Open(path);
    EXPECT_TRUE(reader.ok()) << reader.status();
    LiveSegment live;
    live.reader = *reader;
    live.live_count = live.reader->passage_count();
    Manifest& manifest = generation->manifest;
    manifest.passages += live.live_count;
    manifest.dimension = options.dimension;
    for (int group = 0; group < kLengthGroups; ++group) {
      manifest.total_length[group] += live.reader->info().total_length[group];
    }
    generation->segments.push_back(std::move(live));
  }
  return generation;
}

void HidePassage(uint32_t segment, uint32_t passage, Generation* generation) {
  LiveSegment& live = generation->segments[segment];
  const uint32_t count = live.reader->passage_count();
  if (live.live_passages.empty()) {
    live.live_passages.assign((count + 63) / 64, 0);
    for (uint32_t p = 0; p < count; ++p) {
      live.live_passages[p / 64] |= uint64_t{1} << (p % 64);
    }
  }
  const uint64_t bit = uint64_t{1} << (passage % 64);
  if ((live.live_passages[passage / 64] & bit) == 0) return;
  live.live_passages[passage / 64] &= ~bit;
  --live.live_count;
  --generation->manifest.passages;
}

}  // namespace footnote
