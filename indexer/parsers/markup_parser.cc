#include "indexer/parsers/markup_parser.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/optional.h"
#include "base/status_macros.h"
#include "indexer/parsers/frame_buffer.h"
#include "indexer/parsers/markup_frames.h"
#include "indexer/parsers/parsed.h"
#include "indexer/parsers/parser_child.h"
#include "indexer/parsers/parser_process.h"

namespace footnote {
namespace {

// A process is replaced after so much: what its library forgot to free, and
// what a text may have done to it, ends there.
constexpr int kMostTexts = 4000;
constexpr uint64_t kMostBytes = uint64_t{256} << 20;
// Replies are received in pieces of this size, or as large as the reply. A
// buffer that is kept from text to text is at most so large as the second.
constexpr size_t kReceivedBytes = 64 << 10;
constexpr size_t kKeptReplyBytes = 4 << 20;
// Of texts ahead, all together: they go into a socket's buffer.
constexpr size_t kMostBytesAhead = 128 << 10;

absl::string_view BytesOf(const MarkupRequest& request) {
  return {reinterpret_cast<const char*>(&request), sizeof(request)};
}

}  // namespace

// The program with its two ends. Killed at the end of its life.
class MarkupParser::Process {
 public:
  static absl::StatusOr<std::unique_ptr<Process>> Start(
      const std::string& path, const ParserLimits& limits) {
    int requests[2], replies[2], errors[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, requests) != 0) {
      return ParserUnavailable("socketpair", errno);
    }
    auto process = std::make_unique<Process>();
    process->requests_.Set(requests[0]);
    const Descriptor their_requests(requests[1]);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, replies) != 0) {
      return ParserUnavailable("socketpair", errno);
    }
    process->replies_.Set(replies[0]);
    const Descriptor their_replies(replies[1]);
    if (pipe2(errors, O_CLOEXEC) != 0) return ParserUnavailable("pipe", errno);
    process->errors_.Set(errors[0]);
    const Descriptor their_errors(errors[1]);
    ASSIGN_OR_RETURN(process->pid_,
                     StartParser(path,
                                 {absl::StrCat(limits.memory_bytes),
                                  absl::StrCat(limits.cpu_seconds), kStay},
                                 their_requests.get(), their_replies.get(),
                                 their_errors.get()));
    process->started_ = absl::Now();
    return process;
  }

  ~Process() {
    if (pid_ > 0) Kill();
  }

  // False when it closed its end. Both parts wake it once.
  // REQUIRES: nothing is left of what was queued
  absl::StatusOr<bool> Send(absl::string_view head, absl::string_view text,
                            absl::Time deadline) {
    while (!head.empty() || !text.empty()) {
      const ssize_t sent = SendSome(head, text);
      if (sent >= 0) {
        const size_t bytes = static_cast<size_t>(sent);
        const size_t of_head = std::min(bytes, head.size());
        head.remove_prefix(of_head);
        text.remove_prefix(bytes - of_head);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
      RETURN_IF_ERROR(Wait({requests_.get(), POLLOUT, 0}, {}, deadline));
    }
    return true;
  }

  // Sent by SendQueued, and by Receive while it waits.
  void Queue(absl::string_view head, absl::string_view text) {
    queued_.append(head.data(), head.size());
    queued_.append(text.data(), text.size());
  }

  // As much as goes without waiting.
  void SendQueued() {
    size_t sent = 0;
    while (sent < queued_.size()) {
      const ssize_t more =
          SendSome(absl::string_view(queued_).substr(sent), "");
      if (more < 0 && errno == EINTR) continue;
      if (more < 0 && errno == EAGAIN) break;
      // Who receives will find it closed.
      sent += more < 0 ? queued_.size() - sent : static_cast<size_t>(more);
    }
    queued_.erase(0, sent);
  }

  // The next `bytes` of its replies, until the next call; null when it closed
  // its end.
  absl::StatusOr<const char*> Receive(size_t bytes, absl::Time deadline) {
    received_.Reserve(bytes);
    while (received_.size() < bytes) {
      const ssize_t got = recv(replies_.get(), received_.free(),
                               received_.free_size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) {
        SendQueued();
        const int16_t sends = queued_.empty() ? 0 : POLLOUT;
        RETURN_IF_ERROR(Wait({replies_.get(), POLLIN, 0},
                             {requests_.get(), sends, 0}, deadline));
        continue;
      }
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return nullptr;
      received_.Came(static_cast<size_t>(got));
    }
    return received_.Take(bytes);
  }

  // Gives back the memory of a large reply.
  void KeepLittle() { received_.KeepAtMost(kKeptReplyBytes); }

  // It has closed its end, and nothing is left to receive.
  bool HasEnded() const {
    char byte;
    return recv(replies_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  }

  void Kill() {
    kill(pid_, SIGKILL);
    int status = 0;
    WaitForParser(pid_, &status);
    pid_ = -1;
  }

  // It has so much less left of its life's processor time that another text
  // would not have its own.
  bool IsOld(const ParserLimits& limits) const {
    const int64_t most = limits.cpu_seconds * (kParserLifeInFiles - 1);
    // It cannot have used more than has passed.
    if (absl::Now() - started_ < absl::Seconds(most)) return false;
    clockid_t clock;
    timespec used;
    if (clock_getcpuclockid(pid_, &clock) != 0 ||
        clock_gettime(clock, &used) != 0) {
      return true;
    }
    return used.tv_sec >= most;
  }

  // What became of it, once it has closed its end. Not ok. `in_time`: it did
  // not end because its processor time was over.
  absl::Status Judge(const ParserLimits& limits, bool* in_time) {
    int status = 0;
    const bool ended = WaitForParser(pid_, &status);
    pid_ = -1;
    *in_time = ended && !(WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU ||
                                                  WTERMSIG(status) == SIGKILL));
    if (!ended) {
      return absl::DeadlineExceededError(
          "parser: hung after it had closed its output");
    }
    char said[kKeptParserErrorBytes];
    const ssize_t size = read(errors_.get(), said, sizeof(said));
    RETURN_IF_ERROR(JudgeParser(
        status, limits,
        absl::string_view(said,
                          static_cast<size_t>(std::max<ssize_t>(size, 0)))));
    return absl::InternalError("parser: ended before it had read the file");
  }

 private:
  ssize_t SendSome(absl::string_view head, absl::string_view text) {
    iovec parts[] = {{const_cast<char*>(head.data()), head.size()},
                     {const_cast<char*>(text.data()), text.size()}};
    msghdr message = {};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    return sendmsg(requests_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  // Until one of the two is ready; the second may ask for nothing.
  static absl::Status Wait(pollfd first, pollfd second, absl::Time deadline) {
    while (true) {
      const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
      pollfd polled[] = {first, second};
      const int ready = left <= 0 ? 0
                                  : poll(polled, second.events == 0 ? 1 : 2,
                                         static_cast<int>(left));
      if (ready > 0) return absl::OkStatus();
      if (ready < 0 && errno == EINTR) continue;
      return absl::DeadlineExceededError("parser: hung, and was stopped");
    }
  }

  // One for each way: on a single one, what is read of a reply would wake the
  // process for nothing, which waits there for the next text.
  Descriptor requests_;
  Descriptor replies_;
  Descriptor errors_;
  pid_t pid_ = -1;
  absl::Time started_;
  std::string queued_;
  FrameBuffer received_{kReceivedBytes};
};

MarkupParser::MarkupParser(const ParserLimits& limits,
                           absl::string_view program)
    : limits_(limits), program_(program) {}

MarkupParser::~MarkupParser() = default;

absl::Status MarkupParser::Start() {
  process_.reset();
  ASSIGN_OR_RETURN(const std::string path, FindParser(program_));
  ASSIGN_OR_RETURN(process_, Process::Start(path, limits_));
  texts_ = 0;
  bytes_ = 0;
  ++started_;
  return absl::OkStatus();
}

// A process that has texts ahead is asked no more whether it has ended: that
// shows when they are received.
bool MarkupParser::IsSpent() const {
  return process_ == nullptr || texts_ >= kMostTexts || bytes_ >= kMostBytes ||
         process_->IsOld(limits_) || (ahead_.empty() && process_->HasEnded());
}

MarkupRequest MarkupParser::MakeRequest(absl::string_view utf8, Format format,
                                        const ExtractLimits& limits) {
  ++texts_;
  bytes_ += utf8.size();
  return {++number_, utf8.size(), limits.max_document_bytes, limits.max_depth,
          static_cast<uint32_t>(format)};
}

uint64_t MarkupParser::ReadAhead(absl::string_view utf8, Format format,
                                 const ExtractLimits& limits) {
  if (bytes_ahead_ + utf8.size() > kMostBytesAhead) return 0;
  if (IsSpent() && (!ahead_.empty() || !Start().ok())) return 0;
  ahead_.push_back(MakeRequest(utf8, format, limits));
  process_->Queue(BytesOf(ahead_.back()), utf8);
  bytes_ahead_ += utf8.size();
  return ahead_.back().number;
}

void MarkupParser::SendAhead() {
  if (process_ != nullptr) process_->SendQueued();
}

absl::StatusOr<Extracted> MarkupParser::Read(absl::string_view utf8,
                                             Format format,
                                             const ExtractLimits& limits,
                                             uint64_t ahead) {
  if (ahead != 0) {
    absl::optional<absl::StatusOr<Extracted>> early = TakeAhead(ahead);
    if (early.has_value()) return *std::move(early);
  }
  // Replies come in their order.
  TakeAhead(0);
  absl::StatusOr<Extracted> read;
  bool again = true;
  while (again) {
    if (IsSpent()) RETURN_IF_ERROR(Start());
    const MarkupRequest request = MakeRequest(utf8, format, limits);
    const bool fresh = texts_ == 1;
    bool not_of_it = false;
    read = Ask(request, utf8, &not_of_it);
    again = not_of_it && !fresh;
  }
  return read;
}

// The document of the text of this number, received now if it was not before;
// nothing where it is lost. Of number 0, receives all.
absl::optional<absl::StatusOr<Extracted>> MarkupParser::TakeAhead(
    uint64_t number) {
  while (!ahead_.empty() && (number == 0 || ahead_.front().number <= number)) {
    const MarkupRequest request = ahead_.front();
    bool not_of_it = false;
    absl::StatusOr<Extracted> read =
        Receive(std::move(process_), request, absl::Now() + limits_.patience,
                &not_of_it);
    const bool alone = ahead_.size() == 1;
    ahead_.pop_front();
    bytes_ahead_ -= request.text_bytes;
    // With several on their way it may have been any of them: each that has no
    // document yet gets another process and is alone there.
    if (process_ == nullptr) {
      ahead_.clear();
      bytes_ahead_ = 0;
      if (!alone || not_of_it) break;
    }
    early_.emplace_back(request.number, std::move(read));
  }
  // Those before it are not wanted.
  while (!early_.empty() && number != 0 && early_.front().first < number) {
    early_.pop_front();
  }
  if (early_.empty() || early_.front().first != number) return absl::nullopt;
  absl::StatusOr<Extracted> read = std::move(early_.front().second);
  early_.pop_front();
  return read;
}

// Leaves process_ null where it is not to be asked again. `not_of_it`: what
// went wrong may be the doing of a text before this one.
absl::StatusOr<Extracted> MarkupParser::Ask(const MarkupRequest& request,
                                            absl::string_view utf8,
                                            bool* not_of_it) {
  std::unique_ptr<Process> process = std::move(process_);
  const absl::Time deadline = absl::Now() + limits_.patience;
  ASSIGN_OR_RETURN(const bool alive,
                   process->Send(BytesOf(request), utf8, deadline));
  if (!alive) return process->Judge(limits_, not_of_it);
  return Receive(std::move(process), request, deadline, not_of_it);
}

// The same.
absl::StatusOr<Extracted> MarkupParser::Receive(
    std::unique_ptr<Process> process, const MarkupRequest& request,
    absl::Time deadline, bool* not_of_it) {
  MarkupReply reply = {};
  ASSIGN_OR_RETURN(const char* bytes,
                   process->Receive(sizeof(reply), deadline));
  if (bytes == nullptr) return process->Judge(limits_, not_of_it);
  memcpy(&reply, bytes, sizeof(reply));
  if (reply.number != request.number) {
    *not_of_it = true;
    return absl::InternalError("parser: answered out of turn");
  }
  if (reply.bytes > limits_.output_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("parser: wrote ", reply.bytes, " bytes, want at most ",
                     limits_.output_bytes));
  }
  ASSIGN_OR_RETURN(bytes, process->Receive(reply.bytes, deadline));
  if (bytes == nullptr) return process->Judge(limits_, not_of_it);
  absl::optional<absl::StatusOr<Extracted>> given;
  RETURN_IF_ERROR(ReadParsed({bytes, reply.bytes}, [&given](auto parsed) {
    given = std::move(parsed.document);
    return absl::OkStatus();
  }));
  process->KeepLittle();
  if (!given.has_value()) {
    return absl::DataLossError("parser: gave no document");
  }
  absl::StatusOr<Extracted> document = *std::move(given);
  if (document.ok()) {
    if (document->text.size() > request.max_document_bytes) {
      return absl::DataLossError(absl::StrCat(
          "parser: gave ", document->text.size(),
          " bytes of text, want at most ", request.max_document_bytes));
    }
    document->format = static_cast<Format>(request.format);
  }
  process_ = std::move(process);
  return document;
}

}  // namespace footnote
