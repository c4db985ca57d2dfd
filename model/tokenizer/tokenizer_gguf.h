// Reads the tokenizer that stands in a GGUF file.
#ifndef FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_GGUF_H_
#define FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_GGUF_H_

#include <string>

#include "absl/status/statusor.h"
#include "model/tokenizer/tokenizer.h"
#include "model/weights/gguf.h"

namespace footnote {

// What the keys tokenizer.ggml.* of `file` say: byte-level BPE ("gpt2") with
// the cutters of the families named in the source, SentencePiece ("llama"), or
// its newer form with merges ("gemma4").
//   DataLoss       keys are missing or contradict each other
//   Unimplemented  another kind, or a cutter that isn't known here, by its name
absl::StatusOr<TokenizerSpec> ReadTokenizerGguf(const Gguf& file);

// What GGUF calls the way in which byte-level `spec` cuts words
// (tokenizer.ggml.pre); empty where it is none of those that are known here.
std::string GgufFamilyOf(const TokenizerSpec& spec);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_GGUF_H_
