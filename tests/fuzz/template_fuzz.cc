// Chat templates from anywhere: parsing and rendering must end, in a status,
// and the marks of foreign text must lie within the prompt.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/template/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view source(reinterpret_cast<const char*>(data), size);
  const auto made =
      footnote::ChatTemplate::FromSource(source, "{\"bos_token\": \"<s>\"}");
  if (!made.ok()) return 0;
  const auto prompt = (*made)->Render(
      "{\"messages\": [{\"role\": \"user\", \"content\": \" a\xc3\xa9 \"}], "
      "\"documents\": [{\"n\": 1.5}], \"x\": [1, [2]]}",
      absl::FromUnixSeconds(0));
  if (!prompt.ok()) return 0;
  size_t last = 0;
  for (const auto& [begin, end] : prompt->foreign()) {
    if (begin < last || end <= begin || end > prompt->size()) abort();
    last = end;
  }
  return 0;
}
