#include "audit/access_notes.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_context.h>
#include <grpcpp/test/server_context_test_spouse.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "audit/audit_service.h"
#include "audit/sealing.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

// What the disk says of each fdatasync of a keyring; 0: it is there.
static std::atomic<int> refusal{0};

// In place of the C library's.
extern "C" int fdatasync(int file) {
  char path[PATH_MAX];
  const std::string link = absl::StrCat("/proc/self/fd/", file);
  const ssize_t size = readlink(link.c_str(), path, sizeof(path));
  if (refusal != 0 && size > 0 &&
      absl::EndsWith(absl::string_view(path, size), ".keys")) {
    errno = refusal;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, file));
}

namespace footnote {
namespace {

using ::testing::HasSubstr;

// A folder with a small disk of its own.
class SmallDisk {
 public:
  SmallDisk() : folder_(::testing::TempDir() + "/diskXXXXXX") {
    mounted_ = mkdtemp(&folder_[0]) != nullptr &&
               mount("none", folder_.c_str(), "tmpfs", 0, "size=40m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  const std::string& folder() const { return folder_; }

  void Fill() const {
    std::ofstream file(folder_ + "/filler", std::ios::binary);
    const std::string block(4096, 'x');
    while (file << block && file.flush()) continue;
  }
  void MakeRoom() const { std::filesystem::remove(folder_ + "/filler"); }

 private:
  std::string folder_;
  bool mounted_ = false;
};

TEST(AccessNotesTest, OnAFullDiskTheyWaitAndComeLaterInTheirOrder) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  auto opened = Ledger::Open(disk.folder() + "/audit");
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::unique_ptr<Ledger> ledger = *std::move(opened);
  AccessNotes notes(ledger.get());
  ASSERT_EQ(notes.Note("GetRecord", "before", {}), absl::OkStatus());
  ASSERT_EQ(ledger->size(), 1u);

  disk.Fill();
  // What is left of the last block takes a few.
  int asked = 0;
  for (; notes.waiting() < 3; ++asked) {
    ASSERT_LT(asked, 100000);
    const absl::Status noted =
        notes.Note("GetRecord", absl::StrCat("answer ", asked), {"t", "anna"});
    ASSERT_EQ(noted, absl::OkStatus());
  }
  notes.CatchUp();
  EXPECT_EQ(notes.waiting(), 3u);
  EXPECT_EQ(ledger->size(), 1u + asked - 3);

  disk.MakeRoom();
  // The database looks for room every few seconds.
  for (int tries = 0; notes.waiting() > 0 && tries < 300; ++tries) {
    usleep(100000);
    notes.CatchUp();
  }
  EXPECT_EQ(notes.waiting(), 0u);
  ASSERT_EQ(ledger->size(), 1u + asked);
  for (int i = 0; i < asked; ++i) {
    const auto stored = ledger->Read(2 + i);
    ASSERT_TRUE(stored.ok()) << stored.status();
    const auto event = OpenEvent(stored->parts, *ledger->keyring());
    ASSERT_TRUE(event.ok()) << event.status();
    EXPECT_EQ(event->target(), absl::StrCat("answer ", i));
    EXPECT_EQ(event->principal(), "anna");
    if (i >= asked - 3) {
      EXPECT_THAT(event->note(), HasSubstr("not be written"));
    }
  }
}

TEST(AccessNotesTest, TheyWaitWhereTheDiskOfTheKeysFails) {
  auto opened = Ledger::Open(::testing::TempDir() + "/failing/audit");
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::unique_ptr<Ledger> ledger = *std::move(opened);
  AccessNotes notes(ledger.get());
  int asked = 0;
  for (const int error : {ENOSPC, EIO, EROFS}) {
    refusal = error;
    EXPECT_EQ(notes.Note("GetRecord", absl::StrCat(++asked), {"t", "anna"}),
              absl::OkStatus());
    notes.CatchUp();
    EXPECT_EQ(notes.waiting(), asked);
    EXPECT_EQ(ledger->size(), 0u);
  }
  refusal = 0;
  notes.CatchUp();
  EXPECT_EQ(notes.waiting(), 0u);
  EXPECT_EQ(ledger->size(), asked);
}

TEST(AccessNotesTest, NobodyWaitsUntilALongBacklogIsWritten) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  auto opened = Ledger::Open(disk.folder() + "/audit");
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::unique_ptr<Ledger> ledger = *std::move(opened);
  AccessNotes notes(ledger.get());
  disk.Fill();
  constexpr size_t kMany = 2 * AccessNotes::kWrittenTogether;
  for (int asked = 0; notes.waiting() < kMany; ++asked) {
    ASSERT_LT(asked, 100000);
    ASSERT_EQ(notes.Note("GetRecord", "before", {}), absl::OkStatus());
  }
  disk.MakeRoom();
  size_t waited = 0;
  uint64_t written = 0;
  // The database looks for room every few seconds.
  for (int tries = 0; tries < 300; ++tries) {
    waited = notes.waiting();
    written = ledger->size();
    ASSERT_EQ(notes.Note("GetRecord", "after", {}), absl::OkStatus());
    if (ledger->size() > written) break;
    usleep(100000);
  }
  EXPECT_EQ(notes.waiting(), waited - AccessNotes::kWrittenTogether);
  EXPECT_EQ(ledger->size(), written + AccessNotes::kWrittenTogether + 1);
  notes.CatchUp();
  EXPECT_EQ(notes.waiting(), 0u);
  EXPECT_EQ(ledger->size(), written + waited + 1);
}

TEST(AccessNotesTest, OneThatWaitsIsErasedWithWhoLooked) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  const std::string folder = disk.folder() + "/audit";
  {
    absl::StatusOr<AuditRoom> room = NewAuditService(nullptr, folder, {});
    ASSERT_TRUE(room.ok()) << room.status();
    auto* const audit = dynamic_cast<v1::Audit::Service*>(room->service.get());
    const auto look = [audit] {
      grpc::ServerContext anna;
      grpc::testing::ServerContextTestSpouse metadata(&anna);
      metadata.AddClientMetadata("footnote-principal-bin", "anna");
      v1::GetRecordRequest request;
      request.set_answer_id("00000000013SZ1ZAF3Q56GQQ0G");
      v1::AnswerRecord none;
      ASSERT_EQ(audit->GetRecord(&anna, &request, &none).error_code(),
                grpc::StatusCode::NOT_FOUND);
    };
    look();
    disk.Fill();
    for (int tries = 0; room->recording().ok(); ++tries) {
      ASSERT_LT(tries, 100000);
      look();
    }
    look();
    disk.MakeRoom();
    v1::EraseSubjectRequest request;
    request.set_principal("anna");
    grpc::Status erased;
    // The database looks for room every few seconds.
    for (int tries = 0; tries < 300; ++tries) {
      grpc::ServerContext operators;
      v1::EraseResponse response;
      erased = audit->EraseSubject(&operators, &request, &response);
      if (erased.ok()) break;
      usleep(100000);
    }
    ASSERT_TRUE(erased.ok()) << erased.error_message();
  }
  auto ledger = Ledger::Open(folder);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  bool waited = false;
  for (uint64_t sequence = 1; sequence <= (*ledger)->size(); ++sequence) {
    const auto stored = (*ledger)->Read(sequence);
    ASSERT_TRUE(stored.ok()) << stored.status();
    const auto event = OpenEvent(stored->parts, *(*ledger)->keyring());
    ASSERT_TRUE(event.ok()) << event.status();
    waited |= event->note().find("not be written") != std::string::npos;
    EXPECT_EQ(event->principal(), "") << sequence;
  }
  EXPECT_TRUE(waited);
}

// What is noted stays for good.
TEST(AccessNotesTest, ACallerFillsNoRecordWithWhatHeSends) {
  const std::string folder = ::testing::TempDir() + "/hostile";
  {
    absl::StatusOr<AuditRoom> room = NewAuditService(nullptr, folder, {});
    ASSERT_TRUE(room.ok()) << room.status();
    grpc::ServerBuilder builder;
    builder.RegisterService(room->service.get());
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    const auto audit =
        v1::Audit::NewStub(server->InProcessChannel(grpc::ChannelArguments()));
    v1::ExportBundleRequest many;
    for (int i = 0; i < 1001; ++i) {
      many.add_answer_ids("00000000013SZ1ZAF3Q56GQQ0G");
    }
    grpc::ClientContext exporting;
    EXPECT_EQ(audit->ExportBundle(&exporting, many)->Finish().error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
    v1::GetRecordRequest large;
    for (int i = 0; i < 100000; ++i) large.mutable_answer_id()->append("größe");
    grpc::ClientContext getting;
    v1::AnswerRecord none;
    EXPECT_EQ(audit->GetRecord(&getting, large, &none).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  }
  auto ledger = Ledger::Open(folder);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  ASSERT_EQ((*ledger)->size(), 1u);
  const auto stored = (*ledger)->Read(1);
  ASSERT_TRUE(stored.ok()) << stored.status();
  const auto event = OpenEvent(stored->parts, *(*ledger)->keyring());
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_THAT(event->target(), testing::StartsWith("größe"));
  EXPECT_LE(event->target().size(), AccessNotes::kMostTargetBytes);
}

TEST(TailTest, WhoFollowsDoesNotKeepAServerFromStopping) {
  const std::string folder = ::testing::TempDir() + "/followed";
  std::atomic<bool> stops{false};
  AuditOptions options;
  options.is_stopping = [&stops] { return stops.load(); };
  absl::StatusOr<AuditRoom> room = NewAuditService(nullptr, folder, options);
  ASSERT_TRUE(room.ok()) << room.status();
  grpc::ServerBuilder builder;
  builder.RegisterService(room->service.get());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto audit =
      v1::Audit::NewStub(server->InProcessChannel(grpc::ChannelArguments()));
  grpc::ClientContext following;
  following.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::minutes(1));
  v1::TailRequest request;
  request.set_follow(true);
  const auto lines = audit->Tail(&following, request);
  v1::TailResponse line;
  ASSERT_TRUE(lines->Read(&line));
  EXPECT_EQ(line.event().method(), "Tail");
  stops = true;
  EXPECT_FALSE(lines->Read(&line));
  const grpc::Status ended = lines->Finish();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ended.error_message(), "tail: the server stops");
  // Who waits hears of it, too, while the log is looked through.
  for (const bool follow : {false, true}) {
    grpc::ClientContext asking;
    asking.set_deadline(std::chrono::system_clock::now() +
                        std::chrono::minutes(1));
    request.set_follow(follow);
    const auto none = audit->Tail(&asking, request);
    EXPECT_FALSE(none->Read(&line));
    const grpc::Status told = none->Finish();
    EXPECT_EQ(told.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(told.error_message(), "tail: the server stops");
  }
}

TEST(FullDiskTest, ALogWhoseTilesAreMissingIsReadFromTheRecords) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  const std::string folder = disk.folder() + "/audit";
  std::string checkpoint;
  {
    auto ledger = Ledger::Open(folder);
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    for (int i = 0; i < 300; ++i) {
      v1::AuditEvent event;
      event.set_kind(v1::AuditEvent::ACCESS);
      event.set_target(absl::StrCat("answer ", i));
      ASSERT_TRUE((*ledger)->AppendEvent(event).ok());
    }
    ASSERT_EQ((*ledger)->Publish(/*sync=*/true), absl::OkStatus());
    checkpoint = (*ledger)->NewestCheckpoint();
  }
  ASSERT_TRUE(std::filesystem::remove(folder + "/log/tile/0/000"));
  ASSERT_TRUE(std::filesystem::remove(folder + "/log/log.vkey"));
  disk.Fill();
  LedgerOptions options;
  options.reads_when_full = true;
  // Full, and then not to be written to at all.
  for (const unsigned long only_read : {0ul, 0ul + MS_RDONLY}) {
    ASSERT_EQ(mount("none", disk.folder().c_str(), "tmpfs",
                    MS_REMOUNT | only_read, "size=40m"),
              0);
    auto ledger = Ledger::Open(folder, options);
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    EXPECT_EQ((*ledger)->health(), absl::OkStatus());
    EXPECT_EQ((*ledger)->NewestCheckpoint(), checkpoint);
    for (const uint64_t sequence : {1, 256, 300}) {
      const auto stored = (*ledger)->Read(sequence);
      ASSERT_TRUE(stored.ok()) << stored.status();
      EXPECT_EQ(OpenEvent(stored->parts, *(*ledger)->keyring())->target(),
                absl::StrCat("answer ", sequence - 1));
    }
    // Of somebody who has no key yet.
    v1::AuditEvent event;
    event.set_kind(v1::AuditEvent::ACCESS);
    event.set_principal(absl::StrCat("ada", only_read));
    const absl::Status status = (*ledger)->AppendEvent(event).status();
    EXPECT_EQ(status.code(), only_read == 0
                                 ? absl::StatusCode::kResourceExhausted
                                 : absl::StatusCode::kPermissionDenied)
        << status;
  }
  {
    // Of the door's caller nobody says that he may not.
    AuditOptions reading;
    reading.reads_when_full = true;
    reading.backups = "/";
    absl::StatusOr<AuditRoom> room = NewAuditService(nullptr, folder, reading);
    ASSERT_TRUE(room.ok()) << room.status();
    auto* const audit = dynamic_cast<v1::Audit::Service*>(room->service.get());
    grpc::ServerContext context;
    v1::SetLegalHoldRequest request;
    request.set_collection("c");
    request.set_hold(true);
    v1::SetLegalHoldResponse response;
    EXPECT_EQ(audit->SetLegalHold(&context, &request, &response).error_code(),
              grpc::StatusCode::UNAVAILABLE);
    grpc::ServerBuilder builder;
    builder.RegisterService(room->service.get());
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    const auto stub =
        v1::Audit::NewStub(server->InProcessChannel(grpc::ChannelArguments()));
    grpc::ClientContext asking;
    asking.set_deadline(std::chrono::system_clock::now() +
                        std::chrono::minutes(1));
    v1::CreateBackupRequest to_backup;
    to_backup.set_id("1");
    to_backup.set_folder(folder + "/backups");
    const auto progress = stub->CreateBackup(&asking, to_backup);
    v1::BackupProgress step;
    while (progress->Read(&step)) continue;
    const grpc::Status backup = progress->Finish();
    EXPECT_EQ(backup.error_code(), grpc::StatusCode::UNAVAILABLE)
        << backup.error_message();
  }
  ASSERT_EQ(
      mount("none", disk.folder().c_str(), "tmpfs", MS_REMOUNT, "size=40m"), 0);
  disk.MakeRoom();
  auto ledger = Ledger::Open(folder);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  EXPECT_TRUE(std::filesystem::exists(folder + "/log/tile/0/000"));
  EXPECT_TRUE(std::filesystem::exists(folder + "/log/log.vkey"));
}

}  // namespace
}  // namespace footnote
