#include "tests/gpu/decode_bench.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "kernels/cuda/attend.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/norm.h"
#include "kernels/cuda/random.h"
#include "kernels/cuda/rows.h"
#include "kernels/cuda/runtime.h"
#include "kernels/cuda/sample.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

// Memory of one measurement; null from the first that did not fit.
class Memory {
 public:
  ~Memory() {
    for (void* memory : all_) Free(memory);
  }
  template <typename T>
  T* Make(size_t count) {
    void* memory = fits_ ? Allocate(count * sizeof(T)) : nullptr;
    if (memory == nullptr) {
      fits_ = false;
      return nullptr;
    }
    all_.push_back(memory);
    return static_cast<T*>(memory);
  }
  template <typename T>
  T* Put(const std::vector<T>& values) {
    T* memory = Make<T>(values.size());
    if (memory != nullptr) {
      CopyIn(TheStream(), memory, values.data(), values.size() * sizeof(T));
      Finish(TheStream());
    }
    return memory;
  }
  bool fits() const { return fits_; }

 private:
  std::vector<void*> all_;
  bool fits_ = true;
};

struct Layer {
  DeviceMatrix q, k, v, o, gate, up, down;
  float* norm;
  bool is_full;
  int place;
};

// Rows of a step and where they go.
struct Rows {
  int count;
  int32_t* ids;
  int32_t* positions;
  int32_t* row_pages[2];  // [0]: full layers, [1]: those with a window
  AttendWork work[2];
  float* cosines;
  float* sines;
};

class Model {
 public:
  // For steps of `rows` rows of each of `sequences` sequences of `context`
  // positions.
  Model(const DecoderShape& shape, WeightKind kind, int sequences, int rows,
        int context, int logit_rows)
      : shape_(shape), kind_(kind) {
    const int max_rows = sequences * rows;
    page_count_[0] = (context + kPage - 1) / kPage;
    // What a window needs is a ring: the others' pages are used again.
    page_count_[1] =
        std::min(page_count_[0], (shape.window + rows) / kPage + 2);
    for (int i = 0; i < shape.layers; ++i) {
      Layer layer;
      layer.is_full = i % 4 == 3;
      layer.place = layer.is_full ? i / 4 : i - i / 4;
      const int q = shape.heads * shape.head_size;
      const int kv = shape.kv_heads * shape.head_size;
      layer.q = Matrix(q, shape.hidden);
      layer.k = Matrix(kv, shape.hidden);
      layer.v = Matrix(kv, shape.hidden);
      layer.o = Matrix(shape.hidden, q);
      layer.gate = Matrix(shape.intermediate, shape.hidden);
      layer.up = Matrix(shape.intermediate, shape.hidden);
      layer.down = Matrix(shape.hidden, shape.intermediate);
      layer.norm = Ones();
      layers_.push_back(layer);
    }
    table_ = Matrix(shape.vocabulary, shape.hidden);
    final_norm_ = Ones();
    const size_t all = max_rows;
    x_ = memory_.Make<float>(all * shape.hidden);
    for (float*& y : added_) y = memory_.Make<float>(all * shape.hidden);
    q_ = memory_.Make<float>(all * shape.heads * shape.head_size);
    k_ = memory_.Make<float>(all * shape.kv_heads * shape.head_size);
    v_ = memory_.Make<float>(all * shape.kv_heads * shape.head_size);
    heads_ = memory_.Make<float>(all * shape.heads * shape.head_size);
    gate_ = memory_.Make<float>(all * shape.intermediate);
    up_ = memory_.Make<float>(all * shape.intermediate);
    last_ = memory_.Make<float>(size_t{1} * logit_rows * shape.hidden);
    logits_ = memory_.Make<float>(size_t{1} * logit_rows * shape.vocabulary);
    tokens_ = memory_.Make<int32_t>(logit_rows);
    sampled_ = memory_.Make<SampledLogit>(logit_rows);
    widest_ = std::max(
        {shape.hidden, shape.heads * shape.head_size, shape.intermediate});
    for (Prepared* prepared : {&normed_, &attended_, &fed_}) {
      prepared->fragments =
          memory_.Make<uint16_t>(PreparedBytes(1, max_rows, widest_) / 2);
      prepared->sums =
          memory_.Make<float>(SumBytes(max_rows, widest_) / sizeof(float));
    }
    const int layers_of[2] = {shape.layers / 4,
                              shape.layers - shape.layers / 4};
    for (int kind_of = 0; kind_of < 2; ++kind_of) {
      Pages& made = pages_[kind_of];
      made.padded = PaddedHead(shape.head_size);
      made.page_numbers =
          PageNumbers(layers_of[kind_of], shape.kv_heads, made.padded);
      made.kv_heads = shape.kv_heads;
      made.size = shape.head_size;
      const size_t numbers =
          made.page_numbers * sequences * page_count_[kind_of];
      uint16_t* memory = memory_.Make<uint16_t>(numbers);
      made.memory = memory;
      if (memory != nullptr) {
        FillRandom(TheStream(), 7, 0x81ff81ffu, 0x3c003c00u, numbers / 2,
                   reinterpret_cast<uint32_t*>(memory));
      }
    }
    frequencies_ = memory_.Put(std::vector<float>(shape.head_size / 2, 0.01f));
  }

  // For products of up to `rows` rows.
  void UseWgmma(int rows) {
    uint16_t* wide = memory_.Make<uint16_t>(WideBytes(rows, widest_) / 2);
    for (Prepared* prepared : {&normed_, &attended_, &fed_}) {
      prepared->wide = wide;
    }
  }

  Memory& memory() { return memory_; }
  double weight_bytes() const { return weight_bytes_; }

  // What one step needs, `count` rows a sequence, the last at context - 1.
  Rows MakeRows(int sequences, int rows, int context) {
    Rows made = {};
    made.count = sequences * rows;
    std::vector<int32_t> positions;
    std::vector<AttendSequence> all;
    const int pages = (context + kPage - 1) / kPage;
    for (int s = 0; s < sequences; ++s) {
      all.push_back({s * rows, rows, context - rows, s * pages, pages});
      for (int r = 0; r < rows; ++r) positions.push_back(context - rows + r);
    }
    made.ids = memory_.Put(std::vector<int32_t>(made.count, 1));
    made.positions = memory_.Put(positions);
    for (int kind_of = 0; kind_of < 2; ++kind_of) {
      const int ring = page_count_[kind_of];
      std::vector<int32_t> list;
      for (int s = 0; s < sequences; ++s) {
        for (int p = 0; p < pages; ++p) {
          list.push_back(p + ring < pages ? -1 : s * ring + p % ring);
        }
      }
      std::vector<int32_t> row_pages;
      for (int i = 0; i < made.count; ++i) {
        row_pages.push_back(list[i / rows * pages + positions[i] / kPage]);
      }
      const int32_t* page_list = memory_.Put(list);
      made.row_pages[kind_of] = memory_.Put(row_pages);
      AttendPlan plan;
      PlanAttention(all.data(), sequences, kind_of == 0 ? 0 : shape_.window,
                    shape_.heads / shape_.kv_heads, &plan);
      AttendWork& work = made.work[kind_of];
      work.spread = memory_.Put(plan.spread);
      work.spread_count = static_cast<int>(plan.spread.size());
      work.solo = memory_.Put(plan.solo);
      work.solo_count = static_cast<int>(plan.solo.size());
      work.merges = memory_.Put(plan.merges);
      work.merge_count = static_cast<int>(plan.merges.size());
      work.page_list = page_list;
      work.partials = memory_.Make<float>(PartialFloats(
          plan.partials, shape_.heads, shape_.kv_heads, pages_[0].padded));
    }
    made.cosines = memory_.Make<float>(made.count * shape_.head_size / 2);
    made.sines = memory_.Make<float>(made.count * shape_.head_size / 2);
    return made;
  }

  // Puts a step on the stream. `logit_rows` of the first rows get tokens.
  void Step(const Rows& rows, int logit_rows, SampleRow* samples) {
    Stream* s = TheStream();
    const int hidden = shape_.hidden;
    const size_t q = size_t{1} * shape_.heads * shape_.head_size;
    const size_t kv = size_t{1} * shape_.kv_heads * shape_.head_size;
    const size_t wide = shape_.intermediate;
    MakeAngles(s, frequencies_, shape_.head_size / 2, rows.positions,
               rows.count, rows.cosines, rows.sines);
    EmbedRows(s, table_, rows.ids, rows.count, 1, x_);
    for (const Layer& layer : layers_) {
      const Prepared normed = Of(normed_, rows.count, hidden);
      NormRows(s, true, x_, layer.norm, 1e-5f, rows.count, hidden, nullptr,
               normed);
      const MatmulProduct heads[] = {{layer.q, nullptr, q_, q, false},
                                     {layer.k, nullptr, k_, kv, false},
                                     {layer.v, nullptr, v_, kv, false}};
      Matmul(s, heads, 3, nullptr, normed);
      const int kind_of = layer.is_full ? 0 : 1;
      Rotation rotation;
      if (!layer.is_full) rotation = {rows.cosines, rows.sines, false};
      RotateAndStore(s, rotation, pages_[kind_of], layer.place, rows.positions,
                     rows.row_pages[kind_of], rows.count, shape_.heads, q_, k_,
                     v_);
      Attend(s, rows.work[kind_of], pages_[kind_of], layer.place,
             layer.is_full ? 0 : shape_.window, 0.088f, shape_.heads, q_,
             heads_);
      const Prepared attended = Of(attended_, rows.count, static_cast<int>(q));
      PrepareRows(s, heads_, rows.count, static_cast<int>(q), attended);
      const MatmulProduct gates[] = {{layer.gate, nullptr, gate_, wide, false},
                                     {layer.up, nullptr, up_, wide, false}};
      Matmul(s, gates, 2, nullptr, normed);
      const Prepared fed = Of(fed_, rows.count, shape_.intermediate);
      GateRows(s, false, gate_, up_, rows.count, shape_.intermediate, nullptr,
               fed);
      const MatmulProduct o = {layer.o, nullptr, added_[0],
                               static_cast<size_t>(hidden), false};
      Matmul(s, &o, 1, nullptr, attended);
      const MatmulProduct down = {layer.down, nullptr, added_[1],
                                  static_cast<size_t>(hidden), false};
      Matmul(s, &down, 1, nullptr, fed);
      for (const float* y : added_) {
        AddNumbers(s, y, size_t{1} * rows.count * hidden, x_);
      }
    }
    if (logit_rows == 0) return;
    const Prepared last = Of(normed_, logit_rows, hidden);
    NormRows(s, true, x_, final_norm_, 1e-5f, logit_rows, hidden, nullptr,
             last);
    const MatmulProduct out = {table_, nullptr, logits_,
                               static_cast<size_t>(shape_.vocabulary), false};
    Matmul(s, &out, 1, nullptr, last);
    ScaleNumbers(s, 0.25f, size_t{1} * logit_rows * shape_.vocabulary, logits_);
    SampleRows(s, samples, logit_rows, shape_.vocabulary, nullptr, logits_,
               nullptr, tokens_, sampled_);
    // The next step's input, without the host.
    CopyWithin(s, rows.ids, tokens_, logit_rows * sizeof(int32_t));
  }

 private:
  static Prepared Of(Prepared prepared, int rows, int columns) {
    prepared.parts = 1;
    prepared.tokens = rows;
    prepared.columns = columns;
    return prepared;
  }

  float* Ones() { return memory_.Put(std::vector<float>(shape_.hidden, 1.0f)); }

  DeviceMatrix Matrix(int rows, int columns) {
    DeviceMatrix matrix;
    matrix.kind = kind_;
    matrix.rows = rows;
    matrix.columns = columns;
    const size_t bytes = WeightBytes(kind_, rows, columns);
    const size_t scale_bytes = ScaleBytes(kind_, rows, columns);
    uint32_t* weights = memory_.Make<uint32_t>(bytes / 4);
    uint32_t* scales = memory_.Make<uint32_t>(scale_bytes / 4 + 1);
    if (!memory_.fits()) return matrix;
    const uint32_t seed = static_cast<uint32_t>(weight_bytes_ / 4096);
    switch (kind_) {
      case WeightKind::kBf16:
        FillRandom(TheStream(), seed, 0x81ff81ffu, 0x3c003c00u, bytes / 4,
                   weights);
        break;
      case WeightKind::kFp8:
        FillRandom(TheStream(), seed, 0xbfbfbfbfu, 0, bytes / 4, weights);
        FillRandom(TheStream(), seed, 0, 0x3c800000u, scale_bytes / 4, scales);
        break;
      case WeightKind::kInt8:
        FillRandom(TheStream(), seed, 0xffffffffu, 0, bytes / 4, weights);
        FillRandom(TheStream(), seed, 0, 0x08000800u, scale_bytes / 4, scales);
        break;
      default:
        // Scale 2^-9, low 7.5 of it: numbers around zero.
        FillRandom(TheStream(), seed, 0xffffffffu, 0, bytes / 4, weights);
        FillRandom(TheStream(), seed, 0, 0x23801800u, scale_bytes / 4, scales);
    }
    weight_bytes_ += bytes + scale_bytes;
    matrix.weights = weights;
    matrix.scales = scales;
    return matrix;
  }

  DecoderShape shape_;
  WeightKind kind_;
  Memory memory_;
  double weight_bytes_ = 0;
  std::vector<Layer> layers_;
  DeviceMatrix table_;
  float* final_norm_;
  float *x_, *q_, *k_, *v_, *heads_, *gate_, *up_, *last_, *logits_;
  float* added_[2];  // by o and by down
  int32_t* tokens_;
  SampledLogit* sampled_;
  Prepared normed_, attended_, fed_;
  int widest_;  // columns of those
  Pages pages_[2];
  int page_count_[2];  // of a sequence
  float* frequencies_;
};

std::vector<SampleRow> Greedy(int rows) {
  std::vector<SampleRow> samples(rows);
  for (int i = 0; i < rows; ++i) {
    samples[i].row = i;
    samples[i].mask_row = -1;
  }
  return samples;
}

// The median of `steps` runs of what `put` puts on the stream, as one graph;
// of fewer where they would take long: a row has its seconds.
double MedianMilliseconds(int steps, const std::function<void()>& put) {
  constexpr double kLongMilliseconds = 500;
  constexpr double kEnoughMilliseconds = 10000;
  Stream* stream = TheStream();
  put();  // whatever is made at first use
  Finish(stream);
  BeginGraph(stream);
  put();
  Graph* graph = EndGraph(stream);
  Mark* begin = MakeMark();
  Mark* end = MakeMark();
  std::vector<double> times;
  double spent = 0;
  for (int i = 0; i < steps + 2 && spent < kEnoughMilliseconds; ++i) {
    SetMark(stream, begin);
    if (graph != nullptr) {
      RunGraph(stream, graph);
    } else {
      put();
    }
    SetMark(stream, end);
    ExpectFinished();
    const double took = Milliseconds(begin, end);
    if (i >= 2 || took > kLongMilliseconds) times.push_back(took);
    spent += took;
  }
  DeleteMark(begin);
  DeleteMark(end);
  DeleteGraph(graph);
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

double KvBytes(const DecoderShape& shape, double context) {
  const double token = 2.0 * 2 * shape.kv_heads * shape.head_size;
  const double full = shape.layers / 4;
  return token * (full * context + (shape.layers - full) *
                                       std::min<double>(context, shape.window));
}

}  // namespace

StepTime TimeDecode(const DecoderShape& shape, WeightKind kind, int sequences,
                    int context, int guesses, int steps) {
  StepTime time;
  const int rows_each = 1 + guesses;
  const int count = sequences * rows_each;
  Model model(shape, kind, sequences, rows_each, context, count);
  const Rows rows = model.MakeRows(sequences, rows_each, context);
  SampleRow* samples = model.memory().Put(Greedy(count));
  if (!model.memory().fits()) return time;
  time.fits = true;
  time.bytes = model.weight_bytes() + sequences * KvBytes(shape, context);
  time.milliseconds =
      MedianMilliseconds(steps, [&] { model.Step(rows, count, samples); });
  return time;
}

StepTime TimePrompt(const DecoderShape& shape, WeightKind kind, bool wgmma,
                    int prompt, int cached, int chunk, int steps) {
  StepTime time;
  Model model(shape, kind, 1, chunk, prompt, 1);
  if (wgmma) model.UseWgmma(chunk);
  std::vector<Rows> chunks;
  for (int end = cached; end < prompt;) {
    const int rows = std::min(chunk, prompt - end);
    end += rows;
    chunks.push_back(model.MakeRows(1, rows, end));
  }
  SampleRow* samples = model.memory().Put(Greedy(1));
  if (!model.memory().fits() || chunks.empty()) return time;
  time.fits = true;
  time.bytes = model.weight_bytes() * chunks.size();
  time.milliseconds = MedianMilliseconds(steps, [&] {
    for (const Rows& rows : chunks) {
      model.Step(rows, &rows == &chunks.back() ? 1 : 0, samples);
    }
  });
  return time;
}

}  // namespace cuda
}  // namespace footnote
