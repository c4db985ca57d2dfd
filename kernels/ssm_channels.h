// Many signals through one bank of sliding Legendre models (ssm_bank.h), a
// step at a time, in single precision: for thousands of series that tick
// together. Signals lie side by side in blocks of kSsmBlock; each model is
// scored on what it said of the newest samples, stepped, and read in the four
// ways of ssm_bank.h without their corrections; the reading of least past error
// is the forecast of its signal.
//
// Nothing but states and errors is kept between steps: what was said before is
// read from the old state again, which is cheaper than to fetch it. All
// versions give the bits of the scalar one. Pure functions, safe from many
// threads; no alignment needed.
#ifndef FOOTNOTE_KERNELS_SSM_CHANNELS_H_
#define FOOTNOTE_KERNELS_SSM_CHANNELS_H_

#include <cstddef>

namespace footnote {

enum class Isa;  // kernels/dispatch.h

inline constexpr size_t kSsmBlock = 16;
inline constexpr size_t kSsmMaxChannelOrder = 8;
inline constexpr size_t kSsmChannelReads = 4;

// One model of the bank.
struct SsmChannelModel {
  size_t order = 0;  // 1 to kSsmMaxChannelOrder
  // h; Ad_nk for n = 0 … order-1 and k = 0 … n; R_n P_n(1 + 2h): as in
  // ssm_bank.h, one lane.
  const float* table = nullptr;
  // error' = error + take * ((said - now)^2 - error); 0: its errors do not
  // count yet, and it is not chosen.
  float take = 0;
};

// Numbers of state that a block takes for a model of `order`, and of errors
// for any.
constexpr size_t SsmChannelState(size_t order) { return order * kSsmBlock; }
inline constexpr size_t kSsmChannelErrors = kSsmChannelReads * kSsmBlock;

// One step of one block: `before` and `now` are its kSsmBlock last samples,
// `state` and `error` hold the models one after the other, `next` gets the
// forecasts (`now` itself where no model counts).
void SsmStepBlock(const SsmChannelModel* models, size_t count,
                  const float* before, const float* now, float* state,
                  float* error, float* next);

struct SsmChannelKernels {
  void (*step_block)(const SsmChannelModel*, size_t, const float*, const float*,
                     float*, float*, float*);
};

// REQUIRES: IsaIsSupported(isa)
const SsmChannelKernels& SsmChannelKernelsFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_SSM_CHANNELS_H_
