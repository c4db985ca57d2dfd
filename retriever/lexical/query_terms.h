// A question as index terms with weights.
#ifndef FOOTNOTE_RETRIEVER_LEXICAL_QUERY_TERMS_H_
#define FOOTNOTE_RETRIEVER_LEXICAL_QUERY_TERMS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "retriever/lexical/bm25.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {

// A longer question keeps its rarest terms.
constexpr size_t kMaxQueryTerms = 128;
// Bytes of a question that are looked at.
constexpr size_t kMaxQuestionBytes = 8192;

struct QueryTerm {
  uint64_t key = 0;
  uint8_t channel = 0;
  // Every word that gave it is a function word.
  bool stop = false;
  // Passages that hold it; 0: none does, and it only counts as unmatched.
  uint64_t document_frequency = 0;
  // Rarity: idf, lowered for function words and parts of compounds.
  float rarity = 0;
  // Not from the question's likeliest language: what the same words would be
  // in another one, or its dates in other notations. Never counts as
  // unmatched.
  bool alternative = false;
  // What words of the question may be cut short to (text/short_forms.h).
  bool is_short_form = false;
  // The key of the word that this is another stem of (text/other_stems.h); its
  // own where it is none. What has one word's key counts as one word: it is as
  // rare as all its stems together, and `alternative` but for one.
  uint64_t word = 0;
};

// Two terms of one kind that stand side by side in the question, as indexes of
// QueryTerms::terms. Twice the same: a short form, which is several that do.
struct TermPair {
  uint16_t first = 0;
  uint16_t second = 0;
};

struct QueryTerms {
  // Distinct keys, the rarest first. Behind them short forms, each as two terms
  // of one key: for the words that it stands for, and for their bigrams.
  std::vector<QueryTerm> terms;
  // Of stems, or of bigrams; function words are passed over.
  std::vector<TermPair> pairs;
  // True when there is no word, or function words only; these then count like
  // any other.
  bool nothing_to_look_for = true;
};

// The terms of `question`, which is read as the first of `languages` and, where
// that gives other terms, as the rest of them too. No language: as kUnknown.
// Safe from many threads.
QueryTerms MakeQueryTerms(absl::string_view question,
                          absl::Span<const Language> languages,
                          const Corpus& corpus);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_LEXICAL_QUERY_TERMS_H_
