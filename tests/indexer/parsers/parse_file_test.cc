#include "indexer/parsers/parse_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/indexer/formats/extracted_checks.h"
#include "tests/indexer/formats/zip_maker.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;
using Files = std::vector<std::pair<std::string, std::string>>;

// Texts by part; failures as "! reason", raw ones as "raw SIZE".
std::map<std::string, std::string> Parse(const std::string& bytes,
                                         const ParseLimits& limits = {}) {
  std::map<std::string, std::string> out;
  ParseFile(bytes, limits, [&out](ParsedDocument parsed) {
    std::string* const text = &out[parsed.part];
    if (!parsed.raw.empty()) {
      *text = absl::StrCat("raw ", parsed.raw.size());
    } else if (parsed.document.ok()) {
      EXPECT_EQ(BrokenPromise(*parsed.document), "");
      *text = parsed.document->text;
    } else {
      *text = absl::StrCat("! ", parsed.document.status().message());
    }
  });
  return out;
}

std::string MakeArchive(const Files& files, int format, int filter) {
  std::string out(size_t{4} << 20, '\0');
  size_t used = 0;
  archive* const a = archive_write_new();
  archive_write_set_format(a, format);
  archive_write_add_filter(a, filter);
  archive_write_open_memory(a, &out[0], out.size(), &used);
  for (const auto& file : files) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, file.first.c_str());
    archive_entry_set_size(entry, static_cast<int64_t>(file.second.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(a, entry);
    archive_write_data(a, file.second.data(), file.second.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

TEST(ParseFileTest, ReadsEveryKindOfArchive) {
  const Files files = {{"a.txt", "First text.\n"},
                       {"deep/b.html", "<html><p>Second text.</p></html>"},
                       {"logo.png", "\x89PNG\r\n"},
                       {"empty.txt", ""},
                       {"c.pdf", "%PDF-1.4"}};
  const auto want =
      ElementsAre(Pair("a.txt", "First text.\n"), Pair("c.pdf", "raw 8"),
                  Pair("deep/b.html", "Second text.\n"),
                  Pair("empty.txt", "! file: 0 bytes, want some text"));
  EXPECT_THAT(Parse(MakeZip(files)), want);
  EXPECT_THAT(
      Parse(MakeArchive(files, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE)),
      want);
  EXPECT_THAT(
      Parse(MakeArchive(files, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP)),
      want);
  EXPECT_THAT(Parse(MakeArchive(files, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED,
                                ARCHIVE_FILTER_ZSTD)),
              want);
}

TEST(ParseFileTest, KeepsNamesOfAnyScript) {
  const std::string zip = MakeZip({{"灯台/φάρος ñ.txt", "Some text.\n"}});
  EXPECT_THAT(Parse(zip),
              ElementsAre(Pair("灯台/φάρος ñ.txt", "Some text.\n")));
}

TEST(ParseFileTest, APackedFileIsThatFile) {
  EXPECT_THAT(Parse(MakeArchive({{"x", "Just text.\n"}}, ARCHIVE_FORMAT_RAW,
                                ARCHIVE_FILTER_GZIP)),
              ElementsAre(Pair("", "Just text.\n")));
}

TEST(ParseFileTest, NamesPartsOfArchivesInArchives) {
  const std::string inner = MakeZip({{"d/a.txt", "Deep text.\n"}});
  EXPECT_THAT(Parse(MakeZip({{"in.zip", inner}, {"b.txt", "Flat text.\n"}})),
              ElementsAre(Pair("b.txt", "Flat text.\n"),
                          Pair("in.zip!/d/a.txt", "Deep text.\n")));
}

TEST(ParseFileTest, RefusesNestsAndBombsByName) {
  std::string nest = "Text.\n";
  for (int i = 0; i < 6; ++i) nest = MakeZip({{"n.zip", nest}});
  const auto nested = Parse(nest);
  ASSERT_EQ(nested.size(), 1);
  EXPECT_THAT(nested.begin()->second, HasSubstr("nested"));
  const auto bombed = Parse(MakeZip(
      {{"a.txt", "Before.\n"}, {"z", std::string(size_t{80} << 20, ' ')}}));
  EXPECT_THAT(bombed, ElementsAre(Pair("a.txt", "Before.\n"),
                                  Pair("z", StartsWith("! archive: a bomb"))));
  ParseLimits few;
  few.max_entries = 2;
  EXPECT_THAT(Parse(MakeZip({{"a", "x\n"}, {"b", "y\n"}, {"c", "z\n"}}), few),
              Contains(Pair("", HasSubstr("over 2 entries"))));
}

TEST(ParseFileTest, TheEntryBehindOneWhoseSumIsWrongIsRead) {
  std::string text = "Words of the first file that differ: ";
  for (int i = 0; i < 300; ++i) absl::StrAppend(&text, i * i % 977, " ");
  // A page, as office documents have them too.
  const std::string good = MakeZip({{"a.html", text}, {"b.txt", "Second.\n"}});
  // The packed bytes, without the headers around them.
  const size_t begin = good.find("a.html") + 100;
  const size_t end = good.find("b.txt") - 100;
  int sum_wrong = 0;
  for (size_t at = begin; at < end; at += 7) {
    std::string damaged = good;
    damaged[at] ^= 0x10;
    const auto parts = Parse(damaged);
    ASSERT_EQ(parts.count("a.html"), 1) << at;
    // Unless what is packed can't be unpacked any further.
    if (parts.count("b.txt") == 0) continue;
    ++sum_wrong;
    EXPECT_THAT(parts.at("a.html"), StartsWith("! archive: damaged")) << at;
    EXPECT_EQ(parts.at("b.txt"), "Second.\n");
  }
  EXPECT_GT(sum_wrong, 0);
}

TEST(ParseFileTest, DamageCostsNoMoreThanItTouches) {
  const std::string good =
      MakeArchive({{"a.txt", "First text.\n"}, {"b.txt", "Second text.\n"}},
                  ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP);
  for (size_t size = 1; size < good.size(); ++size) {
    const auto parts = Parse(good.substr(0, size));
    EXPECT_FALSE(parts.empty()) << size;
  }
  for (size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    damaged[at] ^= 0x24;
    Parse(damaged);
  }
}

}  // namespace
}  // namespace footnote
