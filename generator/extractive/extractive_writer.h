#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_EXTRACTIVE_WRITER_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_EXTRACTIVE_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/types/optional.h"
#include "generator/extractive/abstain.h"
#include "generator/extractive/second_opinion.h"
#include "generator/writer.h"
#include "model/encoder/encoder.h"
#include "model/encoder/remembering_encoder.h"
#include "text/analyzer_pool.h"

namespace footnote {

// Answers with the one to three sentences, list items, table rows or command
// lines of the passages that answer best, verbatim. Needs no weights; with an
// encoder it also compares the meaning of question and sentences in the
// languages that the encoder speaks.
//
// It reads the first kMaxPassages passages. Deterministic: the same request
// and encoder give the same bytes.
class ExtractiveWriter : public Writer {
 public:
  // When a second encoder has its say about the best sentences of passages in
  // the question's language. Of those in another it always has.
  enum class AtHome {
    kNever,
    // Where it knows them all, so that it costs nothing: the draft names the
    // thorough writer then, else the plain one.
    kHeard,
    // Such a writer is thorough. It takes some 6 ms for each sentence that was
    // not met before, and 50 for each passage. Where the second encoder can't
    // be opened, the draft names the plain writer.
    kAlways,
  };
  // `encoder` and `second` may be null, and must outlive the writer.
  explicit ExtractiveWriter(const Encoder* encoder, LazyE5* second = nullptr,
                            AtHome at_home = AtHome::kNever);

  static constexpr int kMaxPassages = 8;

  absl::string_view name() const override;
  // By the name that the draft has.
  bool is_deterministic() const override { return true; }
  absl::StatusOr<v1::Draft> Write(
      const v1::GenerateRequest& request,
      const std::function<bool()>& is_cancelled) const override;

  // How a question was weighed, for training and explanations.
  struct Explanation {
    extractive::Question question;
    std::vector<extractive::SourcePassage> passages;
    extractive::Candidates candidates;
    std::vector<extractive::FeatureRow> features;
    // By candidate; empty without vectors, 0 where not computed.
    std::vector<double> similarities;
    // The best passage is in another language than the question, and no
    // sentence has half of the question's words, by rarity.
    bool across = false;
    // SecondOpinion::Opinion; empty and 0 without one.
    std::vector<double> second;
    std::vector<double> in_context;
    double nearest = 0;
    // Who gave it; null without one.
    const Encoder* second_encoder = nullptr;
    // With all of it.
    std::vector<double> probabilities;
    // Across languages without the second opinion.
    extractive::SignRow signs = {};
    // Across languages by the second opinion alone, where there is one.
    double support = 0;
  };
  // How much of a request is looked at.
  struct Effort {
    size_t passages = kMaxPassages;
    // Sentences that are compared by their vectors, the best of all. Encoding
    // one takes about a millisecond; for the answer, the gain ends here.
    size_t compared = 8;
    // Beside them, the best sentence of each of the first so many passages.
    size_t compared_passages = 0;
    // Instead of the writer's own.
    absl::optional<AtHome> at_home;
    // Whether who is asked for a second opinion at home reads the passages
    // whole, too.
    bool in_context = true;
  };
  // Everything but the choice: Read, then Weigh. Empty candidates where there
  // is nothing to weigh. Views of the result look into `request`.
  absl::StatusOr<Explanation> Explain(
      const v1::GenerateRequest& request, const Effort& effort,
      const std::function<bool()>& is_cancelled) const;
  // Question and passages. Costs little: no sentence is looked at.
  Explanation Read(const v1::GenerateRequest& request,
                   const Effort& effort) const;
  // All the rest of what Read made of the same request.
  absl::Status Weigh(const v1::GenerateRequest& request, const Effort& effort,
                     const std::function<bool()>& is_cancelled,
                     Explanation* read) const;

  // Hears, before anybody asks, what answers from `passage` may be made of, and
  // keeps it; a sentence at a time, in the background (base/priority.h). False:
  // as much was kept in this round as may be, or there is no second encoder.
  // `round` is a number that never falls.
  //   Cancelled  is_cancelled, asked after each sentence, said so
  //   and what the encoders return
  absl::StatusOr<bool> Hear(const v1::Passage& passage, uint64_t round,
                            const std::function<bool()>& is_cancelled) const;
  // Lets go of what was heard in no round from `round` on.
  void ForgetHeardBefore(uint64_t round) const;

  // Says in a Draft or RerankResponse which second encoder was asked; null:
  // none.
  template <typename Response>
  static void TellSecond(const Encoder* second, Response* response) {
    if (second == nullptr) return;
    response->set_second_encoder(std::string(second->name()));
    response->set_second_encoder_sha256(absl::HexStringToBytes(second->hash()));
  }

 private:
  // Write, with what was thought of the passages, which it may change.
  absl::StatusOr<v1::Draft> WriteFrom(const v1::GenerateRequest& request,
                                      const std::function<bool()>& is_cancelled,
                                      Explanation* found) const;
  // The sentences for both questions of a request that asks two things, and in
  // `found` what was thought of them; none where it asks one, or where either
  // is better not answered by itself.
  absl::StatusOr<std::vector<size_t>> ChooseForBoth(
      const v1::GenerateRequest& request,
      const std::vector<absl::string_view>& texts,
      const std::function<bool()>& is_cancelled, Explanation* found) const;
  // Cosines of the question and the sentences that score best; empty where
  // the encoder does not speak their language, or there is none.
  absl::StatusOr<std::vector<double>> Similarities(
      const v1::GenerateRequest& request, const Explanation& explanation,
      const std::vector<double>& scores, const Effort& effort) const;

  const Encoder* const encoder_;
  // Null without an encoder.
  const std::unique_ptr<RememberingEncoder> sentences_;
  // Null: there is none.
  const std::unique_ptr<extractive::SecondOpinion> second_;
  const AtHome at_home_;
  mutable AnalyzerPool analyzers_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_EXTRACTIVE_WRITER_H_
