#include "generator/modelled/decode.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "model/text_stream.h"

namespace footnote {
namespace {

// How soon a caller that went away is noticed.
constexpr std::chrono::milliseconds kPatience(5);

void Append(MarkedDelta delta, MarkedDelta* to) {
  absl::StrAppend(&to->text, delta.text);
  absl::StrAppend(&to->thinking, delta.thinking);
  for (Mark& mark : delta.marks) to->marks.push_back(std::move(mark));
}

// Reads tokens on the engine's thread, which must not wait; gives what became
// final to the caller's.
class Output {
 public:
  Output(const LanguageModel& model, const Dialect& dialect,
         const DecodeTask& task)
      : model_(model),
        dialect_(dialect),
        stops_(task.stops),
        only_calls_(task.only_calls),
        end_after_calls_(task.end_after_calls),
        stream_(absl::in_place, model.tokenizer(), stops_),
        reader_(MarkReader::Specials::kApart) {}

  // False: enough was written.
  bool Add(int32_t id) {
    const auto special = dialect_.specials.find(id);
    MarkedDelta delta;
    bool more = true;
    if (special != dialect_.specials.end()) {
      Append(reader_.Add(stream_->Finish()), &delta);
      stream_.emplace(model_.tokenizer(), stops_);
      Append(reader_.Control(special->second), &delta);
      calling_ = id == dialect_.open_calls;
      answering_ = only_calls_ && IsAnswer(id);
      more = !answering_ && !(end_after_calls_ && id == dialect_.close_calls);
    } else if (!IsEnd(id)) {
      Append(reader_.Add(stream_->Add(id)), &delta);
      if (only_calls_ && dialect_.open_answer.empty() && !calling_ &&
          reader_.tool_calls().empty() && !delta.text.empty()) {
        answering_ = true;
      }
      more = !stream_->stopped() && !answering_;
    }
    Give(std::move(delta));
    return more;
  }

  void Finish() {
    MarkedDelta delta;
    Append(reader_.Add(stream_->Finish()), &delta);
    Append(reader_.Finish(), &delta);
    Give(std::move(delta));
  }

  // What came since the last call; waits for it a moment.
  MarkedDelta Take(bool wait) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (wait) arrived_.wait_for(lock, kPatience, [this] { return given_; });
    given_ = false;
    return std::exchange(waiting_, MarkedDelta());
  }

  // After the last Add.
  const MarkReader& reader() const { return reader_; }
  bool stopped() const { return stream_->stopped(); }
  bool answering() const { return answering_; }

 private:
  bool IsAnswer(int32_t id) const {
    return std::find(dialect_.open_answer.begin(), dialect_.open_answer.end(),
                     id) != dialect_.open_answer.end();
  }
  bool IsEnd(int32_t id) const {
    return std::find(dialect_.ends.begin(), dialect_.ends.end(), id) !=
           dialect_.ends.end();
  }

  void Give(MarkedDelta delta) {
    if (delta.text.empty() && delta.thinking.empty() && delta.marks.empty()) {
      return;
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      Append(std::move(delta), &waiting_);
      given_ = true;
    }
    arrived_.notify_one();
  }

  const LanguageModel& model_;
  const Dialect& dialect_;
  const std::vector<std::string> stops_;
  const bool only_calls_;
  const bool end_after_calls_;
  absl::optional<TextStream> stream_;
  MarkReader reader_;
  bool calling_ = false;
  bool answering_ = false;
  std::mutex mutex_;
  std::condition_variable arrived_;
  MarkedDelta waiting_;  // guarded by mutex_
  bool given_ = false;   // guarded by mutex_
};

std::string HashOf(const std::vector<int32_t>& ids) {
  std::string bytes;
  for (const int32_t id : ids) {
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<char>(id >> shift & 0xFF));
    }
  }
  return Sha256(bytes);
}

}  // namespace

absl::StatusOr<Decoded> Decode(const LanguageModel& model,
                               const Dialect& dialect, DecodeTask task,
                               const std::function<bool()>& is_cancelled,
                               const ShowDelta& show) {
  if (model.chat() == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("model ", model.name(), ": it has no chat template"));
  }
  ASSIGN_OR_RETURN(const Prompt prompt, model.chat()->Render(task.request));
  // Shared: the engine's thread may be the last to use it.
  const auto output = std::make_shared<Output>(model, dialect, task);
  DecodeRequest decode;
  decode.prompt = model.Encode(prompt);
  decode.max_tokens = task.max_tokens;
  decode.sampling = task.sampling;
  decode.deadline = task.deadline;
  decode.priority = task.priority;
  decode.tenant = task.tenant;
  decode.logprobs = task.logprobs ? 0 : -1;
  decode.constraint = std::move(task.constraint);
  decode.stop_ids = dialect.ends;
  decode.on_token = [output](const GeneratedToken& token) {
    return output->Add(token.id);
  };
  Decoded decoded;
  decoded.prompt_sha256 = HashOf(decode.prompt);
  ASSIGN_OR_RETURN(const std::shared_ptr<Ticket> ticket,
                   model.engine().Submit(std::move(decode)));
  bool heard = true;
  MarkedDelta whole;
  const auto give = [&](MarkedDelta delta) {
    const bool any =
        !delta.text.empty() || !delta.thinking.empty() || !delta.marks.empty();
    if (any && show != nullptr) heard = heard && show(delta);
    Append(std::move(delta), &whole);
  };
  while (heard && !ticket->HasEnded()) {
    give(output->Take(/*wait=*/true));
    heard = heard && !is_cancelled();
  }
  if (!heard) ticket->Cancel();
  ASSIGN_OR_RETURN(decoded.generation, ticket->Wait());
  if (heard) {
    output->Finish();
    give(output->Take(/*wait=*/false));
  }
  if (!heard || is_cancelled()) {
    return absl::CancelledError("the caller went away");
  }
  if (decoded.generation.finish == FinishReason::kDeadline) {
    return absl::DeadlineExceededError(
        absl::StrCat("after ", decoded.generation.tokens.size(), " tokens"));
  }
  if (decoded.generation.finish == FinishReason::kCancelled) {
    return absl::CancelledError("the server is closing");
  }
  decoded.text = std::move(whole.text);
  decoded.thinking = std::move(whole.thinking);
  decoded.marks = std::move(whole.marks);
  decoded.calls = output->reader().tool_calls();
  decoded.stopped = output->stopped();
  decoded.answering = output->answering();
  return decoded;
}

}  // namespace footnote
