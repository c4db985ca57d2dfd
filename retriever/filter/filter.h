// What the caller allows to be found, as bits that both arms of a search obey.
#ifndef FOOTNOTE_RETRIEVER_FILTER_FILTER_H_
#define FOOTNOTE_RETRIEVER_FILTER_FILTER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "retriever/filter/allowed.h"
#include "storage/generation.h"
#include "text/language.h"

namespace footnote {

namespace v1 {
class Filter;
}

// By language number a bit for each passage of a segment; empty: none.
using LanguageBits = std::array<std::vector<uint64_t>, kLanguageCount>;

// Filters one generation. Immutable.
class PassageFilter {
 public:
  // What `before`, of an earlier generation, knows of segments that are still
  // there is taken over; it may be null, and may go afterwards.
  explicit PassageFilter(std::shared_ptr<const Generation> generation,
                         const PassageFilter* before = nullptr);

  // For each segment the passages that are live and that `filter` lets
  // through. Looks at every document unless the filter is empty and the
  // segment has no access labels.
  //   InvalidArgument  a language code that is none of the 23
  absl::StatusOr<std::vector<AllowedPassages>> Apply(
      const v1::Filter& filter) const;

  // Those of `allowed`, which Apply returned, that are in `language`.
  std::vector<AllowedPassages> InLanguage(
      Language language, absl::Span<const AllowedPassages> allowed) const;

 private:
  std::shared_ptr<const Generation> generation_;
  // By segment: a document has access labels.
  std::vector<bool> labelled_;
  // By segment.
  std::vector<std::shared_ptr<const LanguageBits>> in_language_;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FILTER_FILTER_H_
