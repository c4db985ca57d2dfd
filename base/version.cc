#include "base/version.h"

#include "base/build_commit.inc"

namespace footnote {

absl::string_view ProgramVersion() { return "0.1.0"; }

absl::string_view BuildCommit() { return kBuildCommit; }

}  // namespace footnote
