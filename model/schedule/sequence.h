// A request while the engine works on it.
#ifndef FOOTNOTE_MODEL_SCHEDULE_SEQUENCE_H_
#define FOOTNOTE_MODEL_SCHEDULE_SEQUENCE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "model/decoder/request.h"
#include "model/schedule/draft.h"
#include "model/schedule/pages.h"
#include "model/schedule/sampler.h"

namespace footnote {

// Belongs to the engine's thread, but for `cancelled`.
struct Sequence {
  Sequence(DecodeRequest asked, int vocabulary)
      : request(std::move(asked)),
        ids(request.prompt),
        sampler(request, vocabulary) {}

  const DecodeRequest request;
  std::vector<int32_t> ids;  // prompt and answer
  int computed = 0;          // of them, how many have keys and values
  int settled_pages = 0;     // of those pages, how many the book has seen
  PageTables tables;
  std::vector<int> reserved;   // pages, by kind
  std::vector<int32_t> draft;  // guessed tokens of the current step
  Sampler sampler;
  int tally = -1;             // on the device, from the first choice on it
  std::vector<int32_t> said;  // that the tally does not have yet
  Drafter drafter;
  Generation generation;
  uint64_t number = 0;  // in order of arrival
  absl::Time submitted;
  std::atomic<bool> cancelled{false};

  bool prefilling() const {
    return computed + 1 < static_cast<int>(ids.size());
  }
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_SCHEDULE_SEQUENCE_H_
