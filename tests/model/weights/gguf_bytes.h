// Builds GGUF files for tests.
#ifndef FOOTNOTE_TESTS_MODEL_WEIGHTS_GGUF_BYTES_H_
#define FOOTNOTE_TESTS_MODEL_WEIGHTS_GGUF_BYTES_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "model/weights/tensor.h"

namespace footnote {

class GgufBytes {
 public:
  GgufBytes& Text(const std::string& key, const std::string& value) {
    return Value(key, 8, String(value));
  }
  GgufBytes& Whole(const std::string& key, uint32_t value) {
    return Value(key, 4, Raw(value));
  }
  GgufBytes& Real(const std::string& key, float value) {
    return Value(key, 6, Raw(value));
  }
  GgufBytes& Texts(const std::string& key,
                   const std::vector<std::string>& values) {
    std::string bytes = Raw(uint32_t{8}) + Raw(uint64_t{values.size()});
    for (const std::string& value : values) bytes += String(value);
    return Value(key, 9, bytes);
  }
  // Any bytes as a value of any kind.
  GgufBytes& Value(const std::string& key, uint32_t kind,
                   const std::string& bytes) {
    values_ += String(key) + Raw(kind) + bytes;
    ++value_count_;
    return *this;
  }

  // `sides` as GGUF has them: the innermost first.
  GgufBytes& Add(const std::string& name, TensorType type,
                 const std::vector<uint64_t>& sides, std::string bytes) {
    const uint64_t offset = body_.size();
    body_ += bytes;
    body_.resize((body_.size() + 31) / 32 * 32);
    return Place(name, static_cast<uint32_t>(type), sides, offset);
  }
  // Only what the list of tensors says.
  GgufBytes& Place(const std::string& name, uint32_t type,
                   const std::vector<uint64_t>& sides, uint64_t offset) {
    tensors_ += String(name) + Raw(static_cast<uint32_t>(sides.size()));
    for (const uint64_t side : sides) tensors_ += Raw(side);
    tensors_ += Raw(type) + Raw(offset);
    ++tensor_count_;
    return *this;
  }

  std::string Bytes() const {
    std::string head = "GGUF" + Raw(uint32_t{3}) + Raw(tensor_count_) +
                       Raw(value_count_) + values_ + tensors_;
    head.resize((head.size() + 31) / 32 * 32);
    return head + body_;
  }

  template <typename T>
  static std::string Raw(T value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  static std::string String(const std::string& text) {
    return Raw(uint64_t{text.size()}) + text;
  }

 private:
  std::string values_;
  std::string tensors_;
  std::string body_;
  uint64_t value_count_ = 0;
  uint64_t tensor_count_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_MODEL_WEIGHTS_GGUF_BYTES_H_
