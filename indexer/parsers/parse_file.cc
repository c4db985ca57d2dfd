#include "indexer/parsers/parse_file.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "indexer/formats/code.h"
#include "indexer/formats/detect.h"
#include "indexer/formats/mail.h"
#include "indexer/formats/office.h"
#include "indexer/parsers/kind.h"

namespace footnote {
namespace {

constexpr size_t kReadBytes = 128 << 10;
constexpr size_t kBombBytes = size_t{64} << 20;
struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};

absl::Status CheckHasText(const Extracted& document) {
  if (!document.text.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      FormatName(document.format), ": no text in it, want at least one word"));
}

class FileParser {
 public:
  FileParser(const ParseLimits& limits,
             const std::function<void(ParsedDocument)>& each)
      : limits_(limits), each_(each) {}

  void Parse(const std::string& part, std::string bytes, int depth) {
    if (IsPdf(bytes) || IsRtf(bytes)) {
      ParsedDocument raw;
      raw.part = part;
      raw.raw = std::move(bytes);
      each_(std::move(raw));
      return;
    }
    if (IsZip(bytes)) {
      absl::StatusOr<Extracted> office = ExtractOffice(bytes, limits_.extract);
      if (!absl::IsUnimplemented(office.status()) ||
          absl::StrContains(office.status().message(), "encrypted")) {
        if (office.ok()) {
          const absl::Status has_text = CheckHasText(*office);
          if (!has_text.ok()) office = has_text;
        }
        Emit(part, std::move(office));
        return;
      }
    }
    if (IsMail(bytes)) {
      ReadMessages(part, bytes, depth);
      return;
    }
    if (NeedsParser(bytes)) {
      Unpack(part, bytes, depth);
      return;
    }
    const absl::string_view code = ProgrammingLanguageOf(part);
    absl::StatusOr<DetectedText> text =
        DetectText(std::move(bytes), code.empty() ? "" : "text/x-source");
    if (!text.ok()) {
      Emit(part, text.status());
      return;
    }
    if (text->format == Format::kPlain && IsNamedMarkdown(part)) {
      text->format = Format::kMarkdown;
    }
    const absl::Status status = ReadDetected(
        *text, limits_.extract,
        [&](uint32_t line, absl::StatusOr<JsonDocument> read) {
          const std::string name =
              line == 0 ? part
                        : absl::StrCat(part, part.empty() ? "" : "#", line);
          if (read.ok()) {
            if (!code.empty()) {
              read->document.metadata.emplace_back("programming_language",
                                                   code);
            }
            Emit(name, std::move(read->document));
          } else {
            Emit(name, read.status());
          }
          return absl::OkStatus();
        });
    if (!status.ok()) Emit(part, status);
  }

 private:
  void Emit(const std::string& part, absl::StatusOr<Extracted> document) {
    ParsedDocument parsed;
    parsed.part = part;
    parsed.document = std::move(document);
    each_(std::move(parsed));
  }

  void ReadMessages(const std::string& part, absl::string_view bytes,
                    int depth) {
    if (depth > limits_.max_nesting) {
      Emit(part, absl::ResourceExhaustedError(absl::StrCat(
                     "mail: nested ", depth, " deep, want at most ",
                     limits_.max_nesting)));
      return;
    }
    const bool mailbox = absl::StartsWith(bytes, "From ");
    size_t number = 0;
    const absl::Status status =
        ReadMail(bytes, limits_.extract, [&](MailMessage message) {
          std::string name = part;
          if (mailbox) {
            absl::StrAppend(&name, part.empty() ? "" : "!/", ++number);
          }
          if (++entries_ > limits_.max_entries) {
            Emit(name, absl::ResourceExhaustedError(
                           absl::StrCat("mail: over ", limits_.max_entries,
                                        " messages and files, want at most "
                                        "that many")));
            return false;
          }
          Emit(name, std::move(message.document));
          for (MailAttachment& file : message.attachments) {
            ++entries_;
            if (!BinaryKind(file.bytes).empty() && !NeedsParser(file.bytes) &&
                !IsPdf(file.bytes) && !IsRtf(file.bytes)) {
              continue;
            }
            Parse(
                name.empty() ? file.name : absl::StrCat(name, "!/", file.name),
                std::move(file.bytes), depth + 1);
          }
          return true;
        });
    if (!status.ok()) Emit(part, status);
  }

  void Unpack(const std::string& part, absl::string_view bytes, int depth) {
    if (depth >= limits_.max_nesting) {
      Emit(part, absl::ResourceExhaustedError(absl::StrCat(
                     "archive: nested ", depth + 1, " deep, want at most ",
                     limits_.max_nesting)));
      return;
    }
    const std::unique_ptr<archive, FreeArchive> reader(archive_read_new());
    archive* const a = reader.get();
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_format_zip(a);
    archive_read_support_format_tar(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_cpio(a);
    archive_read_support_format_ar(a);
    archive_read_support_format_raw(a);
    if (archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK) {
      Emit(part, Damaged(a));
      return;
    }
    while (ReadEntry(part, a, bytes.size(), depth)) {
    }
  }

  // False when nothing comes behind it.
  bool ReadEntry(const std::string& part, archive* a, size_t packed,
                 int depth) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(a, &entry);
    if (code == ARCHIVE_EOF) return false;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
      Emit(part, Damaged(a));
      return false;
    }
    const bool raw = archive_format(a) == ARCHIVE_FORMAT_RAW;
    if (raw && archive_filter_code(a, 0) == ARCHIVE_FILTER_NONE) {
      Emit(part, absl::InvalidArgumentError("archive: damaged, unreadable"));
      return false;
    }
    if (++entries_ > limits_.max_entries) {
      Emit(part, absl::ResourceExhaustedError(
                     absl::StrCat("archive: over ", limits_.max_entries,
                                  " entries, want at most that many")));
      return false;
    }
    if (archive_entry_filetype(entry) != AE_IFREG && !raw) return true;
    // One packed file is that file, not an archive.
    const std::string name = raw ? "" : NameOf(entry);
    const std::string inner = name.empty()   ? part
                              : part.empty() ? name
                                             : absl::StrCat(part, "!/", name);
    if (archive_entry_is_encrypted(entry)) {
      Emit(inner, absl::UnimplementedError("file: encrypted, want it open"));
      return true;
    }
    std::string bytes;
    bool goes_on = true;
    const absl::Status read = ReadBytes(a, packed, &bytes, &goes_on);
    if (!read.ok()) {
      Emit(inner, read);
      return goes_on;
    }
    // Pictures and programs beside the documents are no documents that failed.
    if (!name.empty() && !BinaryKind(bytes).empty() && !NeedsParser(bytes) &&
        !IsPdf(bytes) && !IsRtf(bytes)) {
      return true;
    }
    Parse(inner, std::move(bytes), depth + 1);
    return true;
  }

  std::string NameOf(archive_entry* entry) const {
    const char* name = archive_entry_pathname_utf8(entry);
    if (name == nullptr) name = archive_entry_pathname(entry);
    if (name == nullptr || *name == '\0') {
      return absl::StrCat("unnamed ", entries_);
    }
    return ReplaceInvalidUtf8(name);
  }

  // `goes_on`: what comes behind the entry can be read.
  absl::Status ReadBytes(archive* a, size_t packed, std::string* out,
                         bool* goes_on) {
    while (true) {
      const size_t at = out->size();
      out->resize(at + kReadBytes);
      const la_ssize_t got = archive_read_data(a, &(*out)[at], kReadBytes);
      if (got < 0) {
        *goes_on = got != ARCHIVE_FATAL;
        return Damaged(a);
      }
      out->resize(at + static_cast<size_t>(got));
      if (got == 0) return absl::OkStatus();
      unpacked_ += static_cast<size_t>(got);
      if (unpacked_ > kBombBytes && unpacked_ / limits_.max_ratio > packed) {
        *goes_on = false;
        return absl::ResourceExhaustedError(
            absl::StrCat("archive: a bomb, it unpacks to over ",
                         limits_.max_ratio, " times its ", packed, " bytes"));
      }
      if (unpacked_ > limits_.max_unpacked_bytes) {
        *goes_on = false;
        return absl::ResourceExhaustedError(absl::StrCat(
            "archive: unpacks to over ", limits_.max_unpacked_bytes,
            " bytes, want at most that many"));
      }
      // Longer than any document may be; JSON lines in archives too.
      if (out->size() > limits_.extract.max_document_bytes * 4) {
        *goes_on = false;
        return absl::ResourceExhaustedError(
            absl::StrCat("file: over ", limits_.extract.max_document_bytes * 4,
                         " bytes in an archive, want at most that many"));
      }
    }
  }

  static absl::Status Damaged(archive* a) {
    const char* const why = archive_error_string(a);
    if (archive_read_has_encrypted_entries(a) > 0) {
      return absl::UnimplementedError("archive: encrypted, want it open");
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "archive: damaged, ", why == nullptr ? "unreadable" : why));
  }

  const ParseLimits limits_;
  const std::function<void(ParsedDocument)>& each_;
  size_t unpacked_ = 0;
  size_t entries_ = 0;
};

}  // namespace

void ParseFile(std::string bytes, const ParseLimits& limits,
               const std::function<void(ParsedDocument)>& each) {
  FileParser(limits, each).Parse("", std::move(bytes), 0);
}

}  // namespace footnote
