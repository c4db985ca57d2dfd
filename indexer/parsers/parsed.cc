#include "indexer/parsers/parsed.h"

#include <simdjson.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "storage/record_codec.h"

namespace footnote {
namespace {

// Every record begins so.
constexpr uint64_t kDocument = 1;
constexpr uint64_t kFailure = 2;
constexpr uint64_t kRaw = 3;
constexpr uint32_t kMost32 = 0xffffffff;

void WriteSpan(const TextSpan& span, RecordWriter* writer) {
  writer->Number(span.begin);
  writer->Number(span.end);
}

TextSpan ReadSpan(RecordReader* reader) {
  TextSpan span;
  span.begin = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
  span.end = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
  return span;
}

void WriteExtracted(const Extracted& document, RecordWriter* writer) {
  writer->Number(static_cast<uint64_t>(document.format));
  writer->Bytes(document.text);
  writer->Bytes(document.title);
  writer->Bytes(document.language);
  writer->Bytes(document.encoding);
  writer->Number(document.replaced_sequences);
  writer->Number(document.metadata.size());
  for (const auto& entry : document.metadata) {
    writer->Bytes(entry.first);
    writer->Bytes(entry.second);
  }
  writer->Number(document.sections.size());
  for (const Section& section : document.sections) {
    writer->Number(section.parent);
    writer->Signed(section.level);
    WriteSpan(section.heading, writer);
    writer->Bytes(section.anchor);
  }
  writer->Number(document.places.size());
  for (const std::string& place : document.places) writer->Bytes(place);
  writer->Number(document.blocks.size());
  for (const Block& block : document.blocks) {
    WriteSpan(block.span, writer);
    writer->Number(static_cast<uint64_t>(block.kind));
    writer->Number(block.section);
    writer->Number(block.line);
    writer->Number(block.place);
  }
  writer->Number(document.parts.size());
  for (const BlockPart& part : document.parts) {
    writer->Number(part.begin);
    writer->Number(part.line);
    writer->Number(part.place);
  }
}

Extracted ReadExtracted(RecordReader* reader) {
  Extracted out;
  out.format = static_cast<Format>(
      reader->NumberUpTo(static_cast<uint64_t>(Format::kLast)));
  out.text = reader->String();
  out.title = reader->String();
  out.language = reader->String();
  out.encoding = reader->String();
  out.replaced_sequences = reader->Number();
  for (uint64_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    std::string key = reader->String();
    out.metadata.emplace_back(std::move(key), reader->String());
  }
  for (uint64_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    Section section;
    section.parent = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
    section.level = static_cast<int>(reader->Signed());
    section.heading = ReadSpan(reader);
    section.anchor = reader->String();
    out.sections.push_back(std::move(section));
  }
  for (uint64_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    out.places.push_back(reader->String());
  }
  for (uint64_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    Block block;
    block.span = ReadSpan(reader);
    block.kind = static_cast<BlockKind>(
        reader->NumberUpTo(static_cast<uint64_t>(BlockKind::kCode)));
    block.section = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
    block.line = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
    block.place = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
    out.blocks.push_back(block);
  }
  for (uint64_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    BlockPart part;
    part.begin = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
    part.line = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
    part.place = static_cast<uint32_t>(reader->NumberUpTo(kMost32));
    out.parts.push_back(part);
  }
  return out;
}

absl::Status Broken(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("parser: its document ", what));
}

// Each lies in a block, behind the one before, and has a place where the block
// has one.
absl::Status CheckParts(const Extracted& document) {
  auto block = document.blocks.begin();
  uint64_t least = 0;
  for (const BlockPart& part : document.parts) {
    while (block != document.blocks.end() && block->span.end <= part.begin) {
      ++block;
    }
    if (part.begin < least || block == document.blocks.end() ||
        part.begin < block->span.begin ||
        (document.text[part.begin] & 0xC0) == 0x80 ||
        part.place > document.places.size() ||
        (part.place == 0) != (block->place == 0)) {
      return Broken(absl::StrCat("has a bad part at byte ", part.begin));
    }
    least = uint64_t{part.begin} + 1;
  }
  return absl::OkStatus();
}

}  // namespace

void AppendParsed(const ParsedDocument& parsed, std::string* out) {
  RecordWriter writer(out);
  if (!parsed.raw.empty()) {
    writer.Number(kRaw);
    writer.Bytes(parsed.part);
    writer.Bytes(parsed.raw);
  } else if (parsed.document.ok()) {
    writer.Number(kDocument);
    writer.Bytes(parsed.part);
    WriteExtracted(*parsed.document, &writer);
  } else {
    writer.Number(kFailure);
    writer.Bytes(parsed.part);
    writer.Number(static_cast<uint64_t>(parsed.document.status().code()));
    writer.Bytes(parsed.document.status().message());
  }
}

absl::Status ReadParsed(
    absl::string_view bytes,
    const std::function<absl::Status(ParsedDocument)>& each) {
  RecordReader reader(bytes);
  while (reader.ok() && !reader.done()) {
    const uint64_t kind = reader.NumberUpTo(kRaw);
    ParsedDocument parsed;
    parsed.part = ReplaceInvalidUtf8(reader.Bytes());
    if (kind == kDocument) {
      Extracted document = ReadExtracted(&reader);
      if (!reader.ok()) break;
      RETURN_IF_ERROR(CheckExtracted(document));
      parsed.document = std::move(document);
    } else if (kind == kFailure) {
      const auto code = static_cast<absl::StatusCode>(reader.NumberUpTo(16));
      const std::string message = ReplaceInvalidUtf8(reader.Bytes());
      parsed.document = absl::Status(
          code == absl::StatusCode::kOk ? absl::StatusCode::kUnknown : code,
          message);
    } else if (kind == kRaw) {
      parsed.raw = reader.String();
      if (reader.ok() && parsed.raw.empty()) return Broken("has no bytes");
    } else {
      return Broken("is of no known kind");
    }
    if (!reader.ok()) break;
    RETURN_IF_ERROR(each(std::move(parsed)));
  }
  return reader.ok() ? absl::OkStatus() : Broken("is cut short");
}

absl::Status CheckExtracted(const Extracted& document) {
  const std::string& text = document.text;
  if (!simdjson::validate_utf8(text) || !IsValidUtf8(document.title) ||
      !IsValidUtf8(document.language)) {
    return Broken("is not UTF-8");
  }
  for (const auto& entry : document.metadata) {
    if (!IsValidUtf8(entry.first) || !IsValidUtf8(entry.second)) {
      return Broken("has metadata that is not UTF-8");
    }
  }
  if (document.sections.empty() || document.sections[0].parent != 0) {
    return Broken("has no section 0");
  }
  const auto inside = [&text](const TextSpan& span) {
    return span.begin <= span.end && span.end <= text.size() &&
           (span.begin == text.size() || (text[span.begin] & 0xC0) != 0x80) &&
           (span.end == text.size() || (text[span.end] & 0xC0) != 0x80);
  };
  for (size_t i = 1; i < document.sections.size(); ++i) {
    const Section& section = document.sections[i];
    if (section.parent >= i || !inside(section.heading)) {
      return Broken(absl::StrCat("has a bad section ", i));
    }
    if (!IsValidUtf8(section.anchor)) return Broken("has a bad anchor");
  }
  size_t end = 0;
  for (const Block& block : document.blocks) {
    if (!inside(block.span) || block.span.begin < end || block.span.empty() ||
        block.section >= document.sections.size() ||
        block.place > document.places.size()) {
      return Broken(absl::StrCat("has a bad block at byte ", block.span.begin));
    }
    end = block.span.end;
  }
  RETURN_IF_ERROR(CheckParts(document));
  for (const std::string& place : document.places) {
    if (!IsValidUtf8(place)) return Broken("has a bad place");
  }
  return absl::OkStatus();
}

}  // namespace footnote
