// Flags that say which documents a question may be answered from: the same of
// every command that asks.
#ifndef FOOTNOTE_BASE_FILTER_FLAGS_H_
#define FOOTNOTE_BASE_FILTER_FLAGS_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace footnote {

struct FilterFlags {
  std::vector<std::string> languages;
  std::vector<std::string> documents;
  std::string document_prefix;
  // "key=a,b" or "key".
  std::vector<std::string> conditions;
  std::vector<std::string> labels;
};

// Adds --in, --document, --prefix, --where and --label to `command`. `flags`
// must outlive it.
void AddFilterFlags(CLI::App* command, FilterFlags* flags);

// "key=a,b" taken apart; "key" alone has no values.
struct MetadataCondition {
  explicit MetadataCondition(const std::string& text);

  std::string key;
  std::vector<std::string> any_of;
};

// The flags as a v1::Filter.
template <typename Filter>
void FillFilter(const FilterFlags& flags, Filter* filter) {
  for (const std::string& x : flags.languages) filter->add_languages(x);
  for (const std::string& x : flags.documents) filter->add_documents(x);
  filter->set_document_prefix(flags.document_prefix);
  for (const std::string& text : flags.conditions) {
    const MetadataCondition condition(text);
    auto* const to = filter->add_conditions();
    to->set_key(condition.key);
    for (const std::string& value : condition.any_of) to->add_any_of(value);
  }
  for (const std::string& x : flags.labels) filter->add_access_labels(x);
}

}  // namespace footnote

#endif  // FOOTNOTE_BASE_FILTER_FLAGS_H_
