// A table goes in, and a question about what comes next is answered from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_format.h"
#include "base/cli.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// Five years of months: a trend, a year's season, and what drove returns.
std::string Sales() {
  std::string csv = "Month,Sales,Orders,Returns\n";
  unsigned random = 1;
  int before = 500;
  for (int i = 0; i < 60; ++i) {
    random = random * 1664525 + 1013904223;
    const int orders = 200 + static_cast<int>(random >> 22);
    absl::StrAppendFormat(
        &csv, "%d-%02d,%.0f,%d,%d\n", 2020 + i / 12, i % 12 + 1,
        1000 + 10 * i + 200 * std::sin(i * std::acos(-1.0) / 6), orders,
        before);
    before = orders;
  }
  return csv;
}

class ForecastCliTest : public testing::Test {
 protected:
  ForecastCliTest() : store_(NewFolder() + "/store"), folder_(NewFolder()) {
    WriteText(folder_ + "/sales.csv", Sales());
  }
  const std::string store_;
  const std::string folder_;
};

TEST_F(ForecastCliTest, AskSaysWhatWillBeAndCitesTheRowsThatSayIt) {
  const Finished ingest = RunProgram({"ingest", folder_, "--store", store_});
  ASSERT_EQ(ingest.exit_code, kExitOk) << ingest.err;
  const Finished ask = RunProgram({"ask", "What will Sales be in three months?",
                                   "--json", "--store", store_});
  ASSERT_EQ(ask.exit_code, kExitOk) << ask.out << ask.err;
  const json answer = json::parse(ask.out);
  const json& forecast = answer["forecast"];
  // March 2025: the season's sine is 0.866, the trend at 1620.
  EXPECT_NEAR(forecast["value"].get<double>(), 1793, 10) << ask.out;
  EXPECT_LT(forecast["low"].get<double>(), forecast["value"].get<double>());
  ASSERT_FALSE(answer["citations"].empty());
  for (const json& citation : answer["citations"]) {
    EXPECT_EQ(citation["verdict"], "FOUND");
    EXPECT_THAT(citation["sources"][0]["quote"].get<std::string>(),
                HasSubstr("Sales: "));
  }
  const std::string id = answer["id"];
  EXPECT_EQ(RunProgram({"verify", id, "--store", store_}).exit_code, kExitOk);
}

TEST_F(ForecastCliTest, OneStepAheadIsOne) {
  const Finished run = RunProgram({"forecast", folder_ + "/sales.csv",
                                   "--column", "Sales", "--horizon", "2"});
  ASSERT_EQ(run.exit_code, kExitOk) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\n1 step "));
  EXPECT_THAT(run.out, HasSubstr("\n2 steps "));
}

TEST_F(ForecastCliTest, AColumnIsForecastWithOthersThatDriveIt) {
  const Finished run =
      RunProgram({"forecast", folder_ + "/sales.csv", "--column", "Returns",
                  "--with", "Orders,Sales", "--json"});
  ASSERT_EQ(run.exit_code, kExitOk) << run.err;
  const json result = json::parse(run.out);
  EXPECT_TRUE(result["backtest"][0].contains("alone_rmse")) << run.out;
  EXPECT_EQ(result["samples"], 60);

  const Finished wrong =
      RunProgram({"forecast", folder_ + "/sales.csv", "--column", "Returns",
                  "--with", "Weather"});
  EXPECT_NE(wrong.exit_code, kExitOk);
  EXPECT_THAT(wrong.err, HasSubstr("Weather"));
  const Finished itself =
      RunProgram({"forecast", folder_ + "/sales.csv", "--column", "Returns",
                  "--with", "Returns"});
  EXPECT_THAT(itself.err, HasSubstr("--with Returns: the forecast column"));
}

}  // namespace
}  // namespace footnote
