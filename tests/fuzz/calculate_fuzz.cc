// Expressions of any bytes: a finite value or an error, and no deep stack.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmath>

#include "absl/strings/string_view.h"
#include "gateway/tools/calculate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = footnote::Calculate(text);
  if (value.ok() && !std::isfinite(*value)) abort();
  if (footnote::CalculatedText(text).ok() != value.ok()) abort();
  return 0;
}
