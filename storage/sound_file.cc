#include "storage/sound_file.h"

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <memory>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "storage/segment_reader.h"

namespace footnote {
namespace {

absl::Status CheckTable(const std::string& path) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  rocksdb::Status status = reader.Open(path);
  if (status.ok()) status = reader.VerifyChecksum(rocksdb::ReadOptions());
  return status.ok() ? absl::OkStatus()
                     : absl::DataLossError(status.ToString());
}

absl::Status CheckSegment(const std::string& path) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const SegmentReader> segment,
                   SegmentReader::Open(path));
  return segment->VerifyRest();
}

}  // namespace

absl::Status CheckIsSound(const std::string& path) {
  if (absl::EndsWith(path, ".seg")) return CheckSegment(path);
  if (absl::EndsWith(path, ".sst")) return CheckTable(path);
  return absl::OkStatus();
}

}  // namespace footnote
