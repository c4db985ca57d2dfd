#include "model/merge/tensor_merge.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "model/merge/checkpoint.h"

namespace footnote {
namespace {

// Numbers that are worked on at a time.
constexpr size_t kPart = 1 << 20;

uint32_t BitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

float FloatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

bool IsTies(MergeMethod method) {
  return method == MergeMethod::kTies || method == MergeMethod::kDareTies;
}

bool IsDare(MergeMethod method) {
  return method == MergeMethod::kDare || method == MergeMethod::kDareTies;
}

}  // namespace

void MergeCounts::Add(const MergeCounts& other) {
  tensors += other.tensors;
  numbers += other.numbers;
  changes += other.changes;
  kept += other.kept;
  conflicts += other.conflicts;
  before += other.before;
  added += other.added;
}

double ChanceOf(uint64_t seed, uint64_t index) {
  uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-53;
}

uint64_t ChanceSeed(uint64_t seed, absl::string_view tensor, size_t model) {
  uint64_t hash = 14695981039346656037u;
  const auto add = [&hash](uint8_t byte) {
    hash = (hash ^ byte) * 1099511628211u;
  };
  for (const char c : tensor) add(static_cast<uint8_t>(c));
  for (int i = 0; i < 8; ++i) add(static_cast<uint8_t>(seed >> (8 * i)));
  add(static_cast<uint8_t>(model));
  return hash;
}

TensorMerge::TensorMerge(const MergeRule& rule, uint64_t seed,
                         absl::string_view name, const Tensor* base,
                         std::vector<const Tensor*> models)
    : rule_(rule), base_(base), models_(std::move(models)) {
  for (const uint64_t side : models_[0]->shape) numbers_ *= side;
  for (size_t i = 0; i < models_.size(); ++i) {
    seeds_.push_back(ChanceSeed(seed, name, i));
  }
  parts_.resize(models_.size());
}

MergeCounts TensorMerge::Run(
    const std::function<void(const float*, size_t)>& write) {
  if (rule_.method == MergeMethod::kTies) FindThresholds();
  if (rule_.method == MergeMethod::kSlerp) FindAngle();
  MergeCounts counts;
  counts.tensors = 1;
  counts.numbers = numbers_;
  for (size_t begin = 0; begin < numbers_; begin += kPart) {
    const size_t count = std::min<size_t>(kPart, numbers_ - begin);
    Load(begin, count);
    Combine(begin, count, &counts);
    const std::vector<float>& before =
        base_ == nullptr ? parts_[0] : base_part_;
    for (size_t i = 0; i < count; ++i) {
      const double added = double{out_[i]} - before[i];
      counts.before += double{before[i]} * before[i];
      counts.added += added * added;
    }
    write(out_.data(), count);
    Release(begin, count);
  }
  return counts;
}

void TensorMerge::Load(size_t begin, size_t count) {
  const auto load = [=](const Tensor& tensor, std::vector<float>* part) {
    part->resize(count);
    const size_t width = LayoutOf(tensor.type).bytes;
    ConvertFloats(tensor.type, tensor.bytes.data() + begin * width, count,
                  part->data());
  };
  if (base_ != nullptr) load(*base_, &base_part_);
  for (size_t i = 0; i < models_.size(); ++i) load(*models_[i], &parts_[i]);
  out_.resize(count);
}

void TensorMerge::Release(size_t begin, size_t count) const {
  const auto release = [=](const Tensor& tensor) {
    const size_t width = LayoutOf(tensor.type).bytes;
    ReleasePages(tensor.bytes.substr(begin * width, count * width));
  };
  if (base_ != nullptr) release(*base_);
  for (const Tensor* model : models_) release(*model);
}

// The k-th largest size, exactly, in two passes over the tensor: first by the
// upper half of a float's bits, which sort as the sizes do, then by the lower.
void TensorMerge::FindThresholds() {
  const size_t models = models_.size();
  thresholds_.assign(models, 0.0f);
  ties_.assign(models, numbers_);
  // As numpy's round: halves to even.
  const uint64_t keep = std::max<uint64_t>(
      1, static_cast<uint64_t>(std::nearbyint(rule_.density * numbers_)));
  if (keep >= numbers_) return;
  std::vector<std::vector<uint64_t>> upper(models,
                                           std::vector<uint64_t>(1 << 16));
  std::vector<std::vector<uint64_t>> lower = upper;
  std::vector<uint32_t> half(models);
  std::vector<uint64_t> left(models, keep);
  const auto scan = [&](const std::function<void(size_t, uint32_t)>& visit) {
    for (size_t begin = 0; begin < numbers_; begin += kPart) {
      const size_t count = std::min<size_t>(kPart, numbers_ - begin);
      Load(begin, count);
      for (size_t m = 0; m < models; ++m) {
        for (size_t i = 0; i < count; ++i) {
          visit(m, BitsOf(std::fabs(parts_[m][i] - base_part_[i])));
        }
      }
      Release(begin, count);
    }
  };
  // The bin in which the rest of those to keep ends.
  const auto find = [&](const std::vector<uint64_t>& bins, uint64_t* rest) {
    uint32_t bin = (1 << 16) - 1;
    while (bin > 0 && *rest > bins[bin]) *rest -= bins[bin--];
    return bin;
  };
  scan([&](size_t m, uint32_t bits) { ++upper[m][bits >> 16]; });
  for (size_t m = 0; m < models; ++m) half[m] = find(upper[m], &left[m]);
  scan([&](size_t m, uint32_t bits) {
    if (bits >> 16 == half[m]) ++lower[m][bits & 0xffff];
  });
  for (size_t m = 0; m < models; ++m) {
    const uint32_t low = find(lower[m], &left[m]);
    thresholds_[m] = FloatOf(half[m] << 16 | low);
    ties_[m] = left[m];
  }
}

void TensorMerge::FindAngle() {
  double dot = 0, a = 0, b = 0;
  for (size_t begin = 0; begin < numbers_; begin += kPart) {
    const size_t count = std::min<size_t>(kPart, numbers_ - begin);
    Load(begin, count);
    for (size_t i = 0; i < count; ++i) {
      const double x = parts_[0][i];
      const double y = parts_[1][i];
      dot += x * y;
      a += x * x;
      b += y * y;
    }
    Release(begin, count);
  }
  const double t = rule_.weights[1] / (rule_.weights[0] + rule_.weights[1]);
  const double cosine = a > 0 && b > 0 ? dot / std::sqrt(a * b) : 1.0;
  // Nearly one direction: the circle is a line.
  if (std::fabs(cosine) > .9995) {
    slerp_[0] = 1 - t;
    slerp_[1] = t;
    return;
  }
  const double angle = std::acos(cosine);
  slerp_[0] = std::sin((1 - t) * angle) / std::sin(angle);
  slerp_[1] = std::sin(t * angle) / std::sin(angle);
}

void TensorMerge::Combine(size_t begin, size_t count, MergeCounts* counts) {
  const bool slerp = rule_.method == MergeMethod::kSlerp;
  if (!slerp && rule_.method != MergeMethod::kLinear) {
    CombineChanges(begin, count, counts);
    return;
  }
  double sum = 0;
  for (const double weight : rule_.weights) sum += weight;
  for (size_t i = 0; i < count; ++i) {
    double value = 0;
    for (size_t m = 0; m < models_.size(); ++m) {
      value += (slerp ? slerp_[m] : rule_.weights[m] / sum) * parts_[m][i];
    }
    out_[i] = static_cast<float>(value);
  }
  counts->changes += models_.size() * count;
  counts->kept += models_.size() * count;
}

void TensorMerge::CombineChanges(size_t begin, size_t count,
                                 MergeCounts* counts) {
  const bool ties = IsTies(rule_.method);
  const bool dare = IsDare(rule_.method);
  const size_t models = models_.size();
  std::vector<double> change(models);
  for (size_t i = 0; i < count; ++i) {
    double sum = 0;
    bool up = false, down = false;
    for (size_t m = 0; m < models; ++m) {
      // A float, so that its size sorts as the thresholds were found.
      const float delta = parts_[m][i] - base_part_[i];
      double d = delta;
      if (dare) {
        const bool keep = ChanceOf(seeds_[m], begin + i) < rule_.density;
        d = keep ? d / rule_.density : 0;
      } else if (ties) {
        const float size = std::fabs(delta);
        if (size < thresholds_[m]) d = 0;
        if (size == thresholds_[m]) {
          if (ties_[m] == 0) {
            d = 0;
          } else {
            --ties_[m];
          }
        }
      }
      change[m] = rule_.weights[m] * d;
      counts->changes += delta != 0;
      counts->kept += d != 0;
      up |= change[m] > 0;
      down |= change[m] < 0;
      sum += change[m];
    }
    counts->conflicts += up && down;
    if (ties) {
      // The mean of those on the side of the sum.
      double side = 0, weight = 0;
      for (size_t m = 0; m < models; ++m) {
        if (change[m] * sum <= 0) continue;
        side += change[m];
        weight += std::fabs(rule_.weights[m]);
      }
      sum = weight > 0 ? side / weight : 0;
    }
    out_[i] = static_cast<float>(base_part_[i] + rule_.scale * sum);
  }
}

}  // namespace footnote
