#include "indexer/purges.h"

#include <algorithm>
#include <vector>

#include "base/status_macros.h"

namespace footnote {
namespace {

v1::Purge ToProto(const Purge& purge) {
  v1::Purge out;
  out.set_collection(purge.collection);
  out.set_number(purge.number);
  // The numbers are the same.
  out.set_state(static_cast<v1::Purge::State>(purge.state));
  for (const std::string& name : purge.documents) out.add_documents(name);
  for (const std::string& name : purge.segments) out.add_segments(name);
  for (const std::string& name : purge.files) out.add_files(name);
  out.set_begun_us(purge.begun_us);
  out.set_proved_us(purge.proved_us);
  return out;
}

}  // namespace

absl::StatusOr<v1::ListPurgesResponse> ListPurges(
    Store* store, const v1::ListPurgesRequest& request) {
  RETURN_IF_ERROR(store->Refresh());
  ASSIGN_OR_RETURN(std::vector<Purge> purges,
                   store->Purges(request.collection()));
  std::reverse(purges.begin(), purges.end());
  v1::ListPurgesResponse out;
  for (const Purge& purge : purges) {
    if (!request.document().empty() &&
        std::find(purge.documents.begin(), purge.documents.end(),
                  request.document()) == purge.documents.end()) {
      continue;
    }
    *out.add_purges() = ToProto(purge);
  }
  return out;
}

}  // namespace footnote
