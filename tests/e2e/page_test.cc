// `audit export --pdf`: a page that people read, read back by the reader of
// PDF.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "base/cli.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ReadText(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The words of a PDF, as a document of the collection "pages" has them.
std::string WordsOf(const std::string& pdf) {
  const std::string store = NewFolder();
  const Finished ingest =
      RunProgram({"ingest", pdf, "-c", "pages", "--store", store});
  EXPECT_EQ(ingest.exit_code, kExitOk) << ingest.out << ingest.err;
  const Finished list =
      RunProgram({"--json", "documents", "-c", "pages", "--store", store});
  const std::string id = nlohmann::json::parse(list.out)["version"]["document"];
  std::string words =
      RunProgram({"show", id, "-c", "pages", "--store", store}).out;
  // Lines break where the page is wide enough.
  for (char& c : words) {
    if (c == '\n') c = ' ';
  }
  return words;
}

class PageTest : public ::testing::Test {
 protected:
  PageTest() : folder_(NewFolder()), bundle_(folder_ + "/answer.bundle") {
    const std::string documents = NewFolder();
    WriteText(
        documents + "/light.txt",
        "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n");
    EXPECT_EQ(RunProgram({"ingest", documents, "--store", store()}).exit_code,
              kExitOk);
    const Finished ask =
        RunProgram({"ask", "Who built the lighthouse?", "--store", store()});
    id_ = ask.out.substr(ask.out.find("\nanswer ") + 8, 26);
    const Finished exported = RunProgram(
        {"audit", "export", id_, "-o", bundle_, "--pdf", "--store", store()});
    EXPECT_EQ(exported.exit_code, kExitOk) << exported.err;
    EXPECT_THAT(exported.out, HasSubstr("answer.bundle.pdf is for people"));
  }

  std::string store() const { return folder_ + "/store"; }

  const std::string folder_;
  const std::string bundle_;
  std::string id_;
};

TEST_F(PageTest, HoldsQuestionAnswerSourceAndWhatTheCheckGave) {
  EXPECT_EQ(ReadText(bundle_ + ".pdf").substr(0, 5), "%PDF-");
  for (const char* part : {"", ".html", ".pdf"}) {
    struct stat info;
    ASSERT_EQ(stat((bundle_ + part).c_str(), &info), 0) << part;
    EXPECT_EQ(info.st_mode & 027, 0) << part;
  }
  const std::string words = WordsOf(bundle_ + ".pdf");
  for (const std::string& part :
       {std::string("Who built the lighthouse?"),
        std::string("built in 1759 by John Smeaton"),
        std::string("light.txt, version 1, bytes 0 to 62"),
        std::string("found, byte for byte"),
        std::string("In the log, as it was recorded."), id_}) {
    EXPECT_THAT(words, HasSubstr(part));
  }
  EXPECT_THAT(ReadText(bundle_ + ".html"), HasSubstr("John Smeaton"));
}

TEST_F(PageTest, SaysThatAChangedBundleDoesNotHold) {
  auto bundle = nlohmann::json::parse(ReadText(bundle_));
  std::string text = bundle["sources"][0]["text"];
  text[8] = text[8] == 'A' ? 'B' : 'A';
  bundle["sources"][0]["text"] = text;
  WriteText(folder_ + "/bad", bundle.dump());
  const int status = system(
      ("audit/page/footnote-page " + folder_ + "/bad " + folder_ + "/bad.pdf")
          .c_str());
  EXPECT_EQ(WEXITSTATUS(status), 4);
  const std::string words = WordsOf(folder_ + "/bad.pdf");
  EXPECT_THAT(words, HasSubstr("NOT VERIFIED"));
  EXPECT_THAT(words, Not(HasSubstr("Everything that could be checked holds")));
}

}  // namespace
}  // namespace footnote
