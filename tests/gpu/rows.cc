#include "tests/gpu/rows.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "kernels/cuda/prove.h"
#include "kernels/cuda/random.h"
#include "kernels/cuda/scan.h"
#include "tests/gpu/decode_bench.h"
#include "tests/gpu/encode_bench.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

// A row that takes longer is given up: the machine is lent for minutes.
constexpr double kSeconds = 45;
constexpr char kDoesNotFit[] = "not measured: does not fit";

std::string Text(const char* format, ...) __attribute__((format(printf, 1, 2)));
std::string Text(const char* format, ...) {
  char text[256];
  va_list list;
  va_start(list, format);
  std::vsnprintf(text, sizeof(text), format, list);
  va_end(list);
  return text;
}

// " 87 %", of a rate.
std::string Share(double rate, double bandwidth) {
  return bandwidth <= 0 ? "? %" : Text("%.0f %%", 100 * rate / bandwidth);
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

Row MemoryRow(bool tiny) {
  const auto measure = [tiny](double) -> std::string {
    const size_t bytes = tiny ? size_t{1} << 16 : size_t{4} << 30;
    const Buffer<uint32_t> memory(bytes / 4);
    const Buffer<uint32_t> sums(kReadBlocks);
    if (memory.get() == nullptr) return kDoesNotFit;
    FillRandom(TheStream(), 1, ~0u, 0, bytes / 4, memory.get());
    const double read = Rate(bytes, tiny ? 1 : 5, [&] {
      ReadAll(TheStream(), memory.get(), bytes, sums.get());
    });
    const double copy = Rate(bytes, tiny ? 1 : 5, [&] {
      CopyAll(TheStream(), memory.get(), bytes / 2,
              reinterpret_cast<char*>(memory.get()) + bytes / 2);
    });
    return Text("%.0f / %.0f GB/s", read / 1e9, copy / 1e9);
  };
  return {"memory: read / copy kernel", "", kSeconds, measure};
}

Row DecodeRow(const DecoderShape& shape, WeightKind kind, int sequences,
              int context, int guesses, const char* asked, int steps) {
  std::string what =
      Text("%s, %s, %d request%s, context %d", shape.name, WeightKindName(kind),
           sequences, sequences == 1 ? "" : "s", context);
  what += guesses == 0 ? ": decode" : Text(": step of %d guesses", guesses);
  const auto measure = [=](double bandwidth) -> std::string {
    const StepTime time =
        TimeDecode(shape, kind, sequences, context, guesses, steps);
    if (!time.fits) return kDoesNotFit;
    const double seconds = time.milliseconds * 1e-3;
    const std::string text = Text("%.2f ms a step, %.0f tok/s",
                                  time.milliseconds, sequences / seconds);
    if (guesses > 0) {
      return text + Text(" times the accepted length; %.0f when all hold",
                         sequences * (1 + guesses) / seconds);
    }
    return text + ", " + Share(time.bytes / seconds, bandwidth) +
           " of what the bytes allow";
  };
  return {what, asked, kSeconds, measure};
}

Row OverlapRow() {
  const auto measure = [](double) -> std::string {
    return Overlaps() ? "they wait: steps use it" : "not used";
  };
  return {"kernels that start before the last has ended", "wait for it",
          kSeconds, measure};
}

// The same where no kernel starts before the last has ended.
Row Apart(Row row) {
  row.what += ", kernels after each other";
  row.asked = "";
  const auto measure = row.measure;
  row.measure = [measure](double bandwidth) {
    SetOverlap(false);
    return measure(bandwidth);
  };
  return row;
}

// One product by wgmma and by mma.sync, bit for bit.
Row ProofRow() {
  const auto measure = [](double) -> std::string {
    const WideProof proof = ProveWide(TheStream());
    switch (proof.state) {
      case WideState::kAbsent:
        return "no wgmma here";
      case WideState::kSame:
        return "same bits: prompts use it";
      case WideState::kClose:
        return Text("rounds otherwise, %.1e: not used", proof.largest);
      case WideState::kWrong:
        return Text("WRONG, %.1e: not used", proof.largest);
      case WideState::kFailed:
        break;
    }
    return std::string("could not be proved: ") + proof.error;
  };
  return {"wgmma beside mma.sync", "same bits", kSeconds, measure};
}

Row PromptRow(const DecoderShape& shape, WeightKind kind, bool wgmma,
              int prompt, int cached, int chunk, const char* asked, int steps) {
  const std::string what =
      Text("%s, %s, prompt %d, %d of it cached: first token, %s", shape.name,
           WeightKindName(kind), prompt, cached, wgmma ? "wgmma" : "mma.sync");
  const auto measure = [=](double) -> std::string {
    if (wgmma && !HasWide()) return "not measured: no wgmma here";
    const StepTime time =
        TimePrompt(shape, kind, wgmma, prompt, cached, chunk, steps);
    return time.fits ? Text("%.1f ms", time.milliseconds) : kDoesNotFit;
  };
  return {what, asked, kSeconds, measure};
}

Row EncodeRow(int texts, int tokens, int runs) {
  const auto measure = [=](double) -> std::string {
    const EncodeTime time = TimeEncode(texts, tokens, runs);
    if (!time.why.empty()) return "not measured: " + time.why;
    const double seconds = time.milliseconds * 1e-3;
    return Text("%.2f ms, %.0f texts/s, %.1f TOPS", time.milliseconds,
                texts / seconds, time.operations / seconds / 1e12);
  };
  return {Text("sentence encoder: %d texts of %d tokens, there and back", texts,
               tokens),
          "", kSeconds, measure};
}

Row ScanRow(int count, int queries, int blocks, const char* asked) {
  constexpr int kSize = 1024;
  constexpr int kBest = 10;
  const std::string what =
      Text("vectors: %d x %d int8, %d quer%s, best %d", count, kSize, queries,
           queries == 1 ? "y" : "ies", kBest);
  const auto measure = [=](double bandwidth) -> std::string {
    const size_t bytes = size_t{1} * count * kSize;
    const Buffer<int8_t> vectors(bytes);
    const Buffer<int8_t> query(queries * kSize);
    const Buffer<ScanBest> scratch(ScanScratch(blocks, queries));
    const Buffer<ScanBest> best(queries * kBest);
    if (vectors.get() == nullptr || scratch.get() == nullptr) {
      return kDoesNotFit;
    }
    FillRandom(TheStream(), 3, ~0u, 0, bytes / 4,
               reinterpret_cast<uint32_t*>(vectors.get()));
    FillRandom(TheStream(), 4, ~0u, 0, queries * kSize / 4,
               reinterpret_cast<uint32_t*>(query.get()));
    const double rate = Rate(bytes, 3, [&] {
      ScanTopInt8(TheStream(), vectors.get(), count, kSize, query.get(),
                  queries, nullptr, kBest, blocks, scratch.get(), best.get());
    });
    return Text("%.2f ms, ", bytes / rate * 1e3) + Share(rate, bandwidth) +
           Text(" of bandwidth, %.0f TOPS", 2 * rate * queries / 1e12);
  };
  return {what, asked, kSeconds, measure};
}

std::vector<Row> TinyRows() {
  std::vector<Row> rows = {MemoryRow(true)};
  for (const WeightKind kind : {WeightKind::kBf16, WeightKind::kFp8,
                                WeightKind::kInt8, WeightKind::kInt4}) {
    rows.push_back(DecodeRow(kTiny, kind, 2, 60, 0, "", 1));
  }
  rows.push_back(DecodeRow(kTiny, WeightKind::kInt4, 1, 60, 3, "", 1));
  rows.push_back(ProofRow());
  for (const bool wgmma : {false, true}) {
    rows.push_back(
        PromptRow(kTiny, WeightKind::kBf16, wgmma, 150, 10, 135, "", 1));
  }
  rows.push_back(EncodeRow(3, 5, 1));
  rows.push_back(ScanRow(300, 2, 2, ""));
  return rows;
}

}  // namespace

std::vector<Row> TableRows(const DeviceInfo& info) {
  if (info.emulated) return TinyRows();
  constexpr WeightKind kBf16 = WeightKind::kBf16;
  constexpr WeightKind kInt4 = WeightKind::kInt4;
  constexpr int kSteps = 20;
  constexpr int kRuns = 3;
  constexpr int kChunk = 2048;
  // Two blocks to a multiprocessor.
  const int blocks = 2 * info.multiprocessors;
  return {
      MemoryRow(false),
      OverlapRow(),
      DecodeRow(kR7b, kBf16, 1, 1024, 0, ">= 85 % (about 254 tok/s)", kSteps),
      Apart(DecodeRow(kR7b, kBf16, 1, 1024, 0, "", kSteps)),
      DecodeRow(kR7b, WeightKind::kFp8, 1, 1024, 0, ">= 80 %", kSteps),
      DecodeRow(kR7b, kInt4, 1, 1024, 0, ">= 70 %", kSteps),
      DecodeRow(kR7b, WeightKind::kInt8, 1, 1024, 0, "", kSteps),
      ProofRow(),
      PromptRow(kR7b, kBf16, true, 2048, 0, kChunk, "<= 46 ms", kRuns),
      PromptRow(kR7b, kBf16, false, 2048, 0, kChunk, "<= 46 ms", kRuns),
      PromptRow(kR7b, WeightKind::kFp8, true, 2048, 0, kChunk, "", kRuns),
      PromptRow(kR7b, kBf16, true, 2048, 1843, kChunk, "<= 15 % of that",
                kRuns),
      PromptRow(kR7b, kBf16, true, 8192, 0, kChunk, "<= 200 ms", kRuns),
      PromptRow(kR7b, kBf16, false, 8192, 0, kChunk, "<= 200 ms", kRuns),
      DecodeRow(kCommandA, kInt4, 1, 1024, 0, ">= 60 tok/s", kSteps),
      DecodeRow(kCommandA, kInt4, 1, 1024, 7, ">= 156 tok/s with prompt lookup",
                kSteps),
      DecodeRow(kR7b, kBf16, 64, 2048, 0, ">= 60 %", kSteps),
      DecodeRow(kR7b, kBf16, 256, 1536, 0, ">= 8,500 tok/s", kSteps),
      ScanRow(10000000, 1, blocks, ">= 80 %"),
      ScanRow(10000000, 64, blocks, ">= 40 % of the int8 rate"),
      EncodeRow(128, 128, kSteps),
      DecodeRow(kR7b, kBf16, 1, 131072, 0, "fits, sliding layers in a ring",
                kSteps),
      PromptRow(kR7b, kBf16, true, 32768, 0, kChunk, "<= 900 ms", kRuns),
      PromptRow(kR7b, kBf16, false, 32768, 0, kChunk, "<= 900 ms", kRuns),
      PromptRow(kCommandA, kInt4, false, 8192, 0, kChunk, "<= 2900 ms", kRuns),
      {"deterministic mode: cost", "<= 5 % decode, <= 10 % prefill", 0,
       [](double) {
         return std::string(
             "none apart: there is no other mode; same bits in any company are "
             "tests of Matmul, Attend, Sample, DeviceCudaAgreement");
       }},
      {"beside transformers on the same device", ">= 3x decode, >= 1x prefill",
       0,
       [](double) {
         return std::string("not measured: wants Python and transformers");
       }},
  };
}

}  // namespace cuda
}  // namespace footnote
