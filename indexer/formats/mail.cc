#include "indexer/formats/mail.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/html.h"
#include "indexer/formats/plain.h"
#include "text/charset.h"

namespace footnote {
namespace {

// Parts inside one another.
constexpr int kMaxDepth = 30;
constexpr size_t kMaxParts = 10000;

struct Release {
  void operator()(void* object) const { g_object_unref(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

std::string TextOf(const char* text) {
  return text == nullptr ? std::string() : ReplaceInvalidUtf8(text);
}

// The first value of header `name`, decoded; empty when there is none.
std::string HeaderOf(GMimeObject* object, const char* name) {
  GMimeHeaderList* const headers = g_mime_object_get_header_list(object);
  GMimeHeader* const header = g_mime_header_list_get_header(headers, name);
  if (header == nullptr) return "";
  const char* const raw = g_mime_header_get_raw_value(header);
  return raw == nullptr ? std::string() : DecodeMailHeader(raw);
}

// "2024-05-01T10:00:00+02".
std::string DateOf(GMimeMessage* message) {
  GDateTime* const date = g_mime_message_get_date(message);
  if (date == nullptr) return "";
  gchar* const text = g_date_time_format_iso8601(date);
  const std::string out = TextOf(text);
  g_free(text);
  return out;
}

std::string BytesOf(GMimePart* part) {
  GMimeDataWrapper* const content = g_mime_part_get_content(part);
  if (content == nullptr) return "";
  const Owned<GMimeStream> out(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, out.get());
  const GByteArray* const bytes =
      g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out.get()));
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

bool IsType(GMimeObject* object, const char* type, const char* subtype) {
  GMimeContentType* const content = g_mime_object_get_content_type(object);
  return content != nullptr &&
         g_mime_content_type_is_type(content, type, subtype) != 0;
}

// The text of a message, line by line, but for empty lines that were added.
struct Unquoted {
  std::string text;
  // Their numbers in `text`, rising, from 1.
  std::vector<uint32_t> added;

  // The line of the message that line `line` of `text` was.
  uint32_t SourceLine(uint32_t line) const {
    const auto before = std::lower_bound(added.begin(), added.end(), line);
    return line - static_cast<uint32_t>(before - added.begin());
  }
};

// `text` without the marks before the lines of a message that is answered
// ("> "), so that its sentences are whole. What it is answered with is no part
// of them: "On Monday Ann wrote:".
Unquoted WithoutQuoteMarks(absl::string_view text) {
  Unquoted out;
  out.text.reserve(text.size());
  size_t depth = 0;
  bool announces = false;
  uint32_t number = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    end = end == absl::string_view::npos ? text.size() : end + 1;
    absl::string_view line = text.substr(at, end - at);
    const size_t before = depth;
    for (depth = 0; absl::ConsumePrefix(&line, ">") ||
                    (depth > 0 && absl::ConsumePrefix(&line, " >"));) {
      ++depth;
    }
    if (depth > 0) absl::ConsumePrefix(&line, " ");
    if (depth > before && announces) {
      out.text += '\n';
      out.added.push_back(++number);
    }
    const absl::string_view words = absl::StripAsciiWhitespace(line);
    announces = absl::EndsWith(words, ":") || absl::EndsWith(words, "：");
    absl::StrAppend(&out.text, line);
    ++number;
    at = end;
  }
  return out;
}

// One message: its text into the writer, its files beside.
class MessageReader {
 public:
  explicit MessageReader(const ExtractLimits& limits)
      : limits_(limits), writer_(limits) {}

  MailMessage Read(GMimeMessage* message) {
    MailMessage out;
    out.document = ReadDocument(message);
    out.attachments = std::move(attachments_);
    return out;
  }

 private:
  absl::StatusOr<Extracted> ReadDocument(GMimeMessage* message) {
    GMimeObject* const headers = GMIME_OBJECT(message);
    const std::string subject = HeaderOf(headers, "Subject");
    writer_.SetPlace("part=headers");
    writer_.Begin(BlockKind::kHeading, 1);
    writer_.SetHeading(1, "");
    writer_.Text(subject);
    std::vector<std::pair<std::string, std::string>> metadata;
    for (const char* name : {"From", "To", "Cc", "Date"}) {
      const std::string value = HeaderOf(headers, name);
      if (value.empty()) continue;
      writer_.Begin(BlockKind::kParagraph, 1);
      writer_.Text(absl::StrCat(name, ": ", value));
      if (absl::string_view(name) != "Date") {
        metadata.emplace_back(absl::AsciiStrToLower(name), value);
      }
    }
    const std::string date = DateOf(message);
    if (!date.empty()) metadata.emplace_back("date", date);
    const std::string id = HeaderOf(headers, "Message-ID");
    if (!id.empty()) metadata.emplace_back("message_id", id);
    GMimeObject* const root = g_mime_message_get_mime_part(message);
    if (root != nullptr) RETURN_IF_ERROR(ReadPart(root, "1", 0));
    Extracted out;
    RETURN_IF_ERROR(writer_.Finish(&out));
    out.format = Format::kMail;
    out.title = subject;
    out.metadata = std::move(metadata);
    out.language = HeaderOf(headers, "Content-Language");
    out.encoding = encoding_;
    out.replaced_sequences = replaced_;
    return out;
  }

  absl::Status ReadPart(GMimeObject* part, const std::string& number,
                        int depth) {
    if (depth > kMaxDepth || ++parts_ > kMaxParts) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "mail: over ", kMaxDepth, " parts inside one another or ", kMaxParts,
          " parts, want at most that many"));
    }
    if (GMIME_IS_MULTIPART(part)) {
      return ReadMultipart(GMIME_MULTIPART(part), number, depth);
    }
    if (GMIME_IS_MESSAGE_PART(part)) {
      GMimeMessage* const inner =
          g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
      if (inner == nullptr) return absl::OkStatus();
      gchar* const text = g_mime_object_to_string(GMIME_OBJECT(inner), nullptr);
      AddAttachment(absl::StrCat("part-", number, ".eml"),
                    text == nullptr ? "" : text);
      g_free(text);
      return absl::OkStatus();
    }
    if (!GMIME_IS_PART(part)) return absl::OkStatus();
    return ReadLeaf(GMIME_PART(part), number);
  }

  absl::Status ReadMultipart(GMimeMultipart* parts, const std::string& number,
                             int depth) {
    GMimeObject* const object = GMIME_OBJECT(parts);
    if (IsType(object, "multipart", "encrypted")) {
      return absl::UnimplementedError("mail: encrypted, want it open");
    }
    const int count = g_mime_multipart_get_count(parts);
    const auto child_number = [&](int i) {
      return depth == 0 ? absl::StrCat(i + 1)
                        : absl::StrCat(number, ".", i + 1);
    };
    if (IsType(object, "multipart", "alternative") && count > 0) {
      const int best = BestAlternative(parts, count);
      return ReadPart(g_mime_multipart_get_part(parts, best),
                      child_number(best), depth + 1);
    }
    for (int i = 0; i < count && !writer_.full(); ++i) {
      RETURN_IF_ERROR(ReadPart(g_mime_multipart_get_part(parts, i),
                               child_number(i), depth + 1));
    }
    return absl::OkStatus();
  }

  // Plain text that says something, else HTML, else the last: the richest.
  static int BestAlternative(GMimeMultipart* parts, int count) {
    int html = -1;
    for (int i = 0; i < count; ++i) {
      GMimeObject* const part = g_mime_multipart_get_part(parts, i);
      if (IsType(part, "text", "plain") && GMIME_IS_PART(part)) {
        const std::string bytes = BytesOf(GMIME_PART(part));
        if (std::any_of(bytes.begin(), bytes.end(), [](char c) {
              return static_cast<unsigned char>(c) > ' ';
            })) {
          return i;
        }
      }
      if (IsType(part, "text", "html")) html = i;
    }
    return html >= 0 ? html : count - 1;
  }

  absl::Status ReadLeaf(GMimePart* part, const std::string& number) {
    GMimeObject* const object = GMIME_OBJECT(part);
    std::string bytes = BytesOf(part);
    const char* const disposition = g_mime_object_get_disposition(object);
    const bool attached = disposition != nullptr &&
                          absl::EqualsIgnoreCase(disposition, "attachment");
    const bool text = IsType(object, "text", "*");
    const char* const charset =
        g_mime_object_get_content_type_parameter(object, "charset");
    if (text) {
      absl::StatusOr<DecodedText> decoded =
          DecodeText(std::move(bytes), charset == nullptr ? "" : charset);
      // Not text after all: nothing to read.
      if (!decoded.ok()) return absl::OkStatus();
      if (!attached &&
          (IsType(object, "text", "plain") || IsType(object, "text", "html"))) {
        encoding_ = decoded->encoding;
        replaced_ += decoded->replaced_sequences;
        return WriteBody(decoded->utf8, IsType(object, "text", "html"), number);
      }
      bytes = std::move(decoded->utf8);
    }
    const char* const named = g_mime_part_get_filename(part);
    std::string name = named == nullptr ? "" : DecodeMailHeader(named);
    if (name.empty()) name = absl::StrCat("part-", number);
    AddAttachment(std::move(name), std::move(bytes));
    return absl::OkStatus();
  }

  absl::Status WriteBody(const std::string& utf8, bool html,
                         const std::string& number) {
    Extracted body;
    Unquoted plain;
    if (html) {
      ASSIGN_OR_RETURN(body, ExtractHtml(utf8, limits_));
    } else {
      plain = WithoutQuoteMarks(utf8);
      ASSIGN_OR_RETURN(body, ExtractPlain(plain.text, limits_));
    }
    const auto place = [&](uint32_t line) {
      return absl::StrCat("part=", number, "&line=", line);
    };
    const uint32_t top = subject_section();
    writer_.LeaveTo(top);
    for (const Block& block : body.blocks) {
      if (block.section == 0) writer_.LeaveTo(top);
      const uint32_t first = plain.SourceLine(block.line);
      writer_.SetPlace(place(first));
      writer_.Begin(block.kind, first);
      if (block.kind == BlockKind::kHeading) {
        writer_.SetHeading(body.sections[block.section].level + 1, "");
      }
      CopyParts(body, block, &writer_, [&](uint32_t line) {
        line = plain.SourceLine(line);
        writer_.StartPart(line, place(line));
      });
      writer_.End();
      if (writer_.full()) break;
    }
    return absl::OkStatus();
  }

  // Bodies stand under the subject, whatever headings the one before had.
  uint32_t subject_section() {
    writer_.End();
    if (!subject_known_) subject_ = writer_.section();
    subject_known_ = true;
    return subject_;
  }

  void AddAttachment(std::string name, std::string bytes) {
    if (bytes.empty()) return;
    std::replace(name.begin(), name.end(), '/', '_');
    // Two files of one name are two documents.
    const std::string given = name;
    for (int i = 2; !names_.insert(name).second; ++i) {
      name = absl::StrCat(i, "-", given);
    }
    attachments_.push_back({std::move(name), std::move(bytes)});
  }

  const ExtractLimits limits_;
  BlockWriter writer_;
  std::vector<MailAttachment> attachments_;
  std::set<std::string> names_;
  size_t parts_ = 0;
  bool subject_known_ = false;
  uint32_t subject_ = 0;
  std::string encoding_;
  size_t replaced_ = 0;
};

}  // namespace

void PrepareForMail() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

absl::Status ReadMail(absl::string_view bytes, const ExtractLimits& limits,
                      const std::function<bool(MailMessage)>& each) {
  PrepareForMail();
  const Owned<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const bool mailbox = absl::StartsWith(bytes, "From ");
  if (mailbox) g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MBOX);
  size_t messages = 0;
  do {
    const Owned<GMimeMessage> message(
        g_mime_parser_construct_message(parser.get(), nullptr));
    if (message == nullptr) break;
    ++messages;
    if (!each(MessageReader(limits).Read(message.get()))) break;
  } while (mailbox && !g_mime_parser_eos(parser.get()));
  if (messages > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("mail: damaged, there is no message in it");
}

}  // namespace footnote
