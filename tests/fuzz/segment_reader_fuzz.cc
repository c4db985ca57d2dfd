// Any bytes, as they are and with all checksums made right: the reader says
// what is wrong or keeps its promises, and never leaves the file.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <string>

#include "absl/strings/string_view.h"
#include "storage/segment_reader.h"
#include "tests/storage/segment_damage.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const bool sealed : {false, true}) {
    if (sealed) footnote::Reseal(&bytes);
    const auto reader = footnote::SegmentReader::OpenBytes(bytes, "fuzz.seg");
    if (reader.ok() && !footnote::ReadEverything(**reader)) abort();
  }
  return 0;
}
