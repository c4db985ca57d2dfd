// The two ways in which Romanian is written.
#ifndef FOOTNOTE_TEXT_ROMANIAN_H_
#define FOOTNOTE_TEXT_ROMANIAN_H_

#include <string>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace footnote {

// Small letters that old fonts have with a cedilla ("şi", "ţară") as they are
// spelt now, with a comma below ("și", "țară"); all others as they are.
inline std::string WithCommas(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"ş", "ș"}, {"ţ", "ț"}});
}

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_ROMANIAN_H_
