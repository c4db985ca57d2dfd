#include "retriever/validate.h"

#include <limits>
#include <string>

#include "base/grpc_status.h"
#include "gtest/gtest.h"
#include "proto/footnote/v1/retriever.pb.h"

namespace footnote {
namespace {

v1::SearchRequest Good() {
  v1::SearchRequest request;
  request.set_collection("books-1");
  request.set_question("where?");
  return request;
}

void ExpectRefused(const v1::SearchRequest& request, const char* what) {
  const absl::Status status = ValidateSearch(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  EXPECT_NE(std::string(status.message()).find(what), std::string::npos)
      << status;
}

TEST(ValidateTest, AcceptsAPlainQuestion) {
  EXPECT_TRUE(ValidateSearch(Good()).ok());
}

TEST(ValidateTest, AcceptsAVectorWithoutAQuestion) {
  v1::SearchRequest request = Good();
  request.clear_question();
  request.add_vector(0.6f);
  request.add_vector(-0.8f);
  EXPECT_TRUE(ValidateSearch(request).ok());
}

TEST(ValidateTest, RefusesCollectionsThatAreNoIds) {
  for (const char* id : {"", "Books", "-a", "a/b", "ä"}) {
    v1::SearchRequest request = Good();
    request.set_collection(id);
    ExpectRefused(request, "collection");
  }
  v1::SearchRequest request = Good();
  request.set_collection(std::string(64, 'a'));
  ExpectRefused(request, "collection");
}

TEST(ValidateTest, RefusesNoQuestionAndTooLongAQuestion) {
  v1::SearchRequest request = Good();
  request.clear_question();
  ExpectRefused(request, "question is empty");
  request.set_question(std::string(100000, 'q'));
  EXPECT_TRUE(ValidateSearch(request).ok());
  request.set_question(std::string(100001, 'q'));
  ExpectRefused(request, "100001");
}

TEST(ValidateTest, RefusesLanguagesThatItDoesNotSpeak) {
  v1::SearchRequest request = Good();
  request.set_language("tlh");
  ExpectRefused(request, "tlh");
  request = Good();
  request.mutable_filter()->add_languages("xx");
  ExpectRefused(request, "filter.languages");
}

TEST(ValidateTest, RefusesCountsOutOfRange) {
  v1::SearchRequest request = Good();
  request.set_top_k(-1);
  ExpectRefused(request, "top_k is -1");
  request.set_top_k(1001);
  ExpectRefused(request, "top_k is 1001");
  request.set_top_k(1000);
  EXPECT_TRUE(ValidateSearch(request).ok());
}

TEST(ValidateTest, RefusesVectorsThatAreNotFiniteOrNotOfUnitLength) {
  v1::SearchRequest request = Good();
  request.add_vector(0.5f);
  ExpectRefused(request, "length");
  request.set_vector(0, std::numeric_limits<float>::quiet_NaN());
  ExpectRefused(request, "finite");
}

TEST(ValidateTest, RefusesConditionsWithoutAKeyAndUnknownModesAndOrders) {
  v1::SearchRequest request = Good();
  request.mutable_filter()->add_conditions();
  ExpectRefused(request, "conditions.key");
  request = Good();
  request.set_mode(static_cast<v1::SearchMode>(77));
  ExpectRefused(request, "mode is 77");
  request = Good();
  request.set_order(static_cast<v1::SearchOrder>(77));
  ExpectRefused(request, "order is 77");
}

TEST(ValidateTest, RefusesMoreConditionsThanAQuestionMayHave) {
  v1::SearchRequest request = Good();
  for (int i = 0; i < 1000; ++i) {
    request.mutable_filter()->add_conditions()->set_key("year");
  }
  EXPECT_EQ(ValidateSearch(request), absl::OkStatus());
  request.mutable_filter()->add_conditions()->set_key("year");
  ExpectRefused(request, "filter.conditions: 1001, want at most 1000");
}

TEST(ValidateTest, RefusesNoTextsAndTooManyToEncode) {
  v1::EncodeRequest request;
  EXPECT_FALSE(ValidateEncode(request).ok());
  request.add_texts("one");
  EXPECT_TRUE(ValidateEncode(request).ok());
  for (int i = 0; i < 1000; ++i) request.add_texts("more");
  EXPECT_FALSE(ValidateEncode(request).ok());
}

}  // namespace
}  // namespace footnote
