#include "model/quantise/gguf_values.h"

#include <cstring>

namespace footnote {
namespace {

// GGUF's numbers for kinds of values.
enum Kind : uint32_t {
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kText = 8,
  kArray = 9,
};

template <typename T>
void AppendLittle(T value, std::string* out) {
  for (size_t i = 0; i < sizeof(value); ++i) {
    out->push_back(static_cast<char>(value >> (8 * i)));
  }
}

}  // namespace

void AppendLittle32(uint32_t value, std::string* out) {
  AppendLittle(value, out);
}

void AppendLittle64(uint64_t value, std::string* out) {
  AppendLittle(value, out);
}

void AppendGgufText(absl::string_view text, std::string* out) {
  AppendLittle64(text.size(), out);
  out->append(text.data(), text.size());
}

void GgufValues::Key(absl::string_view key, uint32_t kind) {
  AppendGgufText(key, &bytes_);
  AppendLittle32(kind, &bytes_);
  ++count_;
}

void GgufValues::Text(absl::string_view key, absl::string_view value) {
  Key(key, kText);
  AppendGgufText(value, &bytes_);
}

void GgufValues::Whole(absl::string_view key, uint32_t value) {
  Key(key, kUint32);
  AppendLittle32(value, &bytes_);
}

void GgufValues::Real(absl::string_view key, float value) {
  Key(key, kFloat32);
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  AppendLittle32(bits, &bytes_);
}

void GgufValues::Flag(absl::string_view key, bool value) {
  Key(key, kBool);
  bytes_.push_back(value ? 1 : 0);
}

void GgufValues::Texts(absl::string_view key,
                       const std::vector<std::string>& values) {
  Key(key, kArray);
  AppendLittle32(kText, &bytes_);
  AppendLittle64(values.size(), &bytes_);
  for (const std::string& value : values) AppendGgufText(value, &bytes_);
}

void GgufValues::Wholes(absl::string_view key,
                        const std::vector<int32_t>& values) {
  Key(key, kArray);
  AppendLittle32(kInt32, &bytes_);
  AppendLittle64(values.size(), &bytes_);
  for (const int32_t value : values) {
    AppendLittle32(static_cast<uint32_t>(value), &bytes_);
  }
}

void GgufValues::Copied(absl::string_view entry) {
  bytes_.append(entry.data(), entry.size());
  ++count_;
}

}  // namespace footnote
