#include "indexer/cli_common.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace footnote {

void SetDeadline(grpc::ClientContext* call, absl::Duration patience) {
  call->set_deadline(absl::ToChronoTime(absl::Now() + patience));
}

std::string InBytes(uint64_t bytes) {
  if (bytes < 1000) return absl::StrCat(bytes, bytes == 1 ? " byte" : " bytes");
  double amount = static_cast<double>(bytes) / 1e3;
  const char* const kUnits[] = {"kB", "MB", "GB", "TB"};
  size_t unit = 0;
  // 999.95 would be shown as 1000.0.
  while (amount >= 999.95 && unit < 3) {
    amount /= 1e3;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", amount, kUnits[unit]);
}

std::string Grouped(uint64_t number) {
  std::string digits = absl::StrCat(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

std::string Counted(uint64_t number, absl::string_view noun) {
  return absl::StrCat(Grouped(number), " ", noun, number == 1 ? "" : "s");
}

}  // namespace footnote
