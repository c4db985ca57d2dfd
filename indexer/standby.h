// A collection's second generation, with the vectors of another encoder.
#ifndef FOOTNOTE_INDEXER_STANDBY_H_
#define FOOTNOTE_INDEXER_STANDBY_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/encoder/shelf.h"
#include "proto/footnote/v1/indexer.pb.h"
#include "storage/store.h"

namespace footnote {

// The encoder for new documents of `collection`: the one that it has, where
// that can be had, else the shelf's own. `shelf` may be null.
const Encoder* EncoderFor(Store* store, EncoderShelf* shelf,
                          const std::string& collection);

struct StandbyRooms {
  Store* store;
  EncoderShelf* shelf;
  // The folder whose encoders may be named; "/": any path; empty: none may.
  std::string encoders;
  AnnBuilder ann_builder;
};

// See Indexer.BuildStandby. `send` is false when nobody listens any more; what
// was built until then stays.
absl::Status BuildStandby(
    const StandbyRooms& rooms, const v1::BuildStandbyRequest& request,
    const std::function<bool(const v1::StandbyProgress&)>& send);

absl::StatusOr<v1::Standby> GetStandby(Store* store,
                                       const std::string& collection);
absl::StatusOr<v1::Standby> SwitchStandby(Store* store,
                                          const std::string& collection);
absl::StatusOr<v1::Standby> DropStandby(Store* store,
                                        const std::string& collection);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_STANDBY_H_
