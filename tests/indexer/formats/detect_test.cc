#include "indexer/formats/detect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* name;
  const char* text;
  Format format;
};

class DetectTest : public ::testing::TestWithParam<Case> {};

TEST_P(DetectTest, KnowsAFormatByItsContent) {
  const absl::StatusOr<Format> format = DetectFormat(GetParam().text);
  ASSERT_TRUE(format.ok()) << format.status();
  EXPECT_EQ(FormatName(*format), FormatName(GetParam().format));
}

INSTANTIATE_TEST_SUITE_P(
    Formats, DetectTest,
    ::testing::Values(
        Case{"Prose", "Just a sentence.\n\nAnother one - with a dash.",
             Format::kPlain},
        Case{"Html", "  <!DOCTYPE html><p>x", Format::kHtml},
        Case{"HtmlFragment", "<div class=x>y</div>", Format::kHtml},
        Case{"Xhtml",
             "<?xml version='1.0'?><!DOCTYPE html PUBLIC 'a' 'b'><html "
             "xmlns='http://www.w3.org/1999/xhtml'>",
             Format::kHtml},
        Case{"Mallard",
             "<?xml version='1.0'?>\n<!-- c --><page "
             "xmlns='http://projectmallard.org/1.0/'>",
             Format::kMallard},
        Case{"DocBook5",
             "<article xmlns='http://docbook.org/ns/docbook' version='5.0'>",
             Format::kDocBook},
        Case{"DocBook4WithEntities",
             "<?xml version='1.0'?><!DOCTYPE refentry PUBLIC '-//OASIS//DTD "
             "DocBook XML V4.5//EN' 'x' [<!ENTITY a 'b'>]><refentry>",
             Format::kDocBook},
        Case{"JsonLines", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n",
             Format::kJsonLines},
        Case{"JsonLinesWithoutText", "{\"a\":1}\n{\"a\":2}\n",
             Format::kJsonLines},
        Case{"OneObjectOnOneLine", "{\"text\":\"a\"}\n", Format::kJsonLines},
        Case{"ConfigurationOnOneLine", "{\"port\": 80, \"on\": true}\n",
             Format::kPlain},
        Case{"Markdown", "# Title\n\nSee [this](http://x).\n",
             Format::kMarkdown},
        Case{"MarkdownTable", "| a | b |\n|---|---|\n| 1 | 2 |\n",
             Format::kMarkdown},
        Case{"FrontMatter", "---\ntitle: x\n---\n\n# H\n", Format::kMarkdown},
        Case{"HashInProse", "# only a comment line\nkey = value\n",
             Format::kPlain},
        Case{"Braces", "{ not json at all\n", Format::kPlain}),
    [](const ::testing::TestParamInfo<Case>& info) { return info.param.name; });

struct Result {
  absl::Status status;
  std::vector<JsonDocument> documents;
};

Result Read(std::string bytes, absl::string_view media_type = "",
            const ExtractLimits& limits = {}) {
  Result out;
  out.status = ReadDocuments(
      std::move(bytes), media_type, limits,
      [&](uint32_t, absl::StatusOr<JsonDocument> read) -> absl::Status {
        if (!read.ok()) return read.status();
        EXPECT_EQ(BrokenPromise(read->document), "");
        out.documents.push_back(*std::move(read));
        return absl::OkStatus();
      });
  return out;
}

TEST(ReadDocumentsTest, ReadsUtf16WithAndWithoutMark) {
  for (const std::string& bytes :
       {std::string("\xff\xfe<\0p\0>\0h\0\xe9\0l\0l\0o\0 \0y\0o\0u\0", 26),
        std::string("\0<\0p\0>\0h\0\xe9\0l\0l\0o\0 \0y\0o\0u", 24)}) {
    const Result read = Read(bytes);
    ASSERT_TRUE(read.status.ok()) << read.status;
    ASSERT_EQ(read.documents.size(), 1);
    EXPECT_EQ(read.documents[0].document.text, "h\xc3\xa9llo you\n");
    EXPECT_EQ(read.documents[0].document.format, Format::kHtml);
    EXPECT_THAT(read.documents[0].document.encoding, HasSubstr("UTF-16"));
  }
}

TEST(ReadDocumentsTest, ReadsTheEncodingThatAPageDeclares) {
  const Result read =
      Read("<meta charset=windows-1251><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>");
  ASSERT_EQ(read.documents.size(), 1);
  EXPECT_EQ(read.documents[0].document.text,
            "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82\n");
}

TEST(ReadDocumentsTest, ReplacesAndCountsInvalidBytes) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text +=
        "gr\xc3\xb6\xc3\x9f"
        "e ";
  const Result read = Read(text + "bad \xff byte");
  ASSERT_EQ(read.documents.size(), 1);
  EXPECT_EQ(read.documents[0].document.replaced_sequences, 1);
  EXPECT_THAT(read.documents[0].document.text, HasSubstr("bad \xef\xbf\xbd"));
}

TEST(ReadDocumentsTest, RefusesBinaryFilesByName) {
  const Result read = Read("%PDF-1.7 ...");
  EXPECT_EQ(read.status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("PDF"));
}

TEST(BinaryKindTest, IsNotMisledByWordsThatFilesBeginWith) {
  for (const char* text :
       {"RIFF is a family of formats.", "ID3 tags name a song.", "II* \n",
        "GIF89a was published in 1989.", "BZh9 Rar! OggS", "OggS",
        "wOF2 is a font."}) {
    EXPECT_EQ(BinaryKind(text), "") << text;
  }
  EXPECT_EQ(BinaryKind(std::string("RIFF\x24\0\0\0WAVEfmt ", 15)),
            "a RIFF file");
  EXPECT_EQ(BinaryKind(std::string("GIF89a\x20\x03\x58\x02", 10)),
            "a GIF image");
  EXPECT_EQ(BinaryKind(std::string("ID3\x04\0\0", 6)), "an MP3 file");
  EXPECT_EQ(BinaryKind(std::string("PK\x03\x04", 4)),
            "a ZIP archive or office document");
}

TEST(BinaryKindTest, KnowsASphinxInventoryFromAHeading) {
  EXPECT_EQ(BinaryKind("# Sphinx inventory version 2\n# Project: Light\n"
                       "# Version: 1\n# The remainder of this file is "
                       "compressed using zlib.\nx\xda"),
            "a packed Sphinx inventory");
  EXPECT_EQ(BinaryKind("# Sphinx inventory version 2\n\nIts four lines are "
                       "followed by packed bytes.\n"),
            "");
  EXPECT_EQ(BinaryKind("# Sphinx inventory version 2"), "");
}

TEST(ReadDocumentsTest, RefusesBytesThatAreNoText) {
  std::string noise;
  for (int i = 0; i < 4096; ++i) noise.push_back(static_cast<char>(i * 7 % 31));
  const Result read = Read(noise);
  EXPECT_EQ(read.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("offset"));
}

TEST(ReadDocumentsTest, RefusesEmptyFilesAndFilesWithoutText) {
  EXPECT_EQ(Read("").status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Read(" \n\n ").status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Read("<html><body></body></html>").status.code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ReadDocumentsTest, RefusesUnknownXmlByItsRoot) {
  const Result read = Read("<?xml version='1.0'?><svg><path/></svg>");
  EXPECT_EQ(read.status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("<svg>"));
}

TEST(ReadDocumentsTest, RefusesOneLineBeyondTheLimit) {
  ExtractLimits limits;
  limits.max_document_bytes = 1 << 20;
  const Result read = Read(std::string(2 << 20, 'x'), "", limits);
  EXPECT_EQ(read.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("1048576"));
}

TEST(ReadDocumentsTest, ObeysTheMediaType) {
  const Result read = Read("# a\n\n[b](c)", "text/plain; charset=utf-8");
  ASSERT_EQ(read.documents.size(), 1);
  EXPECT_EQ(read.documents[0].document.format, Format::kPlain);
}

}  // namespace
}  // namespace footnote
