#include "model/quantise/quantise.h"

#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "kernels/quant_types.h"
#include "model/merge/checkpoint.h"
#include "model/quantise/blocks.h"
#include "model/quantise/part_file.h"
#include "model/quantise/plan.h"
#include "model/weights/model_files.h"

namespace footnote {
namespace {

constexpr uint64_t kAlignment = 32;
// Numbers that one thread works on at a time; a multiple of every block.
constexpr uint64_t kPart = uint64_t{1} << 20;

constexpr TensorType kTypes[] = {
    TensorType::kQ4K,      TensorType::kQ5K,    TensorType::kQ6K,
    TensorType::kQ8_0,     TensorType::kQ4_0,   TensorType::kQ4_1,
    TensorType::kQ5_0,     TensorType::kQ5_1,   TensorType::kFloat16,
    TensorType::kBFloat16, TensorType::kFloat32};

QuantType AsQuantType(TensorType type) {
  QuantType quant = QuantType::kF32;
  QuantTypeFromGgml(static_cast<uint32_t>(type), &quant);
  return quant;
}

uint64_t Numbers(const PlannedTensor& tensor) {
  uint64_t numbers = 1;
  for (const uint64_t side : tensor.shape) numbers *= side;
  return numbers;
}

uint64_t Bytes(const PlannedTensor& tensor) {
  const BlockLayout layout = LayoutOf(tensor.type);
  return Numbers(tensor) / layout.numbers * layout.bytes;
}

uint64_t Aligned(uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// Everything before the weights.
std::string Header(const QuantisePlan& plan) {
  std::string header = "GGUF";
  AppendLittle32(3, &header);
  AppendLittle64(plan.tensors.size(), &header);
  AppendLittle64(plan.values.count(), &header);
  header += plan.values.bytes();
  uint64_t offset = 0;
  for (const PlannedTensor& tensor : plan.tensors) {
    AppendGgufText(tensor.name, &header);
    AppendLittle32(static_cast<uint32_t>(tensor.shape.size()), &header);
    for (auto side = tensor.shape.rbegin(); side != tensor.shape.rend();
         ++side) {
      AppendLittle64(*side, &header);
    }
    AppendLittle32(static_cast<uint32_t>(tensor.type), &header);
    AppendLittle64(offset, &header);
    offset += Aligned(Bytes(tensor));
  }
  header.resize(Aligned(header.size()));
  return header;
}

// The row of the source that becomes row `row`: where neighbours rotate with
// each other, 2i and 2i + 1 are i and i + half of what rotated by halves.
uint64_t SourceRow(uint64_t row, uint64_t head_rows) {
  const uint64_t in_head = row % head_rows;
  return row - in_head + in_head / 2 + in_head % 2 * (head_rows / 2);
}

// Numbers `begin` to `end` of the result, before they are rounded.
void Load(const PlannedTensor& tensor, uint64_t begin, uint64_t end,
          std::vector<float>* numbers) {
  numbers->resize(end - begin);
  if (!tensor.computed.empty()) {
    std::copy(tensor.computed.begin() + begin, tensor.computed.begin() + end,
              numbers->begin());
    return;
  }
  const Tensor& source = tensor.source;
  const uint64_t size = LayoutOf(source.type).bytes;
  if (tensor.heads == 0) {
    ConvertFloats(source.type, source.bytes.data() + begin * size, end - begin,
                  numbers->data());
  } else {
    const uint64_t columns = tensor.shape.size() < 2 ? 1 : tensor.shape[1];
    const uint64_t head_rows = tensor.shape[0] / tensor.heads;
    for (uint64_t at = begin; at < end;) {
      const uint64_t row = at / columns;
      const uint64_t stop = std::min(end, (row + 1) * columns);
      const uint64_t from =
          SourceRow(row, head_rows) * columns + at - row * columns;
      ConvertFloats(source.type, source.bytes.data() + from * size, stop - at,
                    numbers->data() + (at - begin));
      at = stop;
    }
  }
  if (tensor.offset != 0) {
    for (float& number : *numbers) number += tensor.offset;
  }
}

// One thread's part of a tensor.
struct Part {
  uint64_t begin = 0;
  uint64_t end = 0;
  std::vector<float> numbers;
  std::string bytes;
  bool fits = true;

  void Run(const PlannedTensor& tensor) {
    Load(tensor, begin, end, &numbers);
    const BlockLayout layout = LayoutOf(tensor.type);
    bytes.resize((end - begin) / layout.numbers * layout.bytes);
    fits = QuantiseNumbers(AsQuantType(tensor.type), numbers.data(),
                           numbers.size(), &bytes[0]);
  }
};

class Work {
 public:
  Work(int threads, const std::function<void(uint64_t, uint64_t)>& progress,
       uint64_t all, PartFile* file)
      : parts_(std::max(1, threads)),
        progress_(progress),
        all_(all),
        file_(file) {}

  // Writes all of `tensor` at `offset` of the file.
  absl::Status Write(const std::string& source, const PlannedTensor& tensor,
                     uint64_t offset) {
    const uint64_t numbers = Numbers(tensor);
    for (uint64_t begin = 0; begin < numbers;) {
      std::vector<std::thread> threads;
      size_t used = 0;
      for (; used < parts_.size() && begin < numbers; ++used) {
        Part& part = parts_[used];
        part.begin = begin;
        part.end = begin = std::min(numbers, begin + kPart);
        threads.emplace_back([&part, &tensor] { part.Run(tensor); });
      }
      for (std::thread& thread : threads) thread.join();
      for (size_t i = 0; i < used; ++i) {
        const Part& part = parts_[i];
        if (!part.fits) {
          return absl::DataLossError(
              absl::StrCat("quantise ", source, ": tensor ", tensor.name,
                           ": a number is not finite or too large for ",
                           TensorTypeName(tensor.type)));
        }
        RETURN_IF_ERROR(file_->WriteAt(offset, part.bytes));
        offset += part.bytes.size();
      }
      done_ += begin - parts_[0].begin;
      progress_(done_, all_);
      Release(tensor, parts_[0].begin, begin);
    }
    return absl::OkStatus();
  }

 private:
  static void Release(const PlannedTensor& tensor, uint64_t begin,
                      uint64_t end) {
    if (!tensor.computed.empty()) return;
    const uint64_t size = LayoutOf(tensor.source.type).bytes;
    // The rows of a head are not read in order.
    if (tensor.heads > 0) {
      begin = 0;
      end = Numbers(tensor);
    }
    ReleasePages(
        tensor.source.bytes.substr(begin * size, (end - begin) * size));
  }

  std::vector<Part> parts_;
  const std::function<void(uint64_t, uint64_t)>& progress_;
  const uint64_t all_;
  uint64_t done_ = 0;
  PartFile* const file_;
};

// The type of the embedding and the output where none is asked for.
TensorType EndsFor(const ModelFiles& files, TensorType type) {
  const BlockLayout layout = LayoutOf(type);
  const BlockLayout six = LayoutOf(TensorType::kQ6K);
  if (layout.bytes * six.numbers >= six.bytes * layout.numbers) return type;
  return static_cast<uint64_t>(files.config().hidden) % six.numbers == 0
             ? TensorType::kQ6K
             : TensorType::kQ8_0;
}

bool AreSame(const std::string& a, const std::string& b) {
  struct stat first, second;
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace

absl::StatusOr<TensorType> QuantisedTypeNamed(absl::string_view name) {
  for (const TensorType type : kTypes) {
    if (absl::EqualsIgnoreCase(name, TensorTypeName(type))) return type;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "type \"", name, "\": want one of ",
      absl::StrJoin(kTypes, ", ", [](std::string* out, TensorType type) {
        absl::StrAppend(out, TensorTypeName(type));
      })));
}

absl::StatusOr<QuantiseReport> QuantiseModel(
    const std::string& source, const std::string& target,
    const QuantiseOptions& options,
    const std::function<void(uint64_t, uint64_t)>& progress) {
  if (!absl::EndsWith(target, ".gguf")) {
    return absl::InvalidArgumentError(
        absl::StrCat("target ", target, ": want a name that ends in .gguf"));
  }
  if (AreSame(source, target + ".part")) {
    return absl::FailedPreconditionError(absl::StrCat(
        "target ", target, ": until it is complete it is called ", target,
        ".part, and that is the source; want another name"));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<ModelFiles> files,
                   ModelFiles::Open(source));
  ASSIGN_OR_RETURN(QuantisePlan plan,
                   PlanQuantised(*files, options.type,
                                 options.ends == TensorType::kOther
                                     ? EndsFor(*files, options.type)
                                     : options.ends));
  const std::string header = Header(plan);
  QuantiseReport report;
  report.source_bytes = files->bytes();
  report.bytes = header.size();
  uint64_t all = 0;
  for (const PlannedTensor& tensor : plan.tensors) {
    report.bytes += Aligned(Bytes(tensor));
    all += Numbers(tensor);
    ++report.tensors[std::string(TensorTypeName(tensor.type))];
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<PartFile> file,
                   PartFile::Create(target, report.bytes));
  RETURN_IF_ERROR(file->WriteAt(0, header));
  {
    // What the header says is read back before hours of work.
    ASSIGN_OR_RETURN(const std::unique_ptr<ModelFiles> written,
                     ModelFiles::Open(file->part()));
    RETURN_IF_ERROR(CheckSaysTheSame(files->config(), written->config()));
  }
  Work work(options.threads, progress, all, file.get());
  uint64_t offset = header.size();
  for (const PlannedTensor& tensor : plan.tensors) {
    RETURN_IF_ERROR(work.Write(source, tensor, offset));
    offset += Aligned(Bytes(tensor));
  }
  RETURN_IF_ERROR(file->Finish());
  report.left_out = std::move(plan.left_out);
  return report;
}

}  // namespace footnote
