#include "indexer/postings.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/segment_reader.h"
#include "text/sound_key.h"

namespace footnote {
namespace {

void AddDocument(const std::string& text, const std::string& language,
                 SegmentWriter* writer) {
  SourceFile file;
  file.document = "d";
  file.bytes = text;
  file.language = language;
  PostingsBuilder builder;
  MarkupParser markup;
  const absl::Status prepared = PrepareDocuments(
      std::move(file), "c", {}, {}, &markup,
      [&](const std::string&, absl::StatusOr<PreparedDocument> document) {
        EXPECT_TRUE(document.ok()) << document.status();
        return builder.Add(*document, 1, writer).status();
      });
  EXPECT_TRUE(prepared.ok()) << prepared;
}

std::shared_ptr<const SegmentReader> Finish(SegmentWriter* writer) {
  static int number = 0;
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/segment_", ++number);
  EXPECT_TRUE(writer->Finish(path).ok());
  auto reader = SegmentReader::Open(path);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *std::move(reader);
}

// The segment of one document.
std::shared_ptr<const SegmentReader> SegmentOf(const std::string& text,
                                               const std::string& language) {
  SegmentWriter writer(MakeSegmentOptions("", 0));
  AddDocument(text, language, &writer);
  return Finish(&writer);
}

uint64_t Sounding(const SegmentReader& segment, const std::string& name) {
  return segment.DocumentFrequency(TermKey(kChannelSound, SoundKey(name)));
}

TEST(PostingsTest, FilesNamesByHowTheySound) {
  const auto segment =
      SegmentOf("The geographer Halford Mackinder wrote of winter.\n", "en");
  EXPECT_EQ(Sounding(*segment, "Mackinder"), 1);
  EXPECT_EQ(Sounding(*segment, "Маккиндер"), 1);
  // No name.
  EXPECT_EQ(Sounding(*segment, "geographer"), 0);
  EXPECT_EQ(Sounding(*segment, "winter"), 0);
}

TEST(PostingsTest, FilesALineOfJsonUnderWhatItCallsItself) {
  const std::string line =
      "{\"id\":\"T-1042\",\"title\":\"Leak\",\"text\":\"Water ran.\"}\n";
  const auto segment = SegmentOf(line, "en");
  ASSERT_EQ(segment->passages().size(), 1);
  EXPECT_EQ(segment->Heading(segment->passages()[0]), "T-1042");
  EXPECT_EQ(segment->DocumentFrequency(TermKey(kChannelSurface, "1042")), 1);
}

TEST(PostingsTest, FilesForeignNamesInChineseTextWhole) {
  const auto segment = SegmentOf("谁在约塞米蒂国家公园遇见特斯拉？\n", "zh");
  EXPECT_EQ(Sounding(*segment, "Yosemite"), 1);
  EXPECT_EQ(Sounding(*segment, "Tesla"), 1);
}

TEST(PostingsTest, FilesNamesOfTheSameLettersByTheirOwnSounds) {
  ASSERT_NE(SoundKey("Çakmak"), SoundKey("Cakmak"));
  for (const char* text : {"Then Cakmak met Çakmak in Ankara.\n",
                           "Then Çakmak met Cakmak in Ankara.\n"}) {
    const auto segment = SegmentOf(text, "en");
    EXPECT_EQ(Sounding(*segment, "Çakmak"), 1) << text;
    EXPECT_EQ(Sounding(*segment, "Cakmak"), 1) << text;
  }
}

TEST(PostingsTest, SoundsDoNotMakeAPassageLonger) {
  const auto named = SegmentOf("Halford Mackinder wrote of winter.\n", "en");
  const auto plain = SegmentOf("halford mackinder wrote of winter.\n", "en");
  ASSERT_EQ(named->passage_count(), 1u);
  for (int group = 0; group < kLengthGroups; ++group) {
    EXPECT_EQ(named->passages()[0].length[group],
              plain->passages()[0].length[group]);
  }
}

TEST(PostingsTest, WordsThatNeverComeAgainAreFiledInLittleMemory) {
  std::string text;
  constexpr uint32_t kWords = 500000;
  const auto word = [](uint32_t i) {
    return absl::StrCat("x", i * 2654435761u);
  };
  for (uint32_t i = 0; i < kWords; ++i) {
    absl::StrAppend(&text, word(i), i % 20 == 0 ? ".\n\n" : " ");
  }
  absl::StrAppend(&text, "The geographer Halford Mackinder.\n");
  SegmentWriter writer(MakeSegmentOptions("", 0));
  AddDocument(text, "en", &writer);
  EXPECT_LE(writer.ApproximateBytes(), kWords * 100);
  const auto segment = Finish(&writer);
  for (const uint32_t i : {0u, kWords / 2, kWords - 1}) {
    EXPECT_EQ(segment->DocumentFrequency(TermKey(kChannelSurface, word(i))), 1);
  }
  EXPECT_EQ(Sounding(*segment, "Mackinder"), 1);
}

}  // namespace
}  // namespace footnote
