// Any text as Mallard and as DocBook: no crash, and what format.h promises.

#include <cstddef>
#include <cstdint>
#include <string>

#include "indexer/formats/docbook.h"
#include "indexer/formats/mallard.h"
#include "tests/fuzz/format_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  const std::string text = FuzzText(data, size);
  CheckExtracted(ExtractMallard(text, FuzzLimits()));
  CheckExtracted(ExtractDocBook(text, FuzzLimits()));
  return 0;
}
