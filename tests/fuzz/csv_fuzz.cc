// Any text as a table: no crash, and what format.h promises.

#include <cstddef>
#include <cstdint>
#include <string>

#include "indexer/formats/csv.h"
#include "tests/fuzz/format_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  const std::string text = FuzzText(data, size);
  CheckExtracted(ExtractCsv(text, 0, FuzzLimits()));
  CheckExtracted(ExtractCsv(text, '\t', FuzzLimits()));
  return 0;
}
