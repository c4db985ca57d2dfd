#include "model/decoder/choose_device.h"

#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "model/decoder/device_cuda.h"

namespace footnote {
namespace {

// As many as one machine has of them.
constexpr int kMostDevices = 16;

}  // namespace

absl::StatusOr<std::unique_ptr<Device>> ChooseDevice(const std::string& name,
                                                     int threads) {
  std::string wanted = name;
  if (wanted.empty()) {
    const char* named = std::getenv("FOOTNOTE_DEVICE");
    wanted = named == nullptr || *named == '\0' ? "cpu" : named;
  }
  if (wanted == "cpu") return MakeCpuDevice(threads);
  CudaOptions options;
  const size_t colon = wanted.find(':');
  const std::string whole = wanted;
  if (colon != std::string::npos) {
    if (!absl::SimpleAtoi(wanted.substr(colon + 1), &options.devices) ||
        options.devices < 1 || options.devices > kMostDevices ||
        wanted.substr(0, 4) != "cuda") {
      return absl::InvalidArgumentError(
          absl::StrCat("device \"", whole, "\", want cuda…:N with N from 1 to ",
                       kMostDevices));
    }
    wanted.resize(colon);
  }
  if (wanted == "cuda-fp8") {
    options.weights = CudaWeights::kFp8;
  } else if (wanted == "cuda-int8") {
    options.weights = CudaWeights::kInt8;
  } else if (wanted == "cuda-int4") {
    options.weights = CudaWeights::kInt4;
  } else if (wanted == "cuda-exact") {
    options.exact = true;
  } else if (wanted != "cuda" && wanted != "auto") {
    return absl::InvalidArgumentError(absl::StrCat(
        "device \"", whole,
        "\", want cpu, cuda, cuda-fp8, cuda-int8, cuda-int4, "
        "cuda-exact, one of those with :N for N devices, or auto"));
  }
  std::string why;
  options.wgmma = !options.exact && ProveWgmma(&why);
  if (!why.empty()) {
    Log(Severity::kWarning, absl::StrCat(why, ": prompts use mma.sync"));
  }
  auto device = MakeCudaDevice(options);
  if (device.ok() || wanted != "auto") return device;
  Log(Severity::kInfo, absl::StrCat(device.status().message(), ": CPU used"));
  return MakeCpuDevice(threads);
}

}  // namespace footnote
