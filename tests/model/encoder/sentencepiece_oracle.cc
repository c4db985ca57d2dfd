#include "tests/model/encoder/sentencepiece_oracle.h"

#include <sentencepiece_processor.h>

namespace footnote {

std::vector<std::vector<int>> SentencePieceIds(
    const std::string& model, const std::vector<std::string>& texts) {
  sentencepiece::SentencePieceProcessor processor;
  if (!processor.LoadFromSerializedProto(model).ok()) return {};
  std::vector<std::vector<int>> ids(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!processor.Encode(texts[i], &ids[i]).ok()) return {};
  }
  return ids;
}

}  // namespace footnote
