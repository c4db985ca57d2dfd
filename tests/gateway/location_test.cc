// Where a footnote says that its quote lay in the original, for every format,
// over the real rooms: file in, question, answer. The quote begins there; of
// PDF every line of print that it touches has a box.
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gateway/config.h"
#include "gateway/embedded.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "tests/indexer/formats/zip_maker.h"

namespace footnote {
namespace {

constexpr const char* kTowers[] = {
    "Alnwick",  "Bamburgh", "Cordouan",  "Dunstan",  "Eddystone", "Flannan",
    "Galloway", "Helwick",  "Inchkeith", "Kinnaird", "Lismore",   "Muckle"};
constexpr int kCount = 12;

// Longer than a line, shorter than two.
std::string Sentence(int i) {
  return absl::StrCat("The keeper of ", kTowers[i],
                      " painted the door of his tower in the year ", 1801 + i,
                      ", before the first storm of the winter.");
}

std::string Question(int i) {
  return absl::StrCat("When did the keeper of ", kTowers[i],
                      " paint the door?");
}

std::string AllSentences() {
  std::string all;
  for (int i = 0; i < kCount; ++i) {
    absl::StrAppend(&all, i == 0 ? "" : " ", Sentence(i));
  }
  return all;
}

// Lines of at most `columns`.
std::vector<std::string> Wrap(const std::string& text, size_t columns) {
  std::vector<std::string> lines(1);
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!lines.back().empty() &&
        lines.back().size() + 1 + word.size() > columns) {
      lines.emplace_back();
    }
    absl::StrAppend(&lines.back(), lines.back().empty() ? "" : " ", word);
  }
  return lines;
}

// All on many lines, between lines that say nothing.
std::string Wrapped(const std::string& before, const std::string& after) {
  return absl::StrCat(before, absl::StrJoin(Wrap(AllSentences(), 70), "\n"),
                      after);
}

// Lines `first` to `last` of a file, from 1, as one line.
std::string LinesOf(const std::string& file, uint32_t first, uint32_t last) {
  const std::vector<std::string> lines = absl::StrSplit(file, '\n');
  std::string out;
  for (uint32_t n = first; n >= 1 && n <= last && n <= lines.size(); ++n) {
    absl::StrAppend(&out, out.empty() ? "" : " ", lines[n - 1]);
  }
  return out;
}

// The quote begins on line `first` of `file`.
void ExpectItsLine(const std::string& file, uint32_t first,
                   const v1::SourceSpan& source) {
  ASSERT_GT(first, 0u) << source.location().ShortDebugString();
  const size_t at = LinesOf(file, first, first + 9).find(source.quote());
  ASSERT_NE(at, std::string::npos)
      << source.location().ShortDebugString() << "\n"
      << LinesOf(file, first, first);
  EXPECT_LT(at, LinesOf(file, first, first).size())
      << source.location().ShortDebugString();
}

struct DrawnLine {
  int page;
  int y;  // of the baseline, from the top
  std::string text;
};

// A PDF document of these lines, in Helvetica of 10 points from x = 72 on.
std::string MakePdf(const std::vector<DrawnLine>& lines, int pages) {
  std::vector<std::string> objects = {
      "<</Type/Catalog/Pages 2 0 R>>", "",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"};
  std::string kids;
  for (int page = 1; page <= pages; ++page) {
    std::string content = "BT\n";
    for (const DrawnLine& line : lines) {
      if (line.page != page) continue;
      absl::StrAppend(&content, "/F 10 Tf 1 0 0 1 72 ", 800 - line.y, " Tm (",
                      line.text, ") Tj\n");
    }
    content += "ET";
    const size_t number = objects.size() + 1;
    absl::StrAppend(&kids, number, " 0 R ");
    objects.push_back(absl::StrCat(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<<",
        "/F 3 0 R>>>>/Contents ", number + 1, " 0 R>>"));
    objects.push_back(absl::StrCat("<</Length ", content.size(), ">>\nstream\n",
                                   content, "\nendstream"));
  }
  objects[1] =
      absl::StrCat("<</Type/Pages/Kids[", kids, "]/Count ", pages, ">>");
  std::string out = "%PDF-1.4\n";
  std::string table = "0000000000 65535 f \n";
  for (size_t i = 0; i < objects.size(); ++i) {
    absl::StrAppendFormat(&table, "%010d 00000 n \n", out.size());
    absl::StrAppend(&out, i + 1, " 0 obj\n", objects[i], "\nendobj\n");
  }
  const size_t at = out.size();
  return absl::StrCat(out, "xref\n0 ", objects.size() + 1, "\n", table,
                      "trailer\n<</Root 1 0 R/Size ", objects.size() + 1,
                      ">>\nstartxref\n", at, "\n%%EOF\n");
}

// Every line that the quote touches has a box that holds its baseline, and no
// other line has.
void ExpectItsBoxes(const std::vector<DrawnLine>& lines,
                    const v1::SourceSpan& source) {
  const v1::Location& location = source.location();
  std::string all;
  std::vector<size_t> begins;
  for (const DrawnLine& line : lines) {
    if (!all.empty()) all += " ";
    begins.push_back(all.size());
    all += line.text;
  }
  const size_t begin = all.find(source.quote());
  ASSERT_NE(begin, std::string::npos);
  const size_t end = begin + source.quote().size();
  int page = 0;
  std::vector<std::pair<int, std::vector<int>>> boxes;
  for (const absl::string_view part : absl::StrSplit(location.element(), '&')) {
    std::vector<int> box(4);
    if (sscanf(std::string(part).c_str(), "page=%d", &page) == 1) continue;
    if (sscanf(std::string(part).c_str(), "box=%d,%d,%d,%d", &box[0], &box[1],
               &box[2], &box[3]) == 4) {
      boxes.emplace_back(page, box);
    }
  }
  size_t touched = 0;
  int first_page = 0;
  int last_page = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (begins[i] >= end || begins[i] + lines[i].text.size() <= begin) continue;
    ++touched;
    if (first_page == 0) first_page = lines[i].page;
    last_page = lines[i].page;
    EXPECT_TRUE(std::any_of(boxes.begin(), boxes.end(), [&](const auto& box) {
      return box.first == lines[i].page && box.second[1] < lines[i].y &&
             lines[i].y <= box.second[3];
    })) << lines[i].text;
    // What is before the quote on its first line is not in the box.
    if (begins[i] < begin && i > 0) {
      EXPECT_GT(boxes[0].second[0], 90) << location.ShortDebugString();
    }
  }
  EXPECT_EQ(boxes.size(), touched) << location.ShortDebugString();
  EXPECT_EQ(static_cast<int>(location.page()), first_page);
  EXPECT_EQ(page, last_page);
  EXPECT_EQ(location.line(), 0u);
}

class LocationTest : public ::testing::Test {
 protected:
  LocationTest() {
    static int count = 0;
    v1::Config config;
    config.set_store(absl::StrCat(::testing::TempDir(), "/location_", getpid(),
                                  "_", ++count));
    config.mutable_encoder()->set_path("none");
    auto channel = OpenEmbedded(WithDefaults(config));
    EXPECT_TRUE(channel.ok()) << channel.status();
    channel_ = *std::move(channel);
  }

  void Ingest(const std::string& document, const std::string& bytes,
              const std::string& media_type = "") {
    const auto indexer = v1::Indexer::NewStub(channel_);
    grpc::ClientContext context;
    const auto stream = indexer->IngestDocuments(&context);
    std::string failure = "no result";
    std::thread reader([&] {
      v1::IngestResponse response;
      while (stream->Read(&response)) {
        if (response.has_result()) failure = response.result().reason();
      }
    });
    v1::IngestRequest request;
    request.mutable_start()->set_collection("sea");
    EXPECT_TRUE(stream->Write(request));
    request.mutable_file()->set_document(document);
    request.mutable_file()->set_media_type(media_type);
    EXPECT_TRUE(stream->Write(request));
    request.mutable_chunk()->set_data(bytes);
    request.mutable_chunk()->set_last(true);
    EXPECT_TRUE(stream->Write(request));
    stream->WritesDone();
    reader.join();
    EXPECT_TRUE(stream->Finish().ok());
    EXPECT_EQ(failure, "");
  }

  // Asks about every tower, of documents whose ids begin so, and shows the
  // citation that names it.
  void ForEachCitation(
      const std::string& document,
      const std::function<void(int, const v1::SourceSpan&)>& each) {
    const auto answers = v1::Answers::NewStub(channel_);
    for (int i = 0; i < kCount; ++i) {
      SCOPED_TRACE(absl::StrCat(document, ": ", kTowers[i]));
      v1::AskRequest request;
      request.set_collection("sea");
      request.set_question(Question(i));
      request.mutable_filter()->set_document_prefix(document);
      grpc::ClientContext context;
      const auto reader = answers->Ask(&context, request);
      v1::AskResponse response;
      v1::Answer answer;
      while (reader->Read(&response)) {
        if (response.has_completed()) answer = response.completed();
      }
      ASSERT_TRUE(reader->Finish().ok());
      bool found = false;
      for (const v1::Citation& citation : answer.citations()) {
        for (const v1::SourceSpan& source : citation.sources()) {
          if (!absl::StrContains(source.quote(), kTowers[i])) continue;
          found = true;
          each(i, source);
        }
      }
      EXPECT_TRUE(found) << answer.ShortDebugString();
    }
  }

  void ExpectLines(const std::string& document, const std::string& file,
                   const std::string& media_type = "") {
    Ingest(document, file, media_type);
    ForEachCitation(document, [&](int, const v1::SourceSpan& source) {
      ExpectItsLine(file, source.location().line(), source);
    });
  }

  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(LocationTest, LinesOfPlainText) {
  ExpectLines("a.txt", Wrapped("A first line that stands for itself.\n\n\n",
                               "\n\nThe end.\n"));
}

TEST_F(LocationTest, LinesOfMarkdown) {
  ExpectLines("a.md", Wrapped("---\ntitle: Doors\n---\n\n# Doors\n\n- one\n"
                              "- two\n\nFirst [a\nlink](http://x.y/z) so.\n",
                              "\n\nThe end.\n"));
}

TEST_F(LocationTest, LinesOfHtml) {
  ExpectLines("a.html",
              Wrapped("<html>\n<head><title>Doors</title></head>\n<body>\n"
                      "<h1 id='d'>Doors</h1>\n<p>It <a\nhref='x'>began</a> so."
                      "</p>\n<p>\n",
                      "</p>\n<p>The end.</p>\n</body></html>\n"));
}

TEST_F(LocationTest, LinesOfMallard) {
  ExpectLines(
      "a.page",
      Wrapped("<page xmlns=\"http://projectmallard.org/1.0/\" id=\"d\">\n"
              "<title>Doors</title>\n<p>It began so.</p>\n<p>",
              "</p>\n</page>\n"));
}

TEST_F(LocationTest, LinesOfEBooks) {
  const std::string chapter =
      Wrapped("<html><body>\n<h1 id='d'>Doors</h1>\n<p>", "</p></body></html>");
  Ingest(
      "a.epub",
      MakeZip({{"mimetype", "application/epub+zip"},
               {"META-INF/container.xml",
                "<container><rootfiles><rootfile full-path='b.opf'/>"
                "</rootfiles></container>"},
               {"b.opf",
                "<package><metadata/><manifest>"
                "<item id='1' href='first.xhtml'/>"
                "<item id='2' href='doors.xhtml'/></manifest><spine>"
                "<itemref idref='1'/><itemref idref='2'/></spine></package>"},
               {"first.xhtml",
                "<html><body>\n\n<p>About towers.</p></body></html>"},
               {"doors.xhtml", chapter}}));
  ForEachCitation("a.epub", [&](int, const v1::SourceSpan& source) {
    EXPECT_EQ(source.location().element(), "doors.xhtml#d");
    ExpectItsLine(chapter, source.location().line(), source);
  });
}

TEST_F(LocationTest, LinesOfThePartOfAMail) {
  const std::string part = Wrapped("Dear all,\n\n", "\n\nYours\n");
  Ingest("a.eml", absl::StrCat("From: Ann <ann@sea.example>\n",
                               "To: Bob <bob@sea.example>\nSubject: Doors\n"
                               "MIME-Version: 1.0\n"
                               "Content-Type: text/plain; charset=utf-8\n\n",
                               part));
  ForEachCitation("a.eml", [&](int, const v1::SourceSpan& source) {
    const std::string& element = source.location().element();
    unsigned number = 0;
    unsigned line = 0;
    ASSERT_EQ(sscanf(element.c_str(), "part=%u&line=%u", &number, &line), 2)
        << element;
    ExpectItsLine(part, line, source);
  });
}

TEST_F(LocationTest, LinesOfJsonAndRowsOfTables) {
  std::string json;
  std::string csv = "tower,story\n";
  std::string rows = "<table>\n<tr><th>Tower</th><th>Story</th></tr>\n";
  for (int i = 0; i < kCount; ++i) {
    absl::StrAppend(&json, "{\"id\": \"d", i, "\", \"text\": \"", Sentence(i),
                    "\"}\n");
    absl::StrAppend(&csv, kTowers[i], ",\"", Sentence(i), "\"\n");
    absl::StrAppend(&rows, "<tr><td>", kTowers[i], "</td>\n<td>", Sentence(i),
                    "</td></tr>\n");
  }
  Ingest("a.jsonl", json, "application/jsonl");
  ForEachCitation("a.jsonl", [](int i, const v1::SourceSpan& source) {
    EXPECT_EQ(source.location().line(), static_cast<uint32_t>(i + 1));
  });
  Ingest("b.csv", csv, "text/csv");
  ForEachCitation("b.csv", [](int i, const v1::SourceSpan& source) {
    EXPECT_EQ(source.location().row(), static_cast<uint32_t>(i + 2));
    EXPECT_EQ(source.location().line(), static_cast<uint32_t>(i + 2));
    EXPECT_EQ(source.location().element(), absl::StrCat("row=", i + 2));
  });
  const std::string html = absl::StrCat("<html><body>\n<h1>Doors</h1>\n", rows,
                                        "</table>\n</body></html>\n");
  Ingest("c.html", html);
  ForEachCitation("c.html", [&](int i, const v1::SourceSpan& source) {
    EXPECT_EQ(source.location().line(), static_cast<uint32_t>(5 + 2 * i));
  });
}

TEST_F(LocationTest, ParagraphsSlidesAndSheetRowsOfOffices) {
  std::string paragraphs;
  std::string slides;
  std::string ids;
  std::string links;
  // The first one names the column.
  std::string rows =
      "<row r='2'><c r='B2' t='inlineStr'><is><t>Story</t></is></c></row>";
  std::vector<std::pair<std::string, std::string>> show;
  for (int i = 0; i < kCount; ++i) {
    absl::StrAppend(&paragraphs, "<w:p><w:r><w:t>", Sentence(i),
                    "</w:t></w:r></w:p>");
    absl::StrAppend(&ids, "<p:sldId id='", 256 + i, "' r:id='r", i, "'/>");
    absl::StrAppend(&links, "<Relationship Id='r", i, "' Target='slides/slide",
                    i, ".xml'/>");
    show.emplace_back(
        absl::StrCat("ppt/slides/slide", i, ".xml"),
        absl::StrCat("<p:sld xmlns:p='p' xmlns:a='a'><p:cSld><p:spTree><p:sp>"
                     "<p:txBody><a:p><a:r><a:t>",
                     Sentence(i),
                     "</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld>"
                     "</p:sld>"));
    absl::StrAppend(&rows, "<row r='", i + 3, "'><c r='B", i + 3,
                    "' t='inlineStr'><is><t>", Sentence(i),
                    "</t></is></c></row>");
  }
  Ingest("a.docx",
         MakeZip({{"word/document.xml",
                   absl::StrCat("<w:document xmlns:w='w'><w:body>", paragraphs,
                                "</w:body></w:document>")}}));
  ForEachCitation("a.docx", [](int i, const v1::SourceSpan& source) {
    EXPECT_EQ(source.location().line(), static_cast<uint32_t>(i + 1));
  });
  show.emplace_back("ppt/presentation.xml",
                    absl::StrCat("<p:presentation xmlns:p='p' xmlns:r='r'>"
                                 "<p:sldIdLst>",
                                 ids, "</p:sldIdLst></p:presentation>"));
  show.emplace_back("ppt/_rels/presentation.xml.rels",
                    absl::StrCat("<Relationships>", links, "</Relationships>"));
  Ingest("b.pptx", MakeZip(show));
  ForEachCitation("b.pptx", [](int i, const v1::SourceSpan& source) {
    EXPECT_EQ(source.location().page(), static_cast<uint32_t>(i + 1));
    EXPECT_EQ(source.location().element(), absl::StrCat("slide=", i + 1));
    EXPECT_EQ(source.location().line(), 0u);
  });
  Ingest("c.xlsx",
         MakeZip({{"xl/workbook.xml",
                   "<workbook xmlns:r='r'><sheets><sheet name='Doors' "
                   "r:id='rId1'/></sheets></workbook>"},
                  {"xl/_rels/workbook.xml.rels",
                   "<Relationships><Relationship Id='rId1' "
                   "Target='worksheets/sheet1.xml'/></Relationships>"},
                  {"xl/worksheets/sheet1.xml",
                   absl::StrCat("<worksheet><sheetData>", rows,
                                "</sheetData></worksheet>")}}));
  ForEachCitation("c.xlsx", [](int i, const v1::SourceSpan& source) {
    EXPECT_EQ(source.location().row(), static_cast<uint32_t>(i + 3));
    EXPECT_EQ(source.location().element(),
              absl::StrCat("Doors!B", i + 3, ":B", i + 3));
    EXPECT_EQ(source.location().line(), 0u);
  });
}

TEST_F(LocationTest, PagesAndBoxesOfPdf) {
  // Seven lines on a page: sentences go on over pages.
  std::vector<DrawnLine> lines;
  for (const std::string& text : Wrap(AllSentences(), 80)) {
    const int n = static_cast<int>(lines.size());
    lines.push_back({n / 7 + 1, 200 + 12 * (n % 7), text});
  }
  Ingest("a.pdf", MakePdf(lines, lines.back().page));
  int over_pages = 0;
  ForEachCitation("a.pdf", [&](int, const v1::SourceSpan& source) {
    ExpectItsBoxes(lines, source);
    over_pages +=
        source.location().element().find("&page=") != std::string::npos;
  });
  EXPECT_GT(over_pages, 0);
}

}  // namespace
}  // namespace footnote
