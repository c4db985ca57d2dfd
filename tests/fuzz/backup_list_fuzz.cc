// Lists of backups: any bytes are safe, and what is read is written the same.
#include <stdint.h>
#include <stdlib.h>

#include "absl/strings/string_view.h"
#include "storage/backup_list.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto list = footnote::ParseBackupList(text);
  if (!list.ok()) return 0;
  const auto again =
      footnote::ParseBackupList(footnote::FormatBackupList(*list));
  if (!again.ok() || again->files.size() != list->files.size()) abort();
  return 0;
}
