#include "indexer/parsers/parsed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

ParsedDocument Sample() {
  ParsedDocument parsed;
  parsed.part = "a/b.txt";
  Extracted document;
  document.format = Format::kDocx;
  document.text = "Kapitel\nGrüße\n";
  document.title = "Titel";
  document.language = "de";
  document.encoding = "UTF-8";
  document.replaced_sequences = 3;
  document.metadata = {{"author", "Ann"}};
  document.sections.resize(2);
  document.sections[1].level = 2;
  document.sections[1].heading = {0, 7};
  document.sections[1].anchor = "x";
  document.places = {"slide=1"};
  document.blocks = {{{0, 7}, BlockKind::kHeading, 1, 1, 0},
                     {{8, 15}, BlockKind::kListItem, 1, 9, 1}};
  parsed.document = document;
  return parsed;
}

std::vector<ParsedDocument> ReadAll(absl::string_view bytes,
                                    absl::Status* status) {
  std::vector<ParsedDocument> out;
  *status = ReadParsed(bytes, [&out](ParsedDocument parsed) {
    out.push_back(std::move(parsed));
    return absl::OkStatus();
  });
  return out;
}

TEST(ParsedTest, ComesBackAsItWas) {
  std::string bytes;
  AppendParsed(Sample(), &bytes);
  ParsedDocument failed;
  failed.part = "bad";
  failed.document = absl::ResourceExhaustedError("archive: a bomb");
  AppendParsed(failed, &bytes);
  ParsedDocument raw;
  raw.part = "c.pdf";
  raw.raw = "%PDF-";
  AppendParsed(raw, &bytes);
  absl::Status status;
  const std::vector<ParsedDocument> read = ReadAll(bytes, &status);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(read.size(), 3);
  EXPECT_EQ(read[0].part, "a/b.txt");
  const Extracted& document = *read[0].document;
  EXPECT_EQ(document.format, Format::kDocx);
  EXPECT_EQ(document.text, "Kapitel\nGrüße\n");
  EXPECT_EQ(document.replaced_sequences, 3);
  EXPECT_THAT(document.metadata, ElementsAre(Pair("author", "Ann")));
  EXPECT_THAT(document.HeadingPath(1), ElementsAre("Kapitel"));
  EXPECT_EQ(document.sections[1].anchor, "x");
  ASSERT_EQ(document.blocks.size(), 2);
  EXPECT_EQ(document.blocks[1].kind, BlockKind::kListItem);
  EXPECT_EQ(document.blocks[1].line, 9);
  EXPECT_EQ(document.blocks[1].place, 1);
  EXPECT_EQ(read[1].document.status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(read[1].document.status().message(), "archive: a bomb");
  EXPECT_EQ(read[2].raw, "%PDF-");
}

TEST(ParsedTest, DamageNeverGetsThroughAsADocumentThatBreaksItsPromises) {
  std::string bytes;
  AppendParsed(Sample(), &bytes);
  absl::Status status;
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_TRUE(
        ReadAll(absl::string_view(bytes).substr(0, size), &status).empty());
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    damaged[random() % damaged.size()] = static_cast<char>(random());
    for (const ParsedDocument& parsed : ReadAll(damaged, &status)) {
      if (parsed.document.ok() && parsed.raw.empty()) {
        EXPECT_TRUE(CheckExtracted(*parsed.document).ok());
      }
    }
  }
}

}  // namespace
}  // namespace footnote
