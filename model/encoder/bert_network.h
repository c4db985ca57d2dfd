// The network of the BERT family: from rows of pieces to one vector a text.
#ifndef FOOTNOTE_MODEL_ENCODER_BERT_NETWORK_H_
#define FOOTNOTE_MODEL_ENCODER_BERT_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "model/encoder/batch.h"
#include "model/encoder/int8_layer.h"
#include "model/encoder/options.h"

namespace footnote {

struct BertShape {
  size_t vocabulary = 0;
  size_t hidden = 0;
  size_t wide = 0;
  size_t layers = 0;
  size_t heads = 0;
  size_t positions = 0;
  float epsilon = 1e-12f;
};

// Unimplemented when the kernels do not take a network of this shape, whose
// numbers are all above zero. `name` is for the message.
absl::Status CheckBertShape(const BertShape& shape, const std::string& name);

// Where the network's numbers stand. Safe from many threads.
class BertWeights {
 public:
  virtual ~BertWeights() = default;

  // Tensor `name`, called as Hugging Face calls it, row-major.
  //   DataLoss  there is none of this shape, or it is damaged
  virtual absl::StatusOr<std::vector<float>> Floats(
      const std::string& name, const std::vector<uint64_t>& shape) const = 0;

  // Writes the row of a piece. REQUIRES: `piece` is below the vocabulary.
  virtual void Row(size_t piece, float* row) const = 0;
};

// Immutable, so safe from many threads.
class BertNetwork {
 public:
  // Reads all but the rows of pieces. `name` is for messages.
  //   what CheckBertShape and `weights` return
  static absl::StatusOr<std::unique_ptr<BertNetwork>> Make(
      const BertShape& shape, std::unique_ptr<const BertWeights> weights,
      const EncoderOptions& options, const std::string& name);

  // Writes the mean of the last layer's rows of tokens[i], at unit length, to
  // rows + i * hidden. Throws std::bad_alloc where there is no memory.
  // REQUIRES: no text is empty or has more tokens than there are positions.
  void Encode(const std::vector<std::vector<int32_t>>& tokens,
              float* rows) const;

  // Pieces [begin, end) of a text.
  struct Part {
    size_t begin = 0;
    size_t end = 0;
  };
  // The same of one text, but writes the mean of the rows of parts[i] to
  // rows + i * hidden; of an empty one, zeros. In the calling thread.
  void EncodeParts(const std::vector<int32_t>& tokens,
                   const std::vector<Part>& parts, float* rows) const;

  // Calls `body` with 0 to count - 1, in its threads.
  void Parallel(size_t count, const std::function<void(size_t)>& body) const;

  const BertShape& shape() const { return shape_; }

 private:
  // A dense layer: weights [inputs][outputs] and a bias. One of the two forms
  // of the weights is there.
  struct Linear {
    size_t inputs = 0;
    size_t outputs = 0;
    std::vector<float> weights;
    Int8Layer int8;
    std::vector<float> bias;
  };
  struct Norm {
    std::vector<float> gamma;
    std::vector<float> beta;
  };
  struct Layer {
    Linear qkv;  // queries, keys and values side by side
    Linear mix;
    Norm mix_norm;
    Linear up;
    Linear down;
    Norm down_norm;
  };
  struct Scratch {
    std::vector<float> x;      // [rows][hidden]
    std::vector<float> qkv;    // [rows][3 * hidden]
    std::vector<float> mixed;  // [rows][hidden]
    std::vector<float> wide;   // [kWideRows][wide]
    std::vector<float> key;    // [head width][tokens]
    std::vector<float> score;  // [tokens][tokens]
    std::vector<uint8_t> q;
    std::vector<float> scale;
    // Attention in 8 bits.
    std::vector<int8_t> packed;
    std::vector<float> packed_scale;
    std::vector<int32_t> packed_start;
    std::vector<uint8_t> bytes;
    std::vector<float> byte_scale;
  };

  BertNetwork() = default;
  absl::Status Read();
  absl::Status ReadLinear(const std::vector<std::string>& names,
                          size_t outputs_each, size_t inputs, Linear* out);
  absl::Status ReadNorm(const std::string& name, Norm* out);

  // Writes the last layer's rows to s->x.
  void RunBatch(const Batch& batch,
                const std::vector<std::vector<int32_t>>& tokens,
                Scratch* s) const;
  void EncodeBatch(const Batch& batch,
                   const std::vector<std::vector<int32_t>>& tokens,
                   float* rows) const;
  // The mean of `count` rows, at unit length.
  void Mean(const float* from, size_t count, float* mean) const;
  // c[rows][outputs] = a[rows][inputs] * layer + bias.
  void Apply(const Linear& layer, const float* a, size_t rows, float* c,
             Scratch* s) const;
  // mixed = softmax(q k / sqrt(width)) v, for the `n` rows of one text.
  void Attend(const float* qkv, size_t n, float* mixed, Scratch* s) const;
  void AttendInt8(const float* qkv, size_t n, float* mixed, Scratch* s) const;

  BertShape shape_;
  std::unique_ptr<const BertWeights> weights_;
  std::unique_ptr<ThreadPool> threads_;  // null when one thread was asked for
  bool int8_ = true;

  std::vector<float> positions_;  // [positions][hidden], the type added
  Norm embedding_norm_;
  std::vector<Layer> layers_;

  mutable ScratchPool<Scratch> scratch_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_BERT_NETWORK_H_
