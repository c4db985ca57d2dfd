// The weights file of an encoder: named sections of bytes, each with its
// SHA-256, mapped into memory. docs/formats/encoder.md draws it.
#ifndef FOOTNOTE_MODEL_ENCODER_WEIGHTS_FILE_H_
#define FOOTNOTE_MODEL_ENCODER_WEIGHTS_FILE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/file.h"

namespace footnote {

// An open weights file. Immutable, so safe from many threads. Views that it
// gives live as long as it does.
class WeightsFile {
 public:
  // Maps `path` and checks magic, version, size and the SHA-256 of the header
  // and of every section, which reads the file once (2 GB/s and more).
  //   NotFound       no such file
  //   DataLoss       not a weights file, truncated, or a section is damaged
  //   Unimplemented  written by a newer release
  static absl::StatusOr<std::unique_ptr<WeightsFile>> Open(
      const std::string& path);

  // The same on bytes in memory, which must outlive the result. `name` is for
  // messages.
  static absl::StatusOr<std::unique_ptr<WeightsFile>> FromBytes(
      absl::string_view bytes, absl::string_view name);

  // The bytes of section `name`. DataLoss when there is none, or when it has
  // not `bytes` bytes.
  absl::StatusOr<absl::string_view> Bytes(absl::string_view name,
                                          size_t bytes) const;

  // The bytes of section `name`, as many as there are.
  absl::StatusOr<absl::string_view> Section(absl::string_view name) const;

  // Section `name` as little-endian numbers. DataLoss when there is none or
  // when it has not `count` numbers.
  absl::StatusOr<absl::Span<const float>> Floats(absl::string_view name,
                                                 size_t count) const;
  absl::StatusOr<absl::Span<const int32_t>> Integers(absl::string_view name,
                                                     size_t count) const;

  // What the sections are the weights of: "use-multilingual".
  const std::string& kind() const { return kind_; }

  // SHA-256 of the header, which holds the SHA-256 of every section, in
  // hexadecimal: it stands for all bytes of the file.
  const std::string& hash() const { return hash_; }

  // For messages: the path.
  const std::string& name() const { return name_; }

  // The status for a section whose content is wrong in itself.
  absl::Status Damaged(absl::string_view section, absl::string_view why) const;

 private:
  WeightsFile() = default;
  absl::Status Read(absl::string_view bytes);

  std::unique_ptr<MappedFile> mapping_;  // null when made from bytes
  std::string name_;
  std::string kind_;
  std::string hash_;
  std::map<std::string, absl::string_view> sections_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_WEIGHTS_FILE_H_
