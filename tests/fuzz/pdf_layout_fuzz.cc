// Any bytes as what footnote-pdf writes: no crash, and what format.h promises.

#include <cstddef>
#include <cstdint>

#include "indexer/formats/pdf_layout.h"
#include "tests/fuzz/format_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  CheckExtracted(ExtractPdfPages(
      absl::string_view(reinterpret_cast<const char*>(data), size),
      FuzzLimits()));
  return 0;
}
