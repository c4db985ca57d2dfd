#include "indexer/parsers/ocr_languages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A folder with data of these models.
std::string FolderOf(const std::vector<std::string>& models) {
  std::string folder = ::testing::TempDir() + "/tessdataXXXXXX";
  EXPECT_NE(mkdtemp(&folder[0]), nullptr);
  for (const std::string& model : models) {
    std::ofstream(folder + "/" + model + ".traineddata") << "data";
  }
  return folder + "/";
}

TEST(OcrLanguagesTest, AListKeepsItsOrder) {
  const auto read = ParseOcrLanguages(" en, de,", FolderOf({"deu", "eng"}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->languages, ElementsAre(Language::kEn, Language::kDe));
}

TEST(OcrLanguagesTest, AListedLanguageWithoutDataIsRefusedWithItsPackage) {
  const std::string folder = FolderOf({"eng", "osd"});
  const absl::Status german = ParseOcrLanguages("en,de", folder).status();
  EXPECT_EQ(german.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(german.message()),
              HasSubstr("config: ocr: de: OCR: no data of Tesseract for it, "
                        "want Debian's package tesseract-ocr-deu"));
  EXPECT_THAT(std::string(ParseOcrLanguages("zh", folder).status().message()),
              HasSubstr("tesseract-ocr-chi-sim or tesseract-ocr-chi-tra"));
  EXPECT_EQ(ParseOcrLanguages(" ,", folder).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ParseOcrLanguages("en,xx", folder).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Chinese is read where one of its two scripts is installed.
TEST(OcrLanguagesTest, AllIsWhatIsInstalled) {
  const auto read =
      ParseOcrLanguages("all", FolderOf({"eng", "chi_tra", "nob", "ell"}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->languages,
              ElementsAre(Language::kEl, Language::kEn, Language::kZh));
  const absl::Status none = ParseOcrLanguages("all", FolderOf({})).status();
  EXPECT_EQ(none.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(none.message()), HasSubstr("tesseract-ocr-eng"));
}

TEST(OcrLanguagesTest, TellsWhetherScriptsCanBeTold) {
  EXPECT_TRUE(ParseOcrLanguages("en", FolderOf({"eng", "osd"}))->tells_scripts);
  EXPECT_FALSE(ParseOcrLanguages("en", FolderOf({"eng"}))->tells_scripts);
}

}  // namespace
}  // namespace footnote
