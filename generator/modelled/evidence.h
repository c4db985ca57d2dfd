// What an answer may rest on: passages, results of tools, documents of a
// conversation.
#ifndef FOOTNOTE_GENERATOR_MODELLED_EVIDENCE_H_
#define FOOTNOTE_GENERATOR_MODELLED_EVIDENCE_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "generator/modelled/align.h"
#include "generator/modelled/marks.h"
#include "proto/footnote/v1/generator.pb.h"
#include "proto/footnote/v1/types.pb.h"
#include "proto/footnote/v1/writing.pb.h"
#include "text/language.h"

namespace footnote {

using ToolUses = google::protobuf::RepeatedPtrField<v1::ToolUse>;

// One text. Views into the request that it is of.
struct Evidence {
  absl::string_view text;
  // Of a passage; otherwise result `result` of `tool`.
  const v1::Passage* passage = nullptr;
  const v1::ToolUse* tool = nullptr;
  int result = 0;
  // What <co> marks call it.
  int mark_call = 0;
  int mark_result = 0;
};

// The texts of `evidence`, for an Aligner.
std::vector<absl::string_view> TextsOf(const std::vector<Evidence>& evidence);

// The results of `tools` that are no passages. Marks call the calls by their
// position, from `first_call`.
void AddToolResults(const ToolUses& tools, int first_call,
                    std::vector<Evidence>* evidence);

// A sentence of a draft and what it rests on.
struct CheckedText {
  TextSpan span;  // of the draft
  Alignment alignment;
};

// Compares each sentence of `text` with the
// evidence; where the model marked it, with what it named first.
std::vector<CheckedText> CheckSentences(absl::string_view text,
                                        const std::vector<Mark>& marks,
                                        const std::vector<Evidence>& evidence,
                                        const Aligner& aligner,
                                        Language language);

// Citations of a sentence that was FOUND, which stands at byte `begin` and code
// point `begin_code_point` of the answer.
std::vector<v1::Citation> CiteSentence(absl::string_view sentence,
                                       const Alignment& alignment,
                                       const std::vector<Evidence>& evidence,
                                       size_t begin, size_t begin_code_point);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_EVIDENCE_H_
