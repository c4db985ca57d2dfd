// tokenizer.json and patterns from anywhere. Reading must end in a status, and
// what opens must cut text into pieces of its vocabulary, none of control.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "model/tokenizer/pattern.h"
#include "model/tokenizer/tokenizer.h"
#include "model/tokenizer/tokenizer_json.h"

namespace footnote {
namespace {

constexpr char kText[] =
    "the in  12 <|start|><table> \xc3\xa9 \xe4\xb8\xad\xff";

void FuzzJson(const std::string& input) {
  auto spec = ReadTokenizerJson(input, "fuzz");
  if (!spec.ok()) return;
  (void)ReadTokenizerConfig(input, "fuzz", &*spec).ok();
  const auto tokenizer = Tokenizer::Create(*std::move(spec), "fuzz");
  if (!tokenizer.ok()) return;
  std::vector<int32_t> ids;
  (*tokenizer)->Encode(kText, &ids);
  for (const int32_t id : ids) {
    if (id < 0 || static_cast<size_t>(id) >= (*tokenizer)->size()) abort();
    if ((*tokenizer)->IsControl(id)) abort();
  }
  (*tokenizer)->EncodePrompt(kText, {{2, 5}}, &ids);
  (void)(*tokenizer)->Decode(ids);
}

void FuzzPattern(const std::string& input) {
  const auto pattern = Pattern::Compile(input);
  if (!pattern.ok()) return;
  const std::string text = kText;
  std::pair<size_t, size_t> match;
  for (size_t at = 0; pattern->Find(text, at, &match); at = match.second) {
    if (match.first < at || match.second <= match.first ||
        match.second > text.size()) {
      abort();
    }
  }
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    footnote::FuzzPattern(input);
  } else {
    footnote::FuzzJson(input);
  }
  return 0;
}
