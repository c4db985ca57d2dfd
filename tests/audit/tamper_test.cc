// Somebody with all rights on the disk, at random, a thousand times: edits,
// takes out, swaps, cuts and sets back. None of it passes, and each report
// names a place.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "audit/fsck.h"
#include "audit/ledger.h"
#include "base/file.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;

int Rounds() {
  const char* const text = getenv("FOOTNOTE_TAMPER_ROUNDS");
  return text != nullptr ? atoi(text) : 60;
}

class TamperTest : public ::testing::Test {
 protected:
  TamperTest()
      : folder_(absl::StrCat(::testing::TempDir(), "/tamper_", getpid())),
        random_(Seed()) {
    fs::create_directories(folder_);
    MakeLog(folder_ + "/old/audit", 200);
    Copy("old", "good");
    MakeLog(folder_ + "/good/audit", 400);
  }
  ~TamperTest() override { fs::remove_all(folder_); }

  static uint32_t Seed() {
    const char* const text = getenv("FOOTNOTE_TAMPER_SEED");
    const uint32_t seed = text != nullptr ? atoi(text) : 20261124;
    std::printf("FOOTNOTE_TAMPER_SEED=%u\n", seed);
    return seed;
  }

  void MakeLog(const std::string& path, int records) {
    fs::create_directories(path);
    const auto ledger = Ledger::Open(path);
    ASSERT_EQ(ledger.status(), absl::OkStatus());
    std::vector<std::thread> threads;
    for (int t = 0; t < 20; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < records / 20; ++i) {
          v1::AnswerRecord record;
          record.set_principal(absl::StrCat("p", i % 3));
          v1::Answer& answer = *record.mutable_answer();
          answer.set_collection("c");
          answer.set_question("what?");
          answer.set_abstention(v1::NO_EVIDENCE);
          v1::SourceSpan& source = *answer.add_citations()->add_sources();
          source.mutable_source()->set_collection("c");
          source.mutable_source()->set_document(absl::StrCat("d", i));
          source.mutable_source()->set_version(1);
          source.mutable_span()->set_end(4);
          source.set_quote("what");
          EXPECT_EQ((*ledger)->Append(record).status(), absl::OkStatus());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    // Part of it in table files, part in the log of writes.
    if (records == 200) {
      ASSERT_EQ((*ledger)->kv()->Flush(), absl::OkStatus());
    }
    newest_ = (*ledger)->NewestCheckpoint();
  }

  void Copy(const std::string& from, const std::string& to) {
    fs::remove_all(folder_ + "/" + to);
    fs::copy(folder_ + "/" + from, folder_ + "/" + to,
             fs::copy_options::recursive);
  }

  // Files of the copy that say something: not RocksDB's diary, its options, its
  // name and its lock, which nobody reads, nor the master key, which lies
  // elsewhere where there is somebody to fear.
  std::vector<std::string> Files(const std::string& in) {
    std::vector<std::string> files;
    for (const auto& entry :
         fs::recursive_directory_iterator(folder_ + "/" + in)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() || entry.file_size() == 0 ||
          absl::StartsWith(name, "LOG") || absl::StartsWith(name, "OPTIONS") ||
          name == "IDENTITY" || name == "LOCK" ||
          absl::EndsWith(name, ".master")) {
        continue;
      }
      files.push_back(fs::relative(entry.path(), folder_ + "/" + in).string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // What was done; empty when it would have changed nothing.
  struct Change {
    std::string what;
    // One of these is where a report has to say that it is.
    std::vector<std::string> places;
  };

  // The same to one file of the copy.
  Change TamperWithFile() {
    const std::vector<std::string> files = Files("bad");
    const std::string name = files[random_() % files.size()];
    const std::string path = folder_ + "/bad/" + name;
    std::string bytes = *ReadFile(path);
    const std::string before = bytes;
    std::string what;
    switch (random_() % 4) {
      case 0:
        bytes[random_() % bytes.size()] ^= 1 << random_() % 8;
        what = "edited";
        break;
      case 1:
        bytes.resize(random_() % bytes.size());
        what = "cut";
        break;
      case 2:
        fs::remove(path);
        return {absl::StrCat("taken out: ", name), PlacesOf(name)};
      default:
        // As it was 400 records ago.
        if (!fs::exists(folder_ + "/old/" + name)) return {};
        bytes = *ReadFile(folder_ + "/old/" + name);
        what = "set back";
    }
    if (bytes == before) return {};
    EXPECT_EQ(WriteFileAtomically(path, bytes), absl::OkStatus());
    // The last that a start adds to the manifest, it would add again.
    if (what == "cut" && absl::StrContains(name, "MANIFEST") &&
        Rows("bad") == Rows("good")) {
      return {};
    }
    return {absl::StrCat(what, ": ", name), PlacesOf(name)};
  }

  // Every row of every table of a copy's database; why it does not open.
  std::string Rows(const std::string& of) {
    Copy(of, "look");
    KvOptions options;
    options.tables = LedgerTables();
    const auto kv = Kv::Open(folder_ + "/look/audit", options);
    if (!kv.ok()) return std::string(kv.status().message());
    std::string rows;
    for (size_t table = 0; table < options.tables.size(); ++table) {
      auto it = (*kv)->Iterate(static_cast<int>(table), "");
      for (; it->Valid(); it->Next()) {
        absl::StrAppend(&rows, table, " ", it->key(), " ", it->value(), "\n");
      }
      absl::StrAppend(&rows, it->status().ToString(), "\n");
    }
    return rows;
  }

  // The file itself; or, for what lies below the log, what is missing in it
  // then: a file of the database, a record, a tile, a row of the keyring.
  static std::vector<std::string> PlacesOf(const std::string& name) {
    std::vector<std::string> places = {name.substr(name.rfind('/') + 1),
                                       "tile/", "record "};
    if (absl::StartsWith(name, "audit/log/")) places.push_back("log/");
    if (absl::StartsWith(name, "audit.keys")) places.push_back("key");
    // A database that lacks its CURRENT, or a table of its own, names another.
    if (name.find("/log/") == std::string::npos) {
      places.push_back(".ldb");
      places.push_back("/bad/audit: ");
    }
    return places;
  }

  // The same to records, by who can write the database.
  Change TamperWithRecords() {
    KvOptions options;
    options.tables = LedgerTables();
    const auto kv = Kv::Open(folder_ + "/bad/audit", options);
    EXPECT_EQ(kv.status(), absl::OkStatus());
    const uint64_t a = 1 + random_() % 600;
    const uint64_t b = 1 + random_() % 600;
    const std::string first = *(*kv)->Get(kLedgerRecords, SequenceKey(a));
    const std::string second = *(*kv)->Get(kLedgerRecords, SequenceKey(b));
    KvBatch batch;
    std::string what;
    std::vector<std::string> places = {absl::StrCat("record ", a, " ")};
    switch (random_() % 4) {
      case 0: {
        std::string bytes = first;
        bytes[random_() % bytes.size()] ^= 1 << random_() % 8;
        batch.Put(kLedgerRecords, SequenceKey(a), bytes);
        what = absl::StrCat("edited record ", a);
        break;
      }
      case 1:
        batch.Delete(kLedgerRecords, SequenceKey(a));
        what = absl::StrCat("deleted record ", a);
        break;
      case 2:
        if (a == b) return {};
        batch.Put(kLedgerRecords, SequenceKey(a), second);
        batch.Put(kLedgerRecords, SequenceKey(b), first);
        what = absl::StrCat("swapped records ", a, " and ", b);
        break;
      default: {
        const LedgerTable table = static_cast<LedgerTable>(3 + random_() % 3);
        auto it = (*kv)->Iterate(table, "");
        for (int skip = random_() % 50; skip > 0 && it->Valid(); --skip) {
          it->Next();
        }
        batch.Delete(table, it->key());
        what = absl::StrCat("deleted a row of ", LedgerTables()[table]);
        places = {absl::StrCat("index ", LedgerTables()[table])};
      }
    }
    EXPECT_EQ((*kv)->Write(std::move(batch), true), absl::OkStatus());
    return {what, places};
  }

  // What opening and checking say, a line for each place; empty when all seems
  // well.
  std::string Report() {
    const auto ledger = Ledger::Open(folder_ + "/bad/audit");
    if (!ledger.ok()) return std::string(ledger.status().message());
    v1::VerifyChainRequest request;
    request.add_checkpoints(newest_);
    std::string report;
    uint64_t damaged = 0;
    const absl::Status status = VerifyChain(
        request, **ledger, [&](const v1::VerifyChainResponse& line) {
          if (line.done()) damaged = line.damaged();
          if (line.done()) return true;
          if (line.damaged_sequence() != 0) {
            absl::StrAppend(&report, "record ", line.damaged_sequence(), " ");
          }
          absl::StrAppend(&report, line.detail(), "\n");
          return true;
        });
    if (!status.ok()) return std::string(status.message());
    EXPECT_EQ(damaged > 0, !report.empty());
    return report;
  }

  const std::string folder_;
  std::mt19937 random_;
  std::string newest_;
};

TEST_F(TamperTest, NothingPasses) {
  Copy("good", "bad");
  ASSERT_EQ(Report(), "");
  const int rounds = Rounds();
  int done = 0;
  int reported = 0;
  while (done < rounds) {
    Copy("good", "bad");
    const Change change =
        random_() % 2 == 0 ? TamperWithFile() : TamperWithRecords();
    if (change.what.empty()) continue;
    ++done;
    const std::string report = Report();
    const bool placed = std::any_of(change.places.begin(), change.places.end(),
                                    [&](const std::string& place) {
                                      return absl::StrContains(report, place);
                                    });
    EXPECT_TRUE(placed) << change.what << ": " << report;
    reported += placed;
    if (getenv("FOOTNOTE_TAMPER_SHOW") != nullptr) {
      std::printf("%s: %s\n", change.what.c_str(), report.c_str());
    }
  }
  std::printf("%d changes, %d of them reported with their place\n", done,
              reported);
}

}  // namespace
}  // namespace footnote
