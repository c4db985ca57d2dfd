// Any bytes as a record, a bundle, a note, a proof, a request to a witness:
// each says what is wrong, or gives back what it would write itself.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <string>

#include "absl/strings/string_view.h"
#include "audit/bundle.h"
#include "audit/ledger_tables.h"
#include "audit/note.h"
#include "audit/record.h"
#include "audit/sealing.h"
#include "audit/tiles.h"
#include "audit/witness.h"

namespace footnote {
namespace {

void Require(bool condition) {
  if (!condition) abort();
}

void Fuzz(absl::string_view bytes) {
  const auto parts = DecodeRecord(bytes);
  if (parts.ok()) {
    Require(EncodeRecord(*parts) == bytes);
    BodyOfAnswer(*parts).status().IgnoreError();
  }
  const auto note = ParseNote(bytes);
  if (note.ok()) Require(NoteText(*note) == bytes);
  const auto checkpoint = ParseCheckpoint(bytes);
  if (checkpoint.ok()) {
    Require(ParseCheckpoint(CheckpointText(*checkpoint)).ok());
  }
  const auto verifier = ParseVerifier(bytes);
  if (verifier.ok()) Require(ParseVerifier(VerifierText(*verifier)).ok());
  const auto proof = ParseLogProof(bytes);
  if (proof.ok()) Require(ParseLogProof(LogProofText(*proof)).ok());
  const auto request = ParseWitnessRequest(bytes);
  if (request.ok()) {
    Require(ParseWitnessRequest(WitnessRequestText(*request)).ok());
  }
  const auto bundle = ReadBundle(bytes);
  if (bundle.ok()) {
    Require(ReadBundle(WriteBundle(*bundle)).ok());
    CheckBundle(*bundle, {"log", Verifier::kLog, std::string(32, 'k')}, {});
  }
  DecodeCiting(bytes).status().IgnoreError();
  ParseTile(bytes, bytes.size() / 32).status().IgnoreError();
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  footnote::Fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
