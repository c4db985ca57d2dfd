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
};

// Citation marks that name only what exists: after "</co:" come
// " CALL:[RESULT,...],...>", where call c has results 0 to results[c] - 1. All
// other text is free, and may end anywhere but in a mark.
std::unique_ptr<Grammar> NewCitationGrammar(std::vector<int> results);

// JSON of a schema: type (object, array, string, number, integer, boolean,
// null), properties, required, items, enum and const. Objects have their
// properties in the schema's order and no others; one blank may follow ":" and
// ",". A schema without a type is any JSON value without objects or arrays.
//   InvalidArgument  no JSON object, or nested deeper than 16
//   Unimplemented    a word that would change what is allowed ($ref, anyOf,
//                    pattern, ...), by its name
absl::StatusOr<std::unique_ptr<Grammar>> NewJsonGrammar(
    absl::string_view schema);

// A grammar over the pieces of a vocabulary. Pieces without text of their own
// (control pieces) may come where the grammar may end.
class GrammarConstraint : public TokenConstraint {
 public:
  // `tokenizer` outlives it.
  GrammarConstraint(const Tokenizer& tokenizer,
                    std::unique_ptr<Grammar> grammar);

  void Mask(absl::Span<uint64_t> allowed) override;
  void Accept(int32_t id) override;

 private:
  const Tokenizer& tokenizer_;
  std::unique_ptr<Grammar> grammar_;
  std::unique_ptr<Grammar> trial_;
  // The text of each piece.
  std::vector<std::string> texts_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_GRAMMAR_GRAMMAR_H_
