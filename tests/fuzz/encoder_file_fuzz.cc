// Weights of encoders from anywhere: sections of a tokenizer, of a tongue or of
// a network of kind e5 under right hashes, a safetensors header, a
// tokenizer.json. Opening must end in a status, and what opens must encode:
// within its vocabulary, to finite vectors.
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "model/encoder/batch.h"
#include "model/encoder/e5_encoder.h"
#include "model/encoder/tongues.h"
#include "model/encoder/unigram_tokenizer.h"
#include "model/encoder/weights_file.h"
#include "model/tokenizer/wordpiece.h"
#include "model/weights/safetensors.h"
#include "tests/model/encoder/toy_e5.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

constexpr char kText[] = "abc Abb \xc3\xa9 cab 12 \xe4\xb8\xad";

void Check(const std::vector<int32_t>& ids, size_t size) {
  for (const int32_t id : ids) {
    if (id < 0 || static_cast<size_t>(id) >= size) std::abort();
  }
}

// The input is cut at three bytes ee into the sections; an empty one stays.
void Replace(const std::string& input, Sections* sections) {
  size_t begin = 0;
  for (auto& [name, content] : *sections) {
    const size_t end = input.find(std::string(3, '\xee'), begin);
    if (end == std::string::npos) break;
    if (end > begin) content = input.substr(begin, end - begin);
    begin = end + 3;
  }
}

void FuzzTokenizer(const std::string& input) {
  Sections sections =
      TokenizerSections({"", "", "", "a", "ab", "c"}, {0, 0, 0, -1, -2, -3});
  Replace(input, &sections);
  const std::string bytes = WeightsFileOf(sections);
  const auto file = WeightsFile::FromBytes(bytes, "fuzz");
  if (!file.ok()) std::abort();
  const auto tokenizer = UnigramTokenizer::Open(**file);
  if (!tokenizer.ok()) return;
  std::vector<int32_t> ids;
  (*tokenizer)->Encode(kText, 64, &ids);
  Check(ids, (*tokenizer)->size());
}

// A tongue's sections beside a sound tokenizer's.
void FuzzTongues(const std::string& input) {
  Sections sections =
      TokenizerSections({"", "", "", "a", "ab", "c"}, {0, 0, 0, -1, -2, -3});
  Sections tongue = TongueSections({"\xc3\xa9", "ca"}, {-1, -2}, {0xe9});
  Replace(input, &tongue);
  sections.insert(sections.end(), tongue.begin(), tongue.end());
  const std::string bytes = WeightsFileOf(sections);
  const auto file = WeightsFile::FromBytes(bytes, "fuzz");
  if (!file.ok()) std::abort();
  const auto tokenizer = UnigramTokenizer::Open(**file);
  if (!tokenizer.ok()) std::abort();
  const size_t first = (*tokenizer)->size();
  const auto tongues = Tongues::Open(**file, **tokenizer, first);
  if (!tongues.ok()) return;
  std::vector<int32_t> rows;
  for (const absl::string_view text :
       {absl::string_view(kText), absl::string_view(input)}) {
    std::string repaired;
    (*tongues)->Encode(ValidText(text, &repaired), 64, &rows);
    Check(rows, first + (*tongues)->size());
  }
}

void FuzzE5(const std::string& input) {
  Sections sections = ToyE5Sections();
  Replace(input, &sections);
  const std::string bytes = WeightsFileOf(sections, 1, "e5");
  const auto encoders = OpenE5Bytes(bytes, "fuzz");
  if (!encoders.ok()) return;
  for (const absl::string_view text :
       {absl::string_view(kText), absl::string_view(input)}) {
    std::vector<float> row(encoders->question->dimension());
    if (!encoders->question->Encode({text}, row.data()).ok()) std::abort();
    const double square =
        std::inner_product(row.begin(), row.end(), row.begin(), 0.0);
    // Numbers so small that their squares vanish have no length.
    if (!(square < 1.001)) std::abort();
  }
}

void FuzzFiles(const std::string& input) {
  (void)WeightsFile::FromBytes(input, "fuzz").status();
  const auto tensors = SafeTensors::FromBytes(input, "fuzz");
  if (tensors.ok()) (void)(*tensors)->Floats("a", {1}).status();
  const auto wordpiece = WordPiece::FromJson(input, "fuzz");
  if (!wordpiece.ok()) return;
  std::vector<int32_t> ids;
  (*wordpiece)->Encode(kText, 64, &ids);
  Check(ids, (*wordpiece)->size());
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    footnote::FuzzTokenizer(input);
  } else if (data[0] % 4 == 1) {
    footnote::FuzzE5(input);
  } else if (data[0] % 4 == 2) {
    footnote::FuzzTongues(input);
  } else {
    footnote::FuzzFiles(input);
  }
  return 0;
}
