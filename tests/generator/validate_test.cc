#include "generator/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/grpc_status.h"
#include "tests/generator/documents_23.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

v1::GenerateRequest Good() {
  v1::GenerateRequest request;
  request.set_question("When?");
  *request.add_passages() = MakePassage("a", "In 1923.", "en");
  return request;
}

void ExpectRefused(const v1::GenerateRequest& request,
                   const std::string& field) {
  const absl::Status status = ValidateGenerate(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  EXPECT_THAT(std::string(status.message()), HasSubstr(field));
}

TEST(ValidateGenerateTest, AcceptsAGoodRequest) {
  EXPECT_EQ(ValidateGenerate(Good()), absl::OkStatus());
}

TEST(ValidateGenerateTest, AcceptsTheLongestQuestion) {
  v1::GenerateRequest request = Good();
  request.set_question(std::string(100000, 'a'));
  EXPECT_EQ(ValidateGenerate(request), absl::OkStatus());
}

TEST(ValidateGenerateTest, NamesWhatIsWrong) {
  v1::GenerateRequest request = Good();
  request.set_question("");
  ExpectRefused(request, "question: 0 bytes");
  request.set_question(std::string(100001, 'a'));
  ExpectRefused(request, "question: 100001 bytes, want 1 to 100000");
  request.set_question("caf\xe9");
  ExpectRefused(request, "question: invalid UTF-8 at byte 3");
  request = Good();
  request.set_language("xx");
  ExpectRefused(request, "language");
  request = Good();
  request.set_max_sentences(11);
  ExpectRefused(request, "max_sentences: 11");
  request = Good();
  request.set_max_code_points(-1);
  ExpectRefused(request, "max_code_points: -1");
  request = Good();
  request.mutable_passages(0)->mutable_span()->set_end(3);
  ExpectRefused(request, "passages[0].text");
  request = Good();
  request.mutable_passages(0)->mutable_source()->set_version(0);
  ExpectRefused(request, "passages[0].source");
  request = Good();
  request.add_term_keys(7);
  ExpectRefused(request, "term_keys, term_rarities: 1 and 0");
  request.add_term_rarities(-1);
  ExpectRefused(request, "term_rarities[0]: -1");
  request.set_term_rarities(0, std::nanf(""));
  ExpectRefused(request, "term_rarities[0]: nan");
  request.set_term_rarities(0, 7);
  EXPECT_EQ(ValidateGenerate(request), absl::OkStatus());
}

// Each level of it would take a frame of the stack where it is copied.
TEST(ValidateGenerateTest, RefusesJsonThatNestsWithoutEnd) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  v1::GenerateRequest request = Good();
  request.set_tools_json(deep);
  ExpectRefused(request, "tools_json: nests 65 deep, want at most 64");
  request = Good();
  request.add_tools()->set_parameters(deep);
  ExpectRefused(request, "tools[0].parameters: nest 65 deep");
  request.mutable_tools(0)->set_parameters("{\"a\": \"[\\\"" +
                                           std::string(100, '{') + "\"}");
  EXPECT_EQ(ValidateGenerate(request), absl::OkStatus());
}

}  // namespace
}  // namespace footnote
