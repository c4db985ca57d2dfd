#include "indexer/ingest_client.h"

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/detect.h"
#include "indexer/parsers/kind.h"
#include "indexer/parsers/parse_apart.h"

namespace footnote {
namespace {

using Stream =
    grpc::ClientReaderWriterInterface<v1::IngestRequest, v1::IngestResponse>;

constexpr size_t kChunkBytes = 512 << 10;
constexpr char kNotUtf8[] = "file: its name is not UTF-8, want one that is";

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : fd_(path == "-" ? dup(STDIN_FILENO)
                        : open(path.c_str(), O_RDONLY | O_CLOEXEC)),
        error_(errno) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return fd_ >= 0; }
  int error() const { return error_; }

  // What tells this content from another: size and time of the last change.
  std::string Revision() const {
    struct stat info;
    if (fstat(fd_, &info) != 0) return "";
    return absl::StrCat(info.st_size, " ", info.st_mtim.tv_sec, ".",
                        info.st_mtim.tv_nsec);
  }
  bool SkipTo(uint64_t offset) {
    return lseek(fd_, static_cast<off_t>(offset), SEEK_SET) >= 0;
  }

  // Fills `out` up to its size; false on an error. `out` is shorter at the end
  // of the file.
  bool Read(std::string* out) {
    size_t have = 0;
    while (have < out->size()) {
      const ssize_t got = read(fd_, &(*out)[have], out->size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        error_ = errno;
        return false;
      }
      if (got == 0) break;
      have += static_cast<size_t>(got);
    }
    out->resize(have);
    return true;
  }

 private:
  const int fd_;
  int error_;
};

// False when the stream can't go on: it broke, or the file failed midway, so
// that what was sent of it must not be taken for the whole. A file that can't
// be read from the start is not sent, and the stream goes on. `kept` says what
// the service has of the file already.
bool SendFile(const IngestClientOptions& options, const std::string& path,
              const v1::IngestAck& kept, Stream* stream, std::string* failure) {
  if (!IsValidUtf8(path)) {
    // The service could not even read the message, and would take it for the
    // end of all.
    *failure = kNotUtf8;
    return true;
  }
  OpenFile file(path);
  if (!file.is_open()) {
    *failure = absl::StrCat("file: ", std::strerror(file.error()));
    return true;
  }
  std::string data(kChunkBytes, '\0');
  if (!file.Read(&data)) {
    *failure = absl::StrCat("file: ", std::strerror(file.error()));
    return true;
  }
  const absl::string_view binary = BinaryKind(data);
  if (!binary.empty() && !IsReadApart(data)) {
    *failure = absl::StrCat(
        "file: ", binary,
        ", want a text, an office document, an e-book or an archive");
    return true;
  }
  v1::IngestRequest request;
  *request.mutable_file() = options.file;
  request.mutable_file()->set_document(DocumentIdOf(options, path));
  request.mutable_file()->set_path(path);
  if (options.start.resumable()) {
    request.mutable_file()->set_revision(file.Revision());
  }
  if (kept.bytes() > 0 && kept.revision() == request.file().revision() &&
      file.SkipTo(kept.bytes())) {
    request.mutable_file()->set_offset(kept.bytes());
    data.assign(kChunkBytes, '\0');
    if (!file.Read(&data)) {
      *failure = absl::StrCat("file: ", std::strerror(file.error()));
      return true;
    }
  }
  if (!stream->Write(request)) return false;
  while (true) {
    const bool last = data.size() < kChunkBytes;
    request.mutable_chunk()->set_data(std::move(data));
    request.mutable_chunk()->set_last(last);
    if (!stream->Write(request)) return false;
    if (last) return true;
    data.assign(kChunkBytes, '\0');
    if (!file.Read(&data)) {
      // What is on its way must not be taken for the whole file.
      *failure = absl::StrCat("file: ", std::strerror(file.error()));
      return false;
    }
  }
}

// Tells the service of a file that can't be sent.
bool SendFailure(const IngestClientOptions& options, const std::string& path,
                 const std::string& reason, Stream* stream) {
  v1::IngestRequest request;
  request.mutable_file()->set_document(DocumentIdOf(options, path));
  request.mutable_file()->set_path(ReplaceInvalidUtf8(path));
  request.mutable_file()->set_failure(ReplaceInvalidUtf8(reason));
  return stream->Write(request);
}

// Sends what a source gave; false when the stream broke.
bool SendItem(const IngestClientOptions& options, SourceItem item,
              Stream* stream) {
  v1::IngestRequest request;
  *request.mutable_file() = options.file;
  request.mutable_file()->set_document(item.id);
  request.mutable_file()->set_path(item.id);
  if (!item.etag.empty() && IsValidUtf8(item.etag)) {
    v1::Metadata* const etag = request.mutable_file()->add_metadata();
    etag->set_key(kEtagKey);
    etag->set_value(item.etag);
  }
  if (!stream->Write(request)) return false;
  absl::string_view rest = item.bytes;
  do {
    const absl::string_view chunk = rest.substr(0, kChunkBytes);
    rest.remove_prefix(chunk.size());
    request.mutable_chunk()->set_data(chunk.data(), chunk.size());
    request.mutable_chunk()->set_last(rest.empty());
    if (!stream->Write(request)) return false;
  } while (!rest.empty());
  return true;
}

// Sends what is in a source. Cancelled when the stream broke.
absl::Status SendSource(const IngestClientOptions& options, FileSource* source,
                        Stream* stream, SourcesToRead* sources) {
  return source->ReadAll(sources->known, [&](SourceItem item) -> absl::Status {
    if (!IsValidUtf8(item.id)) {
      item.id = ReplaceInvalidUtf8(item.id);
      item.status = absl::InvalidArgumentError(kNotUtf8);
    }
    sources->found.push_back(item.id);
    bool open = true;
    if (item.unchanged) {
      sources->unchanged.push_back(item.id);
    } else if (!item.status.ok()) {
      sources->unread.push_back(item.id);
      v1::IngestRequest request;
      request.mutable_file()->set_document(item.id);
      request.mutable_file()->set_path(item.id);
      request.mutable_file()->set_failure(
          ReplaceInvalidUtf8(item.status.message()));
      open = stream->Write(request);
    } else if (BinaryKind(item.bytes).empty() ||
               (IsReadApart(item.bytes) &&
                ImageFormat(item.bytes) == Format::kUnknown)) {
      open = SendItem(options, std::move(item), stream);
    }
    return open ? absl::OkStatus() : absl::CancelledError("stream");
  });
}

// What the service says of a call, read in a thread of its own: neither side
// may wait for the other with a full window.
class ResponseReader {
 public:
  ResponseReader(Stream* stream,
                 const std::function<void(const v1::IngestResponse&)>& on_each)
      : thread_([this, stream, &on_each] {
          v1::IngestResponse response;
          while (stream->Read(&response)) {
            if (response.has_ack() || response.has_job()) Keep(response);
            on_each(response);
          }
          const std::lock_guard<std::mutex> lock(mutex_);
          ended_ = true;
          came_.notify_all();
        }) {}
  ~ResponseReader() { Join(); }
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  // The first acknowledgement; false when the call ended without one.
  bool WaitForAck(v1::IngestAck* ack) {
    std::unique_lock<std::mutex> lock(mutex_);
    came_.wait(lock, [this] { return acked_ || ended_; });
    *ack = ack_;
    return acked_;
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  // After Join: the last acknowledgement, and the job's id.
  const v1::IngestAck& ack() const { return ack_; }
  const std::string& job() const { return job_; }

 private:
  void Keep(const v1::IngestResponse& response) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (response.has_job()) {
      job_ = response.job().job();
    } else {
      ack_ = response.ack();
      acked_ = true;
      came_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable came_;
  bool acked_ = false;  // guarded by mutex_
  bool ended_ = false;  // guarded by mutex_
  v1::IngestAck ack_;   // guarded by mutex_
  std::string job_;     // guarded by mutex_
  std::thread thread_;
};

// One call, or one more of the same job.
class Upload {
 public:
  Upload(v1::Indexer::StubInterface* indexer,
         const IngestClientOptions& options, const WalkedFiles& walked,
         const std::function<void(const v1::IngestResponse&)>& on_response,
         SourcesToRead* sources)
      : indexer_(indexer),
        options_(options),
        walked_(walked),
        on_response_(on_response),
        sources_(sources) {}

  // Sends what the service does not have. Afterwards `acknowledged` is what it
  // has by then.
  absl::Status Call();

  // The next Call goes on where this one broke.
  void GoOn() {
    options_.start.set_resume(true);
    options_.start.set_request_id(job_);
  }
  bool begun() const { return !job_.empty(); }
  const std::string& job() const { return job_; }
  const v1::IngestAck& acknowledged() const { return acknowledged_; }

 private:
  absl::Status Send(Stream* stream);
  absl::Status CheckSame() const;

  v1::Indexer::StubInterface* const indexer_;
  IngestClientOptions options_;
  const WalkedFiles& walked_;
  const std::function<void(const v1::IngestResponse&)>& on_response_;
  SourcesToRead* const sources_;
  std::string job_;
  v1::IngestAck acknowledged_;
};

// The file that follows those which the service has must be the one that it
// names.
absl::Status Upload::CheckSame() const {
  const v1::IngestAck& ack = acknowledged_;
  const size_t failures = walked_.failures.size();
  const size_t total = failures + walked_.files.size();
  std::string next;
  if (ack.files() < failures) {
    next = DocumentIdOf(options_, walked_.failures[ack.files()].first);
  } else if (ack.files() < total) {
    next = DocumentIdOf(options_, walked_.files[ack.files() - failures].path);
  }
  if (ack.files() <= total &&
      (ack.document().empty() || ack.document() == next)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("job \"", options_.start.request_id(), "\": after ",
                   ack.files(), " files comes \"", ack.document(),
                   "\", here \"", next, "\", want the files of the job"));
}

// Cancelled when the stream broke.
absl::Status Upload::Send(Stream* stream) {
  const absl::Status broken = absl::CancelledError("stream");
  uint64_t number = 0;
  for (const auto& failure : walked_.failures) {
    if (number++ < acknowledged_.files()) continue;
    if (!SendFailure(options_, failure.first, failure.second, stream)) {
      return broken;
    }
  }
  for (const WalkedFiles::File& file : walked_.files) {
    if (number++ < acknowledged_.files()) continue;
    const bool partly = number == acknowledged_.files() + 1;
    std::string failure;
    const bool open =
        SendFile(options_, file.path, partly ? acknowledged_ : v1::IngestAck(),
                 stream, &failure);
    if (!failure.empty() && !open) {
      return absl::DataLossError(absl::StrCat(file.path, ": ", failure));
    }
    if (!open || (!failure.empty() &&
                  !SendFailure(options_, file.path, failure, stream))) {
      return broken;
    }
  }
  absl::Status unread;
  for (size_t i = 0; sources_ != nullptr && i < sources_->sources.size(); ++i) {
    const absl::Status status =
        SendSource(options_, sources_->sources[i].get(), stream, sources_);
    if (absl::IsCancelled(status)) return status;
    if (unread.ok()) unread = status;
  }
  return unread;
}

absl::Status Upload::Call() {
  grpc::ClientContext context;
  const auto stream = indexer_->IngestDocuments(&context);
  ResponseReader reader(stream.get(), on_response_);
  v1::IngestRequest start;
  *start.mutable_start() = options_.start;
  absl::Status sent;
  if (!stream->Write(start) ||
      (options_.start.resume() && !reader.WaitForAck(&acknowledged_))) {
    sent = absl::CancelledError("stream");
  } else {
    if (options_.start.resume()) sent = CheckSame();
    if (sent.ok()) sent = Send(stream.get());
  }
  const bool give_up =
      absl::IsDataLoss(sent) || absl::IsFailedPrecondition(sent);
  if (give_up) {
    context.TryCancel();
  } else {
    stream->WritesDone();
  }
  reader.Join();
  const absl::Status status = FromGrpcStatus(stream->Finish());
  if (reader.ack().files() >= acknowledged_.files()) {
    acknowledged_ = reader.ack();
  }
  if (!reader.job().empty()) job_ = reader.job();
  if (give_up) return sent;
  RETURN_IF_ERROR(status);
  if (!absl::IsCancelled(sent)) return sent;
  return absl::InternalError(
      "ingest: the service ended the call before everything was sent, want it "
      "sent again");
}

}  // namespace

std::string DocumentIdOf(const IngestClientOptions& options,
                         const std::string& path) {
  if (path == "-") return options.stdin_id;
  std::string id = path;
  if (!options.root.empty() && absl::StartsWith(id, options.root)) {
    id.erase(0, options.root.size());
    while (absl::StartsWith(id, "/")) id.erase(0, 1);
  }
  return ReplaceInvalidUtf8(id);
}

absl::Status IngestFiles(
    v1::Indexer::StubInterface* indexer, const IngestClientOptions& options,
    const WalkedFiles& walked,
    const std::function<void(const v1::IngestResponse&)>& on_response,
    SourcesToRead* sources) {
  constexpr absl::Duration kLongestPause = absl::Seconds(30);
  const bool from_stdin = std::any_of(
      walked.files.begin(), walked.files.end(),
      [](const WalkedFiles::File& file) { return file.path == "-"; });
  const bool from_sources = sources != nullptr && !sources->sources.empty();
  IngestClientOptions call = options;
  call.start.set_resumable((options.reconnects > 0 || options.resume) &&
                           !from_stdin && !from_sources);
  call.start.set_resume(options.resume);
  Upload upload(indexer, call, walked, on_response, sources);
  absl::Duration pause = options.pause;
  int left = options.reconnects;
  bool went_on = false;
  while (true) {
    const v1::IngestAck before = upload.acknowledged();
    const absl::Status status = upload.Call();
    // The service may not have seen yet that the call before has broken.
    const bool again = absl::IsUnavailable(status) ||
                       (went_on && absl::IsAlreadyExists(status));
    if (status.ok() || !call.start.resumable() || !upload.begun() || !again) {
      return status;
    }
    const v1::IngestAck& now = upload.acknowledged();
    if (now.files() > before.files() || now.bytes() > before.bytes()) {
      left = options.reconnects;
      pause = options.pause;
    }
    if (left-- <= 0) {
      return absl::Status(status.code(),
                          absl::StrCat(status.message(), "; --resume ",
                                       upload.job(), " goes on from here"));
    }
    if (options.on_broken != nullptr) options.on_broken(status, pause);
    absl::SleepFor(pause);
    pause = std::min(pause * 2, kLongestPause);
    upload.GoOn();
    went_on = true;
  }
}

}  // namespace footnote
