// Any bytes as RTF: no crash, and what was rewritten stays as it is.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "indexer/formats/rtf_escapes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string rtf(reinterpret_cast<const char*>(data), size);
  const std::string once = footnote::WithPlainEscapes(rtf);
  if (footnote::WithPlainEscapes(once) != once) std::abort();
  return 0;
}
