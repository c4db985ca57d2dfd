#include "retriever/repeats.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/duplicates.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/store_fixture.h"

namespace footnote {
namespace {

TEST(SharedTextTest, IsThePartOfTheShorterText) {
  const std::string text =
      "The lighthouse of Eddystone was built in 1759 by John Smeaton.";
  EXPECT_EQ(SharedText(text, text), 1);
  EXPECT_EQ(SharedText(text, "Before it. " + text + " And behind it."), 1);
  EXPECT_EQ(SharedText("Before it. " + text + " And behind it.", text), 1);
  EXPECT_EQ(SharedText(text, "Green tea is brewed at seventy degrees."), 0);
  const double changed = SharedText(
      text, "The lighthouse of Eddystone was built in 1809 by John Smeaton.");
  EXPECT_GT(changed, 0.7);
  EXPECT_LT(changed, 1);
}

TEST(SharedTextTest, CasePunctuationAndSpacesDoNotCount) {
  EXPECT_EQ(
      SharedText("The tower, built of GRANITE.", "the tower built\nof granite"),
      1);
  EXPECT_EQ(SharedText("绿茶应当用七十度左右的热水冲泡。",
                       "绿茶应当用七十度左右的热水，冲泡"),
            1);
}

TEST(SharedTextTest, WhatIsTooShortSharesNothing) {
  EXPECT_EQ(SharedText("", ""), 0);
  EXPECT_EQ(SharedText("short", "short"), 0);
}

// A thousand documents made of one form, of each of which a passage is found
// that no other one has.
TEST(RepeatFinderTest, EachPassageIsReadOnceHoweverManyAreCompared) {
  constexpr int kDocuments = 1000;
  auto store = *Store::Open(MakeTestFolder() + "/store");
  std::vector<TestDocument> documents;
  DuplicateChanges changes(store->kv(), kTestCollection);
  for (int i = 0; i < kDocuments; ++i) {
    documents.push_back({absl::StrCat("d", i), "word"});
    ASSERT_TRUE(changes.Put(documents[i].id, TextSignature()).ok());
  }
  ASSERT_TRUE(Ingest(store.get(), documents).ok());
  KvBatch batch;
  changes.AppendTo(&batch);
  ASSERT_TRUE(store->kv()->Write(std::move(batch), /*sync=*/false).ok());
  const auto generation = *store->Current(kTestCollection);
  int read = 0;
  RepeatFinder finder(
      store.get(), generation.get(), [&read](const Candidate& candidate) {
        ++read;
        std::string text;
        for (int i = 0; i < 100; ++i) {
          absl::StrAppend(&text, candidate.passage * 100 + i, " words ");
        }
        return absl::StatusOr<std::string>(text);
      });
  std::vector<Candidate> kept;
  for (uint32_t passage = 0; passage < kDocuments; ++passage) {
    Candidate next;
    next.passage = passage;
    ASSERT_NE(finder.GroupOf(next), 0u);
    EXPECT_FALSE(finder.IsRepeat(kept, next)) << passage;
    kept.push_back(next);
  }
  EXPECT_EQ(read, kDocuments);
}

}  // namespace
}  // namespace footnote
