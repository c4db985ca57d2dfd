// Makes the vectors of passages, many at a time.
#ifndef FOOTNOTE_INDEXER_VECTORS_PASSAGE_ENCODER_H_
#define FOOTNOTE_INDEXER_VECTORS_PASSAGE_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "indexer/vectors/crew.h"
#include "model/encoder/encoder.h"
#include "storage/segment_writer.h"

namespace footnote {

// Collects passages of a segment across documents and encodes them in large
// batches, sorted by length so that equals are computed together, with the help
// of a crew. Runs behind the writer: a passage's vector is added to it later.
// Not thread-safe.
class PassageEncoder {
 public:
  // Both must outlive this object. `encoder` is null where nothing is ever
  // added, `crew` where nobody helps.
  explicit PassageEncoder(const Encoder* encoder, Crew* crew = nullptr);

  // Takes passage `passage` of `writer`; encodes when enough have come.
  // Errors: those of Encoder::Encode and SegmentWriter::AddVectorOf; the
  // passages collected are lost then.
  absl::Status Add(uint32_t passage, absl::string_view text,
                   SegmentWriter* writer);

  // Encodes what has come. Call it before the writer's Finish.
  absl::Status Flush(SegmentWriter* writer);

  // Forgets what has come.
  void Clear();

  // Memory held.
  size_t bytes() const { return bytes_; }

 private:
  const Encoder* const encoder_;
  Crew* const crew_;
  std::vector<std::pair<uint32_t, std::string>> waiting_;
  size_t bytes_ = 0;
  std::vector<float> rows_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_VECTORS_PASSAGE_ENCODER_H_
