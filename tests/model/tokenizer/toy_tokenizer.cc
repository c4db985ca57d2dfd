#include "tests/model/tokenizer/toy_tokenizer.h"

#include <cstdio>

#include "base/utf8.h"

namespace footnote {
namespace {

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::string Letter(int byte) {
  int next = 256;
  for (int b = 0; b < 256; ++b) {
    const bool same =
        (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    const int letter = same ? b : next++;
    if (b != byte) continue;
    std::string text;
    AppendUtf8(static_cast<char32_t>(letter), &text);
    return text;
  }
  return "";
}

}  // namespace

std::string ByteLevelJson(const std::string& normalizer) {
  std::string vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary += Quoted(Letter(byte)) + ": " + std::to_string(byte) + ", ";
  }
  vocabulary +=
      "\"Ġt\": 256, \"he\": 257, \"Ġthe\": 258, \"in\": 259, \"™\": 260";
  return R"({"version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [
      {"id": 300, "content": "<|start|>", "special": true},
      {"id": 301, "content": "<|end|>", "special": false},
      {"id": 302, "content": "<table>", "special": false},
      {"id": 303, "content": "  ", "special": false}],
    "normalizer": )" +
         normalizer + R"(,
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Digits", "individual_digits": true},
      {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]},
    "post_processor": {"type": "TemplateProcessing", "single": [
      {"SpecialToken": {"id": "<|start|>", "type_id": 0}},
      {"Sequence": {"id": "A", "type_id": 0}}]},
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "dropout": null, "unk_token": null,
      "continuing_subword_prefix": "", "end_of_word_suffix": null,
      "fuse_unk": false, "vocab": {)" +
         vocabulary + R"(},
      "merges": ["h e", "Ġ t", ["Ġt", "he"], "i n"]}})";
}

std::string CharacterJson() {
  std::string vocabulary = R"("<unk>": 0, "<s>": 1, "</s>": 2)";
  int id = 3;
  for (int byte = 0; byte < 256; ++byte) {
    char spelled[16];
    snprintf(spelled, sizeof(spelled), "<0x%02X>", byte);
    vocabulary += ", " + Quoted(spelled) + ": " + std::to_string(id++);
  }
  for (const char* piece :
       {"▁", "t", "h", "e", "a", "▁t", "he", "▁the", "▁a"}) {
    vocabulary += ", " + Quoted(piece) + ": " + std::to_string(id++);
  }
  return R"({"added_tokens": [
      {"id": 1, "content": "<s>", "special": true},
      {"id": 2, "content": "</s>", "special": true}],
    "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Prepend", "prepend": "▁"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
    "pre_tokenizer": null, "post_processor": null,
    "decoder": {"type": "Sequence", "decoders": [
      {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
      {"type": "ByteFallback"}, {"type": "Fuse"},
      {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true,
      "byte_fallback": true, "vocab": {)" +
         vocabulary + R"(},
      "merges": ["▁ t", "h e", "▁t he", "▁ a"]}})";
}

}  // namespace footnote
