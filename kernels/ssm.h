// State-space models whose weights are written down, not trained.
//
// A state c of `order` numbers holds the projection of the last `theta` units
// of a signal f on a basis; it obeys c' = A c + B f. Everything here is in
// units of the window (theta = 1): one step of a signal sampled W times per
// window is step = 1 / W. Derivations: docs/forecaster.md.
//
// Building is in double and happens once; stepping is the hot part and has
// versions for AVX2 and AVX-512 that give the same bits as the scalar one.
// The state matrix is always dense: LegT must not be diagonalised (the
// condition of its eigenvectors passes 1e15 at order 32). Matrices are row
// major, order * order. Pure functions, safe from many threads.
#ifndef FOOTNOTE_KERNELS_SSM_H_
#define FOOTNOTE_KERNELS_SSM_H_

#include <cstddef>

namespace footnote {

enum class Isa;  // kernels/dispatch.h

// Legendre polynomials over a sliding window, R_n = sqrt(2n + 1):
//   A_nk = -R_n R_k (k <= n),  -R_n R_k (-1)^(n-k) (k > n);  B_n = R_n.
void SsmLegT(size_t order, double* a, double* b);

// Legendre polynomials over the whole past; divide A and B by the time t.
//   A_nk = -R_n R_k (k < n), -(n + 1) (k = n), 0 (k > n);  B_n = R_n.
void SsmLegS(size_t order, double* a, double* b);

// Fourier series over a sliding window; `order` is even. Even rows are
// cosines, odd rows sines. Its reconstruction at the window's right end is the
// midpoint of f(t) and f(t - 1): fit for signals of period 1 only.
void SsmFouT(size_t order, double* a, double* b);

// Readout R1 of f' from a Legendre state: the slope of the reconstructed
// present, y = sum c_n state_n + d * f(t) with
//   c_n = -R_n (N^2 - n(n+1)),  d = N^2.
void SsmPresentSlope(size_t order, double* c, double* d);

// Readout R2 of f': the slope of the reconstruction at its right end,
//   c_n = R_n n(n+1).  R1 - R2 = N^2 (f(t) - reconstruction at t).
void SsmEndSlope(size_t order, double* c);

// Value of the reconstruction `ahead` windows after its right end:
//   c_n = R_n P_n(1 + 2 ahead).  ahead = 0 gives the present.
void SsmAhead(size_t order, double ahead, double* c);

enum class SsmDiscretization {
  // Tustin's rule on the mean of two inputs: exact at s = (2/h)(z-1)/(z+1).
  // The one to use: the others shift the input in time, which R1 multiplies
  // by N^2.
  kTustin,
  // Tustin's rule on the newer input alone, as in S4.
  kBilinear,
  // The newer input, held over the step.
  kZeroOrderHold,
  // Exact for inputs that are linear between samples.
  kFirstOrderHold,
};

// The recurrence state_k = ad state_{k-1} + b0 u_{k-1} + b1 u_k that
// `how` makes of A and B for a step of `step` windows. False, with the outputs
// untouched, when the step is not a positive finite number or the matrix is
// singular for it.
bool SsmDiscretize(size_t order, const double* a, const double* b, double step,
                   SsmDiscretization how, double* ad, double* b0, double* b1);

// Systems that SsmStepLanes runs side by side.
inline constexpr size_t kSsmLanes = 8;

// One step of `channels` signals through one system. `state` holds number n of
// channel j at state[n * channels + j]; `scratch` has the same size and holds
// the new state afterwards (the caller swaps).
//   scratch_nj = sum_k ad_nk state_kj + b0_n previous_j + b1_n input_j
// `channels` may be 0; no alignment needed.
void SsmStepChannels(size_t order, size_t channels, const double* ad,
                     const double* b0, const double* b1, const double* previous,
                     const double* input, const double* state, double* scratch);

// One step of one signal through kSsmLanes systems of the same order: number n
// of lane l is at index n * kSsmLanes + l, and ad_nk of lane l at
// (n * order + k) * kSsmLanes + l.
void SsmStepLanes(size_t order, const double* ad, const double* b0,
                  const double* b1, double previous, double input,
                  const double* state, double* scratch);

// out[l] = sum_n c[n * kSsmLanes + l] state[n * kSsmLanes + l]
void SsmReadLanes(size_t order, const double* c, const double* state,
                  double* out);

// The same three functions of one instruction set, for tests and benchmarks.
struct SsmKernels {
  void (*step_channels)(size_t, size_t, const double*, const double*,
                        const double*, const double*, const double*,
                        const double*, double*);
  void (*step_lanes)(size_t, const double*, const double*, const double*,
                     double, double, const double*, double*);
  void (*read_lanes)(size_t, const double*, const double*, double*);
};

// REQUIRES: IsaIsSupported(isa)
const SsmKernels& SsmKernelsFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_SSM_H_
