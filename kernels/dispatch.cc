#include "kernels/dispatch.h"

#include <cstdlib>
#include <cstring>

namespace footnote {
namespace {

constexpr char kVariable[] = "FOOTNOTE_ISA";

Isa Detect() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (!avx2) return Isa::kScalar;
  const bool avx512 = __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512vnni") &&
                      __builtin_cpu_supports("avx512vbmi") &&
                      __builtin_cpu_supports("avx512vbmi2") &&
                      __builtin_cpu_supports("avx512vpopcntdq");
  return avx512 ? Isa::kAvx512 : Isa::kAvx2;
#else
  return Isa::kScalar;
#endif
}

struct Choice {
  Isa isa;
  const char* error;
};

Choice Choose() {
  const Isa best = DetectIsa();
  const char* wanted = std::getenv(kVariable);
  if (wanted == nullptr || *wanted == '\0') return {best, nullptr};
  Isa isa;
  if (!IsaFromName(wanted, &isa)) {
    return {best, "FOOTNOTE_ISA: unknown name, want scalar, avx2 or avx512"};
  }
  if (isa > best) {
    return {best, "FOOTNOTE_ISA: this processor cannot run what it names"};
  }
  return {isa, nullptr};
}

const Choice& TheChoice() {
  static const Choice choice = Choose();
  return choice;
}

}  // namespace

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
  }
  return "unknown";
}

bool IsaFromName(const char* name, Isa* isa) {
  for (const Isa candidate : kAllIsas) {
    if (std::strcmp(name, IsaName(candidate)) == 0) {
      *isa = candidate;
      return true;
    }
  }
  return false;
}

Isa DetectIsa() {
  static const Isa isa = Detect();
  return isa;
}

Isa ActiveIsa() { return TheChoice().isa; }

const char* IsaOverrideError() { return TheChoice().error; }

}  // namespace footnote
