// Jinja's filters, by what they work on. ApplyFilter (builtins.h) finds them.
#ifndef FOOTNOTE_MODEL_TEMPLATE_FILTERS_H_
#define FOOTNOTE_MODEL_TEMPLATE_FILTERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/template/builtins.h"
#include "model/template/value.h"

namespace footnote {

// {{ in|filter(given) }}
struct FilterCall {
  const Value& in;
  const CallArguments& given;
  Budget* budget;
  ArgumentReader arguments{given};

  // What a loop over `in` sees.
  absl::StatusOr<std::vector<Value>> Items() const {
    return Iterate(in, budget);
  }
};

// InvalidArgument where jinja2 raises, ResourceExhausted at the budget's end.
// The caller has spent for looking at the texts that are given, and spends for
// the text that is made.
using Filter = absl::StatusOr<Value> (*)(const FilterCall& call);

struct NamedFilter {
  absl::string_view name;
  Filter filter;
};

absl::Span<const NamedFilter> ListFilters();
absl::Span<const NamedFilter> NumberFilters();
absl::Span<const NamedFilter> TextFilters();

// {{ in|length }}: of a text its code points.
absl::StatusOr<Value> CountItems(const FilterCall& call);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_FILTERS_H_
