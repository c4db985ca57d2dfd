#include "indexer/formats/format.h"

#include <algorithm>

namespace footnote {

absl::string_view FormatName(Format format) {
  switch (format) {
    case Format::kUnknown:
      return "unknown";
    case Format::kPlain:
      return "plain text";
    case Format::kMarkdown:
      return "Markdown";
    case Format::kHtml:
      return "HTML";
    case Format::kMallard:
      return "Mallard";
    case Format::kDocBook:
      return "DocBook";
    case Format::kJsonLines:
      return "JSON lines";
    case Format::kDocx:
      return "DOCX";
    case Format::kPptx:
      return "PPTX";
    case Format::kXlsx:
      return "XLSX";
    case Format::kOdt:
      return "ODT";
    case Format::kOdp:
      return "ODP";
    case Format::kOds:
      return "ODS";
    case Format::kEpub:
      return "EPUB";
    case Format::kCsv:
      return "CSV";
    case Format::kTsv:
      return "TSV";
    case Format::kPdf:
      return "PDF";
    case Format::kMail:
      return "e-mail";
    case Format::kRtf:
      return "RTF";
    case Format::kCode:
      return "source code";
    case Format::kPng:
      return "PNG image";
    case Format::kJpeg:
      return "JPEG image";
    case Format::kTiff:
      return "TIFF image";
  }
  return "unknown";
}

std::vector<absl::string_view> Extracted::HeadingPath(uint32_t section) const {
  std::vector<absl::string_view> path;
  for (; section != 0; section = sections[section].parent) {
    const TextSpan heading = sections[section].heading;
    path.push_back(
        absl::string_view(text).substr(heading.begin, heading.size()));
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<BlockPart> Extracted::PartsOf(const Block& block) const {
  std::vector<BlockPart> out;
  auto part = std::lower_bound(
      parts.begin(), parts.end(), block.span.begin,
      [](const BlockPart& one, uint32_t begin) { return one.begin < begin; });
  const auto inside = [&] {
    return part != parts.end() && part->begin < block.span.end;
  };
  if (!inside() || part->begin > block.span.begin) {
    out.push_back({block.span.begin, block.line, block.place});
  }
  for (; inside(); ++part) out.push_back(*part);
  return out;
}

}  // namespace footnote
