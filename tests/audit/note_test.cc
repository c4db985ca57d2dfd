#include "audit/note.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace footnote {
namespace {

// The example of Go's package golang.org/x/mod/sumdb/note.
constexpr char kKey[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kNote[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n";

SigningKey Key() { return SigningKey(Sha256("a seed")); }

TEST(NoteTest, TakesANoteOfAnotherProgram) {
  const auto verifier = ParseVerifier(kKey);
  ASSERT_EQ(verifier.status(), absl::OkStatus());
  EXPECT_EQ(VerifierText(*verifier), kKey);
  const auto note = ParseNote(kNote);
  ASSERT_EQ(note.status(), absl::OkStatus());
  EXPECT_EQ(CheckSignature(*note, *verifier), absl::OkStatus());
  EXPECT_EQ(NoteText(*note), kNote);
}

TEST(NoteTest, NoChangedBytePasses) {
  const Verifier verifier = *ParseVerifier(kKey);
  for (size_t i = 0; i + 1 < sizeof(kNote); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = kNote;
      bytes[i] ^= 1 << bit;
      const auto note = ParseNote(bytes);
      EXPECT_FALSE(note.ok() && CheckSignature(*note, verifier).ok())
          << "byte " << i << " bit " << bit;
    }
  }
}

TEST(NoteTest, ACheckpointComesBackAsItWasSigned) {
  const SigningKey key = Key();
  const Verifier verifier = {"log.example/1", Verifier::kLog, key.public_key()};
  const Checkpoint checkpoint = {"log.example/1", 42, LeafHash("x")};
  Note note;
  note.text = CheckpointText(checkpoint);
  note.signatures = {SignNote(note.text, verifier.name, key)};
  const auto opened = OpenCheckpoint(NoteText(note), verifier);
  ASSERT_EQ(opened.status(), absl::OkStatus());
  EXPECT_EQ(opened->size, 42u);
  EXPECT_EQ(opened->root, checkpoint.root);
  // Another key, another name.
  Verifier other = verifier;
  other.public_key = SigningKey(Sha256("other")).public_key();
  EXPECT_FALSE(OpenCheckpoint(NoteText(note), other).ok());
  other = verifier;
  other.name = "log.example/2";
  EXPECT_FALSE(OpenCheckpoint(NoteText(note), other).ok());
}

TEST(NoteTest, AWitnessSignsTheTimeToo) {
  const SigningKey key = Key();
  const Verifier witness = {"witness.example", Verifier::kWitness,
                            key.public_key()};
  Note note;
  note.text = CheckpointText({"log.example/1", 42, LeafHash("x")});
  note.signatures = {Cosign(note.text, witness.name, key, 1700000000)};
  EXPECT_EQ(CheckSignature(note, witness), absl::OkStatus());
  EXPECT_EQ(CheckSignature(*ParseNote(NoteText(note)), witness),
            absl::OkStatus());
  // The eight bytes behind the key's hash are the time.
  note.signatures[0].bytes[11] ^= 1;
  EXPECT_FALSE(CheckSignature(note, witness).ok());
}

TEST(NoteTest, RefusesWhatIsNoCheckpoint) {
  for (const char* text :
       {"", "log\n", "log\n1\n", "log\n01\nAAAA\n", "log\n-1\nAAAA\n",
        "log\n1\nAAAA\n", "log\n1\n!\n",
        "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}) {
    EXPECT_FALSE(ParseCheckpoint(text).ok()) << text;
  }
  for (const char* text : {"", "a+b", "a+00000000+AAAA", "+c74f20a3+ARpc"}) {
    EXPECT_FALSE(ParseVerifier(text).ok()) << text;
  }
  for (const char* text :
       {"", "a\n", "a\n\n", "a\n\nb\n", "a\n\n\xE2\x80\x94 b\n"}) {
    EXPECT_FALSE(ParseNote(text).ok()) << text;
  }
}

TEST(NoteTest, AProofIsATextOfItsOwn) {
  LogProof proof;
  proof.index = 12;
  proof.hashes = {LeafHash("a"), LeafHash("b")};
  proof.checkpoint = kNote;
  const auto read = ParseLogProof(LogProofText(proof));
  ASSERT_EQ(read.status(), absl::OkStatus());
  EXPECT_EQ(read->index, 12u);
  EXPECT_EQ(read->hashes, proof.hashes);
  EXPECT_EQ(read->checkpoint, kNote);
  for (const char* text : {"", "c2sp.org/tlog-proof@v1\n\nx",
                           "c2sp.org/tlog-proof@v2\nindex 1\n\nx",
                           "c2sp.org/tlog-proof@v1\nindex x\n\nx",
                           "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx"}) {
    EXPECT_FALSE(ParseLogProof(text).ok()) << text;
  }
}

}  // namespace
}  // namespace footnote
