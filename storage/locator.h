#ifndef FOOTNOTE_STORAGE_LOCATOR_H_
#define FOOTNOTE_STORAGE_LOCATOR_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// The way back from canonical text to the file that it came from: for each
// block of text, and each part of one that lay on another line, where it
// begins, on which line of the original, and under which element (an HTML id,
// say). Written by the indexer beside each text
// (DocumentStore::WriteText), read by whoever shows a citation.
//
// Not thread-safe while it is filled; const methods are.
class Locator {
 public:
  struct Place {
    uint32_t line = 0;  // from 1; 0: unknown
    absl::string_view element;
  };

  // Blocks added from here on lie under `element` (may be empty).
  void SetElement(absl::string_view element);
  // A block or a part that begins at byte `begin`. REQUIRES: begin rises.
  void Add(uint64_t begin, uint32_t line);

  // Where the part that holds byte `offset` lay; views live as long as this
  // object. An empty locator knows nothing.
  Place Find(uint64_t offset) const;

  bool empty() const { return entries_.empty(); }

  // Bytes (two to four a part) and back. Of a long text only what holds bytes
  // [begin, end) need be kept: damage behind it isn't noticed then.
  //   DataLoss       cut short or senseless
  //   Unimplemented  written by a newer release
  std::string Encode() const;
  static absl::StatusOr<Locator> Decode(
      absl::string_view bytes, uint64_t begin = 0,
      uint64_t end = std::numeric_limits<uint64_t>::max());

  // The parts in their order.
  size_t size() const { return entries_.size(); }
  uint64_t begin(size_t i) const { return entries_[i].begin; }
  Place place(size_t i) const {
    return {entries_[i].line, elements_[entries_[i].element]};
  }

 private:
  struct Entry {
    uint64_t begin;
    uint32_t line;
    uint32_t element;
  };

  std::vector<std::string> elements_;
  std::vector<Entry> entries_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_LOCATOR_H_
