// Names of a question that only texts in other languages hold.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_NAMES_ELSEWHERE_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_NAMES_ELSEWHERE_H_

#include <array>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "retriever/filter/allowed.h"
#include "retriever/lexical/bm25.h"
#include "retriever/translation/lexicon.h"
#include "text/language.h"

namespace footnote {

// By language number: the question may be in it.
using Homes = std::array<bool, kLanguageCount>;

// A segment and one of its documents.
using DocumentAt = std::pair<uint32_t, uint32_t>;

struct NamesElsewhere {
  absl::flat_hash_set<DocumentAt> documents;
  // The names' (Token::key), as surfaces.
  absl::flat_hash_set<uint64_t> keys;
};

// Whether `text`, in `language`, has one of the names with a capital or with
// digits, as names have them everywhere.
bool HasAsName(absl::string_view text, Language language,
               const NamesElsewhere& names);

// The documents that hold a name of `question` which no allowed passage in a
// language of `homes` holds, nor a word that begins so: what is asked about is
// written of elsewhere. A name is what `lexicon` does not translate and that
// has a capital, in English not the question's first word; or that is made of
// letters and digits; or, in a script that is not Latin, a Latin word. Few
// documents, or none: what is all over the collection says nothing.
//   DataLoss  postings are damaged
absl::StatusOr<NamesElsewhere> FindNamesElsewhere(
    const Corpus& corpus, absl::string_view question, Language language,
    const Homes& homes, absl::Span<const AllowedPassages> allowed,
    const Lexicon& lexicon);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_TRANSLATION_NAMES_ELSEWHERE_H_
