#include "audit/witness.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "audit/cosigner.h"
#include "audit/http.h"
#include "base/file.h"
#include "base/lock_file.h"
#include "tests/audit/book.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

class WitnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    witness_ = OpenWitness();
    Append(3);
  }

  std::unique_ptr<Witness> OpenWitness() {
    auto witness = Witness::Open(book_.folder() + "/witness", "w.example",
                                 {book_.ledger()->verifier()});
    EXPECT_EQ(witness.status(), absl::OkStatus());
    return *std::move(witness);
  }

  void Append(int records) {
    for (int i = 0; i < records; ++i) {
      v1::AuditEvent event;
      event.set_kind(v1::AuditEvent::ACCESS);
      ASSERT_EQ(book_.ledger()->AppendEvent(event).status(), absl::OkStatus());
    }
  }

  WitnessRequest Request(uint64_t old_size) {
    WitnessRequest request;
    request.old_size = old_size;
    request.checkpoint = book_.ledger()->NewestCheckpoint();
    const auto proof = ConsistencyProof(
        old_size, book_.ledger()->size(), [this](int level, uint64_t index) {
          return book_.ledger()->Node(level, index);
        });
    if (proof.ok()) request.proof = *proof;
    return request;
  }

  Witness::Answer Send(const WitnessRequest& request) {
    return witness_->AddCheckpoint(WitnessRequestText(request));
  }

  Book book_;
  std::unique_ptr<Witness> witness_;
};

TEST_F(WitnessTest, SignsWhatContinuesWhatItSigned) {
  Witness::Answer answer = Send(Request(0));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string newest = book_.ledger()->NewestCheckpoint();
  const auto note = ParseNote(newest + answer.body);
  ASSERT_EQ(note.status(), absl::OkStatus());
  EXPECT_EQ(CheckSignature(*note, witness_->verifier()), absl::OkStatus());
  EXPECT_EQ(CheckSignature(*note, book_.ledger()->verifier()),
            absl::OkStatus());
  Append(4);
  EXPECT_EQ(Send(Request(3)).status, 200);
  // The same again.
  EXPECT_EQ(Send(Request(7)).status, 200);
}

TEST_F(WitnessTest, RemembersThroughARestart) {
  ASSERT_EQ(Send(Request(0)).status, 200);
  witness_.reset();
  witness_ = OpenWitness();
  Append(1);
  const Witness::Answer answer = Send(Request(0));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body, "3\n");
  EXPECT_EQ(Send(Request(3)).status, 200);
}

// Each would sign a history of its own.
TEST_F(WitnessTest, IsOneAtATime) {
  const auto second = Witness::Open(book_.folder() + "/witness", "w.example",
                                    {book_.ledger()->verifier()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()),
              testing::HasSubstr("another process holds it"));
}

// The one that comes second would put its key in the place of the first one's.
TEST_F(WitnessTest, MakesNoKeyInAFolderThatAnotherOneHolds) {
  const std::string folder = book_.folder() + "/other";
  std::filesystem::create_directory(folder);
  const int held = open((folder + "/lock").c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_TRUE(*TryLockFile(held, folder));
  EXPECT_EQ(Witness::Open(folder, "w.example", {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(std::filesystem::exists(folder + "/witness.key"));
  close(held);
  EXPECT_EQ(Witness::Open(folder, "w.example", {}).status(), absl::OkStatus());
}

TEST_F(WitnessTest, RefusesAnotherHistory) {
  book_.Close();
  std::filesystem::copy(book_.folder() + "/audit", book_.folder() + "/fork",
                        std::filesystem::copy_options::recursive);
  book_.Open();
  Append(2);
  ASSERT_EQ(Send(Request(0)).status, 200);
  book_.Close();
  std::filesystem::remove_all(book_.folder() + "/audit");
  std::filesystem::rename(book_.folder() + "/fork", book_.folder() + "/audit");
  book_.Open();
  Append(2);
  const Witness::Answer same_size = Send(Request(5));
  EXPECT_EQ(same_size.status, 422) << same_size.body;
  Append(1);
  EXPECT_EQ(Send(Request(5)).status, 422);
}

TEST_F(WitnessTest, RefusesRequestsThatAreWrong) {
  EXPECT_EQ(witness_->AddCheckpoint("").status, 400);
  EXPECT_EQ(witness_->AddCheckpoint("old x\n\nnote").status, 400);
  WitnessRequest request = Request(0);
  request.old_size = 9;
  EXPECT_EQ(Send(request).status, 400);
  request = Request(0);
  // Another signature, still in base64.
  char& letter = request.checkpoint[request.checkpoint.size() - 5];
  letter = letter == 'A' ? 'B' : 'A';
  EXPECT_EQ(Send(request).status, 403);
  Book other;
  request = Request(0);
  request.checkpoint = other.ledger()->NewestCheckpoint();
  EXPECT_EQ(Send(request).status, 404);
  ASSERT_EQ(Send(Request(0)).status, 200);
  Append(5);
  request = Request(3);
  request.proof.pop_back();
  EXPECT_EQ(Send(request).status, 422);
}

TEST_F(WitnessTest, ALogAsksItsWitnessesOverHttp) {
  auto server = HttpServer::Start(
      "127.0.0.1", 0, "/add-checkpoint", [this](const std::string& body) {
        const Witness::Answer answer = witness_->AddCheckpoint(body);
        return HttpAnswer{answer.status, answer.body};
      });
  ASSERT_EQ(server.status(), absl::OkStatus());
  const std::string url = absl::StrCat("http://127.0.0.1:", (*server)->port());
  // The witness knows more of the log than a log that starts anew thinks.
  ASSERT_EQ(Send(Request(0)).status, 200);
  Append(260);
  Cosigner cosigner(book_.ledger(), {{url, witness_->verifier()}},
                    absl::InfiniteDuration());
  ASSERT_EQ(cosigner.AskAll(), 1);
  const std::string cosigned = book_.ledger()->CosignedCheckpoint();
  const auto note = ParseNote(cosigned);
  ASSERT_EQ(note.status(), absl::OkStatus());
  EXPECT_EQ(CheckSignature(*note, witness_->verifier()), absl::OkStatus());
  Append(1);
  ASSERT_EQ(cosigner.AskAll(), 1);
  EXPECT_NE(book_.ledger()->CosignedCheckpoint(), cosigned);
  EXPECT_EQ(book_.Walk().back().damaged(), 0u);
  // It is kept.
  book_.WhileClosed([](Kv*) {});
  EXPECT_NE(book_.ledger()->CosignedCheckpoint(), "");
}

// As one does that goes over to a new key.
TEST_F(WitnessTest, OfTheSignaturesOfAWitnessThatOfItsKnownKeyIsKept) {
  const SigningKey other(std::string(32, 'k'));
  const std::string text = ParseNote(book_.ledger()->NewestCheckpoint())->text;
  Note first;
  first.signatures = {Cosign(text, "w.example", other, 1)};
  auto server = HttpServer::Start(
      "127.0.0.1", 0, "/add-checkpoint", [&](const std::string& body) {
        const Witness::Answer answer = witness_->AddCheckpoint(body);
        return HttpAnswer{answer.status,
                          absl::StrCat(NoteText(first).substr(1), answer.body)};
      });
  ASSERT_EQ(server.status(), absl::OkStatus());
  Cosigner cosigner(book_.ledger(),
                    {{absl::StrCat("http://127.0.0.1:", (*server)->port()),
                      witness_->verifier()}},
                    absl::InfiniteDuration());
  ASSERT_EQ(cosigner.AskAll(), 1);
  const auto note = ParseNote(book_.ledger()->CosignedCheckpoint());
  ASSERT_EQ(note.status(), absl::OkStatus());
  EXPECT_EQ(note->signatures.size(), 2u);
  EXPECT_EQ(CheckSignature(*note, witness_->verifier()), absl::OkStatus());
}

TEST_F(WitnessTest, AWitnessThatIsAwayHoldsUpNothing) {
  Cosigner cosigner(book_.ledger(),
                    {{"http://127.0.0.1:1", witness_->verifier()}},
                    absl::InfiniteDuration());
  EXPECT_EQ(cosigner.AskAll(), 0);
  EXPECT_EQ(book_.ledger()->CosignedCheckpoint(), "");
}

TEST_F(WitnessTest, TheLogNamesAWitnessThatDidNotSignAndSaysWhy) {
  Book other;
  auto server = HttpServer::Start(
      "127.0.0.1", 0, "/add-checkpoint", [this](const std::string& body) {
        const Witness::Answer answer = witness_->AddCheckpoint(body);
        return HttpAnswer{answer.status, answer.body};
      });
  ASSERT_EQ(server.status(), absl::OkStatus());
  const std::string url = absl::StrCat("http://127.0.0.1:", (*server)->port());
  v1::AuditEvent event;
  event.set_kind(v1::AuditEvent::ACCESS);
  ASSERT_EQ(other.ledger()->AppendEvent(event).status(), absl::OkStatus());
  testing::internal::CaptureStderr();
  {
    Cosigner cosigner(other.ledger(), {{url, witness_->verifier()}},
                      absl::Milliseconds(1));
    absl::SleepFor(absl::Seconds(1));
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("a witness did not sign witness=\"" + url +
                        "\" error=\"status 404: no log of that name\""));
}

TEST_F(WitnessTest, ItsServerKnowsOnePathAndPost) {
  auto server = HttpServer::Start("127.0.0.1", 0, "/add-checkpoint",
                                  [](const std::string& body) {
                                    return HttpAnswer{200, body};
                                  });
  ASSERT_EQ(server.status(), absl::OkStatus());
  const std::string url = absl::StrCat("http://127.0.0.1:", (*server)->port());
  const auto echo =
      HttpPost(url + "/add-checkpoint", "text", absl::Seconds(20));
  ASSERT_EQ(echo.status(), absl::OkStatus());
  EXPECT_EQ(echo->body, "text");
  EXPECT_EQ(HttpPost(url + "/other", "text", absl::Seconds(20))->status, 404);
  EXPECT_EQ(HttpPost(url + "/add-checkpoint", std::string(2 << 20, 'x'),
                     absl::Seconds(20))
                ->status,
            413);
  EXPECT_FALSE(HttpPost("file:///etc/passwd", "", absl::Seconds(5)).ok());
}

}  // namespace
}  // namespace footnote
