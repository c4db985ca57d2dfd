// What a person names on the command line, as paths of files and folders.
#ifndef FOOTNOTE_INDEXER_SOURCE_LIST_H_
#define FOOTNOTE_INDEXER_SOURCE_LIST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// `arguments` with patterns (`*`, `?`, `[…]`) replaced by what they match; an
// argument that exists is taken as it stands.
//   NotFound  a pattern that matches nothing
absl::StatusOr<std::vector<std::string>> ExpandPatterns(
    const std::vector<std::string>& arguments);

// The paths of a list, one a line; or parted by zero bytes where it holds any
// (as `find -print0` writes it). Empty ones are left out.
std::vector<std::string> ParseList(absl::string_view list);

// Documents that `--mirror` has to delete. `documents` are ids, `folders` ids
// of the folders that were walked ("" is everything), `walked` and `reported`
// the ids of files that were found and of documents that came of them, sorted;
// `unread` ids of what could not be looked at. A document goes when it lies
// below a folder and neither it nor, where its id is "file#part", its file was
// found; or its file was read and holds that part no more. What lies below
// something unread stays.
std::vector<std::string> Vanished(const std::vector<std::string>& documents,
                                  const std::vector<std::string>& folders,
                                  const std::vector<std::string>& walked,
                                  const std::vector<std::string>& reported,
                                  const std::vector<std::string>& unread);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_SOURCE_LIST_H_
