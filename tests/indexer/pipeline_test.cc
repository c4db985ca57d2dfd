#include "indexer/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "indexer/job_table.h"
#include "tests/indexer/ingest_fixture.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = DocumentResult::State;

class PipelineTest : public IngestTest {
 protected:
  static std::string Page(int i) {
    return absl::StrCat("<html><title>Page ", i, "</title><body><h1>Page ", i,
                        "</h1><p>The number of this page is n", i,
                        "x, and nothing else stands on it.</p></body></html>");
  }

  static std::vector<SourceFile> Pages(int count) {
    std::vector<SourceFile> files;
    for (int i = 0; i < count; ++i) {
      files.push_back(File(absl::StrCat("page", i), Page(i)));
    }
    return files;
  }
};

TEST_F(PipelineTest, MakesADocumentSearchable) {
  const auto results = Ingest({File("a", "The heron stands in the river.")});
  ASSERT_EQ(results.count("a"), 1);
  const DocumentResult& result = results.at("a");
  EXPECT_EQ(result.state, State::kIndexed) << result.reason;
  EXPECT_EQ(result.version, 1);
  EXPECT_EQ(result.passages, 1);
  EXPECT_EQ(result.language, "en");
  EXPECT_THAT(Find("heron"), ElementsAre("The heron stands in the river."));
  const absl::StatusOr<std::string> text =
      store_->documents()->ReadAll({"c", "a", 1});
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(Sha256(*text), result.sha256);
}

TEST_F(PipelineTest, ANoteOfOneHeadingIsMarkdownWhereItsNameSaysSo) {
  const std::string note = "# Gannet\n\nThe gannet dives.\n";
  Ingest({File("note.md", note), File("note.txt", note)});
  EXPECT_EQ(*store_->documents()->ReadAll({"c", "note.md", 1}),
            "Gannet\nThe gannet dives.\n");
  EXPECT_EQ(*store_->documents()->ReadAll({"c", "note.txt", 1}),
            "# Gannet\nThe gannet dives.\n");
}

TEST_F(PipelineTest, ABadFileCostsOnlyItself) {
  const auto results = Ingest({File("good", "A good text."), File("empty", ""),
                               File("image", "\x89PNG..."),
                               File("xml", "<?xml version='1.0'?><svg/>"),
                               File("", "no id"), File("also", "Also good.")});
  EXPECT_EQ(results.at("good").state, State::kIndexed);
  EXPECT_EQ(results.at("also").state, State::kIndexed);
  for (const char* bad : {"empty", "image", "xml", ""}) {
    EXPECT_EQ(results.at(bad).state, State::kFailed) << bad;
    EXPECT_FALSE(results.at(bad).reason.empty()) << bad;
  }
  EXPECT_EQ(Current()->manifest.documents, 2);
}

TEST_F(PipelineTest, UnchangedContentDoesNothing) {
  const std::vector<SourceFile> files = Pages(20);
  Ingest(files);
  const uint64_t generation = Current()->number();
  const auto again = Ingest(files);
  EXPECT_THAT(again, SizeIs(20));
  for (const auto& entry : again) {
    EXPECT_EQ(entry.second.state, State::kUnchanged);
    EXPECT_EQ(entry.second.version, 1);
    EXPECT_EQ(entry.second.passages, 1);
  }
  EXPECT_EQ(Current()->number(), generation);
}

TEST_F(PipelineTest, ManyUnchangedFilesDoNotHoldUpACommit) {
  options_.threads = 1;
  std::vector<SourceFile> files = Pages(600);
  Ingest(files);
  options_.commit_after = absl::Milliseconds(1);
  files.insert(files.begin(), File("new", "The new one."));
  std::vector<std::string> reported;
  PipelineJob job;
  job.collection = "c";
  {
    Pipeline pipeline(store_.get(), nullptr, &claims_, options_, job,
                      [&](const DocumentResult& result) {
                        // All others wait then.
                        if (reported.empty()) {
                          absl::SleepFor(absl::Milliseconds(300));
                        }
                        reported.push_back(result.document);
                      });
    // The worker is held up at the first, while all the others come.
    pipeline.Add(File("page0", Page(0)));
    for (const SourceFile& file : files) pipeline.Add(file);
    pipeline.Finish();
  }
  const auto at = std::find(reported.begin(), reported.end(), "new");
  ASSERT_NE(at, reported.end());
  EXPECT_LT(at - reported.begin(), 300);
}

TEST_F(PipelineTest, RemembersAcrossARestartWhatIsUnchanged) {
  Ingest(Pages(3));
  Open();
  for (const auto& entry : Ingest(Pages(3))) {
    EXPECT_EQ(entry.second.state, State::kUnchanged);
  }
}

TEST_F(PipelineTest, ChangedContentMakesAVersionAndHidesTheOldOne) {
  Ingest({File("a", "The bridge is made of timber.")});
  const auto results = Ingest({File("a", "The bridge is made of granite.")});
  EXPECT_EQ(results.at("a").state, State::kIndexed);
  EXPECT_EQ(results.at("a").version, 2);
  EXPECT_THAT(Find("timber"), IsEmpty());
  EXPECT_THAT(Find("granite"), SizeIs(1));
  const absl::StatusOr<std::string> old =
      store_->documents()->ReadAll({"c", "a", 1});
  ASSERT_TRUE(old.ok()) << old.status();
  EXPECT_THAT(*old, HasSubstr("timber"));
}

TEST_F(PipelineTest, ChangedLabelsAreAChange) {
  SourceFile file = File("a", "Salaries of the year.");
  Ingest({file});
  file.labels = {"board"};
  EXPECT_EQ(Ingest({file}).at("a").version, 2);
  const absl::StatusOr<VersionRecord> live =
      store_->documents()->GetLive({"c", "a"});
  ASSERT_TRUE(live.ok());
  EXPECT_THAT(live->labels, ElementsAre("board"));
}

TEST_F(PipelineTest, TheSameDocumentTwiceInOneJobGivesTwoVersions) {
  options_.threads = 4;
  std::vector<SourceFile> files = Pages(40);
  for (int i = 0; i < 8; ++i) {
    // Half of them take the longer way, to the parser and back.
    const std::string text = absl::StrCat("Text number ", i, ".");
    files.insert(
        files.begin() + i * 5,
        File("twice", i % 2 == 0 ? absl::StrCat("<p>", text, "</p>") : text));
  }
  Ingest(files);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(store_->documents()
                  ->ReadAll({"c", "twice", static_cast<uint32_t>(i + 1)})
                  .value_or("none"),
              absl::StrCat("Text number ", i, ".\n"));
  }
  const absl::StatusOr<std::vector<VersionRecord>> versions =
      store_->documents()->ListVersions({"c", "twice"});
  ASSERT_TRUE(versions.ok());
  EXPECT_THAT(*versions, SizeIs(8));
  int live = 0;
  for (const VersionRecord& record : *versions) {
    live += record.state == VersionState::kLive;
  }
  EXPECT_EQ(live, 1);
  EXPECT_EQ(Current()->manifest.documents, 41);
}

// It is the same as what is stored, until the first is committed.
TEST_F(PipelineTest, TheSecondOfAnIdInOneJobMayBeWhatWasThereBefore) {
  const SourceFile old = File("a", "The lamp was lit.");
  Ingest({old});
  const DocumentResult last =
      Ingest({File("a", "The ink is dry."), old}).at("a");
  EXPECT_EQ(last.state, State::kIndexed);
  EXPECT_EQ(last.version, 3);
  EXPECT_THAT(Find("lamp"), SizeIs(1));
  EXPECT_THAT(Find("ink"), IsEmpty());
}

// Parts of a large file are read side by side.
TEST_F(PipelineTest, OfAnIdInTwoPartsOfAFileTheLaterLineStays) {
  options_.threads = 2;
  SourceFile first = File("l.jsonl", "");
  constexpr int kLines = 4000;
  for (int i = 1; i < kLines; ++i) {
    absl::StrAppend(&first.bytes, "{\"text\": \"Page ", i, " of many.\"}\n");
  }
  absl::StrAppend(&first.bytes, "{\"id\": \"x\", \"text\": \"Timber.\"}\n");
  SourceFile second =
      File("l.jsonl", "{\"id\": \"x\", \"text\": \"Granite.\"}\n");
  second.lines_before = kLines;
  const DocumentResult late = Ingest({first, second}).at("l.jsonl#x");
  EXPECT_THAT(Find("granite"), SizeIs(1));
  EXPECT_THAT(Find("timber"), IsEmpty());
  EXPECT_EQ(late.state, State::kUnchanged);
  EXPECT_THAT(late.warnings,
              ElementsAre("the id comes twice in this job: version 1, of "
                          "l.jsonl line 4001, stays, as l.jsonl line 4000 "
                          "comes before it"));
}

class EncoderWithoutStones : public BytesEncoder {
 public:
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override {
    for (absl::string_view text : texts) {
      if (absl::StrContains(text, "Granite")) {
        return absl::InternalError("a stone");
      }
    }
    return BytesEncoder::Encode(texts, rows);
  }
};

// What failed has nothing in the store that could stay.
TEST_F(PipelineTest,
       OfAnIdInTwoPartsOfAFileTheEarlierComesInWhereTheLaterFails) {
  const EncoderWithoutStones encoder;
  options_.threads = 2;
  SourceFile first = File("l.jsonl", "");
  for (int i = 1; i < 4000; ++i) {
    absl::StrAppend(&first.bytes, "{\"text\": \"Page ", i, " of many.\"}\n");
  }
  absl::StrAppend(&first.bytes, "{\"id\": \"x\", \"text\": \"Timber.\"}\n");
  SourceFile second =
      File("l.jsonl", "{\"id\": \"x\", \"text\": \"Granite.\"}\n");
  second.lines_before = 4000;
  EXPECT_EQ(Ingest({first, second}, &encoder).at("l.jsonl#x").state,
            State::kIndexed);
  EXPECT_THAT(Find("timber"), SizeIs(1));
}

TEST_F(PipelineTest, TheSecondOfAnIdInOneJobSaysBothPlaces) {
  job_.name = "nightly";
  job_.started_us = 1;
  const SourceFile lines = File("l.jsonl",
                                "{\"id\": \"x\", \"text\": \"Timber.\"}\n"
                                "{\"id\": \"y\", \"text\": \"Slate.\"}\n"
                                "{\"id\": \"x\", \"text\": \"Granite.\"}\n");
  SourceFile first = File("a.txt", "The bridge is made of timber.");
  first.path = "old/a.txt";
  SourceFile second = File("a.txt", "The bridge is made of granite.");
  second.path = "new/a.txt";
  auto results = Ingest({lines, first, second});
  EXPECT_THAT(results.at("l.jsonl#x").warnings,
              ElementsAre("the id comes twice in this job: version 2, of "
                          "l.jsonl line 3, takes the place of version 1, of "
                          "l.jsonl line 1"));
  EXPECT_THAT(results.at("l.jsonl#y").warnings, IsEmpty());
  EXPECT_THAT(results.at("a.txt").warnings,
              ElementsAre("the id comes twice in this job: version 2, of "
                          "new/a.txt, takes the place of version 1, of "
                          "old/a.txt"));
  // A new version in another job is what versions are for; the job's name may
  // be the same.
  job_.started_us = absl::GetCurrentTimeNanos() / 1000 + 1000000;
  second.bytes = "The bridge is made of steel.";
  results = Ingest({second});
  EXPECT_EQ(results.at("a.txt").version, 3);
  EXPECT_THAT(results.at("a.txt").warnings, IsEmpty());
}

TEST_F(PipelineTest, ManyThreadsIndexEverythingOnce) {
  options_.threads = 4;
  options_.commit_after = absl::Milliseconds(30);
  const auto results = Ingest(Pages(300));
  ASSERT_THAT(results, SizeIs(300));
  for (const auto& entry : results) {
    EXPECT_EQ(entry.second.state, State::kIndexed) << entry.second.reason;
  }
  const std::shared_ptr<const Generation> generation = Current();
  EXPECT_EQ(generation->manifest.documents, 300);
  EXPECT_EQ(generation->manifest.passages, 300);
  for (int i : {0, 1, 150, 299}) {
    EXPECT_THAT(Find(absl::StrCat("n", i, "x")), SizeIs(1)) << i;
  }
}

TEST_F(PipelineTest, TheTimesOfDocumentsTellInWhichOrderTheyCame) {
  options_.threads = 4;
  std::vector<SourceFile> files;
  std::vector<std::string> in_order;
  for (int part = 0; part < 2; ++part) {
    files.push_back(File("l.jsonl", ""));
    files.back().lines_before = part * 2000;
    for (int i = 2000; i > 0; --i) {
      const std::string id = absl::StrCat(part, "x", i);
      absl::StrAppend(&files.back().bytes, "{\"id\": \"", id,
                      "\", \"text\": \"Page ", id, ".\"}\n");
      in_order.push_back("l.jsonl#" + id);
    }
  }
  for (int i = 300; i > 0; --i) {
    in_order.push_back(absl::StrCat("page", i));
    files.push_back(File(in_order.back(), absl::StrCat("Page ", i, ".")));
  }
  ASSERT_THAT(Ingest(files), SizeIs(in_order.size()));
  int64_t before = 0;
  for (const std::string& id : in_order) {
    const auto live = store_->documents()->GetLive({"c", id});
    ASSERT_TRUE(live.ok()) << live.status();
    EXPECT_GT(live->ingested_us, before) << id;
    before = live->ingested_us;
  }
}

TEST_F(PipelineTest, CommitsGroupsWhenMemoryIsFull) {
  options_.memory_bytes = 1 << 20;
  options_.commit_after = absl::Hours(1);
  std::string text;
  for (int i = 0; i < 4000; ++i) absl::StrAppend(&text, "word", i, " here. ");
  std::vector<SourceFile> files;
  for (int i = 0; i < 10; ++i) {
    files.push_back(File(absl::StrCat("d", i), absl::StrCat(text, i)));
  }
  Ingest(files);
  EXPECT_GE(Current()->segments.size(), 2);
  EXPECT_EQ(Current()->manifest.documents, 10);
}

TEST_F(PipelineTest, GivesEachPassageTheVectorOfItsText) {
  const BytesEncoder encoder;
  options_.threads = 2;
  Ingest(Pages(50), &encoder);
  std::vector<float> wanted(16);
  std::vector<float> stored(16);
  int compared = 0;
  const std::shared_ptr<const Generation> generation = Current();
  for (const LiveSegment& segment : generation->segments) {
    const SegmentReader& reader = *segment.reader;
    ASSERT_EQ(reader.vectors().count, reader.passage_count());
    for (uint32_t p = 0; p < reader.passage_count(); ++p) {
      const std::string text = TextOf(reader, p);
      const absl::string_view view = text;
      ASSERT_TRUE(encoder.Encode({&view, 1}, wanted.data()).ok());
      DecodeVector(reader.vectors(), reader.VectorRowsOf(p).first,
                   stored.data());
      for (int d = 0; d < 16; ++d) EXPECT_NEAR(stored[d], wanted[d], 1e-3);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 50);
}

// Waits, the first time, until two threads are in it at once.
class EncoderForTwo : public BytesEncoder {
 public:
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      threads_.insert(std::this_thread::get_id());
      came_.notify_all();
      came_.wait_for(lock, std::chrono::seconds(20),
                     [this] { return threads_.size() == 2; });
    }
    return BytesEncoder::Encode(texts, rows);
  }

  size_t threads() const { return threads_.size(); }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  mutable std::set<std::thread::id> threads_;
};

TEST_F(PipelineTest, AllThreadsMakeTheVectorsOfOneLongDocument) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    absl::StrAppend(&text, "# Part ", i, "\n\nWhat part ", i, " says.\n\n");
  }
  options_.threads = 2;
  const EncoderForTwo encoder;
  EXPECT_EQ(Ingest({File("long.md", text)}, &encoder).at("long.md").passages,
            200);
  EXPECT_EQ(encoder.threads(), 2);
  ASSERT_THAT(Current()->segments, SizeIs(1));
  const SegmentReader& reader = *Current()->segments[0].reader;
  ASSERT_EQ(reader.vectors().count, 200);
  std::vector<float> wanted(16);
  std::vector<float> stored(16);
  for (uint32_t p = 0; p < reader.passage_count(); ++p) {
    const std::string passage = TextOf(reader, p);
    const absl::string_view view = passage;
    ASSERT_TRUE(BytesEncoder().Encode({&view, 1}, wanted.data()).ok());
    DecodeVector(reader.vectors(), reader.VectorRowsOf(p).first, stored.data());
    for (int d = 0; d < 16; ++d) EXPECT_NEAR(stored[d], wanted[d], 1e-3);
  }
}

TEST_F(PipelineTest, TakesVectorsFromTheCallerWhereThereIsNoEncoder) {
  const std::string lines =
      "{\"id\":\"x\",\"text\":\"one\",\"vector\":[1,0]}\n"
      "{\"id\":\"y\",\"text\":\"two\",\"vector\":[0,1]}\n";
  const auto results = Ingest({File("f", lines)});
  EXPECT_EQ(results.at("f#x").state, State::kIndexed);
  EXPECT_EQ(results.at("f#y").state, State::kIndexed);
  uint32_t vectors = 0;
  const std::shared_ptr<const Generation> generation = Current();
  for (const LiveSegment& segment : generation->segments) {
    EXPECT_EQ(segment.reader->vectors().dimension, 2);
    vectors += segment.reader->vectors().count;
  }
  EXPECT_EQ(vectors, 2);
}

TEST_F(PipelineTest, RefusesCallersVectorsWhereAnEncoderMakesThem) {
  const BytesEncoder encoder;
  const auto results =
      Ingest({File("f",
                   "{\"id\":\"x\",\"text\":\"one\",\"vector\":[1,0]}\n"
                   "{\"id\":\"y\",\"text\":\"two\"}\n")},
             &encoder);
  EXPECT_EQ(results.at("f#x").state, State::kFailed);
  EXPECT_THAT(results.at("f#x").reason, HasSubstr("bytes/1"));
  EXPECT_EQ(results.at("f#y").state, State::kIndexed);
}

// It can't be in one segment with the others, or in the collection.
TEST_F(PipelineTest, AVectorThatDoesNotFitCostsOnlyItsDocument) {
  const auto line = [](const std::string& id, const std::string& vector) {
    return absl::StrCat("{\"id\":\"", id, "\",\"text\":\"Text of ", id, ".\"",
                        vector.empty() ? "" : ",\"vector\":", vector, "}\n");
  };
  Ingest({File("f", line("first", "[1,0]"))});
  const auto results =
      Ingest({File("g", line("good", "[0,1]") + line("longer", "[0,1,0]") +
                            line("none", "") + line("also", "[1,1]"))});
  for (const char* good : {"g#good", "g#none", "g#also"}) {
    EXPECT_EQ(results.at(good).state, State::kIndexed)
        << good << ": " << results.at(good).reason;
  }
  EXPECT_EQ(results.at("g#longer").state, State::kFailed);
  EXPECT_EQ(results.at("g#longer").reason,
            "vector: 3 numbers, want 2, as collection \"c\" has");
  // Where nobody has a vector beside it.
  EXPECT_EQ(Ingest({File("h", "No vector.")}).at("h").state, State::kIndexed);
  EXPECT_EQ(Current()->manifest.documents, 5);

  const BytesEncoder encoder;
  const DocumentResult other =
      Ingest({File("i", "Another vector.")}, &encoder).at("i");
  EXPECT_EQ(other.state, State::kFailed);
  EXPECT_THAT(other.reason, HasSubstr("makes those of bytes/1, collection "
                                      "\"c\" has none"));
}

TEST_F(PipelineTest, TheFirstVectorSaysWhatVectorsACollectionHas) {
  const auto results =
      Ingest({File("f",
                   "{\"id\":\"a\",\"text\":\"one\"}\n"
                   "{\"id\":\"b\",\"text\":\"two\",\"vector\":[0,1]}\n"
                   "{\"id\":\"c\",\"text\":\"three\"}\n"
                   "{\"id\":\"d\",\"text\":\"four\",\"vector\":[0]}\n")});
  for (const char* good : {"f#a", "f#b", "f#c"}) {
    EXPECT_EQ(results.at(good).state, State::kIndexed)
        << good << ": " << results.at(good).reason;
  }
  EXPECT_EQ(results.at("f#d").reason,
            "vector: 1 numbers, want 2, as collection \"c\" has");
  EXPECT_EQ(Current()->manifest.dimension, 2);
}

// Of two jobs, or two threads of one: whichever is committed first.
TEST_F(PipelineTest, FirstGroupsWithAndWithoutVectorsComeTogether) {
  options_.commit_after = absl::Hours(1);
  for (const bool text_first : {true, false}) {
    job_.collection = text_first ? "text first" : "vector first";
    std::map<std::string, DocumentResult> results;
    const auto on_result = [&results](const DocumentResult& result) {
      results[result.document] = result;
    };
    Pipeline text(store_.get(), nullptr, &claims_, options_, job_, on_result);
    Pipeline vector(store_.get(), nullptr, &claims_, options_, job_, on_result);
    text.Add(File("t", "No vector."));
    vector.Add(File("v", "{\"id\":\"x\",\"text\":\"one\",\"vector\":[1,0]}\n"));
    while (text.passages() == 0 || vector.passages() == 0) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    (text_first ? text : vector).Finish();
    (text_first ? vector : text).Finish();
    EXPECT_EQ(results.at("t").state, State::kIndexed) << results.at("t").reason;
    EXPECT_EQ(results.at("v#x").state, State::kIndexed)
        << results.at("v#x").reason;
    const auto generation = *store_->Current(job_.collection);
    EXPECT_EQ(generation->manifest.documents, 2);
    EXPECT_EQ(generation->manifest.dimension, 2);
  }
}

TEST_F(PipelineTest, OfFirstGroupsWithVectorsOfTwoLengthsTheSecondSaysBoth) {
  options_.commit_after = absl::Hours(1);
  job_.collection = "c";
  std::map<std::string, DocumentResult> results;
  const auto on_result = [&results](const DocumentResult& result) {
    EXPECT_EQ(results.count(result.document), 0) << result.document;
    results[result.document] = result;
  };
  Pipeline two(store_.get(), nullptr, &claims_, options_, job_, on_result);
  Pipeline three(store_.get(), nullptr, &claims_, options_, job_, on_result);
  two.Add(File("2", "{\"id\":\"x\",\"text\":\"one\",\"vector\":[1,0]}\n"));
  three.Add(File("3", "{\"id\":\"x\",\"text\":\"one\",\"vector\":[1,0,0]}\n"));
  while (two.passages() == 0 || three.passages() == 0) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  two.Finish();
  three.Finish();
  EXPECT_EQ(results.at("2#x").state, State::kIndexed);
  EXPECT_EQ(results.at("3#x").state, State::kFailed);
  EXPECT_EQ(results.at("3#x").reason,
            "vectors: 3 numbers, want 2, as collection \"c\" has");
  const auto generation = *store_->Current("c");
  EXPECT_EQ(generation->manifest.documents, 1);
  EXPECT_EQ(generation->manifest.dimension, 2);
}

TEST_F(PipelineTest, AHeadingThatIsTooLongCostsOnlyItsDocument) {
  std::string words;
  for (int i = 0; i < 150000; ++i) words += "heading ";
  const auto results =
      Ingest({File("before", "A good text."),
              File("long", absl::StrCat("<h1>", words, "</h1><p>Text.</p>")),
              File("after", "Also good.")});
  EXPECT_EQ(results.at("before").state, State::kIndexed);
  EXPECT_EQ(results.at("after").state, State::kIndexed);
  EXPECT_EQ(results.at("long").state, State::kFailed);
  EXPECT_THAT(results.at("long").reason, HasSubstr("want at most 1048576"));
}

TEST_F(PipelineTest, FindsTitleAndHeadingsWithEachPassage) {
  Ingest({File("a",
               "<title>Ornithology_Handbook</title><h1>Waders</h1><p>The long "
               "legs are useful.</p>")});
  EXPECT_THAT(Find("ornithology"),
              ElementsAre("Waders\nThe long legs are useful."));
  const SegmentReader& reader = *Current()->segments.at(0).reader;
  EXPECT_EQ(reader.Heading(reader.passages()[0]), "Waders");
}

TEST_F(PipelineTest, EveryStoredSpanIsWhatItSays) {
  std::vector<SourceFile> files = Pages(10);
  files.push_back(File("multi",
                       "<h1>Größe</h1><p>Ein Satz. Noch einer: 東京は日本の首都"
                       "です。そして大きい。</p><h2>Ещё</h2><p>Привет, мир. "
                       "Как дела?</p>"));
  Ingest(files);
  const std::shared_ptr<const Generation> generation = Current();
  for (const LiveSegment& segment : generation->segments) {
    const SegmentReader& reader = *segment.reader;
    for (uint32_t p = 0; p < reader.passage_count(); ++p) {
      const PassageRow& row = reader.passages()[p];
      const std::string text = TextOf(reader, p);
      ASSERT_EQ(text.size(), row.end - row.begin);
      EXPECT_EQ(CountCodePoints(text),
                row.code_point_end - row.code_point_begin);
      for (const SentenceRow& sentence : reader.Sentences(row)) {
        ASSERT_LE(sentence.end, text.size());
        const std::string words =
            text.substr(sentence.begin, sentence.end - sentence.begin);
        EXPECT_TRUE(IsValidUtf8(words));
        EXPECT_NE(words.front(), ' ');
      }
    }
  }
}

TEST_F(PipelineTest, ACancelledJobLeavesWhatWasCommitted) {
  Ingest(Pages(2));
  std::set<std::string> indexed;
  {
    PipelineJob job;
    job.collection = "c";
    options_.commit_after = absl::Hours(1);
    Pipeline pipeline(store_.get(), nullptr, &claims_, options_, job,
                      [&](const DocumentResult& result) {
                        if (result.state == State::kIndexed) {
                          indexed.insert(result.document);
                        }
                      });
    pipeline.Add(File("late", "Too late."));
    pipeline.Cancel();
    pipeline.Add(File("later", "Even later."));
  }
  EXPECT_THAT(indexed, IsEmpty());
  EXPECT_EQ(Current()->manifest.documents, 2);
  // Nothing is held: the same document can come again.
  EXPECT_EQ(Ingest({File("late", "In time.")}).at("late").version, 1);
}

TEST_F(PipelineTest, AJobThatStopsLeavesScansAndKeepsWhatIsReadFast) {
  std::set<std::string> reported;
  std::set<uint64_t> done;
  std::mutex mutex;
  const auto run = [&](bool stops) {
    options_.ocr.languages = {Language::kEn};
    PipelineJob job;
    job.collection = "c";
    job.stop = [stops] { return stops; };
    job.on_file_done = [&](uint64_t number) {
      const std::lock_guard<std::mutex> lock(mutex);
      done.insert(number);
    };
    Pipeline pipeline(store_.get(), nullptr, &claims_, options_, job,
                      [&](const DocumentResult& result) {
                        reported.insert(result.document);
                      });
    SourceFile scan = File("scan", "\x89PNG\r\n\x1a\nand nothing else");
    scan.number = 1;
    SourceFile page = File("page", Page(1));
    page.number = 2;
    pipeline.Add(std::move(scan));
    pipeline.Add(std::move(page));
    pipeline.Finish();
    return pipeline.left_files();
  };
  EXPECT_TRUE(run(true));
  EXPECT_THAT(reported, ElementsAre("page"));
  EXPECT_THAT(done, ElementsAre(2));
  // Otherwise the scan has its result: here, why it cannot be read.
  EXPECT_FALSE(run(false));
  EXPECT_THAT(reported, ElementsAre("page", "scan"));
  EXPECT_THAT(done, ElementsAre(1, 2));
}

// What it is read with has changed, what is read has not.
TEST_F(PipelineTest, AFileReadAnewForNothingIsKnownTheNextTime) {
  const SourceFile mail =
      File("mail",
           "From: a@example.org\nTo: b@example.org\nSubject: Lamp\n"
           "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
           "The lamp of the lighthouse was lit.\n");
  const auto source_after = [&](Language scans, State state) {
    options_.ocr.languages = {scans};
    EXPECT_EQ(Ingest({mail}).at("mail").state, state);
    return ReadFingerprint(*store_->kv(), "c", "mail", 1)->source;
  };
  const std::string first = source_after(Language::kEn, State::kIndexed);
  EXPECT_EQ(source_after(Language::kEn, State::kUnchanged), first);
  const std::string second = source_after(Language::kDe, State::kUnchanged);
  EXPECT_FALSE(second.empty());
  EXPECT_NE(second, first);
  EXPECT_EQ(source_after(Language::kDe, State::kUnchanged), second);
}

TEST_F(PipelineTest, AFileIsKnownThoughItsCommitIsDueAtOnce) {
  options_.commit_after = absl::ZeroDuration();
  Ingest(Pages(3));
  for (const SourceFile& page : Pages(3)) {
    const auto stored = ReadFingerprint(*store_->kv(), "c", page.document, 1);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_FALSE(stored->source.empty()) << page.document;
  }
}

// A stop between a mail and what is attached to it loses nothing: the mail is
// read again.
TEST_F(PipelineTest, AMailIsNotKnownBeforeItsAttachmentsAreIn) {
  options_.commit_after = absl::ZeroDuration();
  options_.threads = 1;
  const SourceFile mail =
      File("mail",
           "From: a@example.org\nTo: b@example.org\nSubject: Lamp\n"
           "MIME-Version: 1.0\n"
           "Content-Type: multipart/mixed; boundary=\"x\"\n\n--x\n"
           "Content-Type: text/plain; charset=utf-8\n\n"
           "The lamp of the lighthouse was lit.\n--x\n"
           "Content-Type: text/plain; charset=utf-8; name=\"more.txt\"\n"
           "Content-Disposition: attachment; filename=\"more.txt\"\n\n"
           "The lighthouse is thirty metres high.\n--x--\n");
  std::vector<std::string> reported;
  absl::optional<std::string> source_of_mail;
  PipelineJob job;
  job.collection = "c";
  {
    Pipeline pipeline(store_.get(), nullptr, &claims_, options_, job,
                      [&](const DocumentResult& result) {
                        reported.push_back(result.document);
                        if (result.document != "mail") return;
                        source_of_mail =
                            ReadFingerprint(*store_->kv(), "c", "mail", 1)
                                .value_or(Fingerprint{"none", "none"})
                                .source;
                      });
    pipeline.Add(mail);
    pipeline.Finish();
  }
  ASSERT_EQ(reported.size(), 2);
  EXPECT_EQ(reported[0], "mail");
  ASSERT_TRUE(source_of_mail.has_value());
  EXPECT_EQ(*source_of_mail, "");
  // Read again, it is as it was, and known from then on.
  EXPECT_EQ(Ingest({mail}).at("mail").state, State::kUnchanged);
  EXPECT_NE(ReadFingerprint(*store_->kv(), "c", "mail", 1)->source, "");
}

}  // namespace
}  // namespace footnote
