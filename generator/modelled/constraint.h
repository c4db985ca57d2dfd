// Which pieces a model may write next: marks of what exists, calls of tools
// that exist.
#ifndef FOOTNOTE_GENERATOR_MODELLED_CONSTRAINT_H_
#define FOOTNOTE_GENERATOR_MODELLED_CONSTRAINT_H_

#include <memory>
#include <vector>

#include "generator/modelled/dialect.h"
#include "model/decoder/request.h"
#include "model/grammar/grammar.h"

namespace footnote {

struct OutputRules {
  // Of the text: a citation grammar, or any other; null: any text.
  std::unique_ptr<Grammar> text;
  // Of the calls; null: no calls.
  std::unique_ptr<Grammar> calls;
  // No end and no answer before a call was made.
  bool must_call = false;
  // The plan before a call that must be made: at most so many pieces.
  int max_plan = 100;
  // Where each call is a section of its own (Dialect::Tools::kTagged).
  int max_calls = 4;
};

// See TokenConstraint. `dialect` must outlive it.
class OutputConstraint : public TokenConstraint {
 public:
  OutputConstraint(const Dialect* dialect, OutputRules rules);

  void Mask(absl::Span<uint64_t> allowed) override;
  void Accept(int32_t id) override;

 private:
  // kBetween: after a call, before another or the end.
  enum class Place { kText, kCalls, kBetween };

  void MaskText(absl::Span<uint64_t> allowed) const;

  const Dialect& dialect_;
  OutputRules rules_;
  std::unique_ptr<Grammar> text_trial_;
  std::unique_ptr<Grammar> calls_;
  std::unique_ptr<Grammar> calls_trial_;
  Place place_ = Place::kText;
  bool answering_ = false;
  bool parted_ = false;  // by a newline, so another call comes
  int made_ = 0;
  int plan_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_CONSTRAINT_H_
