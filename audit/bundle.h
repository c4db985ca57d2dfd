// An exported file with answers, their proofs and what they cite, and its
// check. Nothing here needs a server, a store or a key that is not in it:
// docs/formats/bundle.md.
#ifndef FOOTNOTE_AUDIT_BUNDLE_H_
#define FOOTNOTE_AUDIT_BUNDLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/note.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

struct Bundle {
  // The log's, as it says itself; see CheckBundle.
  std::string public_key;

  struct Section {
    uint32_t number = 0;
    std::string salt;
    std::string text;
  };
  struct Answer {
    std::string answer_id;
    // C2SP tlog-proof.
    std::string proof;
    // The record's bytes: what the leaf is of.
    std::string record;
    // Those that could be opened; the others are erased.
    std::vector<Section> sections;
  };
  std::vector<Answer> answers;

  // The whole canonical text of a cited version.
  struct Source {
    std::string collection;
    std::string document;
    uint32_t version = 0;
    std::string text;
  };
  std::vector<Source> sources;
};

std::string WriteBundle(const Bundle& bundle);
//   InvalidArgument  not a bundle, or one with fields that this release does
//                    not know; says where
absl::StatusOr<Bundle> ReadBundle(absl::string_view json);

// What checking one answer of a bundle gave.
struct CheckedAnswer {
  // The answer, as far as it could be opened.
  v1::AnswerRecord record;
  // The record is in the log that the key signs, and is what it was then.
  bool in_log = false;
  // Every section that is there is what was committed to, and nothing of it is
  // missing.
  bool whole = false;
  struct Quote {
    std::string document;
    uint32_t version = 0;
    v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
    std::string detail;
  };
  std::vector<Quote> quotes;
  // What is wrong, a line each; empty when nothing is.
  std::vector<std::string> wrong;
  // What can't be said, a line each: erased parts, sources left out.
  std::vector<std::string> open;
};

struct CheckedBundle {
  Checkpoint checkpoint;
  std::vector<CheckedAnswer> answers;
  // Of the bundle as a whole.
  std::vector<std::string> wrong;
  bool good = false;
};

// Checks everything that can be checked with the bundle and the log's public
// key alone. With `witnesses`, the checkpoint must have the cosignature of
// each.
CheckedBundle CheckBundle(const Bundle& bundle, const Verifier& log,
                          const std::vector<Verifier>& witnesses);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_BUNDLE_H_
