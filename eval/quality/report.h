// Figures by language, and their means: as a table for people, as JSON for
// programs.
#ifndef FOOTNOTE_EVAL_QUALITY_REPORT_H_
#define FOOTNOTE_EVAL_QUALITY_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace footnote {

// One thread at a time.
class Report {
 public:
  // One figure that each language has or lacks. `decimals` is how many the
  // table shows; the JSON has them all.
  struct Key {
    std::string name;
    int decimals = 3;
  };
  explicit Report(std::vector<Key> keys) : keys_(std::move(keys)) {}

  // Makes the language's row, even when no figure follows.
  void AddLanguage(const std::string& language);

  // REQUIRES: `key` is one of the keys and `value` is finite.
  void Set(const std::string& language, absl::string_view key, double value);

  // The mean of a figure over the languages that have it; false when none has.
  bool Mean(absl::string_view key, double* mean) const;

  // {"mean": {key: number or null, …}, "languages": {"en": {…}, …}}; languages
  // sorted, keys in their order.
  std::string ToJson() const;

  // Writes ToJson to `path` atomically.
  absl::Status Write(const std::string& path) const;

  // A line per language, the means last; "-" where there is no figure.
  std::string ToTable() const;

 private:
  std::vector<Key> keys_;
  std::map<std::string, std::map<std::string, double>> rows_;
};

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_REPORT_H_
