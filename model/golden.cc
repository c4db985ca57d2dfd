#include "model/golden.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/decoder/choose_device.h"
#include "model/decoder/decoder.h"
#include "model/weights/model_files.h"
#include "model/weights/safetensors.h"

namespace footnote {
namespace {

constexpr uint64_t kMaxTokens = 4096;

// The ids in tensor `name`, each below `vocabulary`.
absl::StatusOr<std::vector<int32_t>> Ids(const SafeTensors& file,
                                         const std::string& name,
                                         int vocabulary) {
  const auto found = file.tensors().find(name);
  if (found == file.tensors().end() ||
      found->second.type != TensorType::kInt32 ||
      found->second.shape.size() != 1 || found->second.shape[0] < 1 ||
      found->second.shape[0] > kMaxTokens) {
    return absl::DataLossError(absl::StrCat(
        "golden tensor ", name, ": want 1 to ", kMaxTokens, " I32 numbers"));
  }
  std::vector<int32_t> ids(found->second.shape[0]);
  std::memcpy(ids.data(), found->second.bytes.data(), ids.size() * 4);
  for (const int32_t id : ids) {
    if (id < 0 || id >= vocabulary) {
      return absl::DataLossError(absl::StrCat(
          "golden tensor ", name, ": id ", id, ", want it below ", vocabulary));
    }
  }
  return ids;
}

double Difference(const float* a, const float* b, size_t count) {
  double most = 0;
  for (size_t i = 0; i < count; ++i) {
    const double difference = std::fabs(static_cast<double>(a[i]) - b[i]);
    // A NaN must not look like agreement.
    if (!(difference <= most)) most = difference;
    if (std::isnan(most)) return std::numeric_limits<double>::infinity();
  }
  return most;
}

int32_t MostLikely(absl::Span<const float> logits) {
  return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) -
                              logits.begin());
}

}  // namespace

absl::StatusOr<GoldenReport> CompareGolden(const std::string& folder,
                                           int threads) {
  ASSIGN_OR_RETURN(std::unique_ptr<Device> device, ChooseDevice("", threads));
  return CompareGoldenOn(folder, std::move(device), true);
}

absl::StatusOr<GoldenReport> CompareGoldenOn(const std::string& folder,
                                             std::unique_ptr<Device> device,
                                             bool watches) {
  ASSIGN_OR_RETURN(std::unique_ptr<ModelFiles> files, ModelFiles::Open(folder));
  ASSIGN_OR_RETURN(
      std::unique_ptr<SafeTensors> golden,
      SafeTensors::Open(absl::StrCat(folder, "/golden.safetensors")));
  const int vocabulary = files->config().vocabulary;
  ASSIGN_OR_RETURN(const std::vector<int32_t> ids,
                   Ids(*golden, "ids", vocabulary));
  ASSIGN_OR_RETURN(const std::vector<int32_t> greedy,
                   Ids(*golden, "greedy.ids", vocabulary));
  const uint64_t columns = vocabulary;
  ASSIGN_OR_RETURN(const std::vector<float> logits,
                   golden->Floats("logits", {ids.size(), columns}));
  ASSIGN_OR_RETURN(const std::vector<float> greedy_logits,
                   golden->Floats("greedy.logits", {greedy.size(), columns}));

  const int rows = static_cast<int>(ids.size());
  ASSIGN_OR_RETURN(std::unique_ptr<Decoder> decoder,
                   Decoder::Create(*files, std::move(device), rows, rows));
  const int pages = (rows + static_cast<int>(greedy.size())) / 16 + 1;
  const size_t kinds = decoder->shape().windows.size();
  RETURN_IF_ERROR(decoder->MakePages(std::vector<int>(kinds, pages)));
  std::vector<int32_t> table(pages);
  for (int i = 0; i < pages; ++i) table[i] = i;

  GoldenReport report;
  absl::Status wrong;
  const Observer observer = [&](const std::string& name, const float* x,
                                int row_count, int n) {
    if (!golden->Contains(name) || name == "logits") return;
    const auto wanted = golden->Floats(
        name, {static_cast<uint64_t>(row_count), static_cast<uint64_t>(n)});
    if (!wanted.ok()) {
      if (wrong.ok()) wrong = wanted.status();
      return;
    }
    report.differences.emplace_back(
        name, Difference(x, wanted->data(), wanted->size()));
  };
  Batch batch;
  batch.ids = ids;
  batch.sequences.resize(1);
  batch.sequences[0].rows = rows;
  batch.sequences[0].pages.assign(kinds, table.data());
  for (int i = 0; i < rows; ++i) batch.logit_rows.push_back(i);
  absl::Span<const float> found =
      decoder->Forward(batch, watches ? observer : nullptr);
  RETURN_IF_ERROR(wrong);
  report.logits = Difference(found.data(), logits.data(), logits.size());

  report.greedy_tokens = static_cast<int>(greedy.size());
  absl::Span<const float> last = found.subspan((rows - 1) * columns, columns);
  for (size_t i = 0; i < greedy.size(); ++i) {
    report.greedy_logits = std::max(
        report.greedy_logits,
        Difference(last.data(), greedy_logits.data() + i * columns, columns));
    if (MostLikely(last) != greedy[i]) break;
    ++report.greedy_equal;
    batch.ids = {greedy[i]};
    batch.sequences[0].rows = 1;
    batch.sequences[0].position = rows + static_cast<int>(i);
    batch.logit_rows = {0};
    last = decoder->Forward(batch);
  }
  return report;
}

}  // namespace footnote
