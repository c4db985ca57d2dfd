// How a language model wants to be told of documents and tools, and how what
// it writes is parted into plan, calls and answer.
#ifndef FOOTNOTE_GENERATOR_MODELLED_DIALECT_H_
#define FOOTNOTE_GENERATOR_MODELLED_DIALECT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "model/grammar/grammar.h"
#include "model/language_model.h"

namespace footnote {

// Found in the model's template and vocabulary, once. Immutable.
struct Dialect {
  enum class Tools {
    kNone,
    // <|START_ACTION|>[{"tool_call_id", "tool_name", "parameters"}, ...]
    // <|END_ACTION|>: the Command family.
    kList,
    // <tool_call>{"name", "arguments"}</tool_call>, one for each call: Qwen and
    // others.
    kTagged,
  };

  explicit Dialect(const LanguageModel& model);

  // FailedPrecondition, with the model's name, where `tools` is kNone.
  absl::Status CheckTools() const;

  std::string model;
  Tools tools = Tools::kNone;
  // Was trained to write <co> marks, and takes documents.
  bool cites = false;
  // Its template takes documents.
  bool documents = false;
  // Pieces that part the output (kSpecialSpellings), by id.
  absl::flat_hash_map<int32_t, absl::string_view> specials;
  // -1 where there are none.
  int32_t open_calls = -1;
  int32_t close_calls = -1;
  // The piece that is a newline, or -1.
  int32_t newline = -1;
  // The answer begins after any of them.
  std::vector<int32_t> open_answer;
  // Any of them ends what the model writes: a turn's end.
  std::vector<int32_t> ends;
  PieceTexts texts;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_DIALECT_H_
