// In place of device_cuda.cc where there is no nvcc.
#include "absl/status/status.h"
#include "model/decoder/device_cuda.h"

namespace footnote {

absl::StatusOr<std::unique_ptr<Device>> MakeCudaDevice(const CudaOptions&) {
  return absl::UnavailableError(CudaDeviceText());
}

bool ProveWgmma(std::string* why) {
  why->clear();
  return false;
}

std::string CudaDeviceText() {
  return "no CUDA device: this program was built without nvcc";
}

}  // namespace footnote
