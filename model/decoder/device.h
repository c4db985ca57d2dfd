// What a decoder's forward pass is made of: a table of operations on rows of
// floats in a device's memory. The CPU is the first device and the truth.
#ifndef FOOTNOTE_MODEL_DECODER_DEVICE_H_
#define FOOTNOTE_MODEL_DECODER_DEVICE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/decoder/request.h"
#include "model/weights/model_config.h"
#include "model/weights/tensor.h"

namespace footnote {

// A matrix of weights where the device reads it: `rows` outputs of `columns`
// inputs each.
struct Matrix {
  TensorType type = TensorType::kFloat32;
  int rows = 0;
  int columns = 0;
  const void* data = nullptr;  // null: there is no such matrix
};

// y = x W^T + bias, one of several that share x.
struct Product {
  const Matrix* weights;
  const float* bias;  // null: none
  float* y;
  size_t y_stride;
};

// How several devices share a matrix (model/decoder/device_parallel.h).
enum class Split {
  kNone,     // each has all of it
  kOutputs,  // its rows: each gives its part of every y
  kInputs,   // its columns: what they give are to be added
};

// The experts of a layer, by number: down(activation(gate(x)) * up(x)).
struct Mixture {
  std::vector<Matrix> gate;
  std::vector<Matrix> up;
  std::vector<Matrix> down;
  int used = 0;  // of them, by a row
};

// Rows that are neighbouring positions of one sequence.
struct SequenceRows {
  int first_row = 0;
  int rows = 0;
  int position = 0;  // of the first row
  // For each kind of page (KvShape): the page of positions 16 i to 16 i + 15.
  // Pages that no row sees any more are -1.
  std::vector<const int32_t*> pages;
};

// Where keys and values lie: pages of 16 positions. Each layer belongs to one
// kind of page, by its window, and has its place in it.
struct KvShape {
  int kv_heads = 0;
  int head_size = 0;
  struct Layer {
    int kind;   // of page
    int place;  // among the layers of that kind
  };
  std::vector<Layer> layers;
  std::vector<int> windows;         // by kind; 0: all positions are seen
  std::vector<int> layers_of_kind;  // how many layers share a page
  // Floats of a page of `kind`.
  size_t PageFloats(int kind) const {
    return size_t{2} * layers_of_kind[kind] * kv_heads * head_size * 16;
  }
};

// How the token after a row of logits is chosen, where the device does it.
struct Choice {
  int row = 0;  // of the logits
  Sampling sampling;
  int position = 0;  // tokens before the one that is chosen
  int tally = -1;    // of the sequence; -1: the sampling has no penalties
  // What the sequence has said since its last Choice: counted from here on.
  std::vector<int32_t> said;
  // Guesses before this row: counted for it alone.
  std::vector<int32_t> guessed;
  // Bit id % 64 of allowed[id / 64]; empty: all are.
  absl::Span<const uint64_t> allowed;
  bool wants_logprob = false;
};

struct Chosen {
  int32_t id;  // -1: none is allowed
  float logprob;
};

// The largest that a device chooses with: guesses, and tokens of an answer with
// penalties.
inline constexpr int kMostGuessed = 8;
inline constexpr int kMostTalliedTokens = 0x7fff;

// One thread at a time. Pointers to floats are into the device's own memory.
class Device {
 public:
  virtual ~Device() = default;

  // Memory of `count` floats, zero; it goes with the device or with Free.
  virtual float* Allocate(size_t count) = 0;
  virtual void Free(float* floats) = 0;
  virtual void Read(const float* from, size_t count, float* to) = 0;
  virtual void Write(const float* from, size_t count, float* to) = 0;

  // The tensor's bytes where this device reads them; the CPU uses them in
  // place. Unimplemented when it has no product for the type.
  virtual absl::StatusOr<Matrix> Upload(const Tensor& tensor) = 0;
  // The same where several devices are one: how they share it. InvalidArgument
  // when they can't do so evenly.
  virtual absl::StatusOr<Matrix> UploadSplit(const Tensor& tensor,
                                             Split /*split*/) {
    return Upload(tensor);
  }
  // Whether the tensor's bytes have to stay where they were uploaded from.
  virtual bool UsesInPlace() const { return false; }

  // x[r] = row ids[r] of table, times scale.
  virtual void Embed(const Matrix& table, absl::Span<const int32_t> ids,
                     float scale, float* x) = 0;

  // out[r] = norm of x[r]; rows of n. `out` may be `x`.
  virtual void Norm(NormKind kind, const float* weight, float epsilon,
                    const float* x, int rows, int n, float* out) = 0;

  // The products of x, `rows` rows of the matrices' columns.
  virtual void Multiply(absl::Span<const Product> products, const float* x,
                        int rows) = 0;

  // RMS norms of every head of `n`, in place.
  virtual void NormHeads(const float* weight, float epsilon, float* x, int rows,
                         int heads, int n) = 0;

  // Says by which angles Rotate(set, ...) turns the rows of the next step: pair
  // i of row r by positions[r] * frequencies[i].
  virtual void SetAngles(int set, absl::Span<const float> frequencies,
                         absl::Span<const int> positions) = 0;

  // Rotates every head of `n` of the rows, in place.
  virtual void Rotate(int set, RopePairing pairing, float* x, int rows,
                      int heads, int n) = 0;

  // Memory for `pages` pages of each kind.
  virtual absl::Status MakePages(const KvShape& shape,
                                 absl::Span<const int> pages) = 0;

  // Makes zeros of pages of a kind, as MakePages does: nobody's any more.
  virtual void ClearPages(int kind, absl::Span<const int32_t> pages) = 0;

  // Puts keys and values of a layer into pages, then attends to what is there.
  // Rows of k and v hold all kv heads, rows of q and out all heads.
  virtual void Attend(int layer, absl::Span<const SequenceRows> sequences,
                      int heads, float scale, const float* q, const float* k,
                      const float* v, float* out) = 0;

  // out = activation(gate) * up, rows of n.
  virtual void Gate(Activation activation, const float* gate, const float* up,
                    int rows, int n, float* out) = 0;

  // x += y.
  virtual void Add(const float* y, size_t count, float* x) = 0;

  // x *= factor; 0 makes zeros of anything.
  virtual void Scale(float factor, size_t count, float* x) = 0;

  // out[i] = x[rows[i]].
  virtual void Gather(const float* x, absl::Span<const int> rows, int n,
                      float* out) = 0;

  // The experts of a layer, made once; Mix names them by the number.
  // Unimplemented when they are more than the device can choose among.
  virtual absl::StatusOr<int> MakeMixture(const Mixture& mixture) = 0;

  // out[r] += the experts that the scores [rows][experts] of row r choose, fed
  // with x[r], each times its factor (ExpertsConfig). Of equal scores the lower
  // expert goes first.
  virtual void Mix(int mixture, const ExpertsConfig& rule,
                   Activation activation, const float* scores, const float* x,
                   int rows, float* out) = 0;

  // Starts what was put down so far, where a device puts things down first, so
  // that the caller's next work is beside it.
  virtual void Begin() {}

  // Whether the next three are there; else logits are read and chosen from by
  // the caller (model/schedule/sampler.h), with the same tokens.
  virtual bool Chooses() const { return false; }
  // A tally of what a sequence has said, until CloseTally.
  virtual int OpenTally(int /*vocabulary*/,
                        absl::Span<const int32_t> /*prompt*/,
                        absl::Span<const int32_t> /*answer*/) {
    return -1;
  }
  virtual void CloseTally(int /*tally*/) {}
  // The choices from rows of `vocabulary` logits, in their order; the logits
  // stay as they are. Once a step, after all else.
  virtual std::vector<Chosen> Choose(absl::Span<const Choice> /*choices*/,
                                     int /*vocabulary*/,
                                     const float* /*logits*/) {
    return {};
  }
};

// How the CPU takes weights of fewer than 16 bits.
enum class CpuWeights {
  kAsStored,  // in place; what they are multiplied by is rounded to 8 bits
  kAsFloats,  // widened once, and nothing is rounded: what the others aim at
};

// On `threads` threads of this machine.
std::unique_ptr<Device> MakeCpuDevice(
    size_t threads, CpuWeights weights = CpuWeights::kAsStored);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_DEVICE_H_
