// The parts of office documents and e-books, which are ZIP archives inside.
#ifndef FOOTNOTE_INDEXER_FORMATS_ZIP_PARTS_H_
#define FOOTNOTE_INDEXER_FORMATS_ZIP_PARTS_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

struct ZipLimits {
  // Bytes of all wanted parts together, unpacked.
  size_t max_bytes = size_t{256} << 20;
  // Entries of the archive, wanted or not.
  size_t max_entries = 100000;
  // A part that unpacks to more than this many times its archive's bytes, and
  // to more than 16 MiB, is a bomb.
  size_t max_ratio = 200;
};

// Path inside the archive -> bytes.
using ZipParts = std::map<std::string, std::string>;

// Unpacks the parts of `zip` whose names `wanted` says yes to. Of two parts of
// one name the first counts.
//   InvalidArgument    damaged, or not a ZIP archive
//   Unimplemented      encrypted
//   ResourceExhausted  beyond the limits; says "bomb" where it looks like one
absl::StatusOr<ZipParts> ReadZipParts(
    absl::string_view zip, const ZipLimits& limits,
    const std::function<bool(absl::string_view name)>& wanted);

// `target` as a path inside the archive, seen from part `from`: "../a/b.xml"
// from "x/y/z.xml" is "x/a/b.xml"; "/a" is "a". Percent signs are decoded, and
// what follows '#' is cut.
std::string ResolvePart(absl::string_view from, absl::string_view target);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_ZIP_PARTS_H_
