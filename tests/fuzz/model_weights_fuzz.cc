// Weights of decoders from anywhere: a GGUF file, a config.json, a safetensors
// header. Opening must end in a status; what opens must be readable to its
// last byte.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/weights/gguf.h"
#include "model/weights/model_config.h"
#include "model/weights/safetensors.h"

namespace footnote {
namespace {

void Touch(const Tensor& tensor) {
  const BlockLayout layout = LayoutOf(tensor.type);
  uint64_t numbers = 1;
  for (const uint64_t side : tensor.shape) numbers *= side;
  if (layout.numbers > 0 &&
      tensor.bytes.size() != numbers / layout.numbers * layout.bytes) {
    std::abort();
  }
  volatile char last = tensor.bytes.empty() ? 0 : tensor.bytes.back();
  (void)last;
}

void FuzzGguf(const std::string& input) {
  const auto file = Gguf::FromBytes(input, "fuzz");
  if (!file.ok()) return;
  for (const auto& [name, tensor] : (*file)->tensors()) Touch(tensor);
  for (const auto& [key, value] : (*file)->Metadata()) {
    (void)(*file)->Strings(key).status();
    (void)(*file)->Integers(key).status();
    (void)(*file)->Numbers(key).status();
    (void)(*file)->Integer(key).status();
    (void)(*file)->String(key).status();
  }
  const auto config = ConfigFromGguf(**file);
  if (config.ok() && config->layers.empty()) std::abort();
}

void FuzzConfig(const std::string& input) {
  const auto config = ConfigFromJson(input, "fuzz");
  if (!config.ok()) return;
  if (config->heads % config->kv_heads != 0) std::abort();
}

void FuzzSafeTensors(const std::string& input) {
  const auto file = SafeTensors::FromBytes(input, "fuzz");
  if (!file.ok()) return;
  for (const auto& [name, tensor] : (*file)->tensors()) Touch(tensor);
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      footnote::FuzzGguf(input);
      break;
    case 1:
      footnote::FuzzConfig(input);
      break;
    default:
      footnote::FuzzSafeTensors(input);
  }
  return 0;
}
