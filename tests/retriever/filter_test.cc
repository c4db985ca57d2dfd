#include "retriever/filter/filter.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "proto/footnote/v1/types.pb.h"
#include "tests/retriever/test_corpus.h"

namespace footnote {
namespace {

class FilterTest : public ::testing::Test {
 protected:
  FilterTest() {
    TestDocument open = {"guide/a", Language::kEn, {{"one", {}}, {"two", {}}}};
    open.metadata = {{"team", "red"}, {"year", "2020"}};
    TestDocument german = {"guide/b", Language::kDe, {{"drei", {}}}};
    german.metadata = {{"team", "blue"}};
    TestDocument secret = {"secret/c", Language::kEn, {{"four", {}}}};
    secret.labels = {"staff", "board"};
    TestDocument bare = {"d", Language::kFr, {{"cinq", {}}}};
    generation_ = MakeGeneration({{open, german}, {secret, bare}});
  }

  // "segment:passage" of everything that passes.
  std::set<std::string> Passing() const {
    const auto allowed = PassageFilter(generation_).Apply(filter_);
    EXPECT_TRUE(allowed.ok()) << allowed.status();
    std::set<std::string> passing;
    for (size_t s = 0; s < allowed->size(); ++s) {
      uint32_t count = 0;
      for (uint32_t p = 0; p < (*allowed)[s].passages; ++p) {
        if (!(*allowed)[s].Has(p)) continue;
        passing.insert(std::to_string(s) + ":" + std::to_string(p));
        ++count;
      }
      EXPECT_EQ(count, (*allowed)[s].count);
    }
    return passing;
  }

  using Set = std::set<std::string>;
  std::shared_ptr<Generation> generation_;
  v1::Filter filter_;
};

TEST_F(FilterTest, LetsEverythingThroughButWhatHasLabels) {
  EXPECT_EQ(Passing(), (Set{"0:0", "0:1", "0:2", "1:1"}));
}

TEST_F(FilterTest, ShowsLabelledDocumentsToHoldersOfOneLabel) {
  filter_.add_access_labels("board");
  filter_.add_access_labels("unknown");
  EXPECT_EQ(Passing(), (Set{"0:0", "0:1", "0:2", "1:0", "1:1"}));
}

TEST_F(FilterTest, DoesNotTakeATitleOrIdForALabel) {
  filter_.add_access_labels("secret/c");
  EXPECT_EQ(Passing(), (Set{"0:0", "0:1", "0:2", "1:1"}));
}

TEST_F(FilterTest, KeepsLanguages) {
  filter_.add_languages("de");
  filter_.add_languages("fr");
  EXPECT_EQ(Passing(), (Set{"0:2", "1:1"}));
}

TEST_F(FilterTest, KeepsOneLanguageOfWhatIsAllowed) {
  const PassageFilter filter(generation_);
  const auto allowed = filter.Apply(filter_);
  ASSERT_TRUE(allowed.ok()) << allowed.status();
  const auto english = filter.InLanguage(Language::kEn, *allowed);
  ASSERT_EQ(english.size(), 2u);
  EXPECT_EQ(english[0].count, 2u);
  EXPECT_TRUE(english[0].Has(0) && english[0].Has(1));
  EXPECT_FALSE(english[0].Has(2));
  // The secret one stays secret.
  EXPECT_EQ(english[1].count, 0u);
  EXPECT_FALSE(english[1].Has(0));
  for (const AllowedPassages& none :
       filter.InLanguage(Language::kZh, *allowed)) {
    EXPECT_EQ(none.count, 0u);
    EXPECT_FALSE(none.Has(0));
  }
}

TEST_F(FilterTest, RefusesALanguageThatItDoesNotKnow) {
  filter_.add_languages("xx");
  EXPECT_EQ(PassageFilter(generation_).Apply(filter_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FilterTest, KeepsDocumentsByIdAndByPrefix) {
  filter_.add_documents("guide/a");
  filter_.add_documents("nowhere");
  EXPECT_EQ(Passing(), (Set{"0:0", "0:1"}));
  filter_.clear_documents();
  filter_.set_document_prefix("guide/");
  EXPECT_EQ(Passing(), (Set{"0:0", "0:1", "0:2"}));
}

TEST_F(FilterTest, KeepsMetadataThatMeetsEveryCondition) {
  auto* team = filter_.add_conditions();
  team->set_key("team");
  EXPECT_EQ(Passing(), (Set{"0:0", "0:1", "0:2"}));
  team->add_any_of("red");
  team->add_any_of("green");
  EXPECT_EQ(Passing(), (Set{"0:0", "0:1"}));
  auto* year = filter_.add_conditions();
  year->set_key("year");
  year->add_any_of("1999");
  EXPECT_EQ(Passing(), Set());
}

TEST_F(FilterTest, LeavesDeletedPassagesOutWhateverElseIsAsked) {
  HidePassage(0, 1, generation_.get());
  EXPECT_EQ(Passing(), (Set{"0:0", "0:2", "1:1"}));
  filter_.add_languages("en");
  EXPECT_EQ(Passing(), (Set{"0:0"}));
}

}  // namespace
}  // namespace footnote
