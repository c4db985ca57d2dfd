// The weights of a decoder where its device reads them.
#ifndef FOOTNOTE_MODEL_DECODER_LAYERS_H_
#define FOOTNOTE_MODEL_DECODER_LAYERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "model/decoder/device.h"
#include "model/weights/model_files.h"

namespace footnote {

// gate and up, then down; biases may be null.
struct FeedForward {
  Matrix gate;
  Matrix up;
  Matrix down;
  const float* gate_bias = nullptr;
  const float* up_bias = nullptr;
  const float* down_bias = nullptr;
};

// What a configuration does not want is null.
struct Layer {
  const float* input_norm = nullptr;
  const float* post_attention_norm = nullptr;
  const float* pre_feed_forward_norm = nullptr;
  const float* post_feed_forward_norm = nullptr;
  const float* q_norm = nullptr;
  const float* k_norm = nullptr;
  Matrix q;
  Matrix k;
  Matrix v;
  Matrix o;
  const float* q_bias = nullptr;
  const float* k_bias = nullptr;
  const float* v_bias = nullptr;
  const float* o_bias = nullptr;
  FeedForward dense;
  Matrix router;
  int mixture = -1;  // of the device
  FeedForward shared;
};

struct DecoderWeights {
  Matrix embedding;
  Matrix output;
  const float* final_norm = nullptr;
  std::vector<Layer> layers;
  // Angles by position of pair i, for the layers' two kinds of rotation.
  std::vector<float> frequencies;
  std::vector<float> local_frequencies;
};

// Checks the shape of every tensor that the configuration wants; matrices stay
// in place, `files` must outlive the result. DataLoss and Unimplemented name
// the tensor; so a tensor that the forward pass would not use is refused too.
absl::StatusOr<DecoderWeights> LoadWeights(const ModelFiles& files,
                                           Device* device);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_LAYERS_H_
