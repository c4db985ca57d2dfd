// Opens tokenizers by path, whatever they are stored as.
#ifndef FOOTNOTE_MODEL_TOKENIZER_OPEN_H_
#define FOOTNOTE_MODEL_TOKENIZER_OPEN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model/tokenizer/tokenizer.h"

namespace footnote {

// `path` is a folder with tokenizer.json and perhaps tokenizer_config.json,
// such a tokenizer.json, or a *.gguf file.
//   NotFound       no such file
//   DataLoss       a damaged file
//   Unimplemented  a kind of tokenizer that isn't known here
absl::StatusOr<std::unique_ptr<Tokenizer>> OpenTokenizer(
    const std::string& path);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_OPEN_H_
