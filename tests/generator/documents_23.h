// A short text of each of the 23 languages, with a question that one of its
// sentences answers.
#ifndef FOOTNOTE_TESTS_GENERATOR_DOCUMENTS_23_H_
#define FOOTNOTE_TESTS_GENERATOR_DOCUMENTS_23_H_

#include <string>
#include <vector>

#include "proto/footnote/v1/types.pb.h"

namespace footnote {

struct Document23 {
  const char* language;
  const char* text;
  const char* question;
  // Stands in the sentence that answers.
  const char* answer;
};

const std::vector<Document23>& Documents23();

// The whole of `text` as a passage that begins at byte `begin`, code point
// `begin_code_point`, of version 1 of `document`; its score is its rank's.
v1::Passage MakePassage(const std::string& document, const std::string& text,
                        const std::string& language, int rank = 1,
                        uint64_t begin = 0, uint64_t begin_code_point = 0);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_GENERATOR_DOCUMENTS_23_H_
