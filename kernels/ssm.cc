#include "kernels/ssm.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "kernels/dispatch.h"

namespace footnote {

extern const SsmKernels kSsmKernelsScalar;
#if defined(__x86_64__)
extern const SsmKernels kSsmKernelsAvx2;
extern const SsmKernels kSsmKernelsAvx512;
#endif

namespace {

const SsmKernels& Active() {
  static const SsmKernels& kernels = SsmKernelsFor(ActiveIsa());
  return kernels;
}

double Norm(size_t n) { return std::sqrt(2.0 * n + 1.0); }

// Solves a x = rhs for `columns` right sides by elimination with row pivots;
// `a` (n * n) is destroyed and `rhs` (n * columns) becomes x.
bool Solve(size_t n, size_t columns, std::vector<double>* a,
           std::vector<double>* rhs) {
  double* m = a->data();
  double* x = rhs->data();
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t row = column + 1; row < n; ++row) {
      if (std::fabs(m[row * n + column]) > std::fabs(m[pivot * n + column])) {
        pivot = row;
      }
    }
    const double top = m[pivot * n + column];
    if (!(std::fabs(top) > 0) || !std::isfinite(top)) return false;
    if (pivot != column) {
      for (size_t k = 0; k < n; ++k) {
        std::swap(m[pivot * n + k], m[column * n + k]);
      }
      for (size_t k = 0; k < columns; ++k) {
        std::swap(x[pivot * columns + k], x[column * columns + k]);
      }
    }
    for (size_t row = column + 1; row < n; ++row) {
      const double factor = m[row * n + column] / top;
      if (factor == 0) continue;
      for (size_t k = column; k < n; ++k) {
        m[row * n + k] -= factor * m[column * n + k];
      }
      for (size_t k = 0; k < columns; ++k) {
        x[row * columns + k] -= factor * x[column * columns + k];
      }
    }
  }
  for (size_t row = n; row-- > 0;) {
    for (size_t k = 0; k < columns; ++k) {
      double sum = x[row * columns + k];
      for (size_t j = row + 1; j < n; ++j) {
        sum -= m[row * n + j] * x[j * columns + k];
      }
      x[row * columns + k] = sum / m[row * n + row];
    }
  }
  return true;
}

std::vector<double> Multiply(size_t n, const std::vector<double>& a,
                             const std::vector<double>& b) {
  std::vector<double> product(n * n, 0.0);
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) {
      const double factor = a[i * n + k];
      if (factor == 0) continue;
      for (size_t j = 0; j < n; ++j)
        product[i * n + j] += factor * b[k * n + j];
    }
  }
  return product;
}

// exp(a) by Taylor's series of a / 2^s, squared s times. 2^s brings the norm
// under 1/4, where 18 terms are past the last bit of a double.
std::vector<double> Exponential(size_t n, std::vector<double> a) {
  double norm = 0;
  for (size_t i = 0; i < n; ++i) {
    double row = 0;
    for (size_t k = 0; k < n; ++k) row += std::fabs(a[i * n + k]);
    norm = std::max(norm, row);
  }
  int squarings = 0;
  for (; norm > 0.25; norm /= 2) ++squarings;
  for (double& value : a) value = std::ldexp(value, -squarings);
  std::vector<double> sum(n * n, 0.0);
  for (size_t i = 0; i < n; ++i) sum[i * n + i] = 1;
  std::vector<double> term = sum;
  for (int k = 1; k <= 18; ++k) {
    term = Multiply(n, term, a);
    for (size_t i = 0; i < n * n; ++i) {
      term[i] /= k;
      sum[i] += term[i];
    }
  }
  for (int s = 0; s < squarings; ++s) sum = Multiply(n, sum, sum);
  return sum;
}

bool DiscretizeTustin(size_t n, const double* a, const double* b, double step,
                      bool averaged, double* ad, double* b0, double* b1) {
  // (I - h/2 A) [Ad | Bd] = [I + h/2 A | h B]
  std::vector<double> left(n * n);
  std::vector<double> right(n * (n + 1));
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) {
      const double half = step / 2 * a[i * n + k];
      left[i * n + k] = (i == k) - half;
      right[i * (n + 1) + k] = (i == k) + half;
    }
    right[i * (n + 1) + n] = step * b[i];
  }
  if (!Solve(n, n + 1, &left, &right)) return false;
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) ad[i * n + k] = right[i * (n + 1) + k];
    const double input = right[i * (n + 1) + n];
    b0[i] = averaged ? input / 2 : 0;
    b1[i] = averaged ? input / 2 : input;
  }
  return true;
}

// Both holds come from one exponential of [[hA, hB, 0], [0, 0, 1], [0, 0, 0]]:
// its columns n and n + 1 integrate a constant and a ramp.
void DiscretizeHold(size_t n, const double* a, const double* b, double step,
                    bool first_order, double* ad, double* b0, double* b1) {
  const size_t m = n + 2;
  std::vector<double> block(m * m, 0.0);
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) block[i * m + k] = step * a[i * n + k];
    block[i * m + n] = step * b[i];
  }
  block[n * m + n + 1] = 1;
  const std::vector<double> e = Exponential(m, std::move(block));
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) ad[i * n + k] = e[i * m + k];
    const double held = e[i * m + n];
    const double ramp = e[i * m + n + 1];
    b0[i] = first_order ? held - ramp : 0;
    b1[i] = first_order ? ramp : held;
  }
}

}  // namespace

void SsmLegT(size_t order, double* a, double* b) {
  for (size_t n = 0; n < order; ++n) {
    for (size_t k = 0; k < order; ++k) {
      const double sign = k > n && (k - n) % 2 == 1 ? -1.0 : 1.0;
      a[n * order + k] = -Norm(n) * Norm(k) * sign;
    }
    b[n] = Norm(n);
  }
}

void SsmLegS(size_t order, double* a, double* b) {
  for (size_t n = 0; n < order; ++n) {
    for (size_t k = 0; k < order; ++k) {
      a[n * order + k] = k < n ? -Norm(n) * Norm(k) : k == n ? -(n + 1.0) : 0.0;
    }
    b[n] = Norm(n);
  }
}

void SsmFouT(size_t order, double* a, double* b) {
  const double turn = 2 * std::acos(-1.0);
  std::vector<double> even(order, 0.0);
  for (size_t n = 0; n < order; n += 2) even[n] = n == 0 ? 1 : std::sqrt(2.0);
  for (size_t n = 0; n < order; ++n) {
    for (size_t k = 0; k < order; ++k) {
      a[n * order + k] = -2 * even[n] * even[k];
    }
    b[n] = 2 * even[n];
  }
  for (size_t m = 1; 2 * m < order; ++m) {
    const size_t cosine = 2 * m;
    const size_t sine = cosine + 1;
    if (sine >= order) break;
    a[cosine * order + sine] += -turn * m;
    a[sine * order + cosine] += turn * m;
  }
}

void SsmPresentSlope(size_t order, double* c, double* d) {
  const double square = static_cast<double>(order) * order;
  for (size_t n = 0; n < order; ++n) {
    c[n] = -Norm(n) * (square - n * (n + 1.0));
  }
  *d = square;
}

void SsmEndSlope(size_t order, double* c) {
  for (size_t n = 0; n < order; ++n) c[n] = Norm(n) * n * (n + 1.0);
}

void SsmAhead(size_t order, double ahead, double* c) {
  const double x = 1 + 2 * ahead;
  double before = 1;
  double polynomial = 1;
  for (size_t n = 0; n < order; ++n) {
    if (n == 1) polynomial = x;
    if (n > 1) {
      const double next =
          ((2.0 * n - 1) * x * polynomial - (n - 1.0) * before) / n;
      before = polynomial;
      polynomial = next;
    }
    c[n] = Norm(n) * polynomial;
  }
}

bool SsmDiscretize(size_t order, const double* a, const double* b, double step,
                   SsmDiscretization how, double* ad, double* b0, double* b1) {
  if (!(step > 0) || !std::isfinite(step)) return false;
  switch (how) {
    case SsmDiscretization::kTustin:
    case SsmDiscretization::kBilinear:
      return DiscretizeTustin(order, a, b, step,
                              how == SsmDiscretization::kTustin, ad, b0, b1);
    case SsmDiscretization::kZeroOrderHold:
    case SsmDiscretization::kFirstOrderHold:
      break;
  }
  DiscretizeHold(order, a, b, step, how == SsmDiscretization::kFirstOrderHold,
                 ad, b0, b1);
  return true;
}

const SsmKernels& SsmKernelsFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kSsmKernelsAvx512;
  if (isa == Isa::kAvx2) return kSsmKernelsAvx2;
#endif
  (void)isa;
  return kSsmKernelsScalar;
}

void SsmStepChannels(size_t order, size_t channels, const double* ad,
                     const double* b0, const double* b1, const double* previous,
                     const double* input, const double* state,
                     double* scratch) {
  Active().step_channels(order, channels, ad, b0, b1, previous, input, state,
                         scratch);
}

void SsmStepLanes(size_t order, const double* ad, const double* b0,
                  const double* b1, double previous, double input,
                  const double* state, double* scratch) {
  Active().step_lanes(order, ad, b0, b1, previous, input, state, scratch);
}

void SsmReadLanes(size_t order, const double* c, const double* state,
                  double* out) {
  Active().read_lanes(order, c, state, out);
}

}  // namespace footnote
