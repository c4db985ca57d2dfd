#include "indexer/prepare.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/hash.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/code.h"
#include "indexer/formats/detect.h"
#include "indexer/parsers/parse_apart.h"
#include "storage/locator.h"
#include "text/analyzer.h"
#include "text/identify.h"

namespace footnote {
namespace {

constexpr size_t kMaxIdBytes = 1024;
// No section's number.
constexpr uint32_t kNoSection = 0xffffffff;
constexpr size_t kMaxTitleBytes = 1024;
constexpr size_t kLinesBeforeTitle = 3;
constexpr size_t kLongestLineBeforeTitle = 100;
constexpr size_t kDigitsOfAYear = 4;
// Of ids that people say.
constexpr size_t kMaxSpokenBytes = 64;
constexpr size_t kHashDigits = 16;
constexpr size_t kRandomBytes = 20;
constexpr size_t kMaxKeyBytes = 128;
constexpr size_t kMaxValueBytes = 4096;
// Pairs of a document; what its file says beyond is left out. A search shows
// them with each passage, and a segment holds few more.
constexpr size_t kMaxMetadata = 2000;

// A passage shorter than this says too little of its language; of a longer one
// so much is looked at, from its middle: headings stand at the begin, often in
// another language than what was never translated below them.
constexpr size_t kMinBytesToIdentify = 160;
constexpr size_t kIdentifyBytes = 400;
// Of a document so much is looked at: its passages are asked one by one
// afterwards, and most of them decide.
constexpr size_t kIdentifyDocumentBytes = 2000;
// How sure identification must be to be better than nothing: of a text that
// quotes another language half of the time, the best guess is still right.
constexpr float kGuess = 0.2f;

// `text` cut to at most `bytes`, never inside a code point.
std::string Cut(absl::string_view text, size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  return std::string(text.substr(0, FloorToCodePoint(text, bytes)));
}

std::string MetadataKey(absl::string_view key) {
  std::string out = Cut(key, kMaxKeyBytes);
  for (char& c : out) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' &&
        c != '-' && c != '.') {
      c = '_';
    }
  }
  return out;
}

using Metadata = std::vector<std::pair<std::string, std::string>>;

// The caller's word counts; `left_out` becomes the number of pairs for which
// there is no room.
Metadata JoinMetadata(const Metadata& given, const Metadata& found,
                      size_t* left_out) {
  Metadata out = given;
  absl::flat_hash_set<absl::string_view> overruled;
  for (const auto& entry : given) overruled.insert(entry.first);
  for (const auto& entry : found) {
    std::string key = MetadataKey(entry.first);
    if (key.empty() || overruled.contains(key)) continue;
    if (out.size() >= kMaxMetadata) {
      ++*left_out;
      continue;
    }
    out.emplace_back(std::move(key), Cut(entry.second, kMaxValueBytes));
  }
  return out;
}

// At most `bytes` from the middle of `text`.
absl::string_view Middle(absl::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  const size_t begin = FloorToCodePoint(text, (text.size() - bytes) / 2);
  return text.substr(begin, FloorToCodePoint(text, begin + bytes) - begin);
}

// The caller's word counts; then what the text is surely written in; then the
// file's word; then the best guess.
Language DocumentLanguage(const SourceFile& file, const Extracted& document) {
  const absl::StatusOr<Language> given = ParseLanguage(file.language);
  if (given.ok() && *given != Language::kUnknown) return *given;
  const Language said =
      ParseLanguage(document.language).value_or(Language::kUnknown);
  const absl::string_view middle =
      Middle(document.text, kIdentifyDocumentBytes);
  if (said != Language::kUnknown) {
    const Language sure = SureLanguage(middle, said);
    return sure != Language::kUnknown ? sure : said;
  }
  const Identified identified = IdentifyLanguage(middle);
  return identified.confidence >= kGuess ? identified.language
                                         : Language::kUnknown;
}

// kUnknown where the passage does not tell.
Language PassageLanguage(const CutPassage& passage, absl::string_view text,
                         Language document) {
  if (text.size() < kMinBytesToIdentify || passage.kind == BlockKind::kCode) {
    return Language::kUnknown;
  }
  return SureLanguage(Middle(text, kIdentifyBytes), document);
}

// Identifies the passages; those that do not tell get the document's language.
// Unless the caller gave that one, it becomes what most of the text is in: of
// a page that was translated in part, the whole says little.
void FillLanguages(bool given, PreparedDocument* document) {
  std::array<size_t, kLanguageCount> bytes = {};
  for (size_t i = 0; i < document->passages.size(); ++i) {
    YieldToSearches();
    const absl::string_view text = document->PassageText(i);
    const Language language =
        PassageLanguage(document->passages[i], text, document->language);
    document->passage_languages.push_back(language);
    if (language != Language::kUnknown) {
      bytes[static_cast<size_t>(language)] += text.size();
    }
  }
  const auto most = std::max_element(bytes.begin(), bytes.end());
  if (!given && *most > 0) {
    document->language = static_cast<Language>(most - bytes.begin());
  }
  for (Language& language : document->passage_languages) {
    if (language == Language::kUnknown) language = document->language;
  }
}

std::string MakeLocator(const Extracted& document) {
  Locator locator;
  uint32_t section = 0;
  uint32_t place = 0;
  auto next = document.parts.begin();
  const auto add = [&](uint32_t begin, uint32_t line, uint32_t at) {
    if (at != place) locator.SetElement(document.places[at - 1]);
    place = at;
    locator.Add(begin, line);
  };
  for (const Block& block : document.blocks) {
    const auto first = next;
    while (next != document.parts.end() && next->begin < block.span.end) ++next;
    const bool begins_with_part =
        first != next && first->begin == block.span.begin;
    if (block.place != 0) {
      if (!begins_with_part) add(block.span.begin, block.line, block.place);
      for (auto part = first; part != next; ++part) {
        add(part->begin, part->line, part->place);
      }
      continue;
    }
    if (place != 0) {
      place = 0;
      section = kNoSection;
    }
    if (block.section != section || locator.empty()) {
      section = block.section;
      // A section without an anchor of its own is found under its parent's.
      uint32_t anchored = section;
      while (anchored != 0 && document.sections[anchored].anchor.empty()) {
        anchored = document.sections[anchored].parent;
      }
      locator.SetElement(document.sections[anchored].anchor);
    }
    if (!begins_with_part) locator.Add(block.span.begin, block.line);
    for (auto part = first; part != next; ++part) {
      locator.Add(part->begin, part->line);
    }
  }
  return locator.Encode();
}

std::vector<Heading> HeadingsOf(const Extracted& document) {
  std::vector<Heading> headings;
  for (size_t i = 1; i < document.sections.size(); ++i) {
    const Section& section = document.sections[i];
    Heading heading;
    heading.begin = section.heading.begin;
    heading.level = static_cast<uint32_t>(section.level);
    heading.text =
        document.text.substr(section.heading.begin, section.heading.size());
    headings.push_back(std::move(heading));
  }
  return headings;
}

bool IsTables(Format format) {
  return format == Format::kXlsx || format == Format::kOds ||
         format == Format::kCsv;
}

// "1 Safety" and "2.3. Cleaning", not "2024 in figures".
bool IsNumbered(absl::string_view heading) {
  const size_t end = heading.find_first_not_of("0123456789.");
  if (end == 0 || end == absl::string_view::npos || heading[end] != ' ') {
    return false;
  }
  return end < kDigitsOfAYear || absl::StrContains(heading.substr(0, end), '.');
}

// What a file says it is called, else the heading that it begins with, unless
// that is a chapter's; a few short lines (a date, whose it is) may stand before
// it.
absl::string_view TitleOf(const Extracted& document) {
  if (!document.title.empty() || IsTables(document.format)) {
    return document.title;
  }
  for (size_t i = 0; i < document.blocks.size() && i <= kLinesBeforeTitle;
       ++i) {
    const TextSpan& span = document.blocks[i].span;
    if (document.blocks[i].kind == BlockKind::kHeading) {
      const absl::string_view heading =
          absl::string_view(document.text).substr(span.begin, span.size());
      return IsNumbered(heading) ? absl::string_view() : heading;
    }
    if (span.size() > kLongestLineBeforeTitle) break;
  }
  return absl::string_view();
}

// Whether people call something by `id`; see PreparedDocument::name.
bool IsSpoken(absl::string_view id) {
  if (id.size() > kMaxSpokenBytes || absl::StrContains(id, "://")) return false;
  size_t digits = 0, hex = 0, marks = 0, others = 0;
  for (const unsigned char c : id) {
    digits += absl::ascii_isdigit(c) != 0;
    hex += absl::ascii_isxdigit(c) != 0;
    marks += absl::ascii_ispunct(c) != 0;
    others += !absl::ascii_isalnum(c);
  }
  if (digits == id.size()) {
    return digits > kDigitsOfAYear
               ? digits < kHashDigits
               : digits == kDigitsOfAYear && id[0] != '1' && id[0] != '2';
  }
  // Hashes and what is drawn at random.
  if (hex + marks == id.size() && hex >= kHashDigits) return false;
  return id.size() > 1 && (others > 0 || id.size() < kRandomBytes);
}

absl::string_view NameOf(const SourceFile& file) {
  return file.path.empty() ? file.document : file.path;
}

// The programming language of a file of code; empty of others.
absl::string_view CodeOf(const SourceFile& file) {
  if (!file.media_type.empty()) return "";
  return ProgrammingLanguageOf(NameOf(file));
}

absl::StatusOr<PreparedDocument> Prepare(const SourceFile& file,
                                         const std::string& document,
                                         absl::string_view collection,
                                         JsonDocument read) {
  RETURN_IF_ERROR(CheckDocumentId(document));
  PreparedDocument out;
  out.extracted = std::move(read.document);
  out.vector = std::move(read.vector);
  if (IsSpoken(read.id)) out.name = std::move(read.id);
  const Extracted& extracted = out.extracted;
  if (extracted.text.size() > 0xffffffff) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "canonical text: ", extracted.text.size(), " bytes, want under 4 GiB"));
  }
  out.language = DocumentLanguage(file, extracted);
  out.passages = CutPassages(extracted, out.language);
  const absl::StatusOr<Language> given = ParseLanguage(file.language);
  FillLanguages(given.ok() && *given != Language::kUnknown, &out);
  VersionRecord& record = out.record;
  record.collection = std::string(collection);
  record.document = document;
  record.sha256 = Sha256(extracted.text);
  record.bytes = extracted.text.size();
  record.code_points = CountCodePoints(extracted.text);
  record.language = std::string(LanguageCode(out.language));
  record.title =
      Cut(file.title.empty() ? TitleOf(extracted) : file.title, kMaxTitleBytes);
  record.media_type = std::string(MediaTypeOf(extracted.format));
  record.source = file.path.empty() ? file.document : file.path;
  size_t left_out = 0;
  record.metadata = JoinMetadata(file.metadata, extracted.metadata, &left_out);
  if (left_out > 0) {
    out.warnings.push_back(absl::StrCat(left_out,
                                        " pairs of metadata were left out, "
                                        "want at most ",
                                        kMaxMetadata));
  }
  record.labels = file.labels;
  record.headings = HeadingsOf(extracted);
  record.passages = static_cast<uint32_t>(out.passages.size());
  record.analyzer_version = kAnalyzerVersion;
  out.locator = MakeLocator(extracted);
  if (extracted.replaced_sequences > 0) {
    out.warnings.push_back(absl::StrCat(
        extracted.replaced_sequences, " byte sequences were not valid ",
        extracted.encoding, " and became U+FFFD"));
  }
  return out;
}

}  // namespace

std::vector<absl::string_view> PreparedDocument::PathTo(
    uint32_t section) const {
  std::vector<absl::string_view> path = extracted.HeadingPath(section);
  if (!name.empty() && name != record.title) path.insert(path.begin(), name);
  return path;
}

absl::string_view MediaTypeOf(Format format) {
  switch (format) {
    case Format::kMarkdown:
      return "text/markdown";
    case Format::kHtml:
      return "text/html";
    case Format::kMallard:
      return "application/mallard+xml";
    case Format::kDocBook:
      return "application/docbook+xml";
    case Format::kJsonLines:
      return "application/jsonl";
    case Format::kDocx:
      return "application/vnd.openxmlformats-officedocument.wordprocessingml."
             "document";
    case Format::kPptx:
      return "application/vnd.openxmlformats-officedocument.presentationml."
             "presentation";
    case Format::kXlsx:
      return "application/vnd.openxmlformats-officedocument.spreadsheetml."
             "sheet";
    case Format::kOdt:
      return "application/vnd.oasis.opendocument.text";
    case Format::kOdp:
      return "application/vnd.oasis.opendocument.presentation";
    case Format::kOds:
      return "application/vnd.oasis.opendocument.spreadsheet";
    case Format::kEpub:
      return "application/epub+zip";
    case Format::kCsv:
      return "text/csv";
    case Format::kTsv:
      return "text/tab-separated-values";
    case Format::kPdf:
      return "application/pdf";
    case Format::kMail:
      return "message/rfc822";
    case Format::kRtf:
      return "application/rtf";
    case Format::kCode:
      return "text/x-source";
    case Format::kPng:
      return "image/png";
    case Format::kJpeg:
      return "image/jpeg";
    case Format::kTiff:
      return "image/tiff";
    case Format::kPlain:
    case Format::kUnknown:
      break;
  }
  return "text/plain";
}

absl::Status CheckDocumentId(absl::string_view document) {
  if (document.empty() || document.size() > kMaxIdBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "document id: ", document.size(), " bytes, want 1 to ", kMaxIdBytes));
  }
  if (!IsValidUtf8(document)) {
    return absl::InvalidArgumentError("document id: not UTF-8, want UTF-8");
  }
  for (char c : document) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      return absl::InvalidArgumentError(
          absl::StrCat("document id: control character ",
                       static_cast<int>(byte), ", want none"));
    }
  }
  return absl::OkStatus();
}

StartedFile StartFile(SourceFile file, std::string sha256,
                      const ExtractLimits& limits, MarkupParser* markup) {
  StartedFile out;
  std::string bytes = std::move(file.bytes);
  file.bytes.clear();
  out.file = std::move(file);
  out.source_bytes = bytes.size();
  out.source_sha256 = std::move(sha256);
  out.is_apart = IsReadApart(bytes);
  if (out.is_apart) {
    out.bytes = std::move(bytes);
    return out;
  }
  const std::string media_type = CodeOf(out.file).empty()
                                     ? out.file.media_type
                                     : std::string(MediaTypeOf(Format::kCode));
  out.text = DetectText(std::move(bytes), media_type);
  if (out.text.ok() && out.text->format == Format::kPlain &&
      out.file.media_type.empty() && IsNamedMarkdown(NameOf(out.file))) {
    out.text->format = Format::kMarkdown;
  }
  if (out.text.ok() && IsMarkup(out.text->format) &&
      out.text->decoded.utf8.size() <= limits.max_document_bytes) {
    out.ahead =
        markup->ReadAhead(out.text->decoded.utf8, out.text->format, limits);
  }
  return out;
}

absl::Status PrepareStarted(
    StartedFile started, absl::string_view collection,
    const ExtractLimits& limits, const OcrOptions& ocr, MarkupParser* markup,
    const std::function<absl::Status(const std::string& document,
                                     absl::StatusOr<PreparedDocument>)>& each) {
  const SourceFile& file = started.file;
  absl::Status stopped;
  const auto prepare = [&](const std::string& document, bool is_whole,
                           JsonDocument read) {
    absl::StatusOr<PreparedDocument> prepared =
        Prepare(file, document, collection, std::move(read));
    if (prepared.ok() && is_whole) {
      prepared->record.source_bytes = started.source_bytes;
      prepared->record.source_sha256 = started.source_sha256;
    }
    return stopped = each(document, std::move(prepared));
  };
  absl::Status status = started.text.status();
  if (started.is_apart) {
    const Language language =
        ParseLanguage(file.language).value_or(Language::kUnknown);
    status = ParseApart(
        started.bytes, limits, ocr, language, markup,
        [&](ParsedDocument parsed) {
          std::string document = file.document;
          if (!parsed.part.empty()) {
            absl::StrAppend(&document, "#", parsed.part);
          }
          if (!parsed.document.ok()) {
            return stopped = each(document, parsed.document.status());
          }
          JsonDocument read;
          read.document = *std::move(parsed.document);
          return prepare(document, parsed.part.empty(), std::move(read));
        });
  } else if (status.ok()) {
    const absl::string_view code = CodeOf(file);
    status = ReadDetected(
        *started.text, limits,
        [&](uint32_t line, absl::StatusOr<JsonDocument> read) -> absl::Status {
          std::string document = file.document;
          if (line > 0) {
            line += file.lines_before;
            const bool named = read.ok() && !read->id.empty();
            absl::StrAppend(&document, "#",
                            named ? read->id : absl::StrCat(line));
          }
          if (!read.ok()) return stopped = each(document, read.status());
          if (line > 0) {
            for (Block& block : read->document.blocks) block.line = line;
            read->document.parts.clear();
          }
          if (!code.empty()) {
            read->document.metadata.emplace_back("programming_language", code);
          }
          return prepare(document, line == 0, *std::move(read));
        },
        [&](absl::string_view utf8, Format format, const ExtractLimits& most) {
          return markup->Read(utf8, format, most, started.ahead);
        });
  }
  if (status.ok() || !stopped.ok()) return status;
  // A reason of the file is the reason of its document.
  return each(file.document, status);
}

absl::Status PrepareDocuments(
    SourceFile file, absl::string_view collection, const ExtractLimits& limits,
    const OcrOptions& ocr, MarkupParser* markup,
    const std::function<absl::Status(const std::string& document,
                                     absl::StatusOr<PreparedDocument>)>& each) {
  std::string sha256 = Sha256(file.bytes);
  return PrepareStarted(
      StartFile(std::move(file), std::move(sha256), limits, markup), collection,
      limits, ocr, markup, each);
}

}  // namespace footnote
