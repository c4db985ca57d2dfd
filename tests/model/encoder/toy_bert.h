// A BERT-type encoder of a few thousand random weights, as a folder of files.
#ifndef FOOTNOTE_TESTS_MODEL_ENCODER_TOY_BERT_H_
#define FOOTNOTE_TESTS_MODEL_ENCODER_TOY_BERT_H_

#include <cstdint>
#include <string>

namespace footnote {

// Writes config.json, tokenizer.json, footnote.json and model.safetensors into
// the new folder `folder`. Knows letters and digits one by one, says that it
// speaks English, and has vectors of `hidden` floats (a multiple of 8). Others
// seeds are other encoders.
void WriteToyBert(const std::string& folder, uint32_t seed, int hidden = 32);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_MODEL_ENCODER_TOY_BERT_H_
