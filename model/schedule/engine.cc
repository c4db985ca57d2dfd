#include "model/schedule/engine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "model/decoder/choose_device.h"
#include "model/decoder/decoder.h"
#include "model/schedule/pages.h"
#include "model/schedule/sequence.h"
#include "model/schedule/waiting.h"

namespace footnote {
namespace {

// Rows of one request's guesses at most, and of all requests' together: where
// many decode at once, the step is busy without them.
constexpr int kMaxDraft = 8;
constexpr int kMaxDraftingRequests = 4;
static_assert(kMaxDraft <= kMostGuessed, "devices choose after guesses");
// Prompt rows of a step while others decode: what they wait for.
constexpr int kSharedPromptRows = 128;

// Of the clock by which an idle engine looks whether it is time to forget.
constexpr std::chrono::milliseconds kTick(1);

int ThreadsOf(int threads) {
  if (threads > 0) return threads;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// What a caller waits for.
class EngineTicket : public Ticket {
 public:
  explicit EngineTicket(std::shared_ptr<Sequence> sequence)
      : sequence_(std::move(sequence)) {}

  absl::StatusOr<Generation> Wait() override {
    std::unique_lock<std::mutex> lock(mutex_);
    ended_signal_.wait(lock, [&] { return ended_; });
    return sequence_->generation;
  }

  bool HasEnded() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return ended_;
  }

  void Cancel() override { sequence_->cancelled = true; }

  // The sequence's generation is whole.
  void End() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    ended_signal_.notify_all();
  }

  const std::shared_ptr<Sequence>& sequence() const { return sequence_; }

 private:
  std::shared_ptr<Sequence> sequence_;
  mutable std::mutex mutex_;
  std::condition_variable ended_signal_;
  bool ended_ = false;
};

class ThreadedEngine : public Engine {
 public:
  ThreadedEngine(std::shared_ptr<const ModelFiles> files,
                 const EngineOptions& options)
      : files_(std::move(files)),
        options_(options),
        threads_(ThreadsOf(options.threads)) {}

  ~ThreadedEngine() override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Start();

  const ModelConfig& config() const override { return files_->config(); }
  const ModelFiles& files() const override { return *files_; }
  int threads() const override { return threads_; }

  absl::StatusOr<std::shared_ptr<Ticket>> Submit(
      DecodeRequest request) override;
  absl::StatusOr<std::vector<std::vector<float>>> Logits(
      absl::Span<const int32_t> ids) override;
  absl::StatusOr<std::vector<float>> Embed(
      absl::Span<const int32_t> ids) override;
  EngineStats stats() const override;

 private:
  absl::Status CheckIds(absl::Span<const int32_t> ids) const;
  // Runs `ids` apart from all requests; `see` gets the rows of each step.
  absl::Status RunAlone(absl::Span<const int32_t> ids, bool hidden_only,
                        const std::function<void(int rows)>& see);

  // What follows is called by the engine's thread, with decoder_mutex_ held.
  void Work();
  // With mutex_ held too.
  void EndThoseThatMust();
  void Admit();
  // Gives mutex_ up while it computes. False when there was nothing to do.
  bool Step(std::unique_lock<std::mutex>* lock);
  // Forgets prompts when it is time to.
  void ForgetUnused();
  // Overwrites the pages that were given back. Needs no mutex_.
  void ClearFreed();
  void AddRows(Sequence* sequence, int rows, Batch* batch);
  void PlanBatch(Batch* batch, std::vector<Sequence*>* planned);
  // Has the device choose what it can of the step: chosen_ and choice_of_row_.
  void ChooseOnDevice(const Batch& batch,
                      const std::vector<Sequence*>& planned);
  // The token of a row of the step. False when there is none.
  bool ChooseToken(Sequence* sequence, int logit_row, GeneratedToken* token);
  // What the step gave to `sequence`, whose logits begin at row `logit_row`.
  // True when it has ended.
  bool TakeResults(Sequence* sequence, int rows, int* logit_row);
  // Gives back what a running sequence has.
  void Leave(Sequence* sequence);
  bool AcceptToken(Sequence* sequence, const GeneratedToken& token);
  // A copy of the ticket: what is in tickets_ goes.
  void Finish(std::shared_ptr<EngineTicket> ticket, FinishReason reason);

  std::shared_ptr<const ModelFiles> files_;
  const EngineOptions options_;
  const int threads_;
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<PageBook> book_;

  // Guards decoder_, book_ and what runs; taken before mutex_.
  std::mutex decoder_mutex_;
  // Guards what follows.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable guests_gone_;
  int guests_ = 0;  // callers that want the decoder for themselves
  absl::Span<const float> guest_logits_;  // under decoder_mutex_
  bool stopping_ = false;
  uint64_t arrived_ = 0;
  absl::Time forget_at_;
  WaitingRequests waiting_;
  std::map<Sequence*, std::shared_ptr<EngineTicket>> tickets_;
  std::vector<std::shared_ptr<EngineTicket>> running_;  // oldest first
  EngineStats stats_;
  // In this step; the engine's thread's own.
  uint64_t generated_ = 0;
  uint64_t rows_read_ = 0;
  std::vector<Chosen> chosen_;
  std::vector<int> choice_of_row_;  // in chosen_; -1: the host chooses
  std::thread thread_;
};

absl::Status ThreadedEngine::Start() {
  if (options_.step_tokens < kPageTokens || options_.max_running < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "engine: step_tokens ", options_.step_tokens, ", max_running ",
        options_.max_running, ", want at least ", kPageTokens, " and 1"));
  }
  // Room for every running request's row, beside a prompt's.
  const int rows =
      std::max(options_.step_tokens, options_.max_running + kPageTokens);
  const int logit_rows =
      options_.max_running + kMaxDraft * kMaxDraftingRequests;
  ASSIGN_OR_RETURN(std::unique_ptr<Device> device,
                   ChooseDevice(options_.device, threads_));
  ASSIGN_OR_RETURN(decoder_, Decoder::Create(*files_, std::move(device), rows,
                                             std::min(rows, logit_rows)));
  const KvShape& shape = decoder_->shape();
  const std::vector<int> pages =
      PagesFor(shape, options_.cache_bytes, decoder_->max_rows());
  RETURN_IF_ERROR(decoder_->MakePages(pages));
  book_ =
      std::make_unique<PageBook>(pages, shape.windows, options_.prefix_cache);
  stats_.cache_pages = book_->total();
  forget_at_ = absl::Now() + options_.forget_after;
  thread_ = std::thread([this] { Work(); });
  return absl::OkStatus();
}

absl::Status ThreadedEngine::CheckIds(absl::Span<const int32_t> ids) const {
  if (ids.empty()) return absl::InvalidArgumentError("prompt: no tokens");
  for (const int32_t id : ids) {
    if (id < 0 || id >= config().vocabulary) {
      return absl::InvalidArgumentError(absl::StrCat(
          "prompt: token id ", id, ", want 0 to ", config().vocabulary - 1));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Ticket>> ThreadedEngine::Submit(
    DecodeRequest request) {
  RETURN_IF_ERROR(CheckIds(request.prompt));
  const auto wrong = [](absl::string_view what, double value,
                        absl::string_view want) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": ", value, ", want ", want));
  };
  const Sampling& sampling = request.sampling;
  if (request.max_tokens < 1) {
    return wrong("max_tokens", request.max_tokens, "1 or more");
  }
  if (!(sampling.temperature >= 0 && sampling.temperature <= 100)) {
    return wrong("temperature", sampling.temperature, "0 to 100");
  }
  if (sampling.top_k < 0) return wrong("top_k", sampling.top_k, "0 or more");
  if (!(sampling.top_p > 0 && sampling.top_p <= 1)) {
    return wrong("top_p", sampling.top_p, "more than 0, at most 1");
  }
  if (!(sampling.min_p >= 0 && sampling.min_p <= 1)) {
    return wrong("min_p", sampling.min_p, "0 to 1");
  }
  if (!(sampling.repetition_penalty > 0) ||
      !std::isfinite(sampling.repetition_penalty)) {
    return wrong("repetition_penalty", sampling.repetition_penalty,
                 "a number more than 0");
  }
  if (!std::isfinite(sampling.frequency_penalty)) {
    return wrong("frequency_penalty", sampling.frequency_penalty, "a number");
  }
  if (!std::isfinite(sampling.presence_penalty)) {
    return wrong("presence_penalty", sampling.presence_penalty, "a number");
  }
  const int64_t most = int64_t{1} << 30;
  const int64_t tokens = static_cast<int64_t>(request.prompt.size()) +
                         request.max_tokens + kMaxDraft;
  const std::vector<int> needed = book_->Needed(
      static_cast<int>(std::min(tokens, most)), decoder_->max_rows());
  if (tokens > most || !book_->CouldReserve(needed)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "prompt of ", request.prompt.size(), " tokens and answer of ",
        request.max_tokens, ": more keys and values than the ",
        options_.cache_bytes, " bytes set aside for them hold"));
  }
  auto sequence =
      std::make_shared<Sequence>(std::move(request), config().vocabulary);
  sequence->submitted = absl::Now();
  sequence->reserved = needed;
  sequence->generation.prompt_tokens =
      static_cast<int>(sequence->request.prompt.size());
  auto ticket = std::make_shared<EngineTicket>(sequence);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return absl::CancelledError("the engine is closing");
    if (static_cast<int>(waiting_.size()) >= options_.max_waiting) {
      return absl::ResourceExhaustedError(
          absl::StrCat(waiting_.size(), " requests wait already"));
    }
    sequence->number = ++arrived_;
    tickets_[sequence.get()] = ticket;
    waiting_.Add(std::move(sequence));
  }
  wake_.notify_all();
  return std::shared_ptr<Ticket>(ticket);
}

void ThreadedEngine::Finish(std::shared_ptr<EngineTicket> ticket,
                            FinishReason reason) {
  Sequence& sequence = *ticket->sequence();
  sequence.generation.finish = reason;
  sequence.generation.seconds =
      absl::ToDoubleSeconds(absl::Now() - sequence.submitted);
  tickets_.erase(&sequence);
  ticket->End();
}

void ThreadedEngine::Leave(Sequence* sequence) {
  book_->Drop(&sequence->tables);
  book_->Release(sequence->reserved);
  if (sequence->tally >= 0) decoder_->device()->CloseTally(sequence->tally);
  sequence->tally = -1;
}

void ThreadedEngine::EndThoseThatMust() {
  const absl::Time now = absl::Now();
  const auto must = [&](const Sequence& sequence) {
    return stopping_ || sequence.cancelled || now >= sequence.request.deadline;
  };
  const auto reason = [](const Sequence& sequence) {
    return sequence.cancelled || absl::Now() < sequence.request.deadline
               ? FinishReason::kCancelled
               : FinishReason::kDeadline;
  };
  for (const std::shared_ptr<Sequence>& sequence : waiting_.TakeIf(must)) {
    Finish(tickets_[sequence.get()], reason(*sequence));
  }
  for (size_t i = 0; i < running_.size();) {
    Sequence& sequence = *running_[i]->sequence();
    if (!must(sequence)) {
      ++i;
      continue;
    }
    Leave(&sequence);
    const std::shared_ptr<EngineTicket> ticket = running_[i];
    running_.erase(running_.begin() + i);
    Finish(ticket, reason(sequence));
  }
}

void ThreadedEngine::Admit() {
  while (static_cast<int>(running_.size()) < options_.max_running) {
    Sequence* next = waiting_.Next();
    // Those behind it do not overtake it, or a long request would never fit.
    if (next == nullptr || !book_->Reserve(next->reserved)) return;
    const std::shared_ptr<Sequence> sequence = waiting_.Take();
    sequence->computed = book_->Recall(sequence->ids, &sequence->tables);
    sequence->settled_pages = sequence->computed / kPageTokens;
    sequence->generation.cached_tokens = sequence->computed;
    sequence->drafter.Follow(sequence->ids);
    stats_.prompt_tokens += sequence->request.prompt.size();
    stats_.cached_tokens += sequence->computed;
    running_.push_back(tickets_[sequence.get()]);
  }
}

void ThreadedEngine::AddRows(Sequence* sequence, int rows, Batch* batch) {
  SequenceRows place;
  place.first_row = static_cast<int>(batch->ids.size());
  place.rows = rows;
  place.position = sequence->computed;
  book_->Extend(sequence->computed + rows, &sequence->tables);
  for (const std::vector<int32_t>& table : sequence->tables.of_kind) {
    place.pages.push_back(table.data());
  }
  const int known =
      std::min<int>(rows, sequence->ids.size() - sequence->computed);
  batch->ids.insert(batch->ids.end(),
                    sequence->ids.begin() + sequence->computed,
                    sequence->ids.begin() + sequence->computed + known);
  batch->ids.insert(batch->ids.end(), sequence->draft.begin(),
                    sequence->draft.end());
  // The last known token's logits, and those of the guesses after it.
  if (sequence->computed + known == static_cast<int>(sequence->ids.size())) {
    for (int row = known - 1; row < rows; ++row) {
      batch->logit_rows.push_back(place.first_row + row);
    }
  }
  batch->sequences.push_back(std::move(place));
}

void ThreadedEngine::PlanBatch(Batch* batch, std::vector<Sequence*>* planned) {
  int decoding = 0;
  for (const auto& ticket : running_) {
    decoding += ticket->sequence()->prefilling() ? 0 : 1;
  }
  for (const auto& ticket : running_) {
    Sequence* sequence = ticket->sequence().get();
    if (sequence->prefilling()) continue;
    sequence->draft.clear();
    if (sequence->request.speculate && decoding <= kMaxDraftingRequests) {
      const int left = sequence->request.max_tokens -
                       static_cast<int>(sequence->generation.tokens.size());
      sequence->draft =
          sequence->drafter.Guess(sequence->ids, std::min(kMaxDraft, left - 1));
    }
    AddRows(sequence, 1 + static_cast<int>(sequence->draft.size()), batch);
    planned->push_back(sequence);
  }
  int left = decoder_->max_rows() - static_cast<int>(batch->ids.size());
  left =
      std::min(left, decoding > 0 ? kSharedPromptRows : options_.step_tokens);
  std::vector<Sequence*> prompts;
  for (const auto& ticket : running_) {
    if (ticket->sequence()->prefilling()) {
      prompts.push_back(ticket->sequence().get());
    }
  }
  std::stable_sort(prompts.begin(), prompts.end(),
                   [](Sequence* a, Sequence* b) {
                     return a->request.priority > b->request.priority;
                   });
  for (Sequence* sequence : prompts) {
    const int wanted =
        static_cast<int>(sequence->ids.size()) - sequence->computed;
    const int rows = std::min(wanted, left);
    if (rows < 1) break;
    sequence->draft.clear();
    AddRows(sequence, rows, batch);
    planned->push_back(sequence);
    left -= rows;
  }
}

bool ThreadedEngine::AcceptToken(Sequence* sequence,
                                 const GeneratedToken& token) {
  const DecodeRequest& request = sequence->request;
  Generation& generation = sequence->generation;
  if (generation.tokens.empty()) {
    generation.first_token_seconds =
        absl::ToDoubleSeconds(absl::Now() - sequence->submitted);
  }
  sequence->ids.push_back(token.id);
  generation.tokens.push_back(token);
  sequence->sampler.Accept(token.id);
  if (sequence->tally >= 0) sequence->said.push_back(token.id);
  ++generated_;
  const auto among = [&](const std::vector<int32_t>& ids) {
    return std::find(ids.begin(), ids.end(), token.id) != ids.end();
  };
  const bool end = among(request.stop_ids) ||
                   (!request.ignore_model_ends && among(config().end_ids));
  const bool goes_on = request.on_token == nullptr || request.on_token(token);
  if (end) {
    generation.finish = FinishReason::kEnd;
  } else if (!goes_on) {
    generation.finish = FinishReason::kStopped;
  } else if (static_cast<int>(generation.tokens.size()) >= request.max_tokens) {
    generation.finish = FinishReason::kLength;
  } else {
    return false;
  }
  return true;
}

// The device does not know the most likely tokens, and a constraint is asked
// about a guess only after what is before it was chosen.
bool DeviceCanChoose(const Sequence& sequence) {
  const DecodeRequest& request = sequence.request;
  return request.logprobs <= 0 &&
         (request.constraint == nullptr || sequence.draft.empty()) &&
         (!sequence.sampler.penalizes() ||
          request.max_tokens <= kMostTalliedTokens);
}

void ThreadedEngine::ChooseOnDevice(const Batch& batch,
                                    const std::vector<Sequence*>& planned) {
  chosen_.clear();
  choice_of_row_.assign(batch.logit_rows.size(), -1);
  Device* device = decoder_->device();
  if (!device->Chooses()) return;
  std::vector<Choice> choices;
  int row = 0;
  bool has_begun = false;
  for (size_t i = 0; i < planned.size(); ++i) {
    Sequence* sequence = planned[i];
    const int tokens = static_cast<int>(sequence->ids.size());
    const int guessed = static_cast<int>(sequence->draft.size());
    const int known = batch.sequences[i].rows - guessed;
    if (sequence->computed + known < tokens) continue;  // no logits
    if (!DeviceCanChoose(*sequence)) {
      row += guessed + 1;
      continue;
    }
    if (sequence->sampler.penalizes() && sequence->tally < 0) {
      const size_t prompt = sequence->request.prompt.size();
      const absl::Span<const int32_t> ids = sequence->ids;
      sequence->tally = device->OpenTally(
          config().vocabulary, ids.subspan(0, prompt), ids.subspan(prompt));
    }
    for (int guess = 0; guess <= guessed; ++guess, ++row) {
      Choice choice;
      choice.row = row;
      choice.sampling = sequence->request.sampling;
      choice.position = tokens + guess;
      choice.wants_logprob = sequence->request.logprobs == 0;
      choice.tally = sequence->tally;
      choice.guessed.assign(sequence->draft.begin(),
                            sequence->draft.begin() + guess);
      if (guess == 0) choice.said.swap(sequence->said);
      if (sequence->request.constraint != nullptr) {
        // The grammar is asked while the device computes.
        if (!has_begun) device->Begin();
        has_begun = true;
        choice.allowed = sequence->sampler.Mask();
      }
      choice_of_row_[row] = static_cast<int>(choices.size());
      choices.push_back(std::move(choice));
    }
  }
  chosen_ = decoder_->Choose(choices);
}

bool ThreadedEngine::ChooseToken(Sequence* sequence, int logit_row,
                                 GeneratedToken* token) {
  const int choice = choice_of_row_[logit_row];
  if (choice >= 0) {
    token->id = chosen_[choice].id;
    token->logprob = chosen_[choice].logprob;
    return token->id >= 0;
  }
  ++rows_read_;
  return sequence->sampler.Choose(decoder_->Logits(logit_row, 1),
                                  static_cast<int>(sequence->ids.size()),
                                  token);
}

bool ThreadedEngine::TakeResults(Sequence* sequence, int rows, int* logit_row) {
  const std::vector<int32_t> draft = std::move(sequence->draft);
  sequence->draft.clear();
  const int known = rows - static_cast<int>(draft.size());
  sequence->computed += known;
  if (sequence->computed < static_cast<int>(sequence->ids.size())) {
    book_->Settle(sequence->ids, sequence->settled_pages, sequence->computed,
                  &sequence->tables);
    sequence->settled_pages = sequence->computed / kPageTokens;
    return false;  // more of the prompt is to come
  }
  const int first = *logit_row;
  *logit_row += static_cast<int>(draft.size()) + 1;
  bool ended = false;
  int kept = 0;
  // A guess is right when it is what would have been chosen: so the answer is
  // the same as without guesses.
  for (size_t i = 0; i <= draft.size() && !ended; ++i) {
    GeneratedToken token;
    if (!ChooseToken(sequence, first + static_cast<int>(i), &token)) {
      sequence->generation.finish = FinishReason::kStopped;
      ended = true;
      break;
    }
    ended = AcceptToken(sequence, token);
    if (i == draft.size() || token.id != draft[i]) break;
    ++kept;
    // Its keys and values are there already.
    if (!ended) ++sequence->computed;
  }
  sequence->drafter.Follow(sequence->ids);
  sequence->drafter.Learn(static_cast<int>(draft.size()), kept);
  sequence->generation.drafted_tokens += static_cast<int>(draft.size());
  sequence->generation.accepted_tokens += kept;
  book_->Settle(sequence->ids, sequence->settled_pages, sequence->computed,
                &sequence->tables);
  sequence->settled_pages = sequence->computed / kPageTokens;
  return ended;
}

void ThreadedEngine::ForgetUnused() {
  const absl::Time now = absl::Now();
  if (now < forget_at_) return;
  book_->ForgetUnused();
  forget_at_ = now + options_.forget_after;
}

void ThreadedEngine::ClearFreed() {
  const int kinds = static_cast<int>(decoder_->shape().windows.size());
  for (int kind = 0; kind < kinds; ++kind) {
    const std::vector<int32_t> freed = book_->TakeFreed(kind);
    if (!freed.empty()) decoder_->device()->ClearPages(kind, freed);
  }
}

bool ThreadedEngine::Step(std::unique_lock<std::mutex>* lock) {
  EndThoseThatMust();
  Admit();
  ForgetUnused();
  stats_.cache_pages_used = book_->used();
  // Others may submit and cancel while the numbers are computed and callers
  // are told: only this thread changes what runs.
  lock->unlock();
  ClearFreed();
  if (running_.empty()) {
    lock->lock();
    return false;
  }
  Batch batch;
  std::vector<Sequence*> planned;
  PlanBatch(&batch, &planned);
  decoder_->Step(batch);
  ChooseOnDevice(batch, planned);
  int logit_row = 0;
  std::vector<Sequence*> ended;
  for (size_t i = 0; i < planned.size(); ++i) {
    if (TakeResults(planned[i], batch.sequences[i].rows, &logit_row)) {
      ended.push_back(planned[i]);
    }
  }
  lock->lock();
  ++stats_.steps;
  for (size_t i = 0; i < planned.size(); ++i) {
    waiting_.Charge(planned[i]->request.tenant, batch.sequences[i].rows);
  }
  stats_.generated_tokens += generated_;
  stats_.logit_rows_read += rows_read_;
  generated_ = 0;
  rows_read_ = 0;
  for (Sequence* sequence : ended) {
    const auto found =
        std::find_if(running_.begin(), running_.end(), [&](const auto& ticket) {
          return ticket->sequence().get() == sequence;
        });
    Leave(sequence);
    const std::shared_ptr<EngineTicket> ticket = *found;
    running_.erase(found);
    Finish(ticket, sequence->generation.finish);
  }
  return true;
}

void ThreadedEngine::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    if (stopping_) {
      EndThoseThatMust();
      return;
    }
    if (guests_ > 0) {
      guests_gone_.wait(lock, [&] { return guests_ == 0 || stopping_; });
      continue;
    }
    lock.unlock();
    decoder_mutex_.lock();
    lock.lock();
    const bool busy = Step(&lock);
    decoder_mutex_.unlock();
    if (busy || stopping_) continue;
    wake_.wait_for(
        lock, absl::ToChronoMilliseconds(forget_at_ - absl::Now()) + kTick,
        [&] { return stopping_ || guests_ > 0 || waiting_.size() > 0; });
  }
}

absl::Status ThreadedEngine::RunAlone(
    absl::Span<const int32_t> ids, bool hidden_only,
    const std::function<void(int rows)>& see) {
  RETURN_IF_ERROR(CheckIds(ids));
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return absl::CancelledError("the engine is closing");
    ++guests_;
  }
  wake_.notify_all();
  absl::Status status;
  {
    std::lock_guard<std::mutex> decoder_lock(decoder_mutex_);
    const std::vector<int> needed =
        book_->Needed(static_cast<int>(ids.size()), decoder_->max_rows());
    if (!book_->Reserve(needed)) {
      status = absl::ResourceExhaustedError(
          absl::StrCat("no memory for keys and values of ", ids.size(),
                       " tokens beside what runs"));
    } else {
      PageTables tables;
      const int step =
          std::min(decoder_->max_rows(), decoder_->max_logit_rows());
      for (int at = 0; at < static_cast<int>(ids.size()); at += step) {
        const int rows = std::min<int>(step, ids.size() - at);
        Batch batch;
        batch.hidden_only = hidden_only;
        batch.ids.assign(ids.begin() + at, ids.begin() + at + rows);
        book_->Extend(at + rows, &tables);
        SequenceRows place;
        place.rows = rows;
        place.position = at;
        for (const auto& table : tables.of_kind) {
          place.pages.push_back(table.data());
        }
        batch.sequences.push_back(std::move(place));
        for (int row = 0; row < rows; ++row) batch.logit_rows.push_back(row);
        const absl::Span<const float> logits = decoder_->Forward(batch);
        guest_logits_ = logits;
        see(rows);
        book_->Settle(ids, at + rows, at + rows, &tables);
      }
      book_->Drop(&tables);
      book_->Release(needed);
    }
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    --guests_;
  }
  guests_gone_.notify_all();
  return status;
}

absl::StatusOr<std::vector<std::vector<float>>> ThreadedEngine::Logits(
    absl::Span<const int32_t> ids) {
  std::vector<std::vector<float>> rows_of_logits;
  const size_t n = config().vocabulary;
  RETURN_IF_ERROR(RunAlone(ids, false, [&](int rows) {
    for (int row = 0; row < rows; ++row) {
      const absl::Span<const float> one = guest_logits_.subspan(row * n, n);
      rows_of_logits.emplace_back(one.begin(), one.end());
    }
  }));
  return rows_of_logits;
}

absl::StatusOr<std::vector<float>> ThreadedEngine::Embed(
    absl::Span<const int32_t> ids) {
  const size_t n = config().hidden;
  std::vector<double> sum(n);
  RETURN_IF_ERROR(RunAlone(ids, true, [&](int rows) {
    const absl::Span<const float> hidden = decoder_->Hidden();
    for (int row = 0; row < rows; ++row) {
      for (size_t i = 0; i < n; ++i) sum[i] += hidden[row * n + i];
    }
  }));
  double length = 0;
  for (const double x : sum) length += x * x;
  length = std::max(std::sqrt(length), 1e-12);
  std::vector<float> vector(n);
  for (size_t i = 0; i < n; ++i) {
    vector[i] = static_cast<float>(sum[i] / length);
  }
  return vector;
}

EngineStats ThreadedEngine::stats() const {
  std::lock_guard<std::mutex> lock(mutex_);
  EngineStats stats = stats_;
  stats.running = static_cast<int>(running_.size());
  stats.waiting = static_cast<int>(waiting_.size());
  return stats;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::FromFiles(
    std::shared_ptr<const ModelFiles> files, const EngineOptions& options) {
  auto engine = std::make_unique<ThreadedEngine>(std::move(files), options);
  RETURN_IF_ERROR(engine->Start());
  return std::unique_ptr<Engine>(std::move(engine));
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(
    const std::string& path, const EngineOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<ModelFiles> files, ModelFiles::Open(path));
  return FromFiles(std::move(files), options);
}

absl::StatusOr<Generation> Engine::Generate(DecodeRequest request) {
  ASSIGN_OR_RETURN(std::shared_ptr<Ticket> ticket, Submit(std::move(request)));
  return ticket->Wait();
}

}  // namespace footnote
