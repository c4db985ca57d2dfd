// The network of USE-multilingual, from token vectors to the vector of a text.
#ifndef FOOTNOTE_MODEL_ENCODER_USE_NETWORK_H_
#define FOOTNOTE_MODEL_ENCODER_USE_NETWORK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/encoder/batch.h"
#include "model/encoder/int8_layer.h"
#include "model/encoder/weights_file.h"

namespace footnote {

// The table of token vectors: 512 numbers of 6 bits each a row. USE's own rows
// are rounded in 17 chunks, row i in chunk i % 17, the rows of the tongues each
// by itself.
class UseRows {
 public:
  static constexpr size_t kWidth = 512;
  static constexpr size_t kChunks = 17;
  static constexpr size_t kUseRows = kChunks * 7530;
  // The chunk of all rows of the tongues: their middle is 0.
  static constexpr size_t kTongueChunk = kChunks;
  // The bytes are 0 to 63.
  static constexpr int kMiddle = 32;

  struct Row {
    const uint8_t* bytes;
    float scale;
    float low;  // a number is scale * byte + low
    size_t chunk;
  };

  // Reads embedding/* and, when `tongue_rows` > 0, tongues/rows and
  // tongues/scale of `file`, which must outlive this. DataLoss when one is
  // missing or has another size than it should.
  absl::Status Open(const WeightsFile& file, size_t tongue_rows);

  Row operator[](int32_t row) const;

  // What every row of `chunk` has beside scale * (byte - kMiddle).
  float rest(size_t chunk) const;

  // The bytes of all rows, in two pieces: row i is at i * kWidth of both
  // together.
  absl::string_view use_bytes() const;
  absl::string_view tongue_bytes() const;

 private:
  const uint8_t* rows_ = nullptr;
  const float* scale_ = nullptr;
  const float* low_ = nullptr;
  const uint8_t* tongue_rows_ = nullptr;
  const float* tongue_scale_ = nullptr;
  size_t tongues_ = 0;
};

// Tokens that a branch looks at, and how many of them stand before its own.
struct UseWindow {
  size_t tokens;
  size_t before;
};
inline constexpr size_t kUseBranches = 3;
inline constexpr UseWindow kUseWindows[kUseBranches] = {{2, 0}, {3, 1}, {5, 2}};
// Zero rows between two texts, so that no window sees a neighbouring text.
inline constexpr size_t kUseGap = 2;
// Numbers of a branch, and of the three side by side.
inline constexpr size_t kUseBranch = 256;
inline constexpr size_t kUseProjection = kUseBranches * kUseBranch;
inline constexpr float kUseEpsilon = 1e-12f;

// The weights of what runs once for every token, in 8 bits, for a device that
// runs it instead of SumTokens. Views.
struct UseTokenWeights {
  struct Layer {
    Int8Weights weights;
    const float* bias;
  };
  Int8Weights projection;
  // What the norm of a projected row adds: of each chunk of the table.
  const float* chunk_bias;  // [UseRows::kChunks + 1][kUseProjection]
  const float* gamma;
  const float* beta;
  Layer first[kUseBranches];
  Layer second[kUseBranches];
};

// Immutable, so safe from many threads.
class UseNetwork {
 public:
  static constexpr size_t kFeatures = 1280;
  static constexpr size_t kOutput = 512;

  // Reads the sections PREFIX + projection/weights and so on of `file`, which
  // must outlive this, as `rows` must. DataLoss when one is missing, has
  // another size than it should, or holds what is not a number.
  absl::Status Open(const WeightsFile& file, const std::string& prefix,
                    const UseRows& rows, bool int8);

  // For each text i of `batch`, with the rows `tokens[i]`: adds the normed
  // features of its tokens to sums[i * kFeatures ...].
  void SumTokens(const Batch& batch,
                 const std::vector<std::vector<int32_t>>& tokens,
                 float* sums) const;

  // REQUIRES: opened with int8. Views that live as long as this.
  UseTokenWeights token_weights() const;

  // From the sums of the texts with the numbers `texts` to their vectors,
  // rows[text * kOutput ...]. `lengths` are their tokens, by text too.
  void Finish(const std::vector<size_t>& texts, const float* sums,
              const std::vector<size_t>& lengths, float* rows) const;

 private:
  static constexpr size_t kBranches = kUseBranches;

  struct Convolution {
    const float* weights;  // [window * 256][256]
    const float* bias;
    Int8Layer int8;
  };
  struct Dense {
    const float* weights;  // [inputs][outputs]
    size_t inputs;
    size_t outputs;
  };
  struct Scratch {
    std::vector<uint8_t> q;      // 8-bit activations
    std::vector<float> scale;    // of the rows of q
    std::vector<float> x;        // [rows][768]
    std::vector<float> branch;   // [rows][256]
    std::vector<float> hidden;   // [rows][256]
    std::vector<float> feature;  // [rows][1280]
    std::vector<int32_t> token;  // of a row, or -1 in a gap
    std::vector<float> tail;
  };

  void Project(size_t rows, Scratch* s) const;
  void RunBranch(size_t branch, size_t rows, Scratch* s) const;

  const UseRows* rows_ = nullptr;
  bool int8_ = true;
  const float* projection_ = nullptr;
  const float* projection_bias_ = nullptr;
  const float* projection_gamma_ = nullptr;
  const float* projection_beta_ = nullptr;
  Int8Layer projection_int8_;
  // For each chunk of the table: the bias, and what the chunk's offset adds,
  // because the product runs on the table's bytes.
  std::vector<float> chunk_bias_;
  Convolution first_[kBranches];
  Convolution second_[kBranches];
  const float* feature_gamma_ = nullptr;
  const float* feature_beta_ = nullptr;
  Dense output_;
  const float* output_bias_ = nullptr;
  Dense dense0_, dense1_, dense2_, dense3_, skip1_, skip3_;
  mutable ScratchPool<Scratch> scratch_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_USE_NETWORK_H_
