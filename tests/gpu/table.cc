#include "tests/gpu/table.h"

#include <algorithm>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <string>
#include <vector>

#include "kernels/cuda/random.h"
#include "kernels/cuda/scan.h"
#include "tests/gpu/decode_bench.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

// All rows together: the machine is lent for minutes.
constexpr double kMostSeconds = 480;

std::string Text(const char* format, ...) __attribute__((format(printf, 1, 2)));
std::string Text(const char* format, ...) {
  char text[256];
  va_list list;
  va_start(list, format);
  std::vsnprintf(text, sizeof(text), format, list);
  va_end(list);
  return text;
}

void Row(const std::string& what, const std::string& asked,
         const std::string& measured) {
  std::printf("| %s | %s | %s |\n", what.c_str(), asked.c_str(),
              measured.c_str());
  std::fflush(stdout);
}

double Seconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Bytes a second of the better of a few runs.
template <typename Put>
double Rate(double bytes, int runs, const Put& put) {
  Mark* begin = MakeMark();
  Mark* end = MakeMark();
  float least = 1e30f;
  for (int i = 0; i < runs; ++i) {
    SetMark(TheStream(), begin);
    put();
    SetMark(TheStream(), end);
    Finish(TheStream());
    least = std::min(least, Milliseconds(begin, end));
  }
  DeleteMark(begin);
  DeleteMark(end);
  return bytes / (least * 1e-3);
}

double MeasureBandwidth(bool tiny) {
  const size_t bytes = tiny ? size_t{1} << 16 : size_t{4} << 30;
  uint32_t* memory = static_cast<uint32_t*>(Allocate(bytes));
  uint32_t* sums = static_cast<uint32_t*>(Allocate(kReadBlocks * 4));
  FillRandom(TheStream(), 1, ~0u, 0, bytes / 4, memory);
  const double read = Rate(bytes, tiny ? 1 : 5,
                           [&] { ReadAll(TheStream(), memory, bytes, sums); });
  const double copy = Rate(bytes, tiny ? 1 : 5, [&] {
    CopyAll(TheStream(), memory, bytes / 2,
            reinterpret_cast<char*>(memory) + bytes / 2);
  });
  Free(memory);
  Free(sums);
  Row("memory: read / copy kernel", "",
      Text("%.0f / %.0f GB/s", read / 1e9, copy / 1e9));
  return read;
}

void DecodeRow(const DecoderShape& shape, WeightKind kind, int sequences,
               int context, const char* asked, double bandwidth, int steps) {
  const std::string what =
      Text("%s, %s, %d request%s, context %d: decode", shape.name,
           WeightKindName(kind), sequences, sequences == 1 ? "" : "s", context);
  const StepTime time = TimeDecode(shape, kind, sequences, context, steps);
  if (!time.fits) return Row(what, asked, "not measured: does not fit");
  Row(what, asked,
      Text("%.2f ms a step, %.0f tok/s, %.0f %% of what the bytes allow",
           time.milliseconds, sequences / (time.milliseconds * 1e-3),
           100 * time.bytes / (time.milliseconds * 1e-3) / bandwidth));
}

void PromptRow(const DecoderShape& shape, WeightKind kind, int prompt,
               int cached, int chunk, const char* asked, int steps) {
  const std::string what =
      Text("%s, %s, prompt %d, %d of it cached: first token", shape.name,
           WeightKindName(kind), prompt, cached);
  const StepTime time = TimePrompt(shape, kind, prompt, cached, chunk, steps);
  if (!time.fits) return Row(what, asked, "not measured: does not fit");
  Row(what, asked, Text("%.1f ms", time.milliseconds));
}

void ScanRow(int count, int queries, int blocks, const char* asked,
             double bandwidth) {
  constexpr int kSize = 1024;
  constexpr int kBest = 10;
  const std::string what =
      Text("vectors: %d x %d int8, %d quer%s, best %d", count, kSize, queries,
           queries == 1 ? "y" : "ies", kBest);
  const size_t bytes = size_t{1} * count * kSize;
  int8_t* vectors = static_cast<int8_t*>(Allocate(bytes));
  int8_t* query = static_cast<int8_t*>(Allocate(queries * kSize));
  ScanBest* scratch = static_cast<ScanBest*>(
      Allocate(ScanScratch(blocks, queries) * sizeof(ScanBest)));
  ScanBest* best =
      static_cast<ScanBest*>(Allocate(queries * kBest * sizeof(ScanBest)));
  if (vectors == nullptr || scratch == nullptr) {
    Row(what, asked, "not measured: does not fit");
  } else {
    FillRandom(TheStream(), 3, ~0u, 0, bytes / 4,
               reinterpret_cast<uint32_t*>(vectors));
    FillRandom(TheStream(), 4, ~0u, 0, queries * kSize / 4,
               reinterpret_cast<uint32_t*>(query));
    const double rate = Rate(bytes, 3, [&] {
      ScanTopInt8(TheStream(), vectors, count, kSize, query, queries, nullptr,
                  kBest, blocks, scratch, best);
    });
    Row(what, asked,
        Text("%.2f ms, %.0f %% of bandwidth, %.0f TOPS", bytes / rate * 1e3,
             100 * rate / bandwidth, 2 * rate * queries / 1e12));
  }
  Free(vectors);
  Free(query);
  Free(scratch);
  Free(best);
}

}  // namespace

void PrintTable(const DeviceInfo& info, bool tiny) {
  const double begin = Seconds();
  std::printf("\n%s, %.1f GiB; weights are random; a step is one graph\n\n",
              info.name, info.memory_bytes / (1024.0 * 1024 * 1024));
  std::printf("| | asked on an H200 | measured |\n|---|---|---|\n");
  const double bandwidth = MeasureBandwidth(tiny);
  if (tiny) {
    for (const WeightKind kind : {WeightKind::kBf16, WeightKind::kFp8,
                                  WeightKind::kInt8, WeightKind::kInt4}) {
      DecodeRow(kTiny, kind, 2, 60, "", bandwidth, 1);
    }
    PromptRow(kTiny, WeightKind::kBf16, 70, 20, 40, "", 1);
    ScanRow(300, 2, 2, "", bandwidth);
    return;
  }
  const auto late = [&] { return Seconds() - begin > kMostSeconds; };
  struct Decode {
    const DecoderShape* shape;
    WeightKind kind;
    int sequences;
    int context;
    const char* asked;
  };
  const Decode decodes[] = {
      {&kR7b, WeightKind::kBf16, 1, 1024, ">= 85 %"},
      {&kR7b, WeightKind::kFp8, 1, 1024, ">= 80 %"},
      {&kR7b, WeightKind::kInt4, 1, 1024, ">= 70 %"},
      {&kR7b, WeightKind::kInt8, 1, 1024, ""},
      {&kCommandA, WeightKind::kInt4, 1, 1024, ">= 60 tok/s"},
      {&kR7b, WeightKind::kBf16, 64, 2048, ">= 60 %"},
      {&kR7b, WeightKind::kBf16, 256, 1536, ">= 8,500 tok/s"},
      {&kR7b, WeightKind::kBf16, 1, 131072, "fits"},
  };
  for (const Decode& d : decodes) {
    if (late()) break;
    DecodeRow(*d.shape, d.kind, d.sequences, d.context, d.asked, bandwidth, 20);
  }
  struct Prompt {
    const DecoderShape* shape;
    WeightKind kind;
    int prompt;
    int cached;
    const char* asked;
  };
  const Prompt prompts[] = {
      {&kR7b, WeightKind::kBf16, 2048, 0, "<= 46 ms"},
      {&kR7b, WeightKind::kBf16, 2048, 1843, "<= 15 % of that"},
      {&kR7b, WeightKind::kBf16, 8192, 0, "<= 200 ms"},
      {&kR7b, WeightKind::kBf16, 32768, 0, "<= 900 ms"},
      {&kCommandA, WeightKind::kInt4, 8192, 0, "<= 2900 ms"},
  };
  for (const Prompt& p : prompts) {
    if (late()) break;
    PromptRow(*p.shape, p.kind, p.prompt, p.cached, 2048, p.asked, 3);
  }
  // Two blocks to a multiprocessor.
  const int blocks = 2 * info.multiprocessors;
  ScanRow(10000000, 1, blocks, ">= 80 %", bandwidth);
  ScanRow(10000000, 64, blocks, ">= 40 % of the int8 rate", bandwidth);
  if (late()) Row("the rest", "", "not measured: out of time");
}

}  // namespace cuda
}  // namespace footnote
