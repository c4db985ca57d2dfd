#include "model/rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/decoder/decoder.h"
#include "model/weights/model_files.h"

namespace footnote {
namespace {

constexpr int kPagePositions = 16;

// Logits of all positions, [ids][vocabulary].
absl::StatusOr<std::vector<float>> Logits(const ModelFiles& files,
                                          absl::Span<const int32_t> ids,
                                          int threads, CpuWeights weights) {
  const int rows = static_cast<int>(ids.size());
  ASSIGN_OR_RETURN(
      std::unique_ptr<Decoder> decoder,
      Decoder::Create(files, MakeCpuDevice(threads, weights), rows, rows));
  const int pages = (rows + kPagePositions - 1) / kPagePositions;
  const size_t kinds = decoder->shape().windows.size();
  RETURN_IF_ERROR(decoder->MakePages(std::vector<int>(kinds, pages)));
  std::vector<int32_t> table(pages);
  for (int i = 0; i < pages; ++i) table[i] = i;
  Batch batch;
  batch.ids.assign(ids.begin(), ids.end());
  batch.sequences.resize(1);
  batch.sequences[0].rows = rows;
  batch.sequences[0].pages.assign(kinds, table.data());
  for (int i = 0; i < rows; ++i) batch.logit_rows.push_back(i);
  const absl::Span<const float> logits = decoder->Forward(batch);
  return std::vector<float>(logits.begin(), logits.end());
}

}  // namespace

absl::StatusOr<RoundingReport> MeasureRounding(const std::string& path,
                                               absl::Span<const int32_t> ids,
                                               int threads) {
  ASSIGN_OR_RETURN(std::unique_ptr<ModelFiles> files, ModelFiles::Open(path));
  const size_t vocabulary = files->config().vocabulary;
  if (ids.empty()) return absl::InvalidArgumentError("no ids, want some");
  for (const int32_t id : ids) {
    if (id < 0 || static_cast<size_t>(id) >= vocabulary) {
      return absl::InvalidArgumentError(
          absl::StrCat("id ", id, ", want 0 to ", vocabulary - 1));
    }
  }
  ASSIGN_OR_RETURN(const std::vector<float> found,
                   Logits(*files, ids, threads, CpuWeights::kAsStored));
  ASSIGN_OR_RETURN(const std::vector<float> wanted,
                   Logits(*files, ids, threads, CpuWeights::kAsFloats));
  RoundingReport report;
  report.positions = static_cast<int>(ids.size());
  double errors = 0, spreads = 0;
  for (size_t at = 0; at < wanted.size(); at += vocabulary) {
    const auto row = wanted.begin() + at;
    const auto ours = found.begin() + at;
    double mean = 0;
    for (size_t i = 0; i < vocabulary; ++i) mean += row[i] / double(vocabulary);
    for (size_t i = 0; i < vocabulary; ++i) {
      const double error = std::fabs(double{ours[i]} - row[i]);
      // A NaN must not look like agreement.
      if (!(error <= report.most)) report.most = error;
      errors += error * error;
      spreads += (row[i] - mean) * (row[i] - mean);
    }
    report.same_most_likely += std::max_element(row, row + vocabulary) - row ==
                               std::max_element(ours, ours + vocabulary) - ours;
  }
  report.error = std::sqrt(errors / wanted.size());
  report.spread = std::sqrt(spreads / wanted.size());
  return report;
}

}  // namespace footnote
