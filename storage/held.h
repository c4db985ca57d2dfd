// How it is told that a store is held by another process.
#ifndef FOOTNOTE_STORAGE_HELD_H_
#define FOOTNOTE_STORAGE_HELD_H_

#include "absl/status/status.h"

namespace footnote {

// Marks an error as this one.
void SetHeldByAnother(absl::Status* status);

// Whether what could not be opened is held by another process, and may be had
// when that one ends.
bool IsHeldByAnother(const absl::Status& status);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_HELD_H_
