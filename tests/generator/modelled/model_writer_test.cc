// With the small real model where $FOOTNOTE_MODELS has it.
#include "generator/modelled/model_writer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <memory>
#include <string>

#include "generator/citation/verify.h"
#include "generator/extractive/extractive_writer.h"

namespace footnote {
namespace {

constexpr char kModel[] = "SmolLM2-135M-Instruct";

TEST(ModelWriterTest, EverySentenceOfSmolLM2IsCited) {
  const char* const folder = getenv("FOOTNOTE_MODELS");
  const std::string path = std::string(folder == nullptr ? "" : folder) + "/" +
                           kModel + ".Q4_1.gguf";
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    GTEST_SKIP() << "no " << path << "; tools/models pull " << kModel;
  }
  const ExtractiveWriter extractive(nullptr);
  const auto model = LanguageModel::Open(path, {});
  ASSERT_TRUE(model.ok()) << model.status();
  const ModelWriter writer(model->get(), &extractive, {});
  v1::GenerateRequest request;
  request.set_question("How high is the lighthouse?");
  request.set_language("en");
  v1::Passage* passage = request.add_passages();
  passage->set_text(
      "The lighthouse was lit in 1859. The lighthouse is 31 metres high.");
  passage->mutable_span()->set_end(passage->text().size());
  passage->mutable_span()->set_end_code_point(passage->text().size());
  passage->mutable_source()->set_collection("c");
  passage->mutable_source()->set_document("d");
  passage->mutable_source()->set_version(1);
  ModelWriter::Trace trace;
  auto draft = writer.WriteTraced(
      request, [] { return false; }, &trace);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_GE(trace.rounds, 1);
  EXPECT_LE(trace.rounds, 2);
  EXPECT_GT(trace.prompt_tokens, 0);
  ASSERT_FALSE(draft->citations().empty());
  EXPECT_EQ(KeepOnlyFound(request.passages(), &*draft), 0);
  EXPECT_NE(draft->text().find("31"), std::string::npos) << draft->text();
  // Greedy: the same again.
  const auto again = writer.Write(request, [] { return false; });
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->text(), draft->text());
}

}  // namespace
}  // namespace footnote
