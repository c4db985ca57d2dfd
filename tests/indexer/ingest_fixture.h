// A store in a temporary folder and what tests do with it.
#ifndef FOOTNOTE_TESTS_INDEXER_INGEST_FIXTURE_H_
#define FOOTNOTE_TESTS_INDEXER_INGEST_FIXTURE_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "indexer/pipeline.h"
#include "model/encoder/encoder.h"
#include "storage/store.h"
#include "text/analyzer.h"

namespace footnote {

// A real encoder in everything but meaning: each text has a vector that
// depends on its bytes alone.
class BytesEncoder : public Encoder {
 public:
  absl::string_view name() const override { return "bytes/1"; }
  int dimension() const override { return 16; }
  absl::string_view hash() const override {
    return "00112233445566778899aabbccddeeff"
           "00112233445566778899aabbccddeeff";
  }
  absl::Span<const absl::string_view> languages() const override { return {}; }
  int max_tokens() const override { return 512; }
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override {
    for (absl::string_view text : texts) {
      float squares = 0;
      for (int d = 0; d < dimension(); ++d) {
        rows[d] = 1;
        for (size_t i = static_cast<size_t>(d); i < text.size(); i += 16) {
          rows[d] += static_cast<unsigned char>(text[i]);
        }
        squares += rows[d] * rows[d];
      }
      for (int d = 0; d < dimension(); ++d) rows[d] /= std::sqrt(squares);
      rows += dimension();
    }
    return absl::OkStatus();
  }
};

class IngestTest : public ::testing::Test {
 protected:
  IngestTest() {
    std::string path = ::testing::TempDir() + "/ingestXXXXXX";
    folder_ = mkdtemp(&path[0]);
    Open();
  }
  ~IngestTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    store_.reset();
    absl::StatusOr<std::unique_ptr<Store>> store =
        Store::Open(folder_ + "/store");
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  static SourceFile File(const std::string& document,
                         const std::string& bytes) {
    SourceFile file;
    file.document = document;
    file.bytes = bytes;
    return file;
  }

  // Ingests `files`; the results by document (the last one of each).
  std::map<std::string, DocumentResult> Ingest(
      const std::vector<SourceFile>& files, const Encoder* encoder = nullptr) {
    std::map<std::string, DocumentResult> results;
    job_.collection = "c";
    Pipeline pipeline(store_.get(), encoder, &claims_, options_, job_,
                      [&](const DocumentResult& result) {
                        results[result.document] = result;
                      });
    for (const SourceFile& file : files) pipeline.Add(file);
    pipeline.Finish();
    return results;
  }

  std::shared_ptr<const Generation> Current() {
    absl::StatusOr<std::shared_ptr<const Generation>> generation =
        store_->Current("c");
    EXPECT_TRUE(generation.ok()) << generation.status();
    return *generation;
  }

  // Texts of the live passages that hold `word` in its own form.
  std::vector<std::string> Find(const std::string& word,
                                Language language = Language::kEn) {
    Analyzer analyzer;
    std::vector<Token> tokens;
    analyzer.Analyze(word, language, &tokens);
    std::vector<std::string> out;
    const std::shared_ptr<const Generation> generation = Current();
    for (const LiveSegment& segment : generation->segments) {
      for (const Token& token : tokens) {
        if (token.channel != kChannelSurface) continue;
        PostingsIterator it = segment.reader->Postings(token.key);
        for (; it.Valid(); it.NextBlock()) {
          const PostingsIterator::Postings& block = it.Block();
          for (int i = 0; i < block.count; ++i) {
            if (!segment.IsLive(block.ordinals[i])) continue;
            out.push_back(TextOf(*segment.reader, block.ordinals[i]));
          }
        }
      }
    }
    return out;
  }

  std::string TextOf(const SegmentReader& reader, uint32_t passage) {
    const PassageRow& row = reader.passages()[passage];
    const DocumentRow& document = reader.documents()[row.document];
    const absl::StatusOr<std::string> text = store_->documents()->ReadText(
        {"c", std::string(reader.DocumentId(document)), document.version},
        row.begin, row.end);
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }

  std::string folder_;
  std::unique_ptr<Store> store_;
  DocumentClaims claims_;
  PipelineOptions options_;
  PipelineJob job_;
};

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_INDEXER_INGEST_FIXTURE_H_
