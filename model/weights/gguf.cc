#include "model/weights/gguf.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/weights/large_pages.h"

namespace footnote {
namespace {

enum Kind : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

constexpr uint64_t kMaxTensors = 1'000'000;
constexpr uint64_t kMaxValues = 1'000'000;
constexpr uint64_t kMaxNameBytes = 65'535;
constexpr uint32_t kMaxSides = 4;

// Bytes of a number of `kind`; 0 for strings, arrays and unknown kinds.
size_t SizeOf(uint32_t kind) {
  switch (kind) {
    case kUint8:
    case kInt8:
    case kBool:
      return 1;
    case kUint16:
    case kInt16:
      return 2;
    case kUint32:
    case kInt32:
    case kFloat32:
      return 4;
    case kUint64:
    case kInt64:
    case kFloat64:
      return 8;
  }
  return 0;
}

template <typename T>
T Load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

bool IsWhole(uint32_t kind) {
  return kind <= kInt32 || kind == kUint64 || kind == kInt64;
}

// REQUIRES: IsWhole(kind). Values above the largest int64 become it.
int64_t Whole(uint32_t kind, const char* bytes) {
  switch (kind) {
    case kUint8:
      return Load<uint8_t>(bytes);
    case kInt8:
      return Load<int8_t>(bytes);
    case kUint16:
      return Load<uint16_t>(bytes);
    case kInt16:
      return Load<int16_t>(bytes);
    case kUint32:
      return Load<uint32_t>(bytes);
    case kInt32:
      return Load<int32_t>(bytes);
    case kUint64:
      return static_cast<int64_t>(std::min<uint64_t>(
          Load<uint64_t>(bytes), std::numeric_limits<int64_t>::max()));
    default:
      return Load<int64_t>(bytes);
  }
}

bool IsNumber(uint32_t kind) {
  return IsWhole(kind) || kind == kFloat32 || kind == kFloat64;
}

double Real(uint32_t kind, const char* bytes) {
  if (kind == kFloat32) return Load<float>(bytes);
  if (kind == kFloat64) return Load<double>(bytes);
  return static_cast<double>(Whole(kind, bytes));
}

}  // namespace

// Reads forward through bytes; every method is false at the end.
class Gguf::Cursor {
 public:
  explicit Cursor(absl::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  bool Number(T* value) {
    if (bytes_.size() - at_ < sizeof(T)) return false;
    *value = Load<T>(bytes_.data() + at_);
    at_ += sizeof(T);
    return true;
  }

  bool Skip(uint64_t count) {
    if (bytes_.size() - at_ < count) return false;
    at_ += count;
    return true;
  }

  bool String(absl::string_view* text) {
    uint64_t length;
    if (!Number(&length) || bytes_.size() - at_ < length) return false;
    *text = bytes_.substr(at_, length);
    at_ += length;
    return true;
  }

  size_t at() const { return at_; }

 private:
  absl::string_view bytes_;
  size_t at_ = 0;
};

namespace {

TensorType TypeOf(uint32_t type) {
  for (const TensorType known :
       {TensorType::kFloat32, TensorType::kFloat16, TensorType::kQ4_0,
        TensorType::kQ4_1, TensorType::kQ5_0, TensorType::kQ5_1,
        TensorType::kQ8_0, TensorType::kQ4K, TensorType::kQ5K, TensorType::kQ6K,
        TensorType::kInt32, TensorType::kInt64, TensorType::kBFloat16}) {
    if (type == static_cast<uint32_t>(known)) return known;
  }
  return TensorType::kOther;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Gguf>> Gguf::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> mapping, MappedFile::Open(path));
  PreferLargePages(mapping->contents());
  ASSIGN_OR_RETURN(std::unique_ptr<Gguf> file,
                   FromBytes(mapping->contents(), path));
  file->mapping_ = std::move(mapping);
  return file;
}

absl::StatusOr<std::unique_ptr<Gguf>> Gguf::FromBytes(absl::string_view bytes,
                                                      absl::string_view name) {
  std::unique_ptr<Gguf> file = absl::WrapUnique(new Gguf());
  file->contents_ = bytes;
  file->name_ = std::string(name);
  RETURN_IF_ERROR(file->Read());
  return file;
}

absl::Status Gguf::Damaged(absl::string_view part,
                           absl::string_view why) const {
  return absl::DataLossError(
      absl::StrCat("weights ", name_, ": ", part, ": ", why));
}

absl::Status Gguf::Read() {
  Cursor cursor(contents_);
  uint32_t magic;
  if (!cursor.Number(&magic) || contents_.substr(0, 4) != "GGUF") {
    return Damaged("header", "does not begin with GGUF");
  }
  uint64_t tensor_count;
  uint64_t value_count;
  if (!cursor.Number(&version_)) return Damaged("header", "truncated");
  if (version_ != 2 && version_ != 3) {
    return absl::UnimplementedError(
        absl::StrCat("weights ", name_, ": GGUF version ", version_,
                     ", this release reads 2 and 3"));
  }
  if (!cursor.Number(&tensor_count) || !cursor.Number(&value_count)) {
    return Damaged("header", "truncated");
  }
  if (tensor_count > kMaxTensors || value_count > kMaxValues) {
    return Damaged("header", absl::StrCat(tensor_count, " tensors and ",
                                          value_count, " values"));
  }
  RETURN_IF_ERROR(ReadValues(value_count, &cursor));
  return ReadTensors(tensor_count, &cursor);
}

absl::Status Gguf::ReadValues(uint64_t count, Cursor* cursor) {
  for (uint64_t i = 0; i < count; ++i) {
    absl::string_view key;
    Value value{};
    if (!cursor->String(&key) || key.size() > kMaxNameBytes) {
      return Damaged(absl::StrCat("key ", i), "its name is past the end");
    }
    const std::string part = absl::StrCat("key ", key);
    if (!cursor->Number(&value.kind)) return Damaged(part, "truncated");
    uint32_t kind = value.kind;
    value.count = 1;
    if (kind == kArray) {
      if (!cursor->Number(&value.element_kind) ||
          !cursor->Number(&value.count)) {
        return Damaged(part, "truncated");
      }
      kind = value.element_kind;
    }
    const size_t begin = cursor->at();
    const size_t size = SizeOf(kind);
    if (kind == kString) {
      absl::string_view text;
      for (uint64_t j = 0; j < value.count; ++j) {
        if (!cursor->String(&text)) {
          return Damaged(part, absl::StrCat("string ", j, " of ", value.count,
                                            " is past the end"));
        }
      }
    } else if (size == 0) {
      return Damaged(part,
                     absl::StrCat("kind ", kind,
                                  value.kind == kArray ? " in an array" : ""));
    } else if (value.count > contents_.size() ||
               !cursor->Skip(value.count * size)) {
      return Damaged(part,
                     absl::StrCat(value.count, " numbers are past the end"));
    }
    value.bytes = contents_.substr(begin, cursor->at() - begin);
    if (!values_.emplace(std::string(key), value).second) {
      return Damaged(part, "stands there twice");
    }
    order_.emplace_back(key);
  }
  return absl::OkStatus();
}

absl::Status Gguf::ReadTensors(uint64_t count, Cursor* cursor) {
  uint64_t alignment = 32;
  if (Has("general.alignment")) {
    ASSIGN_OR_RETURN(const int64_t wanted, Integer("general.alignment"));
    if (wanted < 1 || wanted > (1 << 20) || (wanted & (wanted - 1)) != 0) {
      return Damaged("key general.alignment",
                     absl::StrCat(wanted, ", want a power of two"));
    }
    alignment = static_cast<uint64_t>(wanted);
  }
  struct Placed {
    std::string name;
    Tensor tensor;
    uint64_t offset;
    uint64_t bytes;
  };
  std::vector<Placed> placed;
  for (uint64_t i = 0; i < count; ++i) {
    absl::string_view name;
    uint32_t sides;
    if (!cursor->String(&name) || name.size() > kMaxNameBytes) {
      return Damaged(absl::StrCat("tensor ", i), "its name is past the end");
    }
    const std::string part = absl::StrCat("tensor ", name);
    if (!cursor->Number(&sides)) return Damaged(part, "truncated");
    if (sides > kMaxSides) {
      return Damaged(part,
                     absl::StrCat(sides, " sides, want at most ", kMaxSides));
    }
    Placed one;
    one.name = std::string(name);
    uint64_t numbers = 1;
    for (uint32_t j = 0; j < sides; ++j) {
      uint64_t side;
      if (!cursor->Number(&side)) return Damaged(part, "truncated");
      if (side > (uint64_t{1} << 32) ||
          (numbers *= side) > (uint64_t{1} << 44)) {
        return Damaged(part, absl::StrCat("impossible side ", side));
      }
      one.tensor.shape.insert(one.tensor.shape.begin(), side);
    }
    uint32_t type;
    if (!cursor->Number(&type) || !cursor->Number(&one.offset)) {
      return Damaged(part, "truncated");
    }
    one.tensor.type = TypeOf(type);
    const BlockLayout layout = LayoutOf(one.tensor.type);
    one.bytes = 0;
    if (layout.numbers > 0) {
      const uint64_t row =
          one.tensor.shape.empty() ? 1 : one.tensor.shape.back();
      if (row % layout.numbers != 0) {
        return Damaged(part, absl::StrCat("rows of ", row, ", want blocks of ",
                                          layout.numbers));
      }
      one.bytes = numbers / layout.numbers * layout.bytes;
    }
    if (one.offset % alignment != 0) {
      return Damaged(part, absl::StrCat("at ", one.offset, ", want a multiple",
                                        " of ", alignment));
    }
    placed.push_back(std::move(one));
  }
  const uint64_t start = (cursor->at() + alignment - 1) / alignment * alignment;
  const uint64_t room = start > contents_.size() ? 0 : contents_.size() - start;
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.offset, a.bytes) < std::tie(b.offset, b.bytes);
  });
  for (size_t i = 0; i < placed.size(); ++i) {
    Placed& one = placed[i];
    const std::string part = absl::StrCat("tensor ", one.name);
    if (one.offset > room || one.bytes > room - one.offset) {
      return Damaged(
          part, absl::StrCat(one.bytes, " bytes at ", one.offset,
                             " are outside the ", room, " that there are"));
    }
    if (i > 0 && placed[i - 1].offset + placed[i - 1].bytes > one.offset) {
      return Damaged(part,
                     absl::StrCat("overlaps tensor ", placed[i - 1].name));
    }
    // Where there are none, the file may end before the tensors begin.
    if (one.bytes > 0) {
      one.tensor.bytes = contents_.substr(start + one.offset, one.bytes);
    }
    if (!tensors_.emplace(one.name, one.tensor).second) {
      return Damaged(part, "stands there twice");
    }
  }
  return absl::OkStatus();
}

bool Gguf::Has(absl::string_view key) const {
  return values_.find(std::string(key)) != values_.end();
}

absl::Status Gguf::Wrong(absl::string_view key,
                         absl::string_view wanted) const {
  return absl::InvalidArgumentError(
      absl::StrCat("weights ", name_, ": key ", key, ": want ", wanted));
}

absl::StatusOr<const Gguf::Value*> Gguf::Get(absl::string_view key,
                                             absl::string_view wanted) const {
  const auto found = values_.find(std::string(key));
  if (found == values_.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("weights ", name_, ": no key ", key, ", want ", wanted));
  }
  return &found->second;
}

absl::StatusOr<absl::string_view> Gguf::String(absl::string_view key) const {
  ASSIGN_OR_RETURN(const Value* value, Get(key, "a string"));
  if (value->kind != kString) return Wrong(key, "a string");
  return value->bytes.substr(sizeof(uint64_t));
}

absl::StatusOr<int64_t> Gguf::Integer(absl::string_view key) const {
  ASSIGN_OR_RETURN(const Value* value, Get(key, "a whole number"));
  if (!IsWhole(value->kind)) return Wrong(key, "a whole number");
  return Whole(value->kind, value->bytes.data());
}

absl::StatusOr<double> Gguf::Number(absl::string_view key) const {
  ASSIGN_OR_RETURN(const Value* value, Get(key, "a number"));
  if (!IsNumber(value->kind)) return Wrong(key, "a number");
  const double number = Real(value->kind, value->bytes.data());
  if (!std::isfinite(number)) return Wrong(key, "a finite number");
  return number;
}

absl::StatusOr<bool> Gguf::Bool(absl::string_view key) const {
  ASSIGN_OR_RETURN(const Value* value, Get(key, "true or false"));
  if (value->kind != kBool) return Wrong(key, "true or false");
  return value->bytes[0] != 0;
}

absl::StatusOr<std::vector<absl::string_view>> Gguf::Strings(
    absl::string_view key) const {
  ASSIGN_OR_RETURN(const Value* value, Get(key, "strings"));
  if (value->kind != kArray || value->element_kind != kString) {
    return Wrong(key, "strings");
  }
  std::vector<absl::string_view> strings(value->count);
  Cursor cursor(value->bytes);
  for (absl::string_view& text : strings) cursor.String(&text);
  return strings;
}

absl::StatusOr<std::vector<int64_t>> Gguf::Integers(
    absl::string_view key) const {
  ASSIGN_OR_RETURN(const Value* value, Get(key, "whole numbers"));
  const uint32_t kind = value->element_kind;
  // Truth values count as 0 and 1.
  if (value->kind != kArray || !(IsWhole(kind) || kind == kBool)) {
    return Wrong(key, "whole numbers");
  }
  std::vector<int64_t> numbers;
  numbers.reserve(value->count);
  for (uint64_t i = 0; i < value->count; ++i) {
    const char* at = value->bytes.data() + i * SizeOf(kind);
    numbers.push_back(kind == kBool ? *at != 0 : Whole(kind, at));
  }
  return numbers;
}

absl::StatusOr<std::vector<double>> Gguf::Numbers(absl::string_view key) const {
  ASSIGN_OR_RETURN(const Value* value, Get(key, "numbers"));
  const uint32_t kind = value->element_kind;
  if (value->kind != kArray || !IsNumber(kind)) return Wrong(key, "numbers");
  std::vector<double> numbers;
  numbers.reserve(value->count);
  for (uint64_t i = 0; i < value->count; ++i) {
    numbers.push_back(Real(kind, value->bytes.data() + i * SizeOf(kind)));
  }
  return numbers;
}

void Gguf::AppendEntry(absl::string_view key, std::string* out) const {
  const auto append = [out](auto number) {
    char bytes[sizeof(number)];
    std::memcpy(bytes, &number, sizeof(number));
    out->append(bytes, sizeof(number));
  };
  const Value& value = values_.find(std::string(key))->second;
  append(uint64_t{key.size()});
  out->append(key.data(), key.size());
  append(value.kind);
  if (value.kind == kArray) {
    append(value.element_kind);
    append(value.count);
  }
  out->append(value.bytes.data(), value.bytes.size());
}

std::vector<std::pair<std::string, std::string>> Gguf::Metadata() const {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const std::string& key : order_) {
    const Value& value = values_.find(key)->second;
    std::string text;
    if (value.kind == kArray) {
      text = absl::StrCat("array of ", value.count);
    } else if (value.kind == kString) {
      text = std::string(value.bytes.substr(sizeof(uint64_t)));
    } else if (value.kind == kBool) {
      text = value.bytes[0] != 0 ? "true" : "false";
    } else if (IsWhole(value.kind)) {
      text = absl::StrCat(Whole(value.kind, value.bytes.data()));
    } else {
      text = absl::StrCat(Real(value.kind, value.bytes.data()));
    }
    lines.emplace_back(key, std::move(text));
  }
  return lines;
}

}  // namespace footnote
