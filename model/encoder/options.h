// How an encoder is opened.
#ifndef FOOTNOTE_MODEL_ENCODER_OPTIONS_H_
#define FOOTNOTE_MODEL_ENCODER_OPTIONS_H_

#include <string>

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

  // Where batches of USE and footnote-23 in 8 bits are encoded; the vectors are
  // the same to the bit: a device that does not show so when it is opened is
  // not used.
  //   ""          as the environment's FOOTNOTE_DEVICE says; else "cpu"
  //   "cpu"       this machine's processor
  //   "cuda…"     (any of model/decoder/choose_device.h) the first CUDA device;
  //               where it can't, the log says why and the processor does
  //   "auto"      the same, said quietly
  std::string device;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_OPTIONS_H_
