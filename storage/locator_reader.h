#ifndef FOOTNOTE_STORAGE_LOCATOR_READER_H_
#define FOOTNOTE_STORAGE_LOCATOR_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/locator.h"

namespace footnote {

// Decodes a locator that comes in pieces, as far as is needed for bytes
// [begin, end) of the text: see Locator::Decode, which tells errors too. Not
// thread-safe.
class LocatorReader {
 public:
  LocatorReader(uint64_t begin, uint64_t end) : begin_(begin), end_(end) {}

  // The next piece. False when no more is wanted: what is needed was there, or
  // is damaged.
  bool Add(absl::string_view piece);
  // What the pieces said. REQUIRES: called once; all pieces were added, or Add
  // returned false
  absl::StatusOr<Locator> Finish();

 private:
  enum class Next { kVersion, kElements, kElement, kBlocks, kBlock };
  struct Block {
    uint64_t begin = 0;
    uint32_t line = 0;
    uint32_t element = 0;
  };

  // Takes one thing off `bytes`; false where it is not there whole.
  bool Take(absl::string_view* bytes);
  bool TakeBlock(absl::string_view* bytes);
  void Keep(const Block& block);

  const uint64_t begin_;
  const uint64_t end_;
  std::string bytes_;
  size_t taken_ = 0;  // of bytes_
  Next next_ = Next::kVersion;
  uint64_t left_ = 0;  // elements or blocks
  // Where they stand in bytes_.
  std::vector<std::pair<size_t, size_t>> elements_;
  Block block_;
  // The last one that is not behind begin_.
  Block first_;
  bool has_first_ = false;
  bool done_ = false;
  absl::Status status_;
  Locator out_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_LOCATOR_READER_H_
