// The encoders of a process: one that it was started with, and those that
// collections were indexed with before or are to be next.
#ifndef FOOTNOTE_MODEL_ENCODER_SHELF_H_
#define FOOTNOTE_MODEL_ENCODER_SHELF_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/encoder/encoder.h"

namespace footnote {

// Safe from many threads. An encoder that was opened stays open.
class EncoderShelf {
 public:
  // Where the file of an encoder is, by its hash in hexadecimal.
  using PathOf =
      std::function<absl::StatusOr<std::string>(const std::string& hash)>;

  // `primary` may be null and must outlive the shelf; `path_of` may be empty.
  EncoderShelf(const Encoder* primary, PathOf path_of);

  const Encoder* primary() const { return primary_; }

  // The encoder with this hash (Encoder::hash); null where there is none, or it
  // can't be opened. Slow the first time.
  const Encoder* Find(const std::string& hash);

  // Opens the file at `path`. Errors as of OpenEncoder.
  absl::StatusOr<const Encoder*> Open(const std::string& path);

 private:
  const Encoder* const primary_;
  const PathOf path_of_;
  std::mutex mutex_;
  // By hash; null: it could not be opened. Guarded by mutex_.
  std::map<std::string, std::unique_ptr<Encoder>> opened_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_SHELF_H_
