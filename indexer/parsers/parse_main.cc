// footnote-parse: reads one file from standard input and writes the documents
// in it to standard output, in the form of parsed.h. The indexer runs it; what
// it may do is in sandbox.h.
//
//   footnote-parse MEMORY_BYTES CPU_SECONDS < FILE > DOCUMENTS
//   footnote-parse MEMORY_BYTES CPU_SECONDS stay < SOCKET > SOCKET
//
// With "stay" it reads texts of markup until the socket closes:
// markup_frames.h.
#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "indexer/formats/detect.h"
#include "indexer/formats/mail.h"
#include "indexer/parsers/frame_buffer.h"
#include "indexer/parsers/markup_frames.h"
#include "indexer/parsers/parse_file.h"
#include "indexer/parsers/parsed.h"
#include "indexer/parsers/parser_limits.h"
#include "indexer/parsers/parser_process.h"
#include "indexer/parsers/sandbox.h"
#include "indexer/parsers/standard_input.h"

namespace footnote {
namespace {

// Of a program that stays.
constexpr int kKeptBytes = 16 << 20;
constexpr size_t kKeptOutputBytes = 4 << 20;

// Requests are read, and replies written, up to so many bytes at a time.
constexpr size_t kTogetherBytes = 128 << 10;

// A text may get so much less than its processor time.
constexpr std::chrono::milliseconds kSpared(20);

void WriteOutput(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

// The requests on standard input, of which one call may bring several.
class Requests {
 public:
  // False at the end of the input. `text` lives until the next call.
  bool Next(MarkupRequest* request, absl::string_view* text) {
    if (!Fill(sizeof(*request))) return false;
    memcpy(request, buffer_.Take(sizeof(*request)), sizeof(*request));
    if (!Fill(request->text_bytes)) return false;
    *text = {buffer_.Take(request->text_bytes), request->text_bytes};
    return true;
  }

  // The next one is here.
  bool HasNext() const {
    MarkupRequest request;
    if (buffer_.size() < sizeof(request)) return false;
    memcpy(&request, buffer_.data(), sizeof(request));
    return buffer_.size() - sizeof(request) >= request.text_bytes;
  }

 private:
  // Until `bytes` are there.
  bool Fill(size_t bytes) {
    buffer_.Reserve(bytes);
    while (buffer_.size() < bytes) {
      const ssize_t got =
          read(STDIN_FILENO, buffer_.free(), buffer_.free_size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      buffer_.Came(static_cast<size_t>(got));
    }
    return true;
  }

  FrameBuffer buffer_{kTogetherBytes};
};

int ReadTexts(int cpu_seconds) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point renewed;
  Requests requests;
  MarkupRequest request;
  absl::string_view text;
  std::string out;
  while (requests.Next(&request, &text)) {
    // Many texts take less time than asking for more.
    const Clock::time_point now = Clock::now();
    if (now - renewed > kSpared) {
      if (!RenewProcessorTime(cpu_seconds)) return 1;
      renewed = now;
    }
    ExtractLimits limits;
    limits.max_document_bytes = request.max_document_bytes;
    limits.max_depth = request.max_depth;
    ParsedDocument parsed;
    parsed.document =
        ExtractMarkup(text, static_cast<Format>(request.format), limits);
    const size_t begin = out.size();
    out.resize(begin + sizeof(MarkupReply));
    AppendParsed(parsed, &out);
    const MarkupReply reply = {request.number,
                               out.size() - begin - sizeof(MarkupReply)};
    memcpy(&out[begin], &reply, sizeof(reply));
    // Each piece wakes who waits for it.
    if (requests.HasNext() && out.size() < kTogetherBytes) continue;
    WriteOutput(out);
    if (out.capacity() > kKeptOutputBytes) out = std::string();
    out.clear();
  }
  return 0;
}

int Main(int argc, char** argv) {
  const bool stays = argc == 4 && strcmp(argv[3], kStay) == 0;
  if (argc != 3 && !stays) {
    fprintf(stderr,
            "usage: footnote-parse MEMORY_BYTES CPU_SECONDS [stay] < FILE\n"
            "Reads a file for the indexer of Footnote, which runs it.\n");
    return 2;
  }
  SandboxLimits limits;
  limits.memory_bytes = strtoull(argv[1], nullptr, 10);
  limits.cpu_seconds = atoi(argv[2]);
  if (stays) {
    limits.cpu_seconds_of_life = limits.cpu_seconds * kParserLifeInFiles;
  }
  std::set_new_handler([] { _exit(kParserOutOfMemory); });
  // libarchive turns names into the locale's encoding, which must be UTF-8.
  setlocale(LC_CTYPE, "C.UTF-8");
  if (!stays) PrepareForMail();
  if (!EnterSandbox(limits)) return 1;
  if (stays) {
    // The next text wants the memory of this one again.
    mallopt(M_TRIM_THRESHOLD, kKeptBytes);
    mallopt(M_MMAP_THRESHOLD, kKeptBytes);
    return ReadTexts(limits.cpu_seconds);
  }
  ParseFile(ReadStandardInput(), {}, [](ParsedDocument parsed) {
    std::string out;
    AppendParsed(parsed, &out);
    WriteOutput(out);
  });
  return 0;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
