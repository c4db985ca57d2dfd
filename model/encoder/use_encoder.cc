#include "model/encoder/use_encoder.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "model/encoder/batch.h"
#include "model/encoder/tongues.h"
#include "model/encoder/unigram_tokenizer.h"
#include "model/encoder/use_cuda.h"
#include "model/encoder/use_network.h"

namespace footnote {
namespace {

constexpr size_t kFeatures = UseNetwork::kFeatures;
constexpr size_t kOutput = UseNetwork::kOutput;
constexpr size_t kMaxTokens = 1024;
// Rows whose numbers fit the second-level cache together.
constexpr size_t kBatchTokens = 192;
constexpr size_t kTailTexts = 32;
// Networks of one file: of the first vocabulary, of the tongues.
constexpr size_t kNetworks = 2;
// On a device: tokens from which the way there and back is worth it (a guess,
// not measured), and tokens of a batch, 0.2 GB of device memory.
constexpr size_t kDeviceLeast = 256;
constexpr size_t kDeviceTokens = 16384;

// Found on translated news, 1,007 sentences: top-1 >= 0.9 into English.
constexpr absl::string_view kUseLanguages[] = {
    "ar", "de", "en", "es", "fr", "id", "it", "ja",
    "ko", "nl", "pl", "pt", "ru", "tr", "zh",
};

class UseEncoder : public Encoder {
 public:
  static absl::StatusOr<std::unique_ptr<Encoder>> Open(
      std::unique_ptr<WeightsFile> file, const EncoderOptions& options);

  absl::string_view name() const override { return name_; }
  int dimension() const override { return kOutput; }
  absl::string_view hash() const override { return file_->hash(); }
  absl::Span<const absl::string_view> languages() const override {
    return languages_;
  }
  int max_tokens() const override { return kMaxTokens; }
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override;

 private:
  UseEncoder() = default;
  absl::Status Load(const EncoderOptions& options);
  void Parallel(size_t count, const std::function<void(size_t)>& body) const;
  size_t Tokens(absl::string_view text, std::vector<int32_t>* tokens) const;
  // The device that `options` ask for, if there is one.
  void FindDevice(const EncoderOptions& options);
  // Whether `device` gives the processor's sums of some tokens, to the bit.
  absl::Status Prove(UseCuda* device) const;
  // Sums of the texts `mine` on the device. Returns those that it left.
  std::vector<size_t> SumOnDevice(
      size_t network, const std::vector<size_t>& mine,
      const std::vector<size_t>& lengths,
      const std::vector<std::vector<int32_t>>& tokens, float* sums) const;

  std::unique_ptr<WeightsFile> file_;
  std::unique_ptr<UnigramTokenizer> tokenizer_;
  std::unique_ptr<Tongues> tongues_;     // null when the file has none
  std::unique_ptr<ThreadPool> threads_;  // null when one thread was asked for
  std::string name_;
  std::vector<absl::string_view> languages_;
  UseRows rows_;
  UseNetwork networks_[kNetworks];
  std::unique_ptr<UseCuda> device_;  // null: none
  mutable std::atomic<bool> device_is_lost_{false};
};

// Texts of these lengths (by text) in batches, named by text.
std::vector<Batch> BatchesOf(const std::vector<size_t>& texts,
                             const std::vector<size_t>& lengths,
                             size_t tokens) {
  std::vector<size_t> own;
  for (const size_t text : texts) own.push_back(lengths[text]);
  std::vector<Batch> batches = MakeBatches(own, tokens);
  for (Batch& batch : batches) {
    for (size_t& text : batch.texts) text = texts[text];
  }
  return batches;
}

absl::StatusOr<std::unique_ptr<Encoder>> UseEncoder::Open(
    std::unique_ptr<WeightsFile> file, const EncoderOptions& options) {
  std::unique_ptr<UseEncoder> encoder(new UseEncoder());
  encoder->file_ = std::move(file);
  RETURN_IF_ERROR(encoder->Load(options));
  return std::unique_ptr<Encoder>(std::move(encoder));
}

absl::Status UseEncoder::Load(const EncoderOptions& options) {
  const WeightsFile& file = *file_;
  const bool int8 = options.precision == EncoderPrecision::kInt8;
  const bool with_tongues = file.kind() == kTonguesKind;
  name_ = absl::StrCat(with_tongues ? "footnote-23" : "use-multilingual-v3",
                       int8 ? "/int8" : "/float32");
  if (options.threads > 1) {
    threads_ = std::make_unique<ThreadPool>(options.threads - 1);
  }
  ASSIGN_OR_RETURN(tokenizer_, UnigramTokenizer::Open(file));
  if (tokenizer_->size() > UseRows::kUseRows) {
    return file.Damaged(
        "section tokenizer/score",
        absl::StrCat(tokenizer_->size(), " pieces, want at most ",
                     UseRows::kUseRows));
  }
  languages_.assign(std::begin(kUseLanguages), std::end(kUseLanguages));
  if (with_tongues) {
    ASSIGN_OR_RETURN(tongues_,
                     Tongues::Open(file, *tokenizer_, UseRows::kUseRows));
    languages_.insert(languages_.end(), tongues_->names().begin(),
                      tongues_->names().end());
    std::sort(languages_.begin(), languages_.end());
  }
  RETURN_IF_ERROR(rows_.Open(file, with_tongues ? tongues_->size() : 0));
  RETURN_IF_ERROR(networks_[0].Open(file, "", rows_, int8));
  if (with_tongues) {
    RETURN_IF_ERROR(networks_[1].Open(file, "tongues/", rows_, int8));
  }
  if (int8) FindDevice(options);
  return absl::OkStatus();
}

void UseEncoder::FindDevice(const EncoderOptions& options) {
  std::string wanted = options.device;
  if (wanted.empty()) {
    const char* named = std::getenv("FOOTNOTE_DEVICE");
    wanted = named == nullptr ? "" : named;
  }
  const bool quietly = wanted == "auto";
  if (!quietly && wanted.rfind("cuda", 0) != 0) return;
  std::vector<absl::string_view> table = {rows_.use_bytes()};
  std::vector<UseTokenWeights> networks = {networks_[0].token_weights()};
  if (tongues_ != nullptr) {
    table.push_back(rows_.tongue_bytes());
    networks.push_back(networks_[1].token_weights());
  }
  absl::StatusOr<std::unique_ptr<UseCuda>> device =
      UseCuda::Open(table, networks);
  absl::Status status = device.status();
  if (status.ok()) status = Prove(device->get());
  if (status.ok()) {
    device_ = *std::move(device);
    return;
  }
  Log(quietly ? Severity::kInfo : Severity::kWarning,
      absl::StrCat("encoder: ", status.message(), ": CPU used"));
}

absl::Status UseEncoder::Prove(UseCuda* device) const {
  const auto row_of = [this](int32_t token) { return rows_[token]; };
  for (size_t n = 0; n < (tongues_ != nullptr ? kNetworks : 1); ++n) {
    // Rows from all over the table.
    const size_t rows = UseRows::kUseRows + (n == 1 ? tongues_->size() : 0);
    std::vector<std::vector<int32_t>> tokens;
    Batch batch;
    size_t row = rows - 1;
    for (const size_t length : {1, 17, 45}) {
      batch.texts.push_back(tokens.size());
      batch.tokens += length;
      tokens.emplace_back();
      for (size_t i = 0; i < length; ++i) {
        tokens.back().push_back(static_cast<int32_t>(row));
        row = (row + 104729) % rows;
      }
    }
    std::vector<float> ours(tokens.size() * kFeatures);
    std::vector<float> theirs(ours.size());
    networks_[n].SumTokens(batch, tokens, ours.data());
    RETURN_IF_ERROR(device->SumTokens(n, batch, tokens, row_of, theirs.data()));
    if (std::memcmp(ours.data(), theirs.data(), ours.size() * sizeof(float)) !=
        0) {
      return absl::FailedPreconditionError(
          "the device's sums are not this processor's to the bit");
    }
  }
  return absl::OkStatus();
}

std::vector<size_t> UseEncoder::SumOnDevice(
    size_t network, const std::vector<size_t>& mine,
    const std::vector<size_t>& lengths,
    const std::vector<std::vector<int32_t>>& tokens, float* sums) const {
  size_t all = 0;
  for (const size_t text : mine) all += lengths[text];
  if (device_ == nullptr || device_is_lost_ || all < kDeviceLeast) return mine;
  const auto row_of = [this](int32_t token) { return rows_[token]; };
  std::vector<size_t> left;
  for (const Batch& batch : BatchesOf(mine, lengths, kDeviceTokens)) {
    const absl::Status status =
        device_is_lost_
            ? absl::UnavailableError("lost")
            : device_->SumTokens(network, batch, tokens, row_of, sums);
    if (status.ok()) continue;
    left.insert(left.end(), batch.texts.begin(), batch.texts.end());
    // No memory now may be memory later.
    if (absl::IsResourceExhausted(status) || device_is_lost_) continue;
    device_is_lost_ = true;
    Log(Severity::kWarning, absl::StrCat("encoder: the device is lost, ",
                                         status.message(), ": CPU used"));
  }
  return left;
}

void UseEncoder::Parallel(size_t count,
                          const std::function<void(size_t)>& body) const {
  if (threads_ == nullptr || count < 2) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  threads_->ParallelFor(count, body);
}

// Returns the number of the network.
size_t UseEncoder::Tokens(absl::string_view text,
                          std::vector<int32_t>* tokens) const {
  std::string repaired;
  const absl::string_view valid = ValidText(text, &repaired);
  size_t network = 0;
  if (tongues_ != nullptr) {
    network = tongues_->Encode(valid, kMaxTokens - 2, tokens) ? 1 : 0;
  } else {
    tokenizer_->Encode(valid, kMaxTokens - 2, tokens);
  }
  tokens->insert(tokens->begin(), UnigramTokenizer::kBegin);
  tokens->push_back(UnigramTokenizer::kEnd);
  return network;
}

absl::Status UseEncoder::Encode(absl::Span<const absl::string_view> texts,
                                float* rows) const try {
  const size_t count = texts.size();
  std::vector<std::vector<int32_t>> tokens(count);
  std::vector<size_t> network(count);
  constexpr size_t kTextsAtOnce = 16;
  Parallel((count + kTextsAtOnce - 1) / kTextsAtOnce, [&](size_t part) {
    const size_t end = std::min(count, (part + 1) * kTextsAtOnce);
    for (size_t i = part * kTextsAtOnce; i < end; ++i) {
      network[i] = Tokens(texts[i], &tokens[i]);
    }
  });

  std::vector<size_t> lengths(count);
  for (size_t i = 0; i < count; ++i) lengths[i] = tokens[i].size();
  std::vector<float> sums(count * kFeatures);
  for (size_t n = 0; n < kNetworks; ++n) {
    std::vector<size_t> mine;
    for (size_t i = 0; i < count; ++i) {
      if (network[i] == n) mine.push_back(i);
    }
    if (mine.empty()) continue;
    const std::vector<Batch> batches =
        BatchesOf(SumOnDevice(n, mine, lengths, tokens, sums.data()), lengths,
                  kBatchTokens);
    Parallel(batches.size(), [&](size_t i) {
      networks_[n].SumTokens(batches[i], tokens, sums.data());
    });
    Parallel((mine.size() + kTailTexts - 1) / kTailTexts, [&](size_t part) {
      const size_t begin = part * kTailTexts;
      const size_t end = std::min(mine.size(), begin + kTailTexts);
      networks_[n].Finish({mine.begin() + begin, mine.begin() + end},
                          sums.data(), lengths, rows);
    });
  }
  return absl::OkStatus();
} catch (const std::bad_alloc&) {
  return absl::ResourceExhaustedError(
      absl::StrCat("encoder: no memory for a batch of ", texts.size()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Encoder>> OpenUseEncoder(
    std::unique_ptr<WeightsFile> file, const EncoderOptions& options) {
  return UseEncoder::Open(std::move(file), options);
}

}  // namespace footnote
