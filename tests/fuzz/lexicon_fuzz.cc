// A lexicon from anywhere: reading must end in a status, and what it reads must
// be found without leaving its lists.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "retriever/translation/lexicon.h"

namespace footnote {
namespace {

void Look(const Lexicon& lexicon) {
  std::vector<Translation> found;
  for (int l = 0; l < kLanguageCount; ++l) {
    const Language language = static_cast<Language>(l);
    for (uint64_t hash = 0; hash < 600; ++hash) {
      lexicon.Find(language, hash << 38, &found);
    }
  }
  for (const Translation& translation : found) {
    if (!(translation.likelihood >= 0 && translation.likelihood <= 1)) {
      std::abort();
    }
  }
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  for (const std::string& bytes :
       {std::string(input), "FNLEXIC1" + std::string(input)}) {
    const auto lexicon = footnote::Lexicon::Parse(bytes);
    if (lexicon.ok()) footnote::Look(*lexicon);
  }
  return 0;
}
