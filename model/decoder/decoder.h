// The forward pass of a decoder: rows of tokens in, logits out.
#ifndef FOOTNOTE_MODEL_DECODER_DECODER_H_
#define FOOTNOTE_MODEL_DECODER_DECODER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/decoder/device.h"
#include "model/decoder/layers.h"
#include "model/weights/model_files.h"

namespace footnote {

// What one step computes: rows of several sequences, one after the other.
struct Batch {
  std::vector<int32_t> ids;             // by row
  std::vector<SequenceRows> sequences;  // together all rows, in order
  std::vector<int> logit_rows;          // the rows whose logits are wanted
  bool hidden_only = false;             // only their hidden states, no logits
};

// Sees numbers on their way: "layer3.q", `rows` rows of `n`.
using Observer = std::function<void(const std::string& name, const float* x,
                                    int rows, int n)>;

// Keys and values live in the device's pages; who owns which page is the
// caller's business (model/schedule/pages.h). A row's result depends on its
// own sequence alone, to the bit. One thread at a time.
class Decoder {
 public:
  // Reads `files`, which must outlive it, by way of `device`. At most
  // `max_rows` rows a step, of which `max_logit_rows` have logits.
  static absl::StatusOr<std::unique_ptr<Decoder>> Create(
      const ModelFiles& files, std::unique_ptr<Device> device, int max_rows,
      int max_logit_rows);
  ~Decoder();

  const ModelConfig& config() const { return config_; }
  const KvShape& shape() const { return shape_; }
  int max_rows() const { return max_rows_; }
  int max_logit_rows() const { return max_logit_rows_; }

  // Makes room for keys and values: `pages` pages of each kind of shape().
  absl::Status MakePages(absl::Span<const int> pages);

  // Computes a step and leaves what comes of it with the device, for the next
  // three. REQUIRES: the limits of Create.
  void Step(const Batch& batch, const Observer& observer = nullptr);

  // After Step: `rows` rows of `vocabulary` logits, those of batch.logit_rows
  // from the `first` on; valid until the next call. Not after hidden_only.
  absl::Span<const float> Logits(int first, int rows);

  // After Step: tokens chosen where the logits are; once. REQUIRES:
  // device()->Chooses().
  std::vector<Chosen> Choose(absl::Span<const Choice> choices);

  // Step, then all its logits; none with hidden_only.
  absl::Span<const float> Forward(const Batch& batch,
                                  const Observer& observer = nullptr);

  Device* device() const { return device_.get(); }

  // After Step: the last hidden states, normed, of logit_rows.
  absl::Span<const float> Hidden() const;

 private:
  struct Scratch;

  Decoder(const ModelConfig& config, std::unique_ptr<Device> device,
          int max_rows, int max_logit_rows);
  // What each head of the rows sees: scratch's heads.
  void Heads(int layer, const Batch& batch, const Observer& observer);
  void FeedForwardRows(const FeedForward& part, int width, const float* x,
                       int rows, float* out);
  void Experts(const Layer& layer, int rows);
  // Drops all rows of scratch but `kept`, in their order.
  void KeepRows(absl::Span<const int> kept);
  // With `only_logit_rows`, the rows of batch.logit_rows are what is left.
  void RunLayer(int layer, const Batch& batch, bool only_logit_rows,
                const Observer& observer);
  void See(const Observer& observer, int layer, const char* name,
           const float* x, int rows, int n);

  ModelConfig config_;
  std::unique_ptr<Device> device_;
  int max_rows_;
  int max_logit_rows_;
  KvShape shape_;
  DecoderWeights weights_;
  std::unique_ptr<Scratch> scratch_;
  int hidden_rows_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_DECODER_H_
