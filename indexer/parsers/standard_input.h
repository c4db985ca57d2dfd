// The file that a parser program is given.
#ifndef FOOTNOTE_INDEXER_PARSERS_STANDARD_INPUT_H_
#define FOOTNOTE_INDEXER_PARSERS_STANDARD_INPUT_H_

#include <string>

namespace footnote {

// All of standard input; what came before an error, where there is one.
std::string ReadStandardInput();

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_STANDARD_INPUT_H_
