// How fast are segments written, merged, opened and read?
//
// The text is made: words with the frequencies of Zipf's law from a vocabulary
// that grows with the text, four terms to a word (stem, surface, prefix and a
// rare one), 145 words and 870 bytes to a passage, as in the documents that
// this system is meant for. Bytes per second are bytes of such text.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "storage/segment_merge.h"
#include "storage/segment_reader.h"
#include "storage/segment_writer.h"

namespace footnote {
namespace {

constexpr int kWords = 145;
constexpr int kPassageBytes = 870;
constexpr int kPassagesPerDocument = 10;

// Tokens of `passages` passages, one after the other.
std::vector<std::vector<SegmentToken>> MakeTokens(int passages) {
  std::mt19937_64 random(1);
  std::vector<std::vector<SegmentToken>> all(passages);
  const double vocabulary = 20 * std::sqrt(double{kWords} * passages) + 1000;
  for (std::vector<SegmentToken>& tokens : all) {
    for (uint32_t w = 0; w < kWords; ++w) {
      const double u = (random() >> 11) * 0x1p-53;
      const uint64_t word = static_cast<uint64_t>(std::pow(vocabulary, u));
      const auto add = [&](uint64_t term, uint8_t channel) {
        tokens.push_back(
            {(term * 8 + channel) * 0x9e3779b97f4a7c15u, w, channel, 0});
      };
      add(word * 2 / 3, 0);
      add(word, 1);
      add(word / 2, 3);
      if (w % 10 == 0) add(random() % 1000000, 4);
    }
  }
  return all;
}

void Fill(const std::vector<std::vector<SegmentToken>>& passages, bool vectors,
          SegmentWriter* writer) {
  const std::string hash(32, 'h');
  std::vector<float> row(512);
  for (size_t p = 0; p < passages.size(); ++p) {
    if (p % kPassagesPerDocument == 0) {
      const std::string id = "document-" + std::to_string(p);
      SegmentDocument document;
      document.id = id;
      document.title = id;
      document.sha256 = hash;
      if (!writer->AddDocument(document).ok()) abort();
    }
    SegmentPassage passage;
    passage.end = kPassageBytes;
    passage.tokens = passages[p];
    if (!writer->AddPassage(passage).ok()) abort();
    if (!vectors) continue;
    for (size_t i = 0; i < row.size(); ++i)
      row[i] = ((p * 31 + i) % 101) * .01f;
    if (!writer->AddVector(row).ok()) abort();
  }
}

SegmentOptions Options(bool positions, bool vectors) {
  SegmentOptions options;
  options.positions = positions;
  options.dimension = vectors ? 512 : 0;
  return options;
}

std::string TemporaryPath(const char* name) {
  return (std::filesystem::temp_directory_path() /
          ("footnote-benchmark-" + std::to_string(getpid()) + name))
      .string();
}

void BM_AddAndFinish(benchmark::State& state) {
  const auto passages = MakeTokens(static_cast<int>(state.range(0)));
  const std::string path = TemporaryPath(".seg");
  size_t memory = 0;
  for (auto _ : state) {
    SegmentWriter writer(Options(state.range(1) != 0, false));
    Fill(passages, false, &writer);
    memory = writer.ApproximateBytes();
    if (state.range(2) != 0 && !writer.Finish(path).ok()) abort();
  }
  state.SetBytesProcessed(state.iterations() * passages.size() * kPassageBytes);
  state.counters["memory_MB"] = memory / 1e6;
  unlink(path.c_str());
}
BENCHMARK(BM_AddAndFinish)
    ->ArgNames({"passages", "positions", "finish"})
    ->Args({5000, 0, 0})
    ->Args({5000, 1, 0})
    ->Args({5000, 1, 1})
    ->Args({50000, 0, 0})
    ->Args({50000, 1, 0})
    ->Args({50000, 1, 1})
    ->Unit(benchmark::kMillisecond);

const std::string& LargeSegment() {
  static const std::string* const path = [] {
    auto* made = new std::string(TemporaryPath("-large.seg"));
    SegmentWriter writer(Options(true, true));
    Fill(MakeTokens(50000), true, &writer);
    if (!writer.Finish(*made).ok()) abort();
    atexit([] { unlink(LargeSegment().c_str()); });
    return made;
  }();
  return *path;
}

void BM_Open(benchmark::State& state) {
  SegmentOpenOptions options;
  if (state.range(0) == 0) options.verify_at_most_bytes = 0;
  uint64_t bytes = 0;
  LargeSegment();
  for (auto _ : state) {
    const auto reader = SegmentReader::Open(LargeSegment(), options);
    if (!reader.ok()) abort();
    bytes = (*reader)->file_bytes();
  }
  state.counters["file_MB"] = bytes / 1e6;
}
BENCHMARK(BM_Open)->ArgName("verify")->Arg(0)->Arg(1)->Unit(
    benchmark::kMillisecond);

void BM_Merge(benchmark::State& state) {
  const auto reader = SegmentReader::Open(LargeSegment());
  const MergeInput inputs[] = {{*reader, {1, 2, 3}}};
  const std::string path = TemporaryPath("-merged.seg");
  for (auto _ : state) {
    if (!MergeSegments(inputs, nullptr, path).ok()) abort();
  }
  state.SetBytesProcessed(state.iterations() * (*reader)->file_bytes());
  unlink(path.c_str());
}
BENCHMARK(BM_Merge)->Unit(benchmark::kMillisecond);

// Unpacks every postings list.
void BM_Unpack(benchmark::State& state) {
  const auto reader = SegmentReader::Open(LargeSegment());
  uint64_t postings = 0;
  for (auto _ : state) {
    uint64_t sum = 0;
    for (uint64_t t = 0; t < (*reader)->term_count(); ++t) {
      PostingsIterator it = (*reader)->PostingsOf(t);
      if (it.document_frequency() < 1000) continue;
      for (; it.Valid(); it.NextBlock()) {
        const auto& block = it.Block();
        sum += block.ordinals[block.count - 1];
        postings += block.count;
      }
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(postings);
}
BENCHMARK(BM_Unpack)->Unit(benchmark::kMillisecond);

void BM_FindTerm(benchmark::State& state) {
  const auto reader = SegmentReader::Open(LargeSegment());
  std::mt19937_64 random(2);
  const auto keys = (*reader)->term_keys();
  uint64_t sum = 0;
  for (auto _ : state) {
    sum += (*reader)->DocumentFrequency(keys[random() % keys.size()]);
  }
  benchmark::DoNotOptimize(sum);
  state.counters["terms"] = keys.size();
}
BENCHMARK(BM_FindTerm);

}  // namespace
}  // namespace footnote

BENCHMARK_MAIN();
