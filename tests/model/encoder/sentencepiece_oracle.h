// SentencePiece itself, to compare with. In a file of its own because its
// header declares another absl::string_view.
#ifndef FOOTNOTE_TESTS_MODEL_ENCODER_SENTENCEPIECE_ORACLE_H_
#define FOOTNOTE_TESTS_MODEL_ENCODER_SENTENCEPIECE_ORACLE_H_

#include <string>
#include <vector>

namespace footnote {

// The pieces of each text by the model in `model`; empty when it cannot be
// loaded.
std::vector<std::vector<int>> SentencePieceIds(
    const std::string& model, const std::vector<std::string>& texts);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_MODEL_ENCODER_SENTENCEPIECE_ORACLE_H_
