#include "storage/held.h"

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace footnote {
namespace {

constexpr absl::string_view kHeld = "footnote/held-by-another-process";

}  // namespace

void SetHeldByAnother(absl::Status* status) {
  status->SetPayload(kHeld, absl::Cord());
}

bool IsHeldByAnother(const absl::Status& status) {
  return status.GetPayload(kHeld).has_value();
}

}  // namespace footnote
