// Folders of what not everybody on the machine may read.
#ifndef FOOTNOTE_BASE_PRIVATE_FOLDER_H_
#define FOOTNOTE_BASE_PRIVATE_FOLDER_H_

#include <string>

#include "absl/status/status.h"

namespace footnote {

// Creates `folder` so that its owner alone may enter it, whatever the umask
// says, and its parents as others are created. One that is there stays as it
// is: whoever made it said who may. Errors: as MakeFolder.
absl::Status MakePrivateFolder(const std::string& folder);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_PRIVATE_FOLDER_H_
