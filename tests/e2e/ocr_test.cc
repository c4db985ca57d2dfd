// Scanned documents, from the command line to the citation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/cli.h"
#include "tests/e2e/program.h"
#include "tests/indexer/parsers/drawn_page.h"

namespace footnote {
namespace {

using ::nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kEnglish[] =
    "/usr/share/tesseract-ocr/5/tessdata/eng.traineddata";

class OcrCliTest : public ::testing::Test {
 protected:
  OcrCliTest() : folder_(NewFolder()), store_(NewFolder()) {
    const DrawnPage page = DrawPage(
        {"The lighthouse of Eddystone was built by John Smeaton in 1759.",
         "Its light was made by twenty-four candles, and sailors saw it from "
         "afar in every night without fog."});
    WriteText(folder_ + "/scan.png", ToPng(page));
    WriteText(folder_ + "/scan.pdf", ToScannedPdf({page}));
    WriteText(folder_ + "/note.txt", "Otters sleep holding hands.\n");
  }

  Finished In(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--store", store_});
    return RunProgram(std::move(arguments));
  }

  const std::string folder_;
  const std::string store_;
};

TEST_F(OcrCliTest, ScansAreReadWhenAskedForAndCitedByPageAndBox) {
  if (access(kEnglish, R_OK) != 0) {
    GTEST_SKIP() << "no data of Tesseract: want Debian's package "
                    "tesseract-ocr-eng";
  }
  for (const std::string name : {"/scan.png", "/scan.pdf"}) {
    const std::string collection = name.substr(name.rfind('.') + 1);
    const Finished ingest =
        In({"ingest", folder_ + name, "-c", collection, "--ocr", "en"});
    ASSERT_EQ(ingest.exit_code, kExitOk) << ingest.out << ingest.err;
    const Finished ask =
        In({"--json", "ask", "Who built the lighthouse?", "-c", collection});
    ASSERT_EQ(ask.exit_code, kExitOk) << ask.err;
    const json answer = json::parse(ask.out);
    const json source = answer["citations"][0]["sources"][0];
    EXPECT_THAT(source["quote"].get<std::string>(),
                HasSubstr("built by John Smeaton in 1759"));
    EXPECT_THAT(source["location"]["element"].get<std::string>(),
                StartsWith("page=1&box="));
  }
}

TEST_F(OcrCliTest, ScansInFoldersAreDocumentsWhenSaidSo) {
  if (access(kEnglish, R_OK) != 0) {
    GTEST_SKIP() << "no data of Tesseract: want Debian's package "
                    "tesseract-ocr-eng";
  }
  ASSERT_EQ(In({"ingest", folder_, "--ocr", "en", "-c", "a"}).exit_code,
            kExitOk);
  const std::string without = In({"documents", "-c", "a"}).out;
  EXPECT_THAT(without, HasSubstr("scan.pdf"));
  EXPECT_THAT(without, Not(HasSubstr("scan.png")));
  const Finished with =
      In({"ingest", folder_, "--scans", "--ocr", "en", "-c", "b"});
  EXPECT_EQ(with.exit_code, kExitOk) << with.out << with.err;
  EXPECT_THAT(In({"documents", "-c", "b"}).out, HasSubstr("scan.png"));
  const Finished again =
      In({"ingest", folder_, "--scans", "--ocr", "en", "-c", "b"});
  EXPECT_THAT(again.out + again.err, HasSubstr("0 indexed, 3 unchanged"));
}

TEST_F(OcrCliTest, WithoutItAScanCostsItselfAndTheReasonSaysHow) {
  const Finished ingest = In({"ingest", folder_, folder_ + "/scan.png"});
  EXPECT_EQ(ingest.exit_code, kExitPartial) << ingest.out << ingest.err;
  const std::string said = ingest.out + ingest.err;
  EXPECT_THAT(said, HasSubstr("scan.png"));
  EXPECT_THAT(said, HasSubstr("scan.pdf"));
  EXPECT_THAT(said, HasSubstr("--ocr LANGUAGES"));
  EXPECT_EQ(In({"ask", "How do otters sleep?"}).exit_code, kExitOk);
}

TEST_F(OcrCliTest, ALanguageThatIsNoneIsRefused) {
  const Finished ingest = In({"ingest", folder_, "--ocr", "en,xx"});
  EXPECT_NE(ingest.exit_code, kExitOk);
  EXPECT_THAT(ingest.err, HasSubstr("config: ocr: xx"));
}

}  // namespace
}  // namespace footnote
