#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(LogTest, JsonLinesParseWhateverTheFieldsHold) {
  ASSERT_TRUE(ConfigureLog({/*json=*/true, "info"}).ok());
  CaptureStderr();
  Log(Severity::kWarning, "odd \"name\"",
      {{"path", "a\\b\n\x01 größe \xff \xc3"}});
  const nlohmann::json line = nlohmann::json::parse(GetCapturedStderr());
  EXPECT_EQ(line["severity"], "warning");
  EXPECT_EQ(line["message"], "odd \"name\"");
  EXPECT_EQ(line["path"], "a\\b\n\x01 größe \uFFFD \uFFFD");
}

TEST(LogTest, DropsWhatIsBelowTheLevel) {
  ASSERT_TRUE(ConfigureLog({/*json=*/false, "error"}).ok());
  CaptureStderr();
  Log(Severity::kInfo, "quiet");
  Log(Severity::kError, "loud");
  const std::string text = GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("loud"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("quiet")));
}

TEST(LogTest, RefusesLevelsThatDoNotExist) {
  const absl::Status status = ConfigureLog({false, "loud"});
  EXPECT_THAT(std::string(status.message()), HasSubstr("loud, want debug"));
}

}  // namespace
}  // namespace footnote
