// How an encoder is opened.
#ifndef FOOTNOTE_MODEL_ENCODER_OPTIONS_H_
#define FOOTNOTE_MODEL_ENCODER_OPTIONS_H_

namespace footnote {

// How an encoder computes. The two differ by a cosine of less than 0.005.
enum class EncoderPrecision {
  kInt8,     // 8-bit weights and activations, 32-bit sums: several times faster
  kFloat32,  // the reference
};

struct EncoderOptions {
  EncoderPrecision precision = EncoderPrecision::kInt8;

  // Threads that one Encode call may use at most. Leave it at 1 where callers
  // run in parallel themselves; one short text is never split.
  int threads = 1;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_OPTIONS_H_
