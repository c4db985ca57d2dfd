// Reads Hugging Face's tokenizer.json and tokenizer_config.json.
#ifndef FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_JSON_H_
#define FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_JSON_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/tokenizer/tokenizer.h"

namespace footnote {

// What `json`, the contents of a tokenizer.json, says: BPE of bytes or of
// characters, with the normalizers, cutters, decoders and post-processors that
// language models use. `name` is for messages.
//   DataLoss       not JSON, or parts are missing or contradict each other
//   Unimplemented  a kind or an option that isn't known here, by its name
absl::StatusOr<TokenizerSpec> ReadTokenizerJson(absl::string_view json,
                                                absl::string_view name);

// Adds what `json`, the contents of a tokenizer_config.json, says of the pieces
// that begin and end a text. DataLoss when it isn't JSON.
absl::Status ReadTokenizerConfig(absl::string_view json, absl::string_view name,
                                 TokenizerSpec* spec);

// The kind of a piece that is found before merging: control, unless it is
// neither `special` nor markup of the model's own, as runs of blanks and HTML
// tags are.
PieceKind KindOfAdded(absl::string_view text, bool special);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_JSON_H_
