// What was erased is in no file of the store, and in none of a backup that is
// made afterwards; a backup from before is unreadable with the keys of now; and
// every record, the erased ones too, is proved as before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/backup.h"
#include "audit/erase.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/prove.h"
#include "base/file.h"
#include "base/hash.h"
#include "storage/backup.h"
#include "tests/audit/book.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRun = 16;

// Whether any file below `folder` holds any 16 bytes in a row of one of
// `texts`.
std::string FileWithAPartOf(const std::string& folder,
                            const std::vector<std::string>& texts) {
  std::unordered_set<std::string> runs;
  for (const std::string& text : texts) {
    for (size_t i = 0; i + kRun <= text.size(); ++i) {
      runs.insert(text.substr(i, kRun));
    }
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = *ReadFile(entry.path().string());
    for (size_t i = 0; i + kRun <= bytes.size(); ++i) {
      if (runs.count(bytes.substr(i, kRun)) > 0) return entry.path().string();
    }
  }
  return "";
}

StoreOptions Plain() {
  StoreOptions options;
  // Bytes can be looked for only where they stand as they are.
  options.compress = false;
  return options;
}

class ErasedBackupTest : public ::testing::Test {
 protected:
  ErasedBackupTest() : book_(Plain()) {
    std::mt19937 random(7);
    for (const char* name : {"kept", "gone"}) {
      std::string text;
      for (int i = 0; i < 50; ++i) {
        absl::StrAppend(&text, name, " word ", random(), i % 7 ? " " : ". ");
      }
      texts_.push_back(text);
      versions_.push_back(book_.AddVersion(name, text));
    }
    for (int i = 0; i < 20; ++i) {
      Ask(i % 3 == 0 ? "anna" : "bert", i % 4 == 0 ? 1 : 0, i);
    }
  }

  static std::string Question(const std::string& who, int number) {
    return absl::StrCat("what ", who, " wanted to know, number ", number);
  }

  void Ask(const std::string& who, size_t document, int number) {
    const std::string quote = texts_[document].substr(40, 100);
    v1::AppendAnswerRequest request =
        book_.Answer(versions_[document], {quote});
    request.mutable_record()->set_principal(who);
    request.mutable_record()->mutable_answer()->set_question(
        Question(who, number));
    receipts_.push_back(book_.Append(request));
  }

  // Backs records and documents up into the new folder `name`.
  std::string BackUp(const std::string& name) {
    const std::string folder = absl::StrCat(book_.folder(), "_", name);
    v1::CreateBackupRequest request;
    request.set_folder(folder + "/backup");
    request.set_id("one");
    fs::create_directories(folder);
    EXPECT_EQ(BackUpLedger(request, folder, book_.ledger(),
                           [](const v1::BackupProgress&) { return true; }),
              absl::OkStatus());
    const auto checkpoint = book_.store()->Checkpoint();
    EXPECT_EQ(checkpoint.status(), absl::OkStatus());
    EXPECT_EQ(AddToBackup(folder + "/backup", "one", kStorePart,
                          (*checkpoint)->folder(), "", nullptr)
                  .status(),
              absl::OkStatus());
    return folder;
  }

  // The log of a backup, with the keys of now.
  std::unique_ptr<Ledger> Restore(const std::string& folder) {
    EXPECT_EQ(RestoreBackup(folder + "/backup", "one", folder + "/restored"),
              absl::OkStatus());
    for (const char* file : {"/audit.keys", "/audit.keys.master"}) {
      fs::copy_file(book_.folder() + file, folder + "/restored" + file);
    }
    auto ledger = Ledger::Open(folder + "/restored/audit");
    EXPECT_EQ(ledger.status(), absl::OkStatus());
    return *std::move(ledger);
  }

  void EraseAnnaAndTheDocument() {
    v1::EraseSubjectRequest subject;
    subject.set_principal("anna");
    ASSERT_EQ(EraseSubject(subject, {}, book_.ledger())->answers(), 7u);
    v1::EraseDocumentRequest document;
    document.set_collection("c");
    document.set_document("gone");
    ASSERT_EQ(EraseDocument(document, {}, book_.ledger())->answers(), 5u);
    Commit commit;
    commit.collection = "c";
    commit.deleted_documents = {"gone"};
    ASSERT_EQ(book_.store()->Apply(commit).status(), absl::OkStatus());
    ASSERT_EQ(book_.store()->Erase("c", "gone", nullptr), absl::OkStatus());
  }

  // All that must be nowhere: what Anna asked, what she was answered, and the
  // document, also as it stood in Bert's answers.
  std::vector<std::string> Erased() const {
    std::vector<std::string> texts = {texts_[1]};
    for (int i = 0; i < 20; i += 3) texts.push_back(Question("anna", i));
    return texts;
  }

  void ExpectEveryProof(const Ledger& ledger) {
    const auto tree =
        OpenCheckpoint(ledger.NewestCheckpoint(), ledger.verifier());
    ASSERT_EQ(tree.status(), absl::OkStatus());
    for (const v1::Receipt& receipt : receipts_) {
      const auto proof =
          ProveRecord(receipt.sequence(), ledger.NewestCheckpoint(), ledger);
      ASSERT_EQ(proof.status(), absl::OkStatus());
      const auto bytes =
          ledger.kv()->Get(kLedgerRecords, SequenceKey(receipt.sequence()));
      ASSERT_EQ(bytes.status(), absl::OkStatus());
      EXPECT_EQ(AsBytes(LeafHash(*bytes)), receipt.record_sha256());
      EXPECT_EQ(CheckInclusion(proof->index, tree->size, LeafHash(*bytes),
                               proof->hashes, tree->root),
                absl::OkStatus());
    }
  }

  // What can be read of each answer, and what can't.
  void ExpectReadable(const Ledger& ledger) {
    for (int i = 0; i < 20; ++i) {
      const auto record = ledger.FindAnswer(receipts_[i].answer_id(), "");
      ASSERT_EQ(record.status(), absl::OkStatus()) << i;
      const bool annas = i % 3 == 0;
      const bool cites_it = i % 4 == 0;
      EXPECT_EQ(record->answer().question(), annas ? "" : Question("bert", i));
      EXPECT_EQ(record->answer().text().empty(), annas || cites_it) << i;
      EXPECT_EQ(record->answer().citations(0).sources(0).quote().empty(),
                annas || cites_it)
          << i;
    }
  }

  Book book_;
  std::vector<std::string> texts_;
  std::vector<v1::DocumentVersion> versions_;
  std::vector<v1::Receipt> receipts_;
};

TEST_F(ErasedBackupTest, NothingOfItIsInTheStoreOrALaterBackup) {
  // What is looked for would be found.
  ASSERT_NE(FileWithAPartOf(book_.folder(), {texts_[1]}), "");
  EraseAnnaAndTheDocument();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_EQ(FileWithAPartOf(book_.folder(), Erased()), "");
  ASSERT_NE(FileWithAPartOf(book_.folder(), {texts_[0]}), "");

  const std::string folder = BackUp("after");
  EXPECT_EQ(FileWithAPartOf(folder, Erased()), "");
  ASSERT_NE(FileWithAPartOf(folder, {texts_[0]}), "");
  const auto restored = Restore(folder);
  EXPECT_EQ(FileWithAPartOf(folder, Erased()), "");
  for (const Ledger* const ledger : {book_.ledger(), restored.get()}) {
    EXPECT_EQ(ledger->health(), absl::OkStatus());
    ExpectEveryProof(*ledger);
    ExpectReadable(*ledger);
  }
}

TEST_F(ErasedBackupTest, ABackupThatFailsLeavesNoCopyOfTheKeys) {
  const std::string folder = absl::StrCat(book_.folder(), "_failed");
  fs::create_directories(folder);
  v1::CreateBackupRequest request;
  request.set_folder(folder + "/backup");
  request.set_id("one");
  const auto back_up = [&] {
    return BackUpLedger(request, folder, book_.ledger(),
                        [](const v1::BackupProgress&) { return true; });
  };
  ASSERT_EQ(back_up(), absl::OkStatus());
  // There is such a backup.
  request.set_keys(folder + "/keys");
  EXPECT_EQ(back_up().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_FALSE(fs::exists(request.keys()));
  // Nor is a copy removed that was there before.
  request.set_id("two");
  ASSERT_EQ(back_up(), absl::OkStatus());
  request.set_id("three");
  EXPECT_EQ(back_up().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(fs::exists(request.keys()));
}

TEST_F(ErasedBackupTest, RecordsOfABackupFromBeforeCanNotBeRead) {
  const std::string folder = BackUp("before");
  EraseAnnaAndTheDocument();
  ASSERT_FALSE(HasFatalFailure());
  const auto restored = Restore(folder);
  ExpectEveryProof(*restored);
  ExpectReadable(*restored);
}

}  // namespace
}  // namespace footnote
