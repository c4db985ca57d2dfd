// Small tokenizers of the kinds that real models have.
#ifndef FOOTNOTE_TESTS_MODEL_TOKENIZER_TOY_TOKENIZER_H_
#define FOOTNOTE_TESTS_MODEL_TOKENIZER_TOY_TOKENIZER_H_

#include <string>

namespace footnote {

// A byte-level tokenizer.json: the 256 letters, then "Ġt", "he", "Ġthe", "in",
// "™" (a text that no bytes spell), and the added tokens <|start|> (300),
// <|end|> (301, not called special), "<table>" (302) and two blanks (303).
std::string ByteLevelJson(const std::string& normalizer = "null");

// Pieces of characters with bytes for the others: <unk> 0, <s> 1, </s> 2, the
// bytes from 3, then letters and "▁the".
std::string CharacterJson();

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_MODEL_TOKENIZER_TOY_TOKENIZER_H_
