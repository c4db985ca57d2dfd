// Any bytes as what a parser program writes: what comes through keeps the
// promises that an index relies on.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "indexer/parsers/parsed.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  const absl::Status status = ReadParsed(
      absl::string_view(reinterpret_cast<const char*>(data), size),
      [](ParsedDocument parsed) {
        if (!parsed.raw.empty() || !parsed.document.ok()) {
          return absl::OkStatus();
        }
        if (!CheckExtracted(*parsed.document).ok()) std::abort();
        for (uint32_t i = 0; i < parsed.document->sections.size(); ++i) {
          parsed.document->HeadingPath(i);
        }
        return absl::OkStatus();
      });
  (void)status;
  return 0;
}
