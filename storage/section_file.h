#ifndef FOOTNOTE_STORAGE_SECTION_FILE_H_
#define FOOTNOTE_STORAGE_SECTION_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/segment_format.h"

namespace footnote {

// The frame of a segment file while it is written, front to back: header,
// sections, section table, footer. The file stands under a temporary name
// until Commit; without Commit it is removed.
//
// Not thread-safe.
class SectionFile {
 public:
  // What temporary names end with, for whoever clears the folder.
  static constexpr char kTemporarySuffix[] = ".tmp";

  //   NotFound, PermissionDenied, ResourceExhausted  as the disk says
  static absl::StatusOr<std::unique_ptr<SectionFile>> Create(
      absl::string_view path, uint32_t analyzer_version);
  ~SectionFile();
  SectionFile(const SectionFile&) = delete;
  SectionFile& operator=(const SectionFile&) = delete;

  // Begins a section on the next multiple of 64 bytes.
  void Begin(SectionId id);
  // Adds bytes to the section. An error of the disk is kept for Commit, and
  // for Check, so that a long loop may look now and then.
  void Append(const void* data, size_t bytes);
  void Append(absl::string_view bytes) { Append(bytes.data(), bytes.size()); }
  // Bytes of the section so far.
  uint64_t section_bytes() const;
  void End();

  // A whole section.
  void AppendSection(SectionId id, const void* data, size_t bytes);

  // OK, or the first error.
  absl::Status Check() const;

  // Maps what a finished section holds, for reading, until this object goes.
  absl::StatusOr<const uint8_t*> Map(SectionId id);

  // Writes table and footer, syncs, renames to the path, syncs the folder.
  //   ResourceExhausted  the disk is full
  absl::Status Commit();

 private:
  struct State;
  explicit SectionFile(std::unique_ptr<State> state);
  void Flush();
  std::unique_ptr<State> state_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_SECTION_FILE_H_
