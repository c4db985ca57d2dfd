#include "indexer/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/grpc_status.h"
#include "tests/indexer/ingest_fixture.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DocumentsTest : public IngestTest {
 protected:
  v1::DeleteDocumentRequest Deletion(const std::string& document,
                                     bool purge = false) {
    v1::DeleteDocumentRequest request;
    request.set_collection("c");
    request.set_document(document);
    request.set_purge(purge);
    return request;
  }

  absl::StatusOr<v1::DeleteDocumentResponse> Delete(const std::string& document,
                                                    bool purge = false) {
    return DeleteDocument(store_.get(), &claims_, AnnBuilder(),
                          Deletion(document, purge));
  }

  absl::StatusOr<v1::Document> Get(const std::string& document,
                                   uint32_t version = 0) {
    v1::GetDocumentRequest request;
    request.set_collection("c");
    request.set_document(document);
    request.set_version(version);
    return GetDocument(store_.get(), request);
  }

  absl::StatusOr<v1::ReadTextResponse> Read(const std::string& document,
                                            uint64_t begin, uint64_t end,
                                            uint32_t version = 0) {
    v1::ReadTextRequest request;
    request.set_collection("c");
    request.set_document(document);
    request.set_begin(begin);
    request.set_end(end);
    request.set_version(version);
    return ReadText(store_.get(), request);
  }

  // One span of each of `documents`, of its version `version`.
  absl::StatusOr<v1::LocateSpansResponse> Locate(
      const std::vector<std::string>& documents, uint64_t begin, uint64_t end,
      uint32_t version = 0) {
    v1::LocateSpansRequest request;
    request.set_collection("c");
    for (const std::string& document : documents) {
      v1::VersionSpan& span = *request.add_spans();
      span.set_document(document);
      span.set_version(version);
      span.set_begin(begin);
      span.set_end(end);
    }
    return LocateSpans(store_.get(), request);
  }
};

TEST_F(DocumentsTest, TellsWhatIsKnownOfAVersion) {
  SourceFile file = File("dir/a b.html", "<title>T</title><p>Hello, you all.");
  file.metadata = {{"year", "1999"}};
  Ingest({file});
  const absl::StatusOr<v1::Document> document = Get("dir/a b.html");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->name(),
            "collections/c/documents/dir%2fa%20b.html/versions/1");
  EXPECT_EQ(document->title(), "T");
  EXPECT_EQ(document->state(), v1::Document::LIVE);
  EXPECT_EQ(document->text_bytes(), 16);
  EXPECT_EQ(document->passages(), 1);
  EXPECT_EQ(document->metadata(0).value(), "1999");
  EXPECT_GT(document->time_us(), 0);
}

TEST_F(DocumentsTest, SaysWhatIsMissing) {
  EXPECT_EQ(ErrorReason(Get("a").status()), "COLLECTION_NOT_FOUND");
  Ingest({File("a", "Text.")});
  EXPECT_EQ(ErrorReason(Get("b").status()), "DOCUMENT_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Get("a", 7).status()), "VERSION_NOT_FOUND");
}

TEST_F(DocumentsTest, ReadsAnyStretchWithItsCodePoints) {
  Ingest({File("a", "für dich")});
  const auto all = Read("a", 0, 0);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->text(), "für dich\n");
  EXPECT_TRUE(all->end_of_text());
  const auto part = Read("a", 5, 9);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->text(), "dich");
  EXPECT_EQ(part->span().begin_code_point(), 4);
  EXPECT_EQ(part->span().end_code_point(), 8);
  EXPECT_FALSE(part->end_of_text());
  EXPECT_EQ(Read("a", 2, 9).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Read("a", 0, 11).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(DocumentsTest, ReadsSupersededVersions) {
  Ingest({File("a", "old words")});
  Ingest({File("a", "new words")});
  EXPECT_EQ(Read("a", 0, 0)->text(), "new words\n");
  EXPECT_EQ(Read("a", 0, 0, 1)->text(), "old words\n");
  EXPECT_EQ(Get("a", 1)->state(), v1::Document::SUPERSEDED);
}

TEST_F(DocumentsTest, TellsWhereSpansLayInTheOriginals) {
  Ingest({File("a.txt", "one\n\ntwo\n\nthree\n"), File("b.txt", "one\ntwo\n")});
  const std::string text = Read("a.txt", 0, 0)->text();
  const uint64_t begin = text.find("three");
  v1::LocateSpansRequest request;
  request.set_collection("c");
  for (const uint64_t at : {begin, uint64_t{0}}) {
    v1::VersionSpan& span = *request.add_spans();
    span.set_document("a.txt");
    span.set_begin(at);
    span.set_end(at + 3);
  }
  *request.add_spans() = request.spans(1);
  request.mutable_spans(2)->set_document("b.txt");
  const auto places = LocateSpans(store_.get(), request);
  ASSERT_TRUE(places.ok()) << places.status();
  ASSERT_EQ(places->locations_size(), 3);
  EXPECT_EQ(places->locations(0).line(), 5);
  EXPECT_EQ(places->locations(1).line(), 1);
  EXPECT_EQ(places->locations(2).line(), 1);
  const auto beyond = Locate({"a.txt"}, 0, text.size() + 1);
  EXPECT_EQ(beyond.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(beyond.status().message()), HasSubstr("a.txt"));
}

TEST_F(DocumentsTest, WhatIsGoneHasNoPlaceAndCostsNoOtherItsOwn) {
  Ingest({File("old", "some words"), File("erased", "some words"),
          File("kept", "some words")});
  Ingest({File("old", "other words")});
  ASSERT_TRUE(Delete("erased", true).ok());
  const auto places = Locate({"nowhere", "erased", "kept", "old"}, 0, 4, 1);
  ASSERT_TRUE(places.ok()) << places.status();
  ASSERT_EQ(places->locations_size(), 4);
  EXPECT_EQ(places->locations(0).ByteSizeLong(), 0);
  EXPECT_EQ(places->locations(1).ByteSizeLong(), 0);
  EXPECT_EQ(places->locations(2).line(), 1);
  EXPECT_EQ(places->locations(3).line(), 1);
  EXPECT_EQ(Locate({"old"}, 0, 4, 9)->locations(0).ByteSizeLong(), 0);
  EXPECT_EQ(ErrorReason(LocateSpans(store_.get(),
                                    [] {
                                      v1::LocateSpansRequest request;
                                      request.set_collection("elsewhere");
                                      request.add_spans()->set_document("kept");
                                      return request;
                                    }())
                            .status()),
            "COLLECTION_NOT_FOUND");
}

TEST_F(DocumentsTest, ListsDocumentsInPages) {
  std::vector<SourceFile> files;
  for (int i = 0; i < 25; ++i) {
    files.push_back(File(absl::StrCat(i % 2 ? "odd/" : "even/", 100 + i),
                         absl::StrCat("Text ", i)));
  }
  Ingest(files);
  v1::ListDocumentsRequest request;
  request.set_collection("c");
  request.set_page_size(5);
  request.set_document_prefix("odd/");
  std::vector<std::string> ids;
  do {
    const auto page = ListDocuments(store_.get(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Document& document : page->documents()) {
      ids.push_back(document.version().document());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(ids.size(), 12);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST_F(DocumentsTest, APageTokenOfSomebodysMakingIsAnInvalidRequest) {
  Ingest({File("a", "The heron left.")});
  v1::ListDocumentsRequest request;
  request.set_collection("c");
  request.set_page_token("made up");
  const absl::Status status = ListDocuments(store_.get(), request).status();
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST") << status;
  EXPECT_THAT(std::string(status.message()),
              testing::HasSubstr("page_token: not one that this list gave"));
}

TEST_F(DocumentsTest, DeletionHidesAtOnceAndKeepsTheBytes) {
  Ingest({File("a", "The heron left."), File("b", "The heron stays.")});
  const auto deleted = Delete("a");
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(deleted->versions(), 1);
  EXPECT_EQ(deleted->generation(), Current()->number());
  EXPECT_EQ(Find("heron").size(), 1);
  EXPECT_EQ(Get("a")->state(), v1::Document::DELETED);
  EXPECT_EQ(Read("a", 0, 0)->text(), "The heron left.\n");
  EXPECT_EQ(ErrorReason(Delete("a").status()), "DOCUMENT_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Delete("none").status()), "DOCUMENT_NOT_FOUND");
}

TEST_F(DocumentsTest, PurgingErasesTheBytes) {
  Ingest({File("a", "The secret word is xyzzyplugh."), File("b", "Other.")});
  ASSERT_TRUE(Delete("a", true).ok());
  EXPECT_EQ(Get("a")->state(), v1::Document::ERASED);
  EXPECT_EQ(ErrorReason(Read("a", 0, 0).status()), "SOURCE_ERASED");
  EXPECT_THAT(Find("xyzzyplugh"), IsEmpty());
}

TEST_F(DocumentsTest, ADeletedDocumentCanComeBack) {
  Ingest({File("a", "Here again.")});
  ASSERT_TRUE(Delete("a").ok());
  const auto results = Ingest({File("a", "Here again.")});
  EXPECT_EQ(results.at("a").state, DocumentResult::State::kIndexed)
      << results.at("a").reason;
  EXPECT_EQ(results.at("a").version, 2);
  EXPECT_EQ(Find("again").size(), 1);
}

TEST_F(DocumentsTest, CountsWhatIsLive) {
  const BytesEncoder encoder;
  Ingest({File("a", "The first of all texts is here."),
          File("b", "Der zweite Text ist auf Deutsch geschrieben."),
          File("gone", "Nothing remains.")},
         &encoder);
  ASSERT_TRUE(Delete("gone").ok());
  v1::GetStatsRequest request;
  request.set_collection("c");
  const auto stats = GetStats(store_.get(), request);
  ASSERT_TRUE(stats.ok()) << stats.status();
  EXPECT_EQ(stats->documents(), 2);
  EXPECT_EQ(stats->passages(), 2);
  EXPECT_EQ(stats->vectors(), 2);
  EXPECT_EQ(stats->passages_by_language().at("de"), 1);
  EXPECT_EQ(stats->passages_by_language().at("en"), 1);
}

}  // namespace
}  // namespace footnote
