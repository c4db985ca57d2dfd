#include "storage/duplicates.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/store_tables.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/store_fixture.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TextSignature Numbers(uint32_t seed) {
  std::mt19937 random(seed);
  TextSignature out;
  for (uint16_t& number : out) number = static_cast<uint16_t>(random());
  return out;
}

// `signature` with `count` numbers changed, the last first.
TextSignature Changed(TextSignature signature, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    signature[signature.size() - 1 - i] ^= 0x5555;
  }
  return signature;
}

class DuplicatesTest : public testing::Test {
 protected:
  DuplicatesTest() {
    KvOptions options;
    options.tables = StoreTables();
    folder_ = MakeTestFolder();
    kv_ = *Kv::Open(folder_ + "/db", options);
    table_ = std::make_unique<DuplicateTable>(kv_.get());
  }

  // One commit for each call.
  std::string Put(const std::string& document,
                  const absl::optional<TextSignature>& signature) {
    DuplicateChanges changes(kv_.get(), "c");
    const auto like = changes.Put(document, signature);
    EXPECT_TRUE(like.ok()) << like.status();
    Write(changes);
    return like.value_or("error");
  }
  void Remove(const std::string& document) {
    DuplicateChanges changes(kv_.get(), "c");
    ASSERT_TRUE(changes.Remove(document).ok());
    Write(changes);
  }
  void Write(const DuplicateChanges& changes) {
    KvBatch batch;
    changes.AppendTo(&batch);
    ASSERT_TRUE(kv_->Write(std::move(batch), false).ok());
  }
  // The members of the group of `document`.
  std::vector<std::string> Like(const std::string& document) {
    std::vector<std::string> out;
    const uint64_t group = *table_->GroupOf("c", document);
    if (group == 0) return out;
    const auto members = table_->Members("c", group, 100);
    EXPECT_TRUE(members.ok()) << members.status();
    for (const DuplicateMember& member : *members) {
      out.push_back(member.document);
    }
    return out;
  }
  size_t Rows() {
    size_t rows = 0;
    for (auto it = kv_->Iterate(kTableDuplicates, ""); it->Valid();
         it->Next()) {
      ++rows;
    }
    return rows;
  }

  std::string folder_;
  std::unique_ptr<Kv> kv_;
  std::unique_ptr<DuplicateTable> table_;
};

TEST_F(DuplicatesTest, NearlyTheSameIsAGroupAndFarIsNot) {
  const TextSignature text = Numbers(1);
  EXPECT_EQ(Put("a", text), "");
  EXPECT_FALSE(table_->HasGroups("c"));
  EXPECT_EQ(Put("b", Numbers(2)), "");
  EXPECT_EQ(Put("c", Changed(text, 12)), "a") << "52 of 64 are equal";
  TextSignature far = text;
  for (size_t i = 12; i < 26; ++i) far[i] ^= 0x5555;
  EXPECT_EQ(Put("d", far), "") << "50 of 64 are not .8";
  EXPECT_TRUE(table_->HasGroups("c"));
  EXPECT_FALSE(table_->HasGroups("other"));
  EXPECT_THAT(Like("a"), ElementsAre("a", "c"));
  EXPECT_THAT(Like("b"), IsEmpty());
  const auto members = *table_->Members("c", *table_->GroupOf("c", "c"), 10);
  EXPECT_DOUBLE_EQ(members[1].similarity, 52.0 / 64);
}

TEST_F(DuplicatesTest, OneCommitFindsWhatIsInIt) {
  DuplicateChanges changes(kv_.get(), "c");
  EXPECT_EQ(*changes.Put("a", Numbers(1)), "");
  EXPECT_EQ(*changes.Put("b", Numbers(1)), "a");
  EXPECT_EQ(*changes.Put("c", Numbers(1)), "a");
  EXPECT_TRUE(changes.Remove("a").ok());
  Write(changes);
  EXPECT_THAT(Like("b"), ElementsAre("b", "c"));
  EXPECT_THAT(Like("a"), IsEmpty());
}

TEST_F(DuplicatesTest, WhoIsLeftAloneIsNoGroupAndNothingIsLeftOver) {
  Put("a", Numbers(1));
  Put("b", Numbers(1));
  Remove("a");
  EXPECT_THAT(Like("b"), IsEmpty());
  EXPECT_FALSE(table_->HasGroups("c"));
  EXPECT_EQ(Put("e", Numbers(1)), "b");
  Remove("e");
  Remove("b");
  Remove("never there");
  EXPECT_EQ(Rows(), 0);
}

TEST_F(DuplicatesTest, ANewTextLeavesItsGroup) {
  Put("a", Numbers(1));
  Put("b", Numbers(1));
  Put("c", Numbers(2));
  EXPECT_EQ(Put("b", Numbers(2)), "c");
  EXPECT_THAT(Like("a"), IsEmpty());
  EXPECT_THAT(Like("b"), ElementsAre("b", "c"));
  EXPECT_EQ(Put("b", absl::nullopt), "") << "now it's too short";
  EXPECT_THAT(Like("c"), IsEmpty());
}

TEST_F(DuplicatesTest, WhoLeavesAGroupThatItBeganMayBeginAnother) {
  Put("a", Numbers(1));
  Put("b", Numbers(1));
  Put("c", Numbers(1));
  Put("a", Numbers(2));
  Put("d", Numbers(2));
  EXPECT_THAT(Like("a"), ElementsAre("a", "d"));
  EXPECT_THAT(Like("b"), ElementsAre("b", "c"));
}

TEST_F(DuplicatesTest, GroupsArePagedAndLargeOnesWork) {
  std::set<uint64_t> all;
  for (uint32_t i = 0; i < 10; ++i) {
    Put(absl::StrCat("a", i), Numbers(i));
    Put(absl::StrCat("b", i), Numbers(i));
    all.insert(*table_->GroupOf("c", absl::StrCat("a", i)));
  }
  std::vector<uint64_t> listed;
  for (uint64_t after = 0;;) {
    const auto page = *table_->Groups("c", after, 3);
    listed.insert(listed.end(), page.begin(), page.end());
    if (page.size() < 3) break;
    after = page.back();
  }
  EXPECT_EQ(std::set<uint64_t>(listed.begin(), listed.end()), all);
  EXPECT_THAT(listed, SizeIs(10));
  for (int i = 0; i < 100; ++i) Put(absl::StrCat("x", i), Numbers(99));
  EXPECT_THAT(Like("x99"), SizeIs(100));
}

TEST_F(DuplicatesTest, WhoComesAfterTheFirstHaveGoneFindsTheOthers) {
  // Ids rise or fall with the time that their documents come.
  for (const int step : {1, -1}) {
    const auto id = [step](int i) { return absl::StrCat("d", 500 + step * i); };
    for (int i = 0; i < 40; ++i) Put(id(i), Numbers(1));
    for (int i = 0; i < 30; ++i) Remove(id(i));
    EXPECT_NE(Put("new", Numbers(1)), "");
    EXPECT_THAT(Like("new"), SizeIs(11));
    for (int i = 30; i < 40; ++i) Remove(id(i));
    Remove("new");
    EXPECT_EQ(Rows(), 0u);
  }
}

// As where many expire in one commit.
TEST_F(DuplicatesTest, WhoComesAfterTheFirstHaveGoneAtOnceFindsTheOthers) {
  for (const int step : {1, -1}) {
    const auto id = [step](int i) { return absl::StrCat("d", 500 + step * i); };
    for (int i = 0; i < 200; ++i) Put(id(i), Numbers(1));
    DuplicateChanges leave(kv_.get(), "c");
    for (int i = 0; i < 190; ++i) ASSERT_TRUE(leave.Remove(id(i)).ok());
    Write(leave);
    EXPECT_NE(Put("new", Numbers(1)), "") << step;
    for (int i = 190; i < 200; ++i) Remove(id(i));
    Remove("new");
    EXPECT_EQ(Rows(), 0u);
  }
}

// All but one leave in one commit, in the order of their ids or the other way.
TEST_F(DuplicatesTest, AVeryLargeGroupIsLeftInNoTime) {
  constexpr int kDocuments = 10000;
  const auto id = [](int i) { return absl::StrCat("d", 100000 + i); };
  for (const bool up : {true, false}) {
    DuplicateChanges come(kv_.get(), "c");
    for (int i = 0; i < kDocuments; ++i) {
      ASSERT_TRUE(come.Put(id(i), Numbers(1)).ok());
    }
    Write(come);
    DuplicateChanges leave(kv_.get(), "c");
    for (int i = 1; i < kDocuments; ++i) {
      ASSERT_TRUE(leave.Remove(id(up ? i : kDocuments - i)).ok());
    }
    Write(leave);
    EXPECT_EQ(*table_->GroupOf("c", id(0)), 0u);
    Remove(id(0));
    EXPECT_EQ(Rows(), 0u);
  }
}

// Random puts and removals, against one long list; of few texts groups are
// larger than what stands behind a hash.
TEST_F(DuplicatesTest, AgreesWithAnOracle) {
  std::mt19937 random(7);
  for (const uint32_t distinct : {10, 2}) {
    std::map<std::string, uint32_t> texts;
    for (int step = 0; step < 600; ++step) {
      const std::string document = absl::StrCat("d", random() % 60);
      if (random() % 3 == 0) {
        Remove(document);
        texts.erase(document);
      } else {
        texts[document] = random() % distinct;
        Put(document, Changed(Numbers(texts[document]), random() % 5));
      }
    }
    for (const auto& one : texts) {
      std::vector<std::string> like;
      for (const auto& other : texts) {
        if (other.second == one.second) like.push_back(other.first);
      }
      if (like.size() == 1) like.clear();
      EXPECT_EQ(Like(one.first), like) << one.first;
    }
    for (const auto& one : texts) Remove(one.first);
    EXPECT_EQ(Rows(), 0);
  }
}

TEST(DuplicatesOfStoreTest, CommitsKeepThem) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = *Store::Open(folder);
  std::vector<std::string> told;
  const auto commit = [&](const std::string& id, uint32_t seed,
                          std::vector<std::string> deleted) {
    Commit change;
    change.collection = kTestCollection;
    if (!id.empty()) {
      VersionRecord record = WriteTestText(store.get(), {id, ""});
      record.passages = 0;
      change.versions.push_back(record);
      change.signatures.push_back(Numbers(seed));
    }
    change.deleted_documents = std::move(deleted);
    change.with_like = [&](const std::vector<std::string>& like, KvBatch*) {
      told.insert(told.end(), like.begin(), like.end());
    };
    return store->Apply(change).status();
  };
  ASSERT_TRUE(commit("a", 1, {}).ok());
  ASSERT_TRUE(commit("b", 1, {}).ok());
  EXPECT_THAT(told, ElementsAre("", "a"));
  EXPECT_NE(*store->duplicates().GroupOf(kTestCollection, "a"), 0);
  store.reset();
  store = *Store::Open(folder);
  EXPECT_NE(*store->duplicates().GroupOf(kTestCollection, "a"), 0);
  ASSERT_TRUE(commit("", 0, {"b"}).ok());
  EXPECT_EQ(*store->duplicates().GroupOf(kTestCollection, "a"), 0);
}

}  // namespace
}  // namespace footnote
