// What a model may write, byte by byte.
//
// A grammar is a machine that reads bytes and says when one may not stand
// there. GrammarConstraint makes a mask over a vocabulary of it: a piece may
// come next when its bytes may.
#ifndef FOOTNOTE_MODEL_GRAMMAR_GRAMMAR_H_
#define FOOTNOTE_MODEL_GRAMMAR_GRAMMAR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/decoder/request.h"
#include "model/tokenizer/tokenizer.h"

namespace footnote {

// Cheap to copy: masks try each piece on a copy. Not thread-safe.
class Grammar {
 public:
  virtual ~Grammar() = default;
  virtual std::unique_ptr<Grammar> Copy() const = 0;
  // Becomes as `other`, which is of the same class.
  virtual void Assign(const Grammar& other) = 0;
  // Reads one byte. False when it may not come here; the grammar is then of no
  // more use.
  virtual bool Read(uint8_t byte) = 0;
  // The text may end here.
  virtual bool MayEnd() const = 0;
  // A byte without which any text may come here and leaves the grammar as it
  // is; -1: there is none.
  virtual int Watched() const { return -1; }
};

// Citation marks that name only what exists: after "</co:" come
// " CALL:[RESULT,...],...>", where call c has results 0 to results[c] - 1. All
// other text is free, and may end anywhere but in a mark.
std::unique_ptr<Grammar> NewCitationGrammar(std::vector<int> results);

// What keeps JSON short, so that it ends whoever writes it. 0: no limit.
struct JsonLimits {
  static constexpr int kMaxLayout = 16;

  int max_string = 0;  // characters, an escape counting as one or more
  int max_digits = 0;  // of a number, about
  int max_items = 0;   // of an array
  // Up to kMaxLayout blanks and newlines between any two things.
  bool layout = false;
};

// JSON of a schema: type (object, array, string, number, integer, boolean,
// null), properties, required, items, enum and const. Objects have their
// properties in the schema's order and no others; one blank may follow ":" and
// ",", or what `limits` say. Strings are UTF-8. A schema without a type is any
// JSON value without objects or arrays.
//   InvalidArgument  no JSON object, or nested deeper than 16
//   Unimplemented    a word that would change what is allowed ($ref, anyOf,
//                    pattern, ...), by its name
absl::StatusOr<std::unique_ptr<Grammar>> NewJsonGrammar(
    absl::string_view schema, const JsonLimits& limits = {});

// A tool that may be called: its name and the JSON schema of its parameters,
// an object; empty: it has none.
struct CallableTool {
  std::string name;
  std::string schema;
};

struct ToolCallsForm {
  // A list, as models of the Command family write it:
  //   [{"tool_call_id": "0", "tool_name": NAME, "parameters": {...}}, ...]
  // or one call, as those of the Qwen family: {"name": NAME, "arguments": ...}
  bool list = true;
  // Of the first call of a list; the others count on.
  int first_id = 0;
  int max_calls = 4;
};

// Calls of `tools` with parameters of their schemas. White space may stand
// between any two things; strings, lists and numbers have limits, so that it
// ends whoever writes it.
//   InvalidArgument, Unimplemented  as NewJsonGrammar, with the tool's name;
//                                   no tool; a name twice
absl::StatusOr<std::unique_ptr<Grammar>> NewToolCallsGrammar(
    const std::vector<CallableTool>& tools, const ToolCallsForm& form);

// The texts of a vocabulary's pieces, made once and shared. Immutable.
class PieceTexts {
 public:
  explicit PieceTexts(const Tokenizer& tokenizer);

  // Clears the bits of pieces that `grammar` does not read. Pieces without text
  // keep theirs when the grammar may end. `trial` is a copy to work on.
  void Mask(const Grammar& grammar, Grammar* trial,
            absl::Span<uint64_t> allowed) const;

  size_t size() const { return texts_.size(); }
  const std::string& Of(int32_t id) const { return texts_[id]; }

 private:
  std::vector<std::string> texts_;
  // Pieces that have a "<"; those without text.
  std::vector<int32_t> angled_;
  std::vector<int32_t> silent_;
};

// A grammar over the pieces of a vocabulary. Pieces without text of their own
// (control pieces) may come where the grammar may end.
class GrammarConstraint : public TokenConstraint {
 public:
  GrammarConstraint(const Tokenizer& tokenizer,
                    std::unique_ptr<Grammar> grammar);

  void Mask(absl::Span<uint64_t> allowed) override;
  void Accept(int32_t id) override;

 private:
  const PieceTexts texts_;
  std::unique_ptr<Grammar> grammar_;
  std::unique_ptr<Grammar> trial_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_GRAMMAR_GRAMMAR_H_
