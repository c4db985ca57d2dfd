#include "indexer/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/grpc_status.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

TEST(ValidateTest, CollectionsHaveNarrowNames) {
  for (const char* good : {"a", "0", "default", "a-b_c", "x9"}) {
    EXPECT_TRUE(ValidateCollection(good).ok()) << good;
  }
  EXPECT_TRUE(ValidateCollection(std::string(63, 'a')).ok());
  for (const std::string& bad :
       {std::string(), std::string("A"), std::string("-a"), std::string("_a"),
        std::string("a b"), std::string("a/b"), std::string(64, 'a'),
        std::string("\xc3\xa9")}) {
    const absl::Status status = ValidateCollection(bad);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  }
}

TEST(ValidateTest, AFilesDescriptionIsChecked) {
  v1::IngestFile file;
  file.set_document("a");
  EXPECT_TRUE(ValidateFile(file).ok());
  file.set_language("sv");
  EXPECT_THAT(std::string(ValidateFile(file).message()), HasSubstr("sv"));
  file.set_language("pt-BR");
  EXPECT_TRUE(ValidateFile(file).ok());
  file.add_metadata()->set_key("has space");
  EXPECT_THAT(std::string(ValidateFile(file).message()),
              HasSubstr("has space"));
  file.mutable_metadata(0)->set_key("good.key-1_x");
  EXPECT_TRUE(ValidateFile(file).ok());
  file.mutable_metadata(0)->set_value(std::string(4097, 'x'));
  EXPECT_FALSE(ValidateFile(file).ok());
  file.clear_metadata();
  file.add_access_labels("");
  EXPECT_FALSE(ValidateFile(file).ok());
}

TEST(ValidateTest, SpansEndAfterTheyBegin) {
  v1::ReadTextRequest request;
  request.set_collection("c");
  request.set_document("a");
  request.set_begin(5);
  EXPECT_TRUE(Validate(request).ok());
  request.set_end(4);
  EXPECT_THAT(std::string(Validate(request).message()), HasSubstr("begin: 5"));
}

TEST(ValidateTest, PlacesAreAskedOfSomeSpansNotOfTooMany) {
  v1::LocateSpansRequest request;
  request.set_collection("c");
  EXPECT_THAT(std::string(Validate(request).message()), HasSubstr("spans: 0"));
  v1::VersionSpan& span = *request.add_spans();
  span.set_document("a");
  EXPECT_TRUE(Validate(request).ok());
  span.set_begin(5);
  EXPECT_THAT(std::string(Validate(request).message()), HasSubstr("begin: 5"));
  span.set_begin(0);
  while (request.spans_size() < 1000) request.add_spans()->set_document("b");
  EXPECT_TRUE(Validate(request).ok());
  request.add_spans()->set_document("b");
  EXPECT_THAT(std::string(Validate(request).message()),
              HasSubstr("spans: 1001"));
}

TEST(ValidateTest, PageSizesAreNotNegative) {
  v1::ListDocumentsRequest request;
  request.set_collection("c");
  EXPECT_TRUE(Validate(request).ok());
  request.set_page_size(-1);
  EXPECT_FALSE(Validate(request).ok());
}

}  // namespace
}  // namespace footnote
