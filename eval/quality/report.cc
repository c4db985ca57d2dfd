#include "eval/quality/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/file.h"

namespace footnote {
namespace {

using Json = nlohmann::ordered_json;

std::string Cell(const double* value, int decimals) {
  return value == nullptr ? "-" : absl::StrFormat("%.*f", decimals, *value);
}

}  // namespace

void Report::AddLanguage(const std::string& language) { rows_[language]; }

void Report::Set(const std::string& language, absl::string_view key,
                 double value) {
  rows_[language][std::string(key)] = value;
}

bool Report::Mean(absl::string_view key, double* mean) const {
  double sum = 0;
  int languages = 0;
  for (const auto& [language, row] : rows_) {
    const auto it = row.find(std::string(key));
    if (it == row.end()) continue;
    sum += it->second;
    ++languages;
  }
  if (languages == 0) return false;
  *mean = sum / languages;
  return true;
}

std::string Report::ToJson() const {
  Json report;
  Json& means = report["mean"] = Json::object();
  for (const Key& key : keys_) {
    double mean = 0;
    means[key.name] = Mean(key.name, &mean) ? Json(mean) : Json(nullptr);
  }
  Json& languages = report["languages"] = Json::object();
  for (const auto& [language, row] : rows_) {
    Json& figures = languages[language] = Json::object();
    for (const Key& key : keys_) {
      const auto it = row.find(key.name);
      figures[key.name] = it == row.end() ? Json(nullptr) : Json(it->second);
    }
  }
  return report.dump(1) + "\n";
}

absl::Status Report::Write(const std::string& path) const {
  return WriteFileAtomically(path, ToJson());
}

std::string Report::ToTable() const {
  std::string table = absl::StrFormat("%-5s", "");
  const auto width = [](const Key& key) {
    // Room for a minute in milliseconds.
    return std::max<int>(9, static_cast<int>(key.name.size()) + 1);
  };
  for (const Key& key : keys_) {
    absl::StrAppendFormat(&table, "%*s", width(key), key.name);
  }
  table += "\n";
  for (const auto& [language, row] : rows_) {
    absl::StrAppendFormat(&table, "%-5s", language);
    for (const Key& key : keys_) {
      const auto it = row.find(key.name);
      absl::StrAppendFormat(
          &table, "%*s", width(key),
          Cell(it == row.end() ? nullptr : &it->second, key.decimals));
    }
    table += "\n";
  }
  absl::StrAppendFormat(&table, "%-5s", "mean");
  for (const Key& key : keys_) {
    double mean = 0;
    const bool any = Mean(key.name, &mean);
    absl::StrAppendFormat(&table, "%*s", width(key),
                          Cell(any ? &mean : nullptr, key.decimals));
  }
  return table + "\n";
}

}  // namespace footnote
