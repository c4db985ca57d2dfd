// What the indexer's commands share.
#ifndef FOOTNOTE_INDEXER_CLI_COMMON_H_
#define FOOTNOTE_INDEXER_CLI_COMMON_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

// How long a command waits for a service by default.
constexpr absl::Duration kDeadline = absl::Seconds(60);

void SetDeadline(grpc::ClientContext* call,
                 absl::Duration patience = kDeadline);

// "54 bytes", "1.5 kB", "1.5 MB"…
std::string InBytes(uint64_t bytes);

// "1,234,567"
std::string Grouped(uint64_t number);

// "1 file", "1,234,567 files"
std::string Counted(uint64_t number, absl::string_view noun);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_CLI_COMMON_H_
