// Which instruction set the kernels use: one choice for the whole process.
//
// Every kernel has a scalar version that defines its result and may have
// versions for x86 instruction sets. The choice is made once, at the first
// use: the best that this processor can run, or, when it can, what the
// environment variable FOOTNOTE_ISA names (scalar, avx2 or avx512).
// Safe from many threads. Depends on nothing but the C++ language.
#ifndef FOOTNOTE_KERNELS_DISPATCH_H_
#define FOOTNOTE_KERNELS_DISPATCH_H_

namespace footnote {

// In rising order: a processor that runs one runs all before it.
enum class Isa {
  kScalar = 0,
  // AVX2, FMA, BMI1, BMI2: Haswell (2013), Zen (2017) and later.
  kAvx2 = 1,
  // AVX-512 F, BW, CD, DQ, VL, VNNI, VBMI, VBMI2, VPOPCNTDQ: Ice Lake (2019),
  // Zen 4 (2022) and later.
  kAvx512 = 2,
};

inline constexpr Isa kAllIsas[] = {Isa::kScalar, Isa::kAvx2, Isa::kAvx512};

// "scalar", "avx2" or "avx512".
const char* IsaName(Isa isa);

// The Isa called `name`; false, `*isa` untouched, when there is none.
bool IsaFromName(const char* name, Isa* isa);

// The best that this processor and its operating system can run.
Isa DetectIsa();

// True when this machine can run `isa`.
inline bool IsaIsSupported(Isa isa) { return isa <= DetectIsa(); }

// What the kernels use. FOOTNOTE_ISA lowers it; a name that is unknown or that
// this processor cannot run is ignored (ask IsaOverrideError to tell people).
Isa ActiveIsa();

// What is wrong with the value of FOOTNOTE_ISA, or nullptr.
const char* IsaOverrideError();

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_DISPATCH_H_
