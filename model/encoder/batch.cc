#include "model/encoder/batch.h"

#include <algorithm>
#include <numeric>

#include "base/utf8.h"

namespace footnote {

std::vector<Batch> MakeBatches(const std::vector<size_t>& lengths,
                               size_t tokens) {
  std::vector<size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return lengths[a] > lengths[b]; });
  std::vector<Batch> batches;
  for (const size_t text : order) {
    if (batches.empty() || batches.back().tokens >= tokens) {
      batches.emplace_back();
    }
    batches.back().texts.push_back(text);
    batches.back().tokens += lengths[text];
  }
  return batches;
}

absl::string_view ValidText(absl::string_view text, std::string* repaired) {
  if (IsValidUtf8(text)) return text;
  *repaired = ReplaceInvalidUtf8(text);
  return *repaired;
}

}  // namespace footnote
