#include "indexer/formats/jsonl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

struct Lines {
  std::vector<JsonDocument> documents;
  std::vector<std::pair<uint32_t, std::string>> errors;
};

Lines Read(absl::string_view text, const ExtractLimits& limits = {}) {
  Lines out;
  const absl::Status status = ExtractJsonLines(
      text, limits, [&](uint32_t line, absl::StatusOr<JsonDocument> read) {
        if (read.ok()) {
          EXPECT_EQ(BrokenPromise(read->document), "");
          out.documents.push_back(*std::move(read));
        } else {
          out.errors.emplace_back(line, std::string(read.status().message()));
        }
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return out;
}

TEST(JsonLinesTest, ReadsADocumentPerLine) {
  const Lines lines = Read(
      "{\"id\":\"a\",\"text\":\"Hello.\\n\\nWorld.\",\"title\":\"T\","
      "\"language\":\"en\"}\n\n{\"_id\": 7, \"contents\": \"Zwei\"}\r\n");
  ASSERT_EQ(lines.documents.size(), 2);
  EXPECT_EQ(lines.documents[0].id, "a");
  EXPECT_EQ(lines.documents[0].document.text, "Hello.\nWorld.\n");
  EXPECT_EQ(lines.documents[0].document.title, "T");
  EXPECT_EQ(lines.documents[0].document.language, "en");
  EXPECT_EQ(lines.documents[1].id, "7");
  EXPECT_EQ(lines.documents[1].line, 3);
  EXPECT_EQ(lines.documents[1].document.blocks[0].line, 3);
}

TEST(JsonLinesTest, TakesOtherKeysAsMetadata) {
  const Lines lines = Read(
      "{\"text\":\"x\",\"year\":1999,\"ok\":true,\"list\":[1],"
      "\"metadata\":{\"dept\":\"r&d\"}}");
  ASSERT_EQ(lines.documents.size(), 1);
  EXPECT_THAT(lines.documents[0].document.metadata,
              UnorderedElementsAre(Pair("year", "1999"), Pair("ok", "true"),
                                   Pair("dept", "r&d")));
}

TEST(JsonLinesTest, TakesAVectorFromTheCaller) {
  const Lines lines = Read("{\"text\":\"x\",\"vector\":[0.5,-1,2e-1]}");
  ASSERT_EQ(lines.documents.size(), 1);
  EXPECT_THAT(lines.documents[0].vector, ElementsAre(0.5f, -1.0f, 0.2f));
}

TEST(JsonLinesTest, ABadLineCostsOnlyItself) {
  const Lines lines = Read(
      "{\"text\":\"one\"}\n{\"text\":\n[1]\n{\"title\":\"no text\"}\n"
      "{\"text\":\"x\",\"vector\":[1,\"a\"]}\n{\"text\":\"x\",\"vector\":[]}\n"
      "{\"text\":\"x\",\"vector\":[1e300]}\n{\"text\":\"last\"}");
  ASSERT_EQ(lines.documents.size(), 2);
  EXPECT_EQ(lines.documents[1].document.text, "last\n");
  ASSERT_EQ(lines.errors.size(), 6);
  EXPECT_THAT(lines.errors[0].second, HasSubstr("json line 2"));
  EXPECT_THAT(lines.errors[1].second, HasSubstr("not an object"));
  EXPECT_THAT(lines.errors[2].second, HasSubstr("\"text\""));
  EXPECT_THAT(lines.errors[3].second, HasSubstr("component 1"));
  EXPECT_THAT(lines.errors[4].second, HasSubstr("empty"));
  EXPECT_THAT(lines.errors[5].second, HasSubstr("component 0"));
}

TEST(JsonLinesTest, RefusesALineBeyondTheLimit) {
  ExtractLimits limits;
  limits.max_document_bytes = 50;
  const Lines lines = Read(
      "{\"text\":\"" + std::string(100, 'x') + "\"}\n{\"text\":\"y\"}", limits);
  EXPECT_EQ(lines.documents.size(), 1);
  ASSERT_EQ(lines.errors.size(), 1);
  EXPECT_THAT(lines.errors[0].second, HasSubstr("at most 50"));
}

TEST(JsonLinesTest, SurvivesDeepNesting) {
  const Lines lines = Read("{\"a\":" + std::string(100000, '[') + "\n");
  EXPECT_EQ(lines.errors.size(), 1);
}

TEST(JsonLinesTest, StopsWhenTheCallerSaysSo) {
  int calls = 0;
  const absl::Status status =
      ExtractJsonLines("{\"text\":\"a\"}\n{\"text\":\"b\"}\n", {},
                       [&](uint32_t, absl::StatusOr<JsonDocument>) {
                         ++calls;
                         return absl::CancelledError("enough");
                       });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace footnote
