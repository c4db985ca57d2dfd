// `ingest` and `jobs` as people and scripts use them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "base/cli.h"
#include "tests/e2e/program.h"
#include "tests/indexer/formats/zip_maker.h"

namespace footnote {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class IngestCliTest : public testing::Test {
 protected:
  IngestCliTest() : store_(NewFolder() + "/store"), folder_(NewFolder()) {
    Write("a.txt", "The lighthouse was built by John Smeaton.\n");
    Write("b.txt", "Green tea is brewed at seventy degrees.\n");
  }

  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    WriteText(path, text);
  }

  Finished In(std::vector<std::string> arguments,
              const std::string& input = "") {
    arguments.insert(arguments.end(), {"--store", store_});
    return RunProgram(arguments, input);
  }

  Finished Ingest(std::vector<std::string> arguments,
                  const std::string& input = "") {
    arguments.insert(arguments.begin(), {"ingest", "--root", folder_});
    return In(arguments, input);
  }

  std::vector<std::string> Documents() {
    std::vector<std::string> out;
    std::istringstream lines(In({"documents"}).out);
    for (std::string line; std::getline(lines, line);) {
      out.push_back(line.substr(0, line.find('@')));
    }
    return out;
  }

  // The states in a report, by document.
  static std::map<std::string, std::string> States(const std::string& path) {
    std::map<std::string, std::string> out;
    std::ifstream report(path);
    for (std::string line; std::getline(report, line);) {
      const json result = json::parse(line);
      out[result["document"]] = result["state"];
    }
    return out;
  }

  const std::string store_;
  const std::string folder_;
};

TEST_F(IngestCliTest, ASecondRunDoesNothingAndAChangeIsAVersion) {
  const std::string report = NewFolder() + "/report";
  ASSERT_EQ(Ingest({folder_}).exit_code, kExitOk);
  Finished again = Ingest({folder_, "--report", report});
  EXPECT_EQ(again.exit_code, kExitOk) << again.err;
  EXPECT_THAT(again.out, HasSubstr("0 indexed, 2 unchanged, 0 failed"));
  EXPECT_THAT(States(report), ElementsAre(Pair("a.txt", "UNCHANGED"),
                                          Pair("b.txt", "UNCHANGED")));
  Write("b.txt", "Black tea wants boiling water.\n");
  ASSERT_EQ(Ingest({folder_}).exit_code, kExitOk);
  EXPECT_THAT(In({"documents"}).out, HasSubstr("b.txt@2"));
}

TEST_F(IngestCliTest, ADryRunTellsEverythingAndStoresNothing) {
  ASSERT_EQ(Ingest({folder_}).exit_code, kExitOk);
  Write("b.txt", "Changed text.\n");
  Write("c.txt", "New text.\n");
  Write("empty.txt", "");
  std::filesystem::remove(folder_ + "/a.txt");
  const std::string before = In({"documents"}).out;
  const std::string report = NewFolder() + "/report";
  const Finished dry =
      Ingest({folder_, "--dry-run", "--mirror", "--report", report});
  EXPECT_EQ(dry.exit_code, kExitPartial) << dry.err;
  EXPECT_THAT(
      States(report),
      ElementsAre(Pair("a.txt", "WOULD_DELETE"), Pair("b.txt", "WOULD_INDEX"),
                  Pair("c.txt", "WOULD_INDEX"), Pair("empty.txt", "FAILED")));
  EXPECT_EQ(In({"documents"}).out, before);
}

TEST_F(IngestCliTest, AnUnknownImplementationOfSimdjsonIsNoHindrance) {
  Write("c.jsonl", "{\"id\": \"x\", \"text\": \"Grün.\"}\n");
  Write("d.html", "<p>Grün ist der Tee.</p>\n");
  setenv("SIMDJSON_FORCE_IMPLEMENTATION", "none", /*overwrite=*/1);
  const Finished ingest = Ingest({folder_});
  unsetenv("SIMDJSON_FORCE_IMPLEMENTATION");
  EXPECT_THAT(ingest.out, HasSubstr("4 indexed, 0 unchanged, 0 failed"));
  EXPECT_THAT(In({"show", "d.html"}).out, HasSubstr("Grün"));
}

TEST_F(IngestCliTest, ADryRunBeforeTheFirstDocumentMakesNoStore) {
  const std::string temporary = NewFolder();
  setenv("TMPDIR", temporary.c_str(), /*overwrite=*/1);
  const Finished dry = Ingest({folder_, "--dry-run", "--mirror"});
  unsetenv("TMPDIR");
  EXPECT_EQ(dry.exit_code, kExitOk) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("2 would be indexed, 0 unchanged, 0 failed"));
  EXPECT_FALSE(std::filesystem::exists(store_));
  EXPECT_TRUE(std::filesystem::is_empty(temporary));
  EXPECT_EQ(Ingest({folder_, "--dry-run", "--resume", "x"}).exit_code,
            kExitNotFound);
}

TEST_F(IngestCliTest, ADryRunBeforeTheFirstDocumentNeedsNoTmpdir) {
  setenv("TMPDIR", "", 1);
  const Finished dry = Ingest({folder_, "--dry-run"});
  unsetenv("TMPDIR");
  EXPECT_EQ(dry.exit_code, kExitOk) << dry.err;
}

// The service can't read a message with such a name, and took it for the end:
// what came behind it was lost without a word.
TEST_F(IngestCliTest, ANameThatIsNotUtf8CostsOnlyItsFile) {
  Write("aa_\xff.txt", "A file with a strange name.\n");
  const std::filesystem::path nowhere = folder_ + "/ab_\xfe.txt";
  std::filesystem::create_symlink("nowhere", nowhere);
  const Finished ingest = Ingest({folder_});
  EXPECT_EQ(ingest.exit_code, kExitPartial);
  EXPECT_THAT(ingest.out, HasSubstr("2 indexed, 0 unchanged, 2 failed"));
  EXPECT_THAT(ingest.err, HasSubstr("aa_\uFFFD.txt: file: its name is not "
                                    "UTF-8"));
  EXPECT_THAT(Documents(), UnorderedElementsAre("a.txt", "b.txt"));
  // Named itself, too.
  EXPECT_EQ(Ingest({folder_ + "/aa_\xff.txt"}).exit_code, kExitFailure);
}

TEST_F(IngestCliTest, WordsThatAreNotUtf8AreRefused) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"ingest", folder_, "-m", "k=\xff"},
           {"ingest", folder_, "--label", "\xff"},
           {"ask", "light\xffhouse"},
           {"documents", "--prefix", "\xff"}}) {
    const Finished wrong = In(command);
    EXPECT_EQ(wrong.exit_code, kExitUsage) << command[0];
    EXPECT_THAT(wrong.err, HasSubstr("not UTF-8, want UTF-8"));
  }
  ASSERT_EQ(Ingest({folder_}).exit_code, kExitOk);
  EXPECT_EQ(In({"ask", "-"}, "light\xffhouse").exit_code, kExitUsage);
}

TEST_F(IngestCliTest, MirrorDeletesWhatVanishedAndNothingElse) {
  Write("deep/c.txt", "A third text.\n");
  Write(".hidden.txt", "A text that folders leave out.\n");
  ASSERT_EQ(Ingest({folder_, folder_ + "/.hidden.txt"}).exit_code, kExitOk);
  ASSERT_EQ(Ingest({"-", "--id", "elsewhere/d"}, "From afar.\n").exit_code,
            kExitOk);
  std::filesystem::remove_all(folder_ + "/deep");
  std::filesystem::remove(folder_ + "/a.txt");
  // Below another folder: nothing there has vanished.
  Write("other/x.txt", "Text of another folder.\n");
  ASSERT_EQ(Ingest({folder_ + "/other", "--mirror"}).exit_code, kExitOk);
  EXPECT_THAT(Documents(),
              ElementsAre(".hidden.txt", "a.txt", "b.txt", "deep/c.txt",
                          "elsewhere/d", "other/x.txt"));
  const std::string report = NewFolder() + "/report";
  ASSERT_EQ(Ingest({folder_, "--mirror", "--report", report}).exit_code,
            kExitOk);
  EXPECT_THAT(States(report),
              UnorderedElementsAre(
                  Pair("a.txt", "DELETED"), Pair("deep/c.txt", "DELETED"),
                  Pair("elsewhere/d", "DELETED"), Pair("b.txt", "UNCHANGED"),
                  Pair("other/x.txt", "UNCHANGED")));
  EXPECT_THAT(Documents(), ElementsAre(".hidden.txt", "b.txt", "other/x.txt"));
}

TEST_F(IngestCliTest, MirrorOfAnEmptyFolderIsRefused) {
  ASSERT_EQ(Ingest({folder_}).exit_code, kExitOk);
  for (const char* name : {"a.txt", "b.txt"}) {
    std::filesystem::remove(folder_ + "/" + name);
  }
  EXPECT_NE(Ingest({folder_, "--mirror"}).exit_code, kExitOk);
  std::filesystem::remove_all(folder_);
  const Finished gone = Ingest({folder_, "--mirror"});
  EXPECT_EQ(gone.exit_code, kExitFailure);
  EXPECT_THAT(gone.err, HasSubstr("delete everything"));
  EXPECT_THAT(Documents(), ElementsAre("a.txt", "b.txt"));
}

TEST_F(IngestCliTest, TakesPatternsListsAndStandardInput) {
  ASSERT_EQ(Ingest({folder_ + "/[a]*.txt"}).exit_code, kExitOk);
  EXPECT_THAT(Documents(), ElementsAre("a.txt"));
  ASSERT_EQ(Ingest({"--files-from", "-"}, folder_ + "/b.txt\n").exit_code,
            kExitOk);
  ASSERT_EQ(Ingest({"-", "--id", "note"}, "A note.\n").exit_code, kExitOk);
  EXPECT_THAT(Documents(), ElementsAre("a.txt", "b.txt", "note"));
  EXPECT_EQ(Ingest({"-"}, "no id").exit_code, kExitUsage);
  EXPECT_EQ(Ingest({}).exit_code, kExitUsage);
}

TEST_F(IngestCliTest, ReadsArchivesApartAndADamagedOneCostsOnlyItself) {
  Write("docs.zip",
        MakeZip({{"keepers.csv",
                  "Light,Keeper,Year\nEddystone,Henry Hall,1755\nBell Rock,"
                  "John Reid,1811\nSkerryvore,Thomas Stevenson,1844\n"},
                 {"notes/n.txt", "The lamp burned colza oil.\n"}}));
  Write("bad.zip", "PK\x03\x04 and no more");
  Write("bad.pdf", "%PDF-1.4 and no more");
  const Finished ingest = Ingest({folder_, "--request-id", "zips"});
  EXPECT_EQ(ingest.exit_code, kExitPartial) << ingest.err;
  EXPECT_THAT(Documents(), ElementsAre("a.txt", "b.txt", "docs.zip#keepers.csv",
                                       "docs.zip#notes/n.txt"));
  EXPECT_THAT(
      In({"jobs", "zips", "--state", "failed"}).out,
      AllOf(HasSubstr("bad.zip\tarchive: damaged"), HasSubstr("bad.pdf\t")));
  const Finished ask = In({"ask", "Who was keeper of Bell Rock?"});
  EXPECT_THAT(ask.out, HasSubstr("Keeper: John Reid"));
  EXPECT_THAT(Ingest({folder_}).out,
              HasSubstr("0 indexed, 4 unchanged, 2 failed"));
}

TEST_F(IngestCliTest, AJobTellsReasonsAndItsFailuresCanBeRetried) {
  Write("c.txt", "");
  ASSERT_EQ(Ingest({folder_, folder_ + "/missing.txt", "--request-id", "one"})
                .exit_code,
            kExitPartial);
  EXPECT_THAT(In({"jobs"}).out, HasSubstr("one\t"));
  EXPECT_THAT(In({"jobs", "one"}).out,
              HasSubstr("2 indexed, 0 unchanged, 2 failed"));
  const std::string failed = In({"jobs", "one", "--state", "failed"}).out;
  EXPECT_THAT(failed, HasSubstr("failed\tc.txt\tfile: 0 bytes"));
  EXPECT_THAT(failed, HasSubstr("failed\tmissing.txt\tfile: No such file"));
  Write("c.txt", "Now there is text.\n");
  Write("missing.txt", "Here at last.\n");
  const Finished retry = Ingest({"--retry", "one", "--request-id", "two"});
  EXPECT_EQ(retry.exit_code, kExitOk) << retry.err;
  EXPECT_THAT(retry.out, HasSubstr("2 indexed, 0 unchanged, 0 failed"));
  EXPECT_THAT(Ingest({"--retry", "two"}).out, HasSubstr("nothing to retry"));
  EXPECT_EQ(In({"jobs", "none"}).exit_code, kExitNotFound);
  EXPECT_EQ(In({"jobs", "two", "--cancel"}).exit_code, kExitFailure);
}

}  // namespace
}  // namespace footnote
