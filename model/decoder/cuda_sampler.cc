#include "model/decoder/cuda_sampler.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <new>

#include "kernels/cuda/sample.h"
#include "kernels/draw.h"

namespace footnote {

static_assert(kMostGuessed <= cuda::kMaxGuessed, "rows have room for them");
static_assert(kMostTalliedTokens <= cuda::kMostTallied, "tallies hold them");

namespace {

// Each token once, with how often `ids` have it.
void AddNotes(uint16_t* tally, absl::Span<const int32_t> ids,
              std::vector<cuda::Note>* notes) {
  std::map<int32_t, int> times;
  for (const int32_t id : ids) ++times[id];
  for (const auto& [id, count] : times) notes->push_back({tally, id, count});
}

// What a step's choices are made with.
struct Rows {
  std::vector<cuda::SampleRow> samples;
  std::vector<cuda::Note> notes;
  std::vector<uint32_t> masks;
  bool changes = false;  // logits, before the choice
};

void AddRow(const Choice& choice, uint16_t* tally, int vocabulary, Rows* rows) {
  cuda::SampleRow row = {};
  row.row = choice.row;
  row.temperature = choice.sampling.temperature;
  row.top_k = choice.sampling.top_k;
  row.top_p = choice.sampling.top_p;
  row.min_p = choice.sampling.min_p;
  row.repetition_penalty = choice.sampling.repetition_penalty;
  row.frequency_penalty = choice.sampling.frequency_penalty;
  row.presence_penalty = choice.sampling.presence_penalty;
  row.seed = choice.sampling.seed;
  row.position = choice.position;
  if (tally != nullptr) {
    row.tally = tally;
    AddNotes(tally, choice.said, &rows->notes);
    row.guessed_count = static_cast<int>(choice.guessed.size());
    std::copy(choice.guessed.begin(), choice.guessed.end(), row.guessed);
  }
  row.mask_row = -1;
  if (!choice.allowed.empty()) {
    const size_t mask_words = cuda::MaskWords(vocabulary);
    std::vector<uint32_t>& masks = rows->masks;
    row.mask_row = static_cast<int>(masks.size() / mask_words);
    masks.resize(masks.size() + mask_words);
    std::memcpy(masks.data() + row.mask_row * mask_words, choice.allowed.data(),
                mask_words * sizeof(uint32_t));
  }
  row.wants_logprob = choice.wants_logprob;
  rows->changes = rows->changes || tally != nullptr || row.mask_row >= 0;
  rows->samples.push_back(row);
}

// `bytes` are SampledLogits, then tokens.
std::vector<Chosen> ChosenOf(absl::Span<const Choice> choices,
                             const std::vector<char>& bytes) {
  const size_t count = choices.size();
  const char* const tokens = bytes.data() + count * sizeof(cuda::SampledLogit);
  std::vector<Chosen> chosen;
  for (size_t i = 0; i < count; ++i) {
    cuda::SampledLogit from;
    int32_t id;
    std::memcpy(&from, bytes.data() + i * sizeof(from), sizeof(from));
    std::memcpy(&id, tokens + i * sizeof(id), sizeof(id));
    const bool wants = choices[i].wants_logprob && id >= 0;
    chosen.push_back(
        {id, wants ? WeighedLogprob(from.logit, from.most, from.weights) : 0});
  }
  return chosen;
}

}  // namespace

int CudaSampler::OpenTally(int vocabulary, absl::Span<const int32_t> prompt,
                           absl::Span<const int32_t> answer) {
  const size_t bytes = sizeof(uint16_t) * vocabulary;
  if (free_.empty()) {
    CudaMemory made(bytes);
    if (made.is_null()) throw std::bad_alloc();
    free_.push_back(static_cast<int>(tallies_.size()));
    tallies_.push_back(std::move(made));
  }
  uint16_t* const tally = tallies_[free_.back()].As<uint16_t>();
  std::vector<cuda::Note> notes;
  AddNotes(tally, prompt, &notes);
  for (cuda::Note& note : notes) note.times = 0;
  const int in_prompt = static_cast<int>(notes.size());
  AddNotes(tally, answer, &notes);
  const int in_answer = static_cast<int>(notes.size()) - in_prompt;
  const CudaMemory noted(std::max<size_t>(1, notes.size()) *
                         sizeof(cuda::Note));
  if (noted.is_null()) throw std::bad_alloc();
  queue_->Finish();
  // Once a request: apart from all steps, so that no graph knows of it.
  cuda::Stream* stream = cuda::MakeStream();
  cuda::Fill(stream, tally, 0, bytes);
  cuda::CopyIn(stream, noted.As<void>(), notes.data(),
               notes.size() * sizeof(cuda::Note));
  cuda::NoteTokens(stream, noted.As<cuda::Note>(), in_prompt);
  cuda::NoteTokens(stream, noted.As<cuda::Note>() + in_prompt, in_answer);
  cuda::Finish(stream);
  cuda::DeleteStream(stream);
  const int opened = free_.back();
  free_.pop_back();
  return opened;
}

std::vector<Chosen> CudaSampler::Choose(absl::Span<const Choice> choices,
                                        int vocabulary, const float* logits) {
  const int count = static_cast<int>(choices.size());
  if (count == 0) return {};
  Rows made;
  for (const Choice& choice : choices) {
    AddRow(choice,
           choice.tally < 0 ? nullptr : tallies_[choice.tally].As<uint16_t>(),
           vocabulary, &made);
  }
  if (made.changes) changed_.Grow(sizeof(float) * count * vocabulary, queue_);
  const size_t sampled_bytes =
      count * (sizeof(cuda::SampledLogit) + sizeof(int32_t));
  sampled_.Grow(sampled_bytes, queue_);
  // What has no size of its own is last, so that the others keep their places.
  const cuda::SampleRow* rows = queue_->StageAll(made.samples, count);
  std::vector<cuda::Note>& notes = made.notes;
  if (!notes.empty()) notes.resize(SizeForGraphs(notes.size()));
  const int note_count = static_cast<int>(notes.size());
  const cuda::Note* noted = queue_->StageAll(notes, note_count);
  const uint32_t* allowed =
      queue_->StageAll(made.masks, static_cast<int>(made.masks.size()));
  float* changed = changed_.As<float>();
  auto* sampled = sampled_.As<cuda::SampledLogit>();
  auto* tokens = reinterpret_cast<int32_t*>(sampled + count);
  queue_->Put(
      [=](cuda::Stream* s) {
        cuda::NoteTokens(s, noted, note_count);
        cuda::SampleRows(s, rows, count, vocabulary, allowed, logits, changed,
                         tokens, sampled);
      },
      CudaOp::kSample, noted, note_count, rows, count, vocabulary, allowed,
      logits, changed, tokens);
  std::vector<char> bytes(sampled_bytes);
  queue_->Read(sampled, bytes.data(), bytes.size());
  return ChosenOf(choices, bytes);
}

}  // namespace footnote
