#include "kernels/cuda/emulator/block.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {

void InBothOrders(const std::function<void()>& test) {
  for (const auto order :
       {emulator::Order::kForward, emulator::Order::kBackward}) {
    emulator::SetOrder(order);
    test();
  }
  emulator::SetOrder(emulator::Order::kForward);
}

}  // namespace cuda
}  // namespace footnote
