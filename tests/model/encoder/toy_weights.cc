#include "tests/model/encoder/toy_weights.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "model/encoder/use_network.h"

namespace footnote {
namespace {

template <typename T>
std::string Number(T value) {
  std::string bytes(sizeof(value), '\0');
  std::memcpy(&bytes[0], &value, sizeof(value));
  return bytes;
}

std::string Padded(std::string text, size_t size) {
  text.resize(size, '\0');
  return text;
}

// `count` numbers from -size to size.
std::string RandomNumbers(size_t count, float size, std::mt19937* random) {
  std::uniform_real_distribution<float> uniform(-size, size);
  std::string bytes;
  bytes.reserve(count * sizeof(float));
  for (size_t i = 0; i < count; ++i) bytes += Number(uniform(*random));
  return bytes;
}

// Rows of the table: 6 bits a number.
std::string RandomRows(size_t rows, std::mt19937* random) {
  std::string bytes(rows * UseRows::kWidth, '\0');
  // Four of them a draw: there are 65 million.
  for (size_t i = 0; i < bytes.size(); i += 4) {
    const uint32_t four = static_cast<uint32_t>((*random)()) & 0x3f3f3f3f;
    std::memcpy(&bytes[i], &four, sizeof(four));
  }
  return bytes;
}

}  // namespace

std::string WeightsFileOf(const Sections& sections, unsigned version,
                          const std::string& kind) {
  std::string table;
  std::string body;
  const uint64_t head = 56 + sections.size() * 88 + 32;
  for (const auto& [name, content] : sections) {
    body.resize((head + body.size() + 63) / 64 * 64 - head, '\0');
    table += Padded(name, 40) + Number(uint64_t{head + body.size()}) +
             Number(uint64_t{content.size()}) + Sha256(content);
    body += content;
  }
  const std::string header = "FNENCODE" + Number(uint32_t{version}) +
                             Number(static_cast<uint32_t>(sections.size())) +
                             Number(uint64_t{head + body.size()}) +
                             Padded(kind, 32) + table;
  return header + Sha256(header) + body;
}

Sections TokenizerSections(const std::vector<std::string>& pieces,
                           const std::vector<float>& scores) {
  // All prefixes of a level are the nodes of that level, in order.
  std::map<std::string, int32_t> nodes = {{"", -1}};
  size_t longest = 0;
  for (const std::string& piece : pieces) {
    for (size_t i = 1; i <= piece.size(); ++i) {
      nodes.emplace(piece.substr(0, i), -1);
    }
    longest = std::max(longest, piece.size());
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].empty()) nodes[pieces[i]] = static_cast<int32_t>(i);
  }
  std::string labels, piece, first, score;
  int32_t next = 1;
  for (size_t depth = 0; depth <= longest; ++depth) {
    for (const auto& [prefix, id] : nodes) {
      if (prefix.size() != depth) continue;
      labels += depth == 0 ? '\0' : prefix.back();
      piece += Number(id);
      first += Number(next);
      for (const auto& [other, unused] : nodes) {
        next +=
            other.size() == depth + 1 && other.compare(0, depth, prefix) == 0;
      }
    }
  }
  first += Number(next);
  for (const float s : scores) score += Number(s);

  // A double array with the one key "A": the root's children are at 256 ^ c,
  // the value of 'A' at the place that its unit points to.
  std::vector<uint32_t> units(1024, 0xffffffffu & ~0x80000000u);
  for (size_t i = 0; i < units.size(); ++i) units[i] = 0x00000001;
  units[0] = 256u << 10;
  units[256 ^ 'A'] = (512u << 10) | 0x100 | 'A';
  units[(256 ^ 'A') ^ 512] = 0x80000000u;  // offset 0 of the replacements
  std::string unit_bytes;
  for (const uint32_t unit : units) unit_bytes += Number(unit);
  return {{"tokenizer/label", labels},
          {"tokenizer/first", first},
          {"tokenizer/piece", piece},
          {"tokenizer/score", score},
          {"tokenizer/units", unit_bytes},
          {"tokenizer/replacements", std::string("a\0", 2)}};
}

Sections TongueSections(const std::vector<std::string>& pieces,
                        const std::vector<float>& scores,
                        const std::vector<int32_t>& letters) {
  Sections sections;
  for (const auto& [name, content] : TokenizerSections(pieces, scores)) {
    const std::string part = name.substr(name.find('/'));
    if (part == "/units" || part == "/replacements") continue;
    sections.emplace_back("tongue/xx" + part, content);
  }
  std::string known_by, folds;
  for (const int32_t letter : letters) known_by += Number(letter);
  for (int32_t c = 'A'; c <= 'Z'; ++c) folds += Number(c) + Number(c + 32);
  sections.emplace_back("tongue/xx/letters", known_by);
  sections.emplace_back("tongues/folds", folds);
  sections.emplace_back("tongues/names", "xx");
  sections.emplace_back("tongues/penalty", Number(1.0f));
  return sections;
}

Sections TableSections(size_t tongue_rows) {
  std::mt19937 random(1);
  Sections sections = {
      {"embedding/rows", RandomRows(UseRows::kUseRows, &random)},
      {"embedding/scale", RandomNumbers(UseRows::kChunks, 0.1f, &random)},
      {"embedding/low", RandomNumbers(UseRows::kChunks, 1, &random)},
  };
  if (tongue_rows > 0) {
    sections.push_back({"tongues/rows", RandomRows(tongue_rows, &random)});
    sections.push_back(
        {"tongues/scale", RandomNumbers(tongue_rows, 0.1f, &random)});
  }
  return sections;
}

Sections NetworkSections(const std::string& prefix) {
  constexpr size_t kHidden = 320;
  constexpr size_t kOutput = UseNetwork::kOutput;
  std::mt19937 random(static_cast<unsigned>(prefix.size()) + 2);
  Sections sections;
  const auto add = [&](const std::string& name, size_t count, float size) {
    sections.push_back({prefix + name, RandomNumbers(count, size, &random)});
  };
  add("projection/weights", UseRows::kWidth * kUseProjection, 0.1f);
  for (const char* name : {"bias", "gamma", "beta"}) {
    add(absl::StrCat("projection/", name), kUseProjection, 1);
  }
  for (const UseWindow& window : kUseWindows) {
    for (const char* layer : {"first", "second"}) {
      const std::string branch =
          absl::StrCat("branch", window.tokens, "/", layer);
      add(branch + "/weights", window.tokens * kUseBranch * kUseBranch, 0.1f);
      add(branch + "/bias", kUseBranch, 0.5f);
    }
  }
  add("features/gamma", UseNetwork::kFeatures, 1);
  add("features/beta", UseNetwork::kFeatures, 1);
  add("output/weights", UseNetwork::kFeatures * kOutput, 0.1f);
  add("output/bias", kOutput, 0.1f);
  add("dense0", kOutput * kHidden, 0.1f);
  add("dense1", kHidden * kHidden, 0.1f);
  add("skip1", kOutput * kHidden, 0.1f);
  add("dense2", kHidden * kOutput, 0.1f);
  add("dense3", kOutput * kOutput, 0.1f);
  add("skip3", kHidden * kOutput, 0.1f);
  return sections;
}

}  // namespace footnote
