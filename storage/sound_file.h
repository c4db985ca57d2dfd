#ifndef FOOTNOTE_STORAGE_SOUND_FILE_H_
#define FOOTNOTE_STORAGE_SOUND_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace footnote {

// Reads a file of a store and compares it with the checksums that it holds: a
// segment (.seg), a table of a database (.sst). OK for every other file.
//   DataLoss  it is damaged; says where
absl::Status CheckIsSound(const std::string& path);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_SOUND_FILE_H_
