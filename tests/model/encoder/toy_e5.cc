#include "tests/model/encoder/toy_e5.h"

#include <random>
#include <vector>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

template <typename T>
std::string Bytes(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()),
          numbers.size() * sizeof(T)};
}

// Blocks of 32 numbers: a half float, 16 bytes of two numbers each.
std::string Blocks(size_t numbers, std::mt19937* random) {
  std::string bytes;
  for (size_t block = 0; block < numbers / 32; ++block) {
    bytes += std::string("\0\x2c", 2);  // 1/16
    for (int i = 0; i < 16; ++i) bytes += static_cast<char>((*random)());
  }
  return bytes;
}

}  // namespace

std::string ToyE5Shape(int32_t rows, int32_t begin, int32_t end) {
  return Bytes<int32_t>(
      {kToyE5Hidden, 2, 4, kToyE5Wide, rows, kToyE5Positions, begin, end});
}

Sections ToyE5Sections() {
  std::vector<std::string> pieces = {"", "", "", "", "\xe2\x96\x81", ":"};
  for (char c = 'a'; c <= 'z'; ++c) pieces.emplace_back(1, c);
  Sections sections;
  std::mt19937 random(7);
  const auto floats = [&](size_t count, float middle) {
    std::vector<float> numbers(count);
    std::uniform_real_distribution<float> spread(middle - .2f, middle + .2f);
    for (float& number : numbers) number = spread(random);
    return Bytes(numbers);
  };
  const auto add = [&](const std::string& name, const std::string& content) {
    sections.emplace_back(name, content);
  };
  add("shape", ToyE5Shape());
  add("unknown", Bytes<int32_t>({3}));
  add("epsilon", Bytes<float>({1e-12f}));
  add("emb.word", Blocks(kToyE5Rows * kToyE5Hidden, &random));
  add("emb.pos", floats(kToyE5Positions * kToyE5Hidden, 0));
  add("emb.type", floats(2 * kToyE5Hidden, 0));
  add("emb.ln.w", floats(kToyE5Hidden, 1));
  add("emb.ln.b", floats(kToyE5Hidden, 0));
  for (const char* layer : {"l0.", "l1."}) {
    for (const char* name : {"q", "k", "v", "ao", "fi", "fo"}) {
      const bool wide = *name == 'f';
      const size_t outputs =
          std::string(name) == "fi" ? kToyE5Wide : kToyE5Hidden;
      add(absl::StrCat(layer, name, ".w"),
          Blocks(kToyE5Hidden * (wide ? kToyE5Wide : kToyE5Hidden), &random));
      add(absl::StrCat(layer, name, ".b"), floats(outputs, 0));
    }
    for (const char* name : {"aln", "oln"}) {
      add(absl::StrCat(layer, name, ".w"), floats(kToyE5Hidden, 1));
      add(absl::StrCat(layer, name, ".b"), floats(kToyE5Hidden, 0));
    }
  }
  const Sections tokenizer =
      TokenizerSections(pieces, std::vector<float>(pieces.size(), -2.0f));
  sections.insert(sections.end(), tokenizer.begin(), tokenizer.end());
  return sections;
}

}  // namespace footnote
