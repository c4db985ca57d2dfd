// The tokenizer and the chat template of a Hugging Face folder as GGUF's
// metadata.
#ifndef FOOTNOTE_MODEL_QUANTISE_TOKENIZER_VALUES_H_
#define FOOTNOTE_MODEL_QUANTISE_TOKENIZER_VALUES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "model/quantise/gguf_values.h"
#include "model/weights/model_files.h"

namespace footnote {

// Adds tokenizer.* for the folder of `files` to `values`: pieces, kinds,
// merges and how words are cut, of byte-level BPE as the families in
// model/tokenizer/tokenizer_gguf.cc have it; and chat templates. What there is
// and can't be said becomes a sentence in `left_out`; a file without pieces
// says that it has none.
//   DataLoss         a file is damaged
//   InvalidArgument  there are more pieces than the embedding has rows
absl::Status AddTokenizerValues(const ModelFiles& files, GgufValues* values,
                                std::vector<std::string>* left_out);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_QUANTISE_TOKENIZER_VALUES_H_
