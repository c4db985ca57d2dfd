#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {

// A device chooses its own order.
void InBothOrders(const std::function<void()>& test) { test(); }

}  // namespace cuda
}  // namespace footnote
