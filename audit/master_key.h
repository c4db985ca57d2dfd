// Where the key comes from that wraps all others.
#ifndef FOOTNOTE_AUDIT_MASTER_KEY_H_
#define FOOTNOTE_AUDIT_MASTER_KEY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace footnote {

// One implementation per place; a key management service is one more. Asked
// once, when the room opens.
class MasterKeySource {
 public:
  virtual ~MasterKeySource() = default;
  // The 32 raw bytes. Where there is none, one may be made if `make`: nothing
  // was wrapped with it yet.
  virtual absl::StatusOr<std::string> Fetch(bool make) = 0;
};

// A file with 64 hexadecimal digits. Made where it is missing, or empty, and
// may be made, readable by its owner only; after a kill it is whole or not
// there.
//   FailedPrecondition  it is missing, or empty
//   InvalidArgument     something else is in it
std::unique_ptr<MasterKeySource> MasterKeyInFile(std::string path);

// An environment variable with 64 hexadecimal digits.
//   FailedPrecondition  it is not set
std::unique_ptr<MasterKeySource> MasterKeyInEnvironment(std::string variable);

// A program that prints 64 hexadecimal digits: the client of a key management
// service. Run by the shell, with this process's rights.
//   FailedPrecondition  it ended with another status than 0
std::unique_ptr<MasterKeySource> MasterKeyOfCommand(std::string command);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_MASTER_KEY_H_
