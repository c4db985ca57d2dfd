#include "eval/quality/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace footnote {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DatasetTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(
        testing::TempDir(), "/",
        testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_TRUE(MakeFolder(folder_ + "/qa").ok());
    ASSERT_TRUE(MakeFolder(folder_ + "/parallel").ok());
  }
  void Put(const std::string& name, const std::string& contents) {
    ASSERT_TRUE(WriteFileAtomically(folder_ + "/" + name, contents).ok());
  }
  std::string folder_;
};

TEST_F(DatasetTest, ReadsContextsAndQuestions) {
  Put("qa/de.contexts.jsonl",
      R"({"context_id":"c1","lang":"de","source":"XQuAD","title":"Köln",)"
      R"("text":"Der Dom."})"
      "\n");
  Put("qa/de.questions.jsonl",
      R"({"id":"q1","context_id":"c1","lang":"de","source":"XQuAD",)"
      R"("question":"Was?","answers":["Dom","der Dom"],"answerable":false})"
      "\n");
  const auto contexts = ReadContexts(folder_, "de");
  ASSERT_TRUE(contexts.ok()) << contexts.status();
  ASSERT_EQ(contexts->size(), 1u);
  EXPECT_EQ(contexts->front().title, "Köln");
  const auto questions = ReadQuestions(folder_, "de");
  ASSERT_TRUE(questions.ok()) << questions.status();
  EXPECT_THAT(questions->front().answers, ElementsAre("Dom", "der Dom"));
  EXPECT_FALSE(questions->front().answerable);
  EXPECT_THAT(*QaLanguages(folder_), ElementsAre("de"));
}

TEST_F(DatasetTest, NamesFileAndLineOfABrokenRecord) {
  Put("qa/de.contexts.jsonl",
      R"({"context_id":"c1","source":"s","title":"t","text":"x"})"
      "\n"
      R"({"context_id":"c1","source":"s","title":"t","te)"
      "\n");
  const absl::Status broken = ReadContexts(folder_, "de").status();
  EXPECT_TRUE(absl::IsInvalidArgument(broken));
  EXPECT_THAT(std::string(broken.message()),
              HasSubstr("de.contexts.jsonl:2: want a JSON object"));
}

TEST_F(DatasetTest, NamesTheFieldThatIsMissing) {
  Put("qa/de.questions.jsonl",
      R"({"id":"q","context_id":"c","source":"s","question":"?",)"
      R"("answers":[]})"
      "\n");
  EXPECT_THAT(std::string(ReadQuestions(folder_, "de").status().message()),
              HasSubstr("answerable: want true or false"));
}

TEST_F(DatasetTest, AFolderWithoutQuestionsIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(QaLanguages(folder_).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadContexts(folder_, "de").status()));
}

TEST_F(DatasetTest, ParallelFilesMustHaveTheSameLines) {
  Put("parallel/en.txt", "one\ntwo\n");
  Put("parallel/de.txt", "eins\nzwei\n");
  const auto both = ReadParallel(folder_);
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_THAT(both->at("de"), ElementsAre("eins", "zwei"));
  Put("parallel/fr.txt", "un\n");
  EXPECT_THAT(std::string(ReadParallel(folder_).status().message()),
              HasSubstr("fr.txt: 1 lines, want 2"));
}

TEST_F(DatasetTest, FolderComesFromTheFlagOrTheEnvironment) {
  unsetenv("FOOTNOTE_EVAL_DATA");
  EXPECT_TRUE(absl::IsInvalidArgument(DataFolder("").status()));
  setenv("FOOTNOTE_EVAL_DATA", folder_.c_str(), 1);
  EXPECT_EQ(*DataFolder(""), folder_);
  EXPECT_TRUE(absl::IsInvalidArgument(DataFolder("/no/such").status()));
}

}  // namespace
}  // namespace footnote
