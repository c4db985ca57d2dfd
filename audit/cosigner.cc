#include "audit/cosigner.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "audit/http.h"
#include "audit/merkle.h"
#include "audit/witness.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// Of the signatures of `note` that of `witness`: one that goes over to a new
// key sends one of each.
absl::StatusOr<Note::Signature> SignatureOf(const Verifier& witness,
                                            const Note& note) {
  for (const Note::Signature& signature : note.signatures) {
    if (CheckSignature({note.text, {signature}}, witness).ok()) {
      return signature;
    }
  }
  return CheckSignature(note, witness);
}

}  // namespace

Cosigner::Cosigner(Ledger* ledger, std::vector<WitnessAddress> witnesses,
                   absl::Duration every)
    : ledger_(ledger), witnesses_(std::move(witnesses)) {
  if (every < absl::InfiniteDuration()) {
    thread_ = std::thread([this, every] { Run(every); });
  }
}

Cosigner::~Cosigner() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Cosigner::Run(absl::Duration every) {
  std::unique_lock<std::mutex> lock(mutex_);
  bool failing = false;
  while (!wake_.wait_for(lock, absl::ToChronoMilliseconds(every),
                         [this] { return stopping_; })) {
    if (ledger_->size() == done_) continue;
    lock.unlock();
    const bool all = AskAll() == static_cast<int>(witnesses_.size());
    if (!all && !failing) {
      Log(Severity::kWarning, "a witness did not sign",
          {{"witness", failed_}, {"error", why_}});
    }
    failing = !all;
    lock.lock();
  }
}

int Cosigner::AskAll() {
  const std::string newest = ledger_->NewestCheckpoint();
  const absl::StatusOr<Checkpoint> checkpoint =
      OpenCheckpoint(newest, ledger_->verifier());
  const absl::StatusOr<Note> note = ParseNote(newest);
  if (!checkpoint.ok() || !note.ok()) return 0;
  Note cosigned = *note;
  int signatures = 0;
  for (const WitnessAddress& witness : witnesses_) {
    absl::StatusOr<Note::Signature> signature =
        Ask(witness, *checkpoint, newest);
    if (!signature.ok()) {
      failed_ = witness.url;
      why_ = std::string(signature.status().message());
      continue;
    }
    cosigned.signatures.push_back(*std::move(signature));
    ++signatures;
  }
  if (signatures > 0) ledger_->SetCosigned(NoteText(cosigned)).IgnoreError();
  if (signatures == static_cast<int>(witnesses_.size())) {
    done_ = checkpoint->size;
  }
  return signatures;
}

absl::StatusOr<Note::Signature> Cosigner::Ask(const WitnessAddress& witness,
                                              const Checkpoint& checkpoint,
                                              const std::string& signed_note) {
  uint64_t& known = sizes_[witness.url];
  // Once more when the witness knows another size than we thought.
  for (int attempt = 0; attempt < 2; ++attempt) {
    WitnessRequest request;
    request.old_size = known;
    request.checkpoint = signed_note;
    ASSIGN_OR_RETURN(request.proof,
                     ConsistencyProof(known, checkpoint.size,
                                      [this](int level, uint64_t index) {
                                        return ledger_->Node(level, index);
                                      }));
    ASSIGN_OR_RETURN(const HttpAnswer answer,
                     HttpPost(absl::StrCat(witness.url, "/add-checkpoint"),
                              WitnessRequestText(request), kPatience));
    if (answer.status == 409) {
      if (!absl::SimpleAtoi(absl::StripAsciiWhitespace(answer.body), &known)) {
        return absl::InternalError("status 409 without a size");
      }
      continue;
    }
    if (answer.status != 200) {
      return absl::FailedPreconditionError(
          absl::StrCat("status ", answer.status, ": ",
                       absl::StripAsciiWhitespace(answer.body)));
    }
    ASSIGN_OR_RETURN(const Note own, ParseNote(signed_note));
    ASSIGN_OR_RETURN(const Note signatures,
                     ParseNote(absl::StrCat(own.text, "\n", answer.body)));
    ASSIGN_OR_RETURN(Note::Signature signature,
                     SignatureOf(witness.verifier, signatures));
    known = checkpoint.size;
    return signature;
  }
  return absl::FailedPreconditionError("it knows another size each time");
}

}  // namespace footnote
