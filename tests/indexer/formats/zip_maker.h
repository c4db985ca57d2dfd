// Makes ZIP archives for tests.
#ifndef FOOTNOTE_TESTS_INDEXER_FORMATS_ZIP_MAKER_H_
#define FOOTNOTE_TESTS_INDEXER_FORMATS_ZIP_MAKER_H_

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <utility>
#include <vector>

namespace footnote {

inline std::string MakeZip(
    const std::vector<std::pair<std::string, std::string>>& files) {
  size_t bytes = 1 << 20;
  for (const auto& file : files) bytes += file.second.size();
  std::string out(bytes, '\0');
  size_t used = 0;
  archive* const a = archive_write_new();
  archive_write_set_format_zip(a);
  archive_write_open_memory(a, &out[0], out.size(), &used);
  for (const auto& file : files) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, file.first.c_str());
    archive_entry_set_size(entry, static_cast<int64_t>(file.second.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(a, entry);
    archive_write_data(a, file.second.data(), file.second.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_INDEXER_FORMATS_ZIP_MAKER_H_
