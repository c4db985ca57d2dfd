#include "indexer/parsers/markup_parser.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
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
#include "indexer/parsers/markup_frames.h"
#include "indexer/parsers/parsed.h"
#include "indexer/parsers/parser_child.h"
#include "indexer/parsers/parser_process.h"

namespace footnote {
namespace {

// A process is replaced after so much: what its library forgot to free, and
// what a text may have done to it, ends there.
constexpr int kMostTexts = 1000;
constexpr uint64_t kMostBytes = uint64_t{256} << 20;
// A buffer that is kept from text to text is at most so large.
constexpr size_t kKeptReplyBytes = 4 << 20;

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
  absl::StatusOr<bool> Send(absl::string_view head, absl::string_view text,
                            absl::Time deadline) {
    while (!head.empty() || !text.empty()) {
      iovec parts[] = {{const_cast<char*>(head.data()), head.size()},
                       {const_cast<char*>(text.data()), text.size()}};
      msghdr message = {};
      message.msg_iov = parts;
      message.msg_iovlen = 2;
      const ssize_t sent =
          sendmsg(requests_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        const size_t bytes = static_cast<size_t>(sent);
        const size_t of_head = std::min(bytes, head.size());
        head.remove_prefix(of_head);
        text.remove_prefix(bytes - of_head);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
      RETURN_IF_ERROR(Wait(requests_, POLLOUT, deadline));
    }
    return true;
  }

  // The same.
  absl::StatusOr<bool> Receive(char* out, size_t bytes, absl::Time deadline) {
    while (bytes > 0) {
      const ssize_t got = recv(replies_.get(), out, bytes, MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) {
        RETURN_IF_ERROR(Wait(replies_, POLLIN, deadline));
        continue;
      }
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      out += got;
      bytes -= static_cast<size_t>(got);
    }
    return true;
  }

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
  static absl::Status Wait(const Descriptor& socket, int16_t event,
                           absl::Time deadline) {
    while (true) {
      const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
      pollfd polled = {socket.get(), event, 0};
      const int ready =
          left <= 0 ? 0 : poll(&polled, 1, static_cast<int>(left));
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

absl::StatusOr<Extracted> MarkupParser::Read(absl::string_view utf8,
                                             Format format,
                                             const ExtractLimits& limits) {
  absl::StatusOr<Extracted> read;
  bool again = true;
  while (again) {
    if (process_ == nullptr || texts_ >= kMostTexts || bytes_ >= kMostBytes ||
        process_->IsOld(limits_) || process_->HasEnded()) {
      RETURN_IF_ERROR(Start());
    }
    const bool fresh = ++texts_ == 1;
    bytes_ += utf8.size();
    bool not_of_it = false;
    read = Ask(utf8, format, limits, &not_of_it);
    again = not_of_it && !fresh;
  }
  if (reply_.capacity() > kKeptReplyBytes) reply_ = std::string();
  return read;
}

// Leaves process_ null where it is not to be asked again. `not_of_it`: what
// went wrong may be the doing of a text before this one.
absl::StatusOr<Extracted> MarkupParser::Ask(absl::string_view utf8,
                                            Format format,
                                            const ExtractLimits& limits,
                                            bool* not_of_it) {
  std::unique_ptr<Process> process = std::move(process_);
  const absl::Time deadline = absl::Now() + limits_.patience;
  const MarkupRequest request = {++number_, utf8.size(),
                                 limits.max_document_bytes, limits.max_depth,
                                 static_cast<uint32_t>(format)};
  const absl::string_view head(reinterpret_cast<const char*>(&request),
                               sizeof(request));
  ASSIGN_OR_RETURN(bool alive, process->Send(head, utf8, deadline));
  MarkupReply reply = {};
  if (alive) {
    ASSIGN_OR_RETURN(alive, process->Receive(reinterpret_cast<char*>(&reply),
                                             sizeof(reply), deadline));
  }
  if (!alive) return process->Judge(limits_, not_of_it);
  if (reply.number != number_) {
    *not_of_it = true;
    return absl::InternalError("parser: answered out of turn");
  }
  if (reply.bytes > limits_.output_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("parser: wrote ", reply.bytes, " bytes, want at most ",
                     limits_.output_bytes));
  }
  reply_.resize(reply.bytes);
  ASSIGN_OR_RETURN(alive,
                   process->Receive(&reply_[0], reply_.size(), deadline));
  if (!alive) return process->Judge(limits_, not_of_it);
  absl::optional<absl::StatusOr<Extracted>> given;
  RETURN_IF_ERROR(ReadParsed(reply_, [&given](ParsedDocument parsed) {
    given = std::move(parsed.document);
    return absl::OkStatus();
  }));
  if (!given.has_value()) {
    return absl::DataLossError("parser: gave no document");
  }
  absl::StatusOr<Extracted> document = *std::move(given);
  if (document.ok()) {
    if (document->text.size() > limits.max_document_bytes) {
      return absl::DataLossError(absl::StrCat(
          "parser: gave ", document->text.size(),
          " bytes of text, want at most ", limits.max_document_bytes));
    }
    document->format = format;
  }
  process_ = std::move(process);
  return document;
}

}  // namespace footnote
