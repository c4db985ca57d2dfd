#include "gateway/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/grpc_status.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::AskRequest Good() {
  v1::AskRequest request;
  request.set_collection("handbook");
  request.set_question("Wie groß ist die Platte?");
  return request;
}

TEST(ValidateAskTest, TakesAPlainQuestion) {
  EXPECT_TRUE(ValidateAsk(Good()).ok());
}

TEST(ValidateAskTest, TakesTheLongestQuestionAndNoLonger) {
  v1::AskRequest request = Good();
  request.set_question(std::string(100000, 'q'));
  EXPECT_TRUE(ValidateAsk(request).ok());
  request.mutable_question()->push_back('q');
  const absl::Status status = ValidateAsk(request);
  EXPECT_THAT(std::string(status.message()), HasSubstr("100001 bytes"));
}

struct BadRequest {
  const char* name;
  std::function<void(v1::AskRequest*)> damage;
  const char* field;
};

class ValidateAskBadTest : public testing::TestWithParam<BadRequest> {};

TEST_P(ValidateAskBadTest, NamesTheField) {
  v1::AskRequest request = Good();
  GetParam().damage(&request);
  const absl::Status status = ValidateAsk(request);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(
    All, ValidateAskBadTest,
    testing::Values(
        BadRequest{"EmptyQuestion", [](auto* r) { r->set_question(""); },
                   "question: 0 bytes"},
        BadRequest{"NotUtf8", [](auto* r) { r->set_question("a\xff"); },
                   "question: byte 1 is not UTF-8"},
        BadRequest{"NoCollection", [](auto* r) { r->set_collection(""); },
                   "collection"},
        BadRequest{"UpperCaseCollection",
                   [](auto* r) { r->set_collection("Hand"); }, "collection"},
        BadRequest{"CollectionBeginsWithADash",
                   [](auto* r) { r->set_collection("-a"); }, "collection"},
        BadRequest{"LongCollection",
                   [](auto* r) { r->set_collection(std::string(64, 'a')); },
                   "collection"},
        BadRequest{"Language", [](auto* r) { r->set_language("deu"); },
                   "language: \"deu\""},
        BadRequest{"LongRequestId",
                   [](auto* r) { r->set_request_id(std::string(129, 'a')); },
                   "request_id: 129 bytes"},
        BadRequest{"NegativeTopK", [](auto* r) { r->set_top_k(-1); },
                   "top_k: -1"},
        BadRequest{"CitationMode",
                   [](auto* r) {
                     r->set_citation_mode(static_cast<v1::CitationMode>(7));
                   },
                   "citation_mode: 7"},
        BadRequest{"LargeTopK", [](auto* r) { r->set_top_k(101); },
                   "top_k: 101"},
        BadRequest{"Sentences", [](auto* r) { r->set_max_sentences(11); },
                   "max_sentences: 11"},
        BadRequest{"FilterLanguage",
                   [](auto* r) { r->mutable_filter()->add_languages("D"); },
                   "filter.languages"},
        BadRequest{"FilterKey",
                   [](auto* r) { r->mutable_filter()->add_conditions(); },
                   "filter.conditions.key"},
        BadRequest{"LargeFilter",
                   [](auto* r) {
                     auto* const one = r->mutable_filter()->add_conditions();
                     one->set_key("author");
                     one->add_any_of(std::string(1 << 20, 'a'));
                   },
                   "filter: 1048"}),
    [](const auto& info) { return info.param.name; });

TEST(ValidateAskTest, NeverShowsTheQuestion) {
  v1::AskRequest request = Good();
  request.set_question("secret words \xff");
  EXPECT_THAT(std::string(ValidateAsk(request).message()),
              Not(HasSubstr("secret")));
}

TEST(ValidateGetAnswerTest, WantsAnAnswerId) {
  v1::GetAnswerRequest request;
  request.set_answer_id("01JD3ZK3B7Q8N5X2Y4W6V8T0RS");
  EXPECT_TRUE(ValidateGetAnswer(request).ok());
  for (const char* bad :
       {"", "01JD3ZK3B7Q8N5X2Y4W6V8T0R", "01JD3ZK3B7Q8N5X2Y4W6V8T0RI",
        "01jd3zk3b7q8n5x2y4w6v8t0rs"}) {
    request.set_answer_id(bad);
    EXPECT_FALSE(ValidateGetAnswer(request).ok()) << bad;
  }
}

}  // namespace
}  // namespace footnote
