#include "model/decoder/cuda_mixture.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kernels/cuda/rows.h"

namespace footnote {

struct CudaMixture::Places {
  int slots;
  cuda::Routing routing;
  cuda::Prepared x;  // of the slots
  cuda::Prepared gated;
  float* gate;  // [slots][gate_.rows]
  float* up;
  float* down;  // [slots][down_.rows]
  size_t bytes;
};

absl::StatusOr<std::unique_ptr<CudaMixture>> CudaMixture::Create(
    const std::vector<cuda::DeviceMatrix>& gate,
    const std::vector<cuda::DeviceMatrix>& up,
    const std::vector<cuda::DeviceMatrix>& down, int used) {
  if (gate.size() > cuda::kMaxExperts || used > cuda::kMaxUsedExperts) {
    return absl::UnimplementedError(
        absl::StrCat(gate.size(), " experts, ", used,
                     " of them for a token, on a CUDA device, want at most ",
                     cuda::kMaxExperts, " and ", cuda::kMaxUsedExperts));
  }
  std::unique_ptr<CudaMixture> mixture = absl::WrapUnique(new CudaMixture);
  mixture->experts_ = static_cast<int>(gate.size());
  if (!Upload(gate, &mixture->gate_) || !Upload(up, &mixture->up_) ||
      !Upload(down, &mixture->down_)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "no device memory for a list of ", gate.size(), " experts"));
  }
  return mixture;
}

CudaMixture::~CudaMixture() {
  for (const List& list : {gate_, up_, down_}) cuda::Free(list.matrices);
}

bool CudaMixture::Upload(const std::vector<cuda::DeviceMatrix>& matrices,
                         List* list) {
  const size_t bytes = matrices.size() * sizeof(cuda::DeviceMatrix);
  list->matrices = static_cast<cuda::DeviceMatrix*>(cuda::Allocate(bytes));
  if (list->matrices == nullptr) return false;
  cuda::Stream* stream = cuda::MakeStream();
  cuda::CopyIn(stream, list->matrices, matrices.data(), bytes);
  const bool copied = cuda::Finish(stream) == nullptr;
  cuda::DeleteStream(stream);
  list->rows = matrices[0].rows;
  list->columns = matrices[0].columns;
  for (const cuda::DeviceMatrix& matrix : matrices) {
    if (std::find(list->kinds.begin(), list->kinds.end(), matrix.kind) ==
        list->kinds.end()) {
      list->kinds.push_back(matrix.kind);
    }
  }
  return copied;
}

CudaMixture::Places CudaMixture::PlacesOf(const Step& step) const {
  Places places = {};
  places.slots = cuda::ExpertSlots(step.rows, step.rule.used, experts_);
  const size_t slots = places.slots;
  const size_t pairs = size_t{1} * step.rows * step.rule.used;
  const auto take = [&](size_t bytes) {
    char* there = step.memory + places.bytes;
    places.bytes += (bytes + 255) / 256 * 256;
    return there;
  };
  const auto ints = [&](size_t count) {
    return reinterpret_cast<int32_t*>(take(count * sizeof(int32_t)));
  };
  const auto floats = [&](size_t count) {
    return reinterpret_cast<float*>(take(count * sizeof(float)));
  };
  const auto prepared = [&](int columns) {
    cuda::Prepared made;
    made.parts = step.parts;
    made.tokens = places.slots;
    made.columns = columns;
    made.fragments = reinterpret_cast<uint16_t*>(
        take(cuda::PreparedBytes(step.parts, places.slots, columns)));
    made.sums =
        reinterpret_cast<float*>(take(cuda::SumBytes(places.slots, columns)));
    return made;
  };
  places.routing.chosen = ints(pairs);
  places.routing.factors = floats(pairs);
  places.routing.slots = ints(pairs);
  places.routing.first_tile = ints(experts_ + 1);
  places.routing.slot_tokens = ints(slots);
  places.x = prepared(gate_.columns);
  places.gated = prepared(down_.columns);
  places.gate = floats(slots * gate_.rows);
  places.up = floats(slots * up_.rows);
  places.down = floats(slots * down_.rows);
  return places;
}

size_t CudaMixture::Bytes(const Step& step) const {
  return PlacesOf(step).bytes;
}

void CudaMixture::Run(cuda::Stream* stream, const Step& step) const {
  const Places places = PlacesOf(step);
  const cuda::Routing& routing = places.routing;
  const auto multiply = [&](const List& list, const cuda::SlotRows& x,
                            float* y) {
    for (const cuda::WeightKind kind : list.kinds) {
      cuda::MultiplyExperts(stream, kind, list.rows, list.matrices, experts_,
                            routing, x, y);
    }
  };
  cuda::RouteTokens(stream, step.rule, step.scores, step.rows, routing);
  cuda::PrepareSlots(stream, routing, experts_, step.x, places.x);
  multiply(gate_, {places.x, step.x, true}, places.gate);
  multiply(up_, {places.x, step.x, true}, places.up);
  // Slots of no expert are computed too: whatever they hold, nobody reads it.
  cuda::GateRows(stream, step.gelu, places.gate, places.up, places.slots,
                 gate_.rows, places.gate, places.gated);
  multiply(down_, {places.gated, places.gate, false}, places.down);
  cuda::AddSlots(stream, step.rule, routing, places.down, step.rows, down_.rows,
                 step.out);
}

}  // namespace footnote
