#include "model/weights/safetensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/weights/large_pages.h"
#include "simdjson.h"

namespace footnote {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;

TensorType TypeOf(std::string_view name) {
  for (const TensorType type :
       {TensorType::kFloat32, TensorType::kFloat16, TensorType::kBFloat16,
        TensorType::kInt32, TensorType::kInt64}) {
    const absl::string_view known = TensorTypeName(type);
    if (name == std::string_view(known.data(), known.size())) return type;
  }
  return TensorType::kOther;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SafeTensors>> SafeTensors::Open(
    const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> mapping, MappedFile::Open(path));
  PreferLargePages(mapping->contents());
  ASSIGN_OR_RETURN(std::unique_ptr<SafeTensors> file,
                   FromBytes(mapping->contents(), path));
  file->mapping_ = std::move(mapping);
  return file;
}

absl::StatusOr<std::unique_ptr<SafeTensors>> SafeTensors::FromBytes(
    absl::string_view bytes, absl::string_view name) {
  std::unique_ptr<SafeTensors> file = absl::WrapUnique(new SafeTensors());
  file->contents_ = bytes;
  file->name_ = std::string(name);
  RETURN_IF_ERROR(file->Read());
  return file;
}

absl::Status SafeTensors::Damaged(absl::string_view part,
                                  absl::string_view why) const {
  return absl::DataLossError(
      absl::StrCat("weights ", name_, ": ", part, ": ", why));
}

absl::Status SafeTensors::Read() {
  uint64_t header_bytes = 0;
  if (contents_.size() < sizeof(header_bytes)) {
    return Damaged("header", absl::StrCat(contents_.size(), " bytes in all"));
  }
  std::memcpy(&header_bytes, contents_.data(), sizeof(header_bytes));
  const uint64_t rest = contents_.size() - sizeof(header_bytes);
  if (header_bytes > rest || header_bytes > kMaxHeaderBytes) {
    return Damaged("header", absl::StrCat(header_bytes, " bytes, but ", rest,
                                          " are left in the file"));
  }
  const absl::string_view json =
      contents_.substr(sizeof(header_bytes), header_bytes);
  const absl::string_view body =
      contents_.substr(sizeof(header_bytes) + header_bytes);
  simdjson::dom::parser parser;
  simdjson::dom::object header;
  if (parser.parse(json.data(), json.size()).get(header) != simdjson::SUCCESS) {
    return Damaged("header", "not a JSON object");
  }
  std::vector<std::tuple<uint64_t, uint64_t, std::string>> extents;
  for (const auto field : header) {
    const std::string name(field.key);
    if (name == "__metadata__") continue;
    const std::string part = absl::StrCat("tensor ", name);
    Tensor tensor;
    std::string_view type;
    simdjson::dom::array shape;
    simdjson::dom::array offsets;
    if (field.value["dtype"].get(type) != simdjson::SUCCESS ||
        field.value["shape"].get(shape) != simdjson::SUCCESS ||
        field.value["data_offsets"].get(offsets) != simdjson::SUCCESS) {
      return Damaged(part, "want dtype, shape and data_offsets");
    }
    tensor.type = TypeOf(type);
    const size_t size = LayoutOf(tensor.type).bytes;
    uint64_t count = 1;
    for (const auto side : shape) {
      uint64_t length;
      if (side.get(length) != simdjson::SUCCESS || length > (1u << 30) ||
          (count *= length) > (uint64_t{1} << 40)) {
        return Damaged(part, "impossible shape");
      }
      tensor.shape.push_back(length);
    }
    uint64_t begin;
    uint64_t end;
    if (offsets.size() != 2 || offsets.at(0).get(begin) != simdjson::SUCCESS ||
        offsets.at(1).get(end) != simdjson::SUCCESS || begin > end ||
        end > body.size()) {
      return Damaged(part, absl::StrCat("data_offsets outside the ",
                                        body.size(), " bytes that there are"));
    }
    tensor.bytes = body.substr(begin, end - begin);
    if (size > 0 && tensor.bytes.size() != count * size) {
      return Damaged(part, absl::StrCat(tensor.bytes.size(), " bytes, want ",
                                        count * size));
    }
    if (begin < end) extents.push_back({begin, end, name});
    if (!tensors_.emplace(name, std::move(tensor)).second) {
      return Damaged(part, "stands there twice");
    }
  }
  std::sort(extents.begin(), extents.end());
  for (size_t i = 1; i < extents.size(); ++i) {
    if (std::get<0>(extents[i]) < std::get<1>(extents[i - 1])) {
      return Damaged(
          absl::StrCat("tensor ", std::get<2>(extents[i])),
          absl::StrCat("overlaps tensor ", std::get<2>(extents[i - 1])));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> SafeTensors::Find(
    absl::string_view name, const std::vector<uint64_t>& shape) const {
  const auto found = tensors_.find(std::string(name));
  const std::string part = absl::StrCat("tensor ", name);
  if (found == tensors_.end()) return Damaged(part, "missing");
  const Tensor& tensor = found->second;
  if (tensor.shape != shape) {
    return Damaged(part, absl::StrCat("shape ", ShapeText(tensor.shape),
                                      ", want ", ShapeText(shape)));
  }
  if (tensor.type != TensorType::kFloat32 &&
      tensor.type != TensorType::kFloat16 &&
      tensor.type != TensorType::kBFloat16) {
    return absl::UnimplementedError(absl::StrCat(
        "weights ", name_, ": ", part, ": want F32, F16 or BF16 numbers"));
  }
  return tensor;
}

absl::StatusOr<std::vector<float>> SafeTensors::Floats(
    absl::string_view name, const std::vector<uint64_t>& shape) const {
  ASSIGN_OR_RETURN(Tensor tensor, Find(name, shape));
  size_t count = 1;
  for (const uint64_t side : shape) count *= side;
  std::vector<float> floats(count);
  ConvertFloats(tensor.type, tensor.bytes.data(), count, floats.data());
  for (const float value : floats) {
    if (!std::isfinite(value)) {
      return Damaged(absl::StrCat("tensor ", name), "not a number");
    }
  }
  return floats;
}

}  // namespace footnote
