// Reads GGUF files, versions 2 and 3: metadata, then tensors.
#ifndef FOOTNOTE_MODEL_WEIGHTS_GGUF_H_
#define FOOTNOTE_MODEL_WEIGHTS_GGUF_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/file.h"
#include "model/weights/tensor.h"

namespace footnote {

// An open file, mapped. Immutable, so safe from many threads. Views that it
// gives live as long as it does.
class Gguf {
 public:
  // Maps `path` and reads metadata and the list of tensors; the numbers are
  // not looked at.
  //   NotFound       no such file
  //   DataLoss       not GGUF, truncated, or damaged: a length past the end, a
  //                  tensor outside the file, two that overlap or share a
  //                  name, impossible sides; the message names it
  //   Unimplemented  another version of the format
  static absl::StatusOr<std::unique_ptr<Gguf>> Open(const std::string& path);

  // The same on bytes in memory, which must outlive the result. `name` is for
  // messages.
  static absl::StatusOr<std::unique_ptr<Gguf>> FromBytes(
      absl::string_view bytes, absl::string_view name);

  // Tensors by GGUF's names ("blk.0.attn_q.weight"). Shapes have the outermost
  // side first, which is GGUF's last.
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }

  bool Has(absl::string_view key) const;

  // Metadata. InvalidArgument, naming the key, when there is none or when it
  // is of another kind. Numbers convert where nothing is lost.
  absl::StatusOr<absl::string_view> String(absl::string_view key) const;
  absl::StatusOr<int64_t> Integer(absl::string_view key) const;
  absl::StatusOr<double> Number(absl::string_view key) const;
  absl::StatusOr<bool> Bool(absl::string_view key) const;
  absl::StatusOr<std::vector<absl::string_view>> Strings(
      absl::string_view key) const;
  absl::StatusOr<std::vector<int64_t>> Integers(absl::string_view key) const;
  absl::StatusOr<std::vector<double>> Numbers(absl::string_view key) const;

  // Appends `key` and its value, as they lie in the file.
  // REQUIRES: Has(key)
  void AppendEntry(absl::string_view key, std::string* out) const;

  // For messages: the path.
  const std::string& name() const { return name_; }
  absl::string_view contents() const { return contents_; }
  uint32_t version() const { return version_; }

  // "key: value" of each, in the file's order; arrays by kind and length.
  std::vector<std::pair<std::string, std::string>> Metadata() const;

 private:
  // A value where it lies: checked once by Open.
  struct Value {
    uint32_t kind;
    uint32_t element_kind;  // of an array
    uint64_t count;         // of an array's elements
    absl::string_view bytes;
  };

  class Cursor;

  Gguf() = default;
  absl::Status Read();
  absl::Status ReadValues(uint64_t count, Cursor* cursor);
  absl::Status ReadTensors(uint64_t count, Cursor* cursor);
  absl::Status Damaged(absl::string_view part, absl::string_view why) const;
  absl::StatusOr<const Value*> Get(absl::string_view key,
                                   absl::string_view wanted) const;
  absl::Status Wrong(absl::string_view key, absl::string_view wanted) const;

  std::unique_ptr<MappedFile> mapping_;  // null when made from bytes
  absl::string_view contents_;
  std::string name_;
  uint32_t version_ = 0;
  std::map<std::string, Value, std::less<>> values_;
  std::vector<std::string> order_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_WEIGHTS_GGUF_H_
