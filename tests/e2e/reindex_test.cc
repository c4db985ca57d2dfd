// `footnote reindex`: stored questions compare, one write switches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/cli.h"
#include "tests/e2e/program.h"
#include "tests/model/encoder/toy_bert.h"

namespace footnote {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ReindexTest : public testing::Test {
 protected:
  ReindexTest()
      : store_(NewFolder() + "/store"),
        folder_(NewFolder()),
        encoder_(NewFolder() + "/toy") {
    WriteToyBert(encoder_, 7);
    for (const char* city : {"Oslo", "Bergen", "Narvik", "Hamar"}) {
      WriteText(folder_ + "/" + city + ".txt",
                std::string(city) + " is a town in Norway. The mayor of " +
                    city + " lives by the harbour of " + city + ".\n");
    }
    EXPECT_EQ(In({"ingest", folder_, "--root", folder_}).exit_code, kExitOk);
  }

  Finished In(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--store", store_});
    return RunProgram(arguments);
  }
  std::string EncoderOfASearch() {
    return json::parse(
        In({"search", "Where is Narvik?", "--json"}).out)["encoder"];
  }

  const std::string store_;
  const std::string folder_;
  const std::string encoder_;
};

TEST_F(ReindexTest, ComparesSwitchesAndSwitchesBack) {
  EXPECT_EQ(EncoderOfASearch(), "");
  // Nothing to compare with.
  const Finished none = In({"reindex", "--with", encoder_});
  EXPECT_EQ(none.exit_code, kExitFailure) << none.err;
  EXPECT_THAT(none.out, HasSubstr("no stored questions"));
  EXPECT_EQ(EncoderOfASearch(), "");

  for (const char* city : {"Oslo", "Bergen", "Narvik", "Hamar"}) {
    ASSERT_EQ(
        In({"ask", std::string("Where does the mayor of ") + city + " live?"})
            .exit_code,
        kExitOk);
  }
  const Finished good = In({"reindex", "--with", encoder_});
  EXPECT_EQ(good.exit_code, kExitOk) << good.err;
  EXPECT_THAT(good.out, HasSubstr("4 stored questions: a cited passage is "
                                  "among the first 10 of 100.0 % now, of "
                                  "100.0 % with the other encoder"));
  EXPECT_THAT(EncoderOfASearch(), StartsWith("toy-7"));
  // New documents have its vectors.
  WriteText(folder_ + "/Voss.txt", "Voss is a town in Norway.\n");
  EXPECT_THAT(In({"ingest", folder_, "--root", folder_}).out,
              HasSubstr("1 indexed, 4 unchanged"));
  EXPECT_THAT(In({"stats"}).out, HasSubstr("vectors      5\n"));
  EXPECT_EQ(In({"ask", "Where does the mayor of Oslo live?"}).exit_code,
            kExitOk);

  EXPECT_THAT(In({"reindex", "--status"}).out,
              HasSubstr("second generation: encoder none, 4 documents, lacks "
                        "1"));
  EXPECT_EQ(In({"reindex", "--drop"}).exit_code, kExitOk);
  EXPECT_THAT(In({"reindex", "--status"}).out,
              HasSubstr("no second generation"));
}

TEST_F(ReindexTest, WrongUseIsRefused) {
  EXPECT_EQ(In({"reindex"}).exit_code, kExitUsage);
  EXPECT_EQ(In({"reindex", "--back", "--drop"}).exit_code, kExitUsage);
  EXPECT_EQ(In({"reindex", "--with", "/nowhere"}).exit_code, kExitNotFound);
  EXPECT_EQ(In({"reindex", "--with", encoder_, "-c", "nowhere"}).exit_code,
            kExitNotFound);
}

}  // namespace
}  // namespace footnote
