// Opens the rooms of one store in this process. The only library, with
// main.cc, that knows the rooms' own classes.
#ifndef FOOTNOTE_GATEWAY_ROOMS_H_
#define FOOTNOTE_GATEWAY_ROOMS_H_

#include <memory>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/server.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

// What becomes of who opens a store that is not there.
enum class NoStore {
  kIsMade,
  kIsAnError,
  // An empty one stands in for it, elsewhere, and goes with the rooms.
  kHasStandIn,
};

// Of who opens a store that it may write.
struct StoreUse {
  // One whose disk is full, or can only be read, is opened for reading: for a
  // command, which looks and ends.
  bool reads_when_full = false;
  NoStore no_store = NoStore::kIsMade;
  // Hears ahead what answers may be made of, where the configuration lets the
  // second encoder: for a process that stays.
  bool hears_ahead = false;
};

enum class Room { kIndexer, kRetriever, kGenerator, kAudit };

// The rooms and what they stand on: store and encoder. Safe from many threads.
class Rooms {
 public:
  // Opens `which` over config.store(). With the indexer, this process is the
  // one that writes the store; without, it reads what another one writes.
  //   FailedPrecondition  another process writes the store
  //   InvalidArgument     the folder holds files, and no store, or can't be
  //                       made
  //   NotFound            nothing is at encoder.path, or there is no store yet
  //                       and that is an error, or the indexer is not among
  //                       `which`
  //   and the errors of Store::Open and OpenEncoder
  static absl::StatusOr<std::unique_ptr<Rooms>> Open(
      const v1::Config& config, const std::set<Room>& which,
      const StoreUse& use = {});
  virtual ~Rooms() = default;

  // For one Server, which must end before the rooms do; the audit room's comes
  // last, and is for callers in this process (NewAuditProxy).
  virtual std::vector<NamedService> services() const = 0;

  // From now on nothing is begun for callers who are gone, and nobody is kept
  // waiting for what may come.
  virtual void BeginToStop() = 0;

  // Why no answer can be recorded; OK while answers can, and where the audit
  // room is not among these.
  virtual absl::Status Recording() const = 0;

  // Why the store takes no document until it is opened again: an error of its
  // disk that is not a full one. OK otherwise, and where the indexer is not
  // among these.
  virtual absl::Status Storing() const = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_ROOMS_H_
