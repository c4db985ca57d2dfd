#include "indexer/ingest_client.h"

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "indexer/formats/detect.h"
#include "indexer/parsers/parse_apart.h"

namespace footnote {
namespace {

using Stream =
    grpc::ClientReaderWriterInterface<v1::IngestRequest, v1::IngestResponse>;

constexpr size_t kChunkBytes = 512 << 10;

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
// be read from the start is not sent, and the stream goes on.
bool SendFile(const IngestClientOptions& options, const std::string& path,
              Stream* stream, std::string* failure) {
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
  request.mutable_file()->set_path(path);
  request.mutable_file()->set_failure(reason);
  return stream->Write(request);
}

// Sends what a source gave; false when the stream broke.
bool SendItem(const IngestClientOptions& options, SourceItem item,
              Stream* stream) {
  v1::IngestRequest request;
  *request.mutable_file() = options.file;
  request.mutable_file()->set_document(item.id);
  request.mutable_file()->set_path(item.id);
  if (!item.etag.empty()) {
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
    sources->found.push_back(item.id);
    bool open = true;
    if (item.unchanged) {
      sources->unchanged.push_back(item.id);
    } else if (!item.status.ok()) {
      sources->unread.push_back(item.id);
      v1::IngestRequest request;
      request.mutable_file()->set_document(item.id);
      request.mutable_file()->set_path(item.id);
      request.mutable_file()->set_failure(std::string(item.status.message()));
      open = stream->Write(request);
    } else if (BinaryKind(item.bytes).empty() || IsReadApart(item.bytes)) {
      open = SendItem(options, std::move(item), stream);
    }
    return open ? absl::OkStatus() : absl::CancelledError("stream");
  });
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
  return id;
}

absl::Status IngestFiles(
    v1::Indexer::StubInterface* indexer, const IngestClientOptions& options,
    const WalkedFiles& walked,
    const std::function<void(const v1::IngestResponse&)>& on_response,
    SourcesToRead* sources) {
  grpc::ClientContext context;
  const auto stream = indexer->IngestDocuments(&context);
  // Results are read while files are sent: neither side may wait for the other
  // with a full window.
  std::thread reader([&] {
    v1::IngestResponse response;
    while (stream->Read(&response)) on_response(response);
  });
  v1::IngestRequest start;
  *start.mutable_start() = options.start;
  bool open = stream->Write(start);
  absl::Status broken;
  for (size_t i = 0; open && i < walked.failures.size(); ++i) {
    open = SendFailure(options, walked.failures[i].first,
                       walked.failures[i].second, stream.get());
  }
  for (size_t i = 0; open && i < walked.files.size(); ++i) {
    const std::string& path = walked.files[i].path;
    std::string failure;
    open = SendFile(options, path, stream.get(), &failure);
    if (failure.empty()) continue;
    if (open) {
      open = SendFailure(options, path, failure, stream.get());
    } else {
      broken = absl::DataLossError(absl::StrCat(path, ": ", failure));
    }
  }
  absl::Status unread;
  for (size_t i = 0; open && sources != nullptr && i < sources->sources.size();
       ++i) {
    const absl::Status status =
        SendSource(options, sources->sources[i].get(), stream.get(), sources);
    open = !absl::IsCancelled(status);
    if (open && unread.ok()) unread = status;
  }
  if (broken.ok()) {
    stream->WritesDone();
  } else {
    context.TryCancel();
  }
  reader.join();
  const absl::Status status = FromGrpcStatus(stream->Finish());
  RETURN_IF_ERROR(broken);
  RETURN_IF_ERROR(status);
  return unread;
}

}  // namespace footnote
