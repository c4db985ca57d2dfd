// Reads tensors from a *.safetensors file: 8 bytes of length, a JSON header,
// then the numbers.
#ifndef FOOTNOTE_MODEL_WEIGHTS_SAFETENSORS_H_
#define FOOTNOTE_MODEL_WEIGHTS_SAFETENSORS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "model/weights/tensor.h"

namespace footnote {

// An open file, mapped. Immutable, so safe from many threads. Views that it
// gives live as long as it does.
class SafeTensors {
 public:
  // Maps `path` and reads its header; the numbers are not looked at.
  //   NotFound  no such file
  //   DataLoss  truncated; or the header is damaged, disagrees with the size,
  //             names a tensor twice or lets two share bytes
  static absl::StatusOr<std::unique_ptr<SafeTensors>> Open(
      const std::string& path);

  // The same on bytes in memory, which must outlive the result. `name` is for
  // messages.
  static absl::StatusOr<std::unique_ptr<SafeTensors>> FromBytes(
      absl::string_view bytes, absl::string_view name);

  // Tensor `name`. DataLoss when there is none, or when it has not `shape`;
  // Unimplemented when its numbers are not floats.
  absl::StatusOr<Tensor> Find(absl::string_view name,
                              const std::vector<uint64_t>& shape) const;

  // The same as 32-bit floats, row-major; also DataLoss when one of them is
  // not finite.
  absl::StatusOr<std::vector<float>> Floats(
      absl::string_view name, const std::vector<uint64_t>& shape) const;

  // All bytes of the file.
  absl::string_view contents() const { return contents_; }

  // By name.
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }
  bool Contains(absl::string_view name) const {
    return tensors_.count(std::string(name)) > 0;
  }

 private:
  SafeTensors() = default;
  absl::Status Read();
  absl::Status Damaged(absl::string_view part, absl::string_view why) const;

  std::unique_ptr<MappedFile> mapping_;  // null when made from bytes
  absl::string_view contents_;
  std::string name_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_WEIGHTS_SAFETENSORS_H_
