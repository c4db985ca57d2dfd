#include "indexer/formats/detect.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/code.h"
#include "indexer/formats/csv.h"
#include "indexer/formats/docbook.h"
#include "indexer/formats/html.h"
#include "indexer/formats/jsonl.h"
#include "indexer/formats/mallard.h"
#include "indexer/formats/markdown.h"
#include "indexer/formats/plain.h"
#include "text/charset.h"

namespace footnote {
namespace {

// Detection looks no further.
constexpr size_t kHeadBytes = 16 << 10;

// Of files whose signature could begin a text, so much is looked at.
constexpr size_t kBinaryHeadBytes = 64;

struct Signature {
  absl::string_view bytes;
  absl::string_view kind;
  // "RIFF" may stand at the begin of a text about it; of a sound there are
  // bytes behind it that no text has.
  bool may_begin_words = false;
};

constexpr Signature kSignatures[] = {
    {"%PDF-", "a PDF document"},
    {"PK\x03\x04", "a ZIP archive or office document"},
    {"\x1f\x8b", "a gzip file"},
    {"BZh", "a bzip2 file", true},
    {"\xfd"
     "7zXZ",
     "an xz file"},
    {"\x28\xb5\x2f\xfd", "a zstd file"},
    {"7z\xbc\xaf", "a 7z archive"},
    {"Rar!", "a RAR archive", true},
    {"\x89PNG", "a PNG image"},
    {"\xff\xd8\xff", "a JPEG image"},
    {"GIF8", "a GIF image", true},
    {"RIFF", "a RIFF file", true},
    {"II*", "a TIFF image", true},
    {absl::string_view("MM\0*", 4), "a TIFF image"},
    {"\x7f"
     "ELF",
     "a program"},
    {"\xd0\xcf\x11\xe0", "an old office document"},
    {"{\\rtf", "an RTF document"},
    {"OggS", "an Ogg file", true},
    {"ID3", "an MP3 file", true},
    {"SQLite format 3", "an SQLite database"},
    {"wOF2", "a font", true},
};

bool HasControlBytes(absl::string_view head) {
  for (const char c : head.substr(0, kBinaryHeadBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' && !absl::ascii_isspace(byte)) return true;
  }
  return false;
}

// "objects.inv" of a Sphinx manual: four lines of text, and packed bytes behind
// them of which so few may look like control characters that all passes for
// text. A Markdown file may begin with the first line.
bool IsSphinxInventory(absl::string_view head) {
  return absl::StartsWith(head, "# Sphinx inventory version 2") &&
         absl::StartsWith(head.substr(std::min(head.find('\n'), head.size())),
                          "\n# Project:");
}

bool StartsWithTag(absl::string_view text, absl::string_view name) {
  return text.size() > name.size() + 1 && text[0] == '<' &&
         absl::StartsWithIgnoreCase(text.substr(1), name) &&
         !absl::ascii_isalnum(
             static_cast<unsigned char>(text[name.size() + 1]));
}

absl::string_view SkipSpace(absl::string_view text) {
  const size_t at = text.find_first_not_of(" \t\r\n\f");
  return at == absl::string_view::npos ? absl::string_view() : text.substr(at);
}

// What stands before the root element of XML or HTML.
struct Prolog {
  bool is_xml = false;
  std::string doctype;     // lower case, empty when there is none
  absl::string_view root;  // from its '<' on; empty when there is none
};

Prolog ReadProlog(absl::string_view text) {
  Prolog out;
  while (true) {
    text = SkipSpace(text);
    absl::string_view end;
    if (absl::StartsWith(text, "<?")) {
      out.is_xml |= absl::StartsWith(text, "<?xml");
      end = "?>";
    } else if (absl::StartsWith(text, "<!--")) {
      end = "-->";
    } else if (absl::StartsWithIgnoreCase(text, "<!doctype")) {
      const size_t bracket = text.find_first_of("[>");
      out.doctype = absl::AsciiStrToLower(text.substr(0, bracket));
      end = bracket != absl::string_view::npos && text[bracket] == '['
                ? absl::string_view("]>")
                : absl::string_view(">");
    } else {
      if (text.size() > 1 && text[0] == '<' &&
          absl::ascii_isalpha(static_cast<unsigned char>(text[1]))) {
        out.root = text;
      }
      return out;
    }
    const size_t at = text.find(end);
    if (at == absl::string_view::npos) return out;
    text.remove_prefix(at + end.size());
  }
}

absl::string_view RootName(absl::string_view root) {
  const size_t end = root.find_first_of(" \t\r\n/>", 1);
  absl::string_view name =
      root.substr(1, end == absl::string_view::npos ? end : end - 1);
  const size_t colon = name.find(':');
  return colon == absl::string_view::npos ? name : name.substr(colon + 1);
}

bool IsDocBookRoot(absl::string_view name) {
  for (absl::string_view known :
       {"book", "article", "chapter", "appendix", "preface", "part", "set",
        "refentry", "reference", "sect1", "glossary"}) {
    if (name == known) return true;
  }
  return false;
}

// Formats made of elements; kUnknown when `head` is not.
absl::StatusOr<Format> DetectMarkup(absl::string_view head) {
  const Prolog prolog = ReadProlog(head);
  if (absl::StrContains(prolog.doctype, "html")) return Format::kHtml;
  if (prolog.root.empty()) return Format::kUnknown;
  const absl::string_view tag = prolog.root.substr(0, prolog.root.find('>'));
  if (absl::StrContains(tag, "projectmallard.org")) return Format::kMallard;
  if (absl::StrContains(tag, "docbook.org/ns/docbook") ||
      absl::StrContains(prolog.doctype, "docbook")) {
    return Format::kDocBook;
  }
  const std::string name = absl::AsciiStrToLower(RootName(prolog.root));
  if (name == "html") return Format::kHtml;
  if (prolog.is_xml || !prolog.doctype.empty()) {
    if (IsDocBookRoot(name)) return Format::kDocBook;
    return absl::UnimplementedError(absl::StrCat(
        "xml: root element <", name, ">, want HTML, Mallard or DocBook"));
  }
  for (absl::string_view known :
       {"head", "body", "div", "p", "h1", "h2", "table", "title", "ul", "main",
        "article", "section", "meta"}) {
    if (StartsWithTag(prolog.root, known)) return Format::kHtml;
  }
  return Format::kUnknown;
}

bool LooksLikeJsonLines(absl::string_view utf8) {
  const absl::string_view text = SkipSpace(utf8);
  if (text.empty() || text[0] != '{') return false;
  absl::string_view line = text.substr(0, text.find('\n'));
  // One object without a text is a configuration, not a document.
  if (SkipSpace(text.substr(line.size())).empty() && !NamesAText(line)) {
    return false;
  }
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') {
    line.remove_suffix(1);
  }
  return line.size() >= 2 && line.back() == '}' &&
         line.find('"') != absl::string_view::npos;
}

// Signs of Markdown that plain text seldom has.
int MarkdownSigns(absl::string_view head) {
  int signs = 0;
  bool fence = false;
  size_t at = 0;
  while (at < head.size()) {
    size_t end = head.find('\n', at);
    if (end == absl::string_view::npos) end = head.size();
    const absl::string_view line = head.substr(at, end - at);
    at = end + 1;
    const size_t hashes = line.find_first_not_of('#');
    if (hashes != absl::string_view::npos && hashes >= 1 && hashes <= 6 &&
        line[hashes] == ' ') {
      signs += 1;
    }
    if (absl::StartsWith(line, "```") || absl::StartsWith(line, "~~~")) {
      // Both ends count, so one block is enough.
      signs += fence ? 2 : 0;
      fence = !fence;
    }
    if (absl::StartsWith(line, "|") && absl::StrContains(line, "---|")) {
      signs += 3;
    }
    const size_t link = line.find("](");
    if (link != absl::string_view::npos &&
        line.substr(0, link).find('[') != absl::string_view::npos &&
        line.find(')', link) != absl::string_view::npos) {
      signs += 2;
    }
    const size_t strong = line.find("**");
    if (strong != absl::string_view::npos &&
        line.find("**", strong + 2) != absl::string_view::npos) {
      signs += 1;
    }
  }
  return signs;
}

// All but markup and JSON lines.
absl::StatusOr<Extracted> ExtractLines(absl::string_view utf8, Format format,
                                       const ExtractLimits& limits) {
  switch (format) {
    case Format::kCsv:
      return ExtractCsv(utf8, 0, limits);
    case Format::kTsv:
      return ExtractCsv(utf8, '\t', limits);
    case Format::kCode:
      return ExtractCode(utf8, limits);
    default:
      return ExtractPlain(utf8, limits);
  }
}

absl::Status CheckHasText(const Extracted& document) {
  if (!document.text.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      FormatName(document.format), ": no text in it, want at least one word"));
}

}  // namespace

absl::StatusOr<Format> DetectFormat(absl::string_view utf8) {
  const absl::string_view head = utf8.substr(0, kHeadBytes);
  ASSIGN_OR_RETURN(const Format markup, DetectMarkup(head));
  if (markup != Format::kUnknown) return markup;
  if (LooksLikeJsonLines(utf8)) return Format::kJsonLines;
  const absl::string_view text = SkipSpace(head);
  if (absl::StartsWith(text, "---\n") && MarkdownSigns(head) >= 1) {
    return Format::kMarkdown;
  }
  if (MarkdownSigns(head) >= 2) return Format::kMarkdown;
  const char separator = DetectSeparator(utf8);
  if (separator != 0) {
    return separator == '\t' ? Format::kTsv : Format::kCsv;
  }
  return Format::kPlain;
}

Format FormatOfMediaType(absl::string_view type) {
  const std::string name = absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(type.substr(0, type.find(';'))));
  if (name == "text/plain") return Format::kPlain;
  if (name == "text/markdown") return Format::kMarkdown;
  if (name == "text/html" || name == "application/xhtml+xml") {
    return Format::kHtml;
  }
  if (name == "text/csv") return Format::kCsv;
  if (name == "text/tab-separated-values") return Format::kTsv;
  if (name == "application/mallard+xml") return Format::kMallard;
  if (name == "application/docbook+xml") return Format::kDocBook;
  if (name == "text/x-source") return Format::kCode;
  if (name == "application/jsonl" || name == "application/x-ndjson" ||
      name == "application/x-jsonlines") {
    return Format::kJsonLines;
  }
  return Format::kUnknown;
}

absl::string_view BinaryKind(absl::string_view head) {
  for (const Signature& signature : kSignatures) {
    if (!absl::StartsWith(head, signature.bytes)) continue;
    if (signature.may_begin_words && !HasControlBytes(head)) continue;
    return signature.kind;
  }
  if (IsSphinxInventory(head)) return "a packed Sphinx inventory";
  return "";
}

bool IsMarkup(Format format) {
  return format == Format::kMarkdown || format == Format::kHtml ||
         format == Format::kMallard || format == Format::kDocBook;
}

absl::StatusOr<Extracted> ExtractMarkup(absl::string_view utf8, Format format,
                                        const ExtractLimits& limits) {
  switch (format) {
    case Format::kMarkdown:
      return ExtractMarkdown(utf8, limits);
    case Format::kHtml:
      return ExtractHtml(utf8, limits);
    case Format::kMallard:
      return ExtractMallard(utf8, limits);
    case Format::kDocBook:
      return ExtractDocBook(utf8, limits);
    default:
      return absl::UnimplementedError(
          absl::StrCat(FormatName(format), ": not markup"));
  }
}

absl::StatusOr<DetectedText> DetectText(std::string bytes,
                                        absl::string_view media_type) {
  if (bytes.empty()) {
    return absl::InvalidArgumentError("file: 0 bytes, want some text");
  }
  const absl::string_view binary = BinaryKind(bytes);
  if (!binary.empty()) {
    return absl::UnimplementedError(
        absl::StrCat("file: ", binary,
                     ", want a text, an office document, an e-book or an "
                     "archive"));
  }
  const std::string declared = DeclaredHtmlEncoding(bytes);
  DetectedText out;
  ASSIGN_OR_RETURN(out.decoded, DecodeText(std::move(bytes), declared));
  out.format = FormatOfMediaType(media_type);
  if (out.format == Format::kUnknown) {
    ASSIGN_OR_RETURN(out.format, DetectFormat(out.decoded.utf8));
  }
  return out;
}

bool IsNamedMarkdown(absl::string_view path) {
  return absl::EndsWithIgnoreCase(path, ".md") ||
         absl::EndsWithIgnoreCase(path, ".markdown");
}

absl::Status ReadDetected(
    const DetectedText& text, const ExtractLimits& limits,
    const std::function<absl::Status(uint32_t line,
                                     absl::StatusOr<JsonDocument>)>& each,
    const MarkupReader& read_markup) {
  const DecodedText& decoded = text.decoded;
  const auto finish =
      [&](absl::StatusOr<JsonDocument> read) -> absl::StatusOr<JsonDocument> {
    if (!read.ok()) return read;
    read->document.encoding = decoded.encoding;
    read->document.replaced_sequences = decoded.replaced_sequences;
    RETURN_IF_ERROR(CheckHasText(read->document));
    return read;
  };
  if (text.format == Format::kJsonLines) {
    return ExtractJsonLines(
        decoded.utf8, limits,
        [&](uint32_t line, absl::StatusOr<JsonDocument> read) {
          return each(line, finish(std::move(read)));
        });
  }
  if (decoded.utf8.size() > limits.max_document_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("file: ", decoded.utf8.size(),
                     " bytes of text, want at "
                     "most ",
                     limits.max_document_bytes));
  }
  JsonDocument whole;
  if (IsMarkup(text.format)) {
    ASSIGN_OR_RETURN(whole.document,
                     read_markup(decoded.utf8, text.format, limits));
  } else {
    ASSIGN_OR_RETURN(whole.document,
                     ExtractLines(decoded.utf8, text.format, limits));
  }
  ASSIGN_OR_RETURN(whole, finish(std::move(whole)));
  return each(0, std::move(whole));
}

absl::Status ReadDocuments(
    std::string bytes, absl::string_view media_type,
    const ExtractLimits& limits,
    const std::function<absl::Status(uint32_t line,
                                     absl::StatusOr<JsonDocument>)>& each,
    const MarkupReader& read_markup) {
  ASSIGN_OR_RETURN(const DetectedText text,
                   DetectText(std::move(bytes), media_type));
  return ReadDetected(text, limits, each, read_markup);
}

}  // namespace footnote
