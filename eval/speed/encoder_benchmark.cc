// How many texts a second does an encoder take on this machine, and how near is
// that to what the processor can do?
//
//   encoder_benchmark MODEL TEXTS [--precision int8|float32] [--threads N]
//                     [--batch N] [--rounds N] [--out FILE]
//
// MODEL is what tools/models path prints; TEXTS has one text a line. Prints
// lines `name: value unit`; a round's time is by the wall clock, and beside it
// by processor time, which other programs disturb less. --out writes the
// vectors, 32-bit floats row after row, so that a script can compare them.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kernels/dispatch.h"
#include "kernels/gemm_int8.h"
#include "model/encoder/open.h"

namespace footnote {
namespace {

double WallSeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double CpuSeconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

// Billions of operations (a product and its sum are two) a second of the 8-bit
// product in one thread, on a shape that fits the first-level cache: the best
// that an encoder could reach.
double KernelGops() {
  constexpr size_t kRows = 96, kColumns = 64, kInputs = 256;
  const std::vector<float> weights(kInputs * kColumns, 0.5f);
  std::vector<int8_t> packed(PackedInt8Bytes(kColumns, 1, kInputs));
  std::vector<float> scale(PaddedColumns(kColumns));
  std::vector<int32_t> start(PaddedColumns(kColumns));
  PackInt8(weights.data(), kColumns, 1, kInputs, 128, packed.data(),
           scale.data(), start.data());
  const std::vector<uint8_t> a(kRows * kInputs, 130);
  const std::vector<float> a_scale(kRows, 1.0f);
  std::vector<float> c(kRows * kColumns);
  double best = 1e9;
  for (int round = 0; round < 20; ++round) {
    const double begin = CpuSeconds();
    for (int i = 0; i < 100; ++i) {
      GemmInt8(
          {a.data(), kRows, kInputs, 0, a_scale.data(), 0},
          {kColumns, 1, kInputs, packed.data(), scale.data(), start.data()},
          nullptr, c.data(), kColumns);
    }
    best = std::min(best, (CpuSeconds() - begin) / 100);
  }
  if (std::fabs(c[0] - 2 * 0.5f * kInputs) > 1.0f) {
    std::fprintf(stderr, "the product is wrong: %f\n", c[0]);
    std::exit(1);
  }
  return 2e-9 * kRows * kColumns * kInputs / best;
}

int Usage(const char* why) {
  std::fprintf(stderr,
               "encoder_benchmark: %s\n"
               "usage: encoder_benchmark MODEL TEXTS [--precision "
               "int8|float32] [--threads N] [--batch N] [--rounds N] "
               "[--out FILE]\n",
               why);
  return 2;
}

int Run(int argc, char** argv) {
  std::vector<std::string> names;
  std::map<std::string, std::string> flags = {{"--precision", "int8"},
                                              {"--threads", "1"},
                                              {"--batch", "256"},
                                              {"--rounds", "5"},
                                              {"--out", ""}};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.rfind("--", 0) != 0) {
      names.push_back(word);
    } else if (flags.count(word) == 0 || i + 1 == argc) {
      return Usage(word.c_str());
    } else {
      flags[word] = argv[++i];
    }
  }
  if (names.size() != 2) return Usage("want MODEL and TEXTS");

  EncoderOptions options;
  options.threads = std::max(1, std::atoi(flags["--threads"].c_str()));
  if (flags["--precision"] == "float32") {
    options.precision = EncoderPrecision::kFloat32;
  }
  const size_t batch = std::max(1, std::atoi(flags["--batch"].c_str()));
  const int rounds = std::max(1, std::atoi(flags["--rounds"].c_str()));

  std::vector<std::string> texts;
  size_t bytes = 0;
  std::ifstream file(names[1]);
  for (std::string line; std::getline(file, line);) {
    bytes += line.size();
    texts.push_back(line);
  }
  if (texts.empty()) return Usage("no texts");

  const double opening = WallSeconds();
  const auto opened = OpenEncoder(names[0], options);
  if (!opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.status().ToString().c_str());
    return 1;
  }
  const Encoder& encoder = **opened;
  std::printf("open: %.3f s\n", WallSeconds() - opening);
  std::printf("encoder: %s, %s, %d threads\n",
              std::string(encoder.name()).c_str(), IsaName(ActiveIsa()),
              options.threads);

  const std::vector<absl::string_view> views(texts.begin(), texts.end());
  std::vector<float> rows(texts.size() * encoder.dimension());
  const auto encode = [&](size_t begin, size_t count) {
    const absl::Status status =
        encoder.Encode(absl::MakeConstSpan(&views[begin], count),
                       &rows[begin * encoder.dimension()]);
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      std::exit(1);
    }
  };
  encode(0, 1);
  std::vector<double> single;
  for (size_t i = 0; i < std::min<size_t>(200, texts.size()); ++i) {
    const double begin = WallSeconds();
    encode(i, 1);
    single.push_back((WallSeconds() - begin) * 1e3);
  }
  std::sort(single.begin(), single.end());
  std::printf("one text a call: p50 %.3f p99 %.3f ms\n",
              single[single.size() / 2], single[single.size() * 99 / 100]);
  double wall = 1e9;
  double cpu = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const double wall_begin = WallSeconds();
    const double cpu_begin = CpuSeconds();
    for (size_t i = 0; i < texts.size(); i += batch) {
      encode(i, std::min(batch, texts.size() - i));
    }
    wall = std::min(wall, WallSeconds() - wall_begin);
    cpu = std::min(cpu, CpuSeconds() - cpu_begin);
  }
  for (size_t i = 0; i < texts.size(); ++i) {
    double squares = 0;
    for (int j = 0; j < encoder.dimension(); ++j) {
      squares += std::pow(double{rows[i * encoder.dimension() + j]}, 2);
    }
    if (std::fabs(squares - 1) > 1e-3) {
      std::fprintf(stderr, "vector %zu has length %f\n", i, squares);
      return 1;
    }
  }
  std::printf("text: %zu bytes on average\n", bytes / texts.size());
  std::printf("batch: %.1f texts/s\n", texts.size() / wall);
  std::printf("batch, per core second: %.1f texts/s, %.2f MB/s\n",
              texts.size() / cpu, bytes / cpu * 1e-6);
  std::printf("8-bit product, one thread: %.0f GOPS\n", KernelGops());
  if (!flags["--out"].empty()) {
    std::ofstream(flags["--out"], std::ios::binary)
        .write(reinterpret_cast<const char*>(rows.data()),
               rows.size() * sizeof(float));
  }
  return 0;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Run(argc, argv); }
