#include "indexer/formats/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/html.h"
#include "indexer/formats/table_rows.h"

namespace footnote {
namespace {

struct NodeFree {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct ParserFree {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct IterFree {
  void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
};

std::unique_ptr<cmark_node, NodeFree> Parse(absl::string_view utf8) {
  static const bool registered = [] {
    cmark_gfm_core_extensions_ensure_registered();
    return true;
  }();
  (void)registered;
  const std::unique_ptr<cmark_parser, ParserFree> parser(
      cmark_parser_new(CMARK_OPT_SOURCEPOS));
  for (const char* name : {"table", "strikethrough", "tasklist"}) {
    cmark_syntax_extension* extension = cmark_find_syntax_extension(name);
    if (extension != nullptr) {
      cmark_parser_attach_syntax_extension(parser.get(), extension);
    }
  }
  cmark_parser_feed(parser.get(), utf8.data(), utf8.size());
  return std::unique_ptr<cmark_node, NodeFree>(
      cmark_parser_finish(parser.get()));
}

absl::string_view TypeOf(cmark_node* node) {
  return cmark_node_get_type_string(node);
}

// The anchor that GitHub gives a heading.
std::string Slug(absl::string_view heading) {
  std::string slug;
  for (char c : heading) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || absl::ascii_isalnum(byte) || c == '-' || c == '_') {
      slug.push_back(absl::ascii_tolower(byte));
    } else if (c == ' ') {
      slug.push_back('-');
    }
  }
  return slug;
}

// Lines between --- and --- at the top of the file. Returns the number of
// lines taken and cuts them from `utf8`.
uint32_t ReadFrontMatter(absl::string_view* utf8, Extracted* out) {
  absl::string_view rest = *utf8;
  if (!absl::ConsumePrefix(&rest, "---\n")) return 0;
  const size_t end = rest.find("\n---\n");
  if (end == absl::string_view::npos) return 0;
  absl::string_view matter = rest.substr(0, end + 1);
  uint32_t lines = 2;
  Extracted found;
  while (!matter.empty()) {
    const size_t eol = matter.find('\n');
    const absl::string_view line = matter.substr(0, eol);
    matter.remove_prefix(eol + 1);
    ++lines;
    const size_t colon = line.find(':');
    // Lists and nested values are not ours to understand.
    if (colon == absl::string_view::npos || colon == 0 ||
        !absl::ascii_isalpha(static_cast<unsigned char>(line[0]))) {
      continue;
    }
    const std::string key = absl::AsciiStrToLower(line.substr(0, colon));
    absl::string_view value =
        absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') &&
        value.back() == value[0]) {
      value = value.substr(1, value.size() - 2);
    }
    if (value.empty()) continue;
    if (key == "title") {
      found.title = std::string(value);
    } else if (key == "lang" || key == "language") {
      found.language = std::string(value);
    } else {
      found.metadata.emplace_back(key, std::string(value));
    }
  }
  *utf8 = rest.substr(end + 5);
  out->title = std::move(found.title);
  out->language = std::move(found.language);
  out->metadata = std::move(found.metadata);
  return lines;
}

class MarkdownReader {
 public:
  MarkdownReader(const ExtractLimits& limits, uint32_t lines_before,
                 BlockWriter* writer)
      : limits_(limits), lines_before_(lines_before), writer_(*writer) {}

  absl::Status Read(cmark_node* document) {
    const std::unique_ptr<cmark_iter, IterFree> iter(cmark_iter_new(document));
    int depth = 0;
    for (cmark_event_type event = cmark_iter_next(iter.get());
         event != CMARK_EVENT_DONE && !writer_.full();
         event = cmark_iter_next(iter.get())) {
      cmark_node* node = cmark_iter_get_node(iter.get());
      if (event == CMARK_EVENT_ENTER) {
        // Leaves have no exit event.
        if (cmark_node_first_child(node) != nullptr) ++depth;
        if (depth > limits_.max_depth) {
          return absl::InvalidArgumentError(
              absl::StrCat("markdown: blocks nested more than ",
                           limits_.max_depth, " deep, want at most that"));
        }
        RETURN_IF_ERROR(Enter(node));
      } else {
        if (cmark_node_first_child(node) != nullptr) --depth;
        Leave(node);
      }
    }
    writer_.End();
    return absl::OkStatus();
  }

  const std::string& title() const { return title_; }

 private:
  uint32_t LineOf(cmark_node* node) const {
    return lines_before_ +
           static_cast<uint32_t>(std::max(cmark_node_get_start_line(node), 1));
  }

  void Begin(BlockKind kind, cmark_node* node) {
    writer_.Begin(kind, LineOf(node));
  }

  void Put(const char* text, cmark_node* node) {
    if (text == nullptr) return;
    if (in_cell_) {
      AppendFolded(text, &space_, &newline_, &cell_);
    } else if (cmark_node_get_start_line(node) > 0) {
      writer_.TextOfLines(text, LineOf(node));
    } else {
      writer_.Text(text);
    }
    if (in_heading_) AppendFolded(text, &space_, &newline_, &heading_);
  }

  absl::Status Enter(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_PARAGRAPH:
        Begin(items_ > 0 ? BlockKind::kListItem : BlockKind::kParagraph, node);
        return absl::OkStatus();
      case CMARK_NODE_ITEM:
        ++items_;
        return absl::OkStatus();
      case CMARK_NODE_HEADING:
        Begin(BlockKind::kHeading, node);
        in_heading_ = true;
        heading_.clear();
        return absl::OkStatus();
      case CMARK_NODE_CODE_BLOCK: {
        // A fence takes a line of its own.
        const bool fenced =
            cmark_node_get_end_line(node) > cmark_node_get_start_line(node) &&
            cmark_node_get_fenced(node, &ignored_, &ignored_, &fence_) != 0;
        writer_.Begin(BlockKind::kCode, LineOf(node) + fenced);
        writer_.Text(cmark_node_get_literal(node));
        writer_.End();
        return absl::OkStatus();
      }
      case CMARK_NODE_HTML_BLOCK:
        return ReadHtml(node);
      case CMARK_NODE_TEXT:
      case CMARK_NODE_CODE:
        Put(cmark_node_get_literal(node), node);
        return absl::OkStatus();
      case CMARK_NODE_SOFTBREAK:
      case CMARK_NODE_LINEBREAK:
        Put("\n", node);
        return absl::OkStatus();
      default:
        break;
    }
    const absl::string_view type = TypeOf(node);
    if (type == "table") {
      rows_ = TableRows();
      writer_.End();
    } else if (type == "table_row" || type == "table_header") {
      rows_.BeginRow(LineOf(node));
      in_header_row_ = cmark_gfm_extensions_get_table_row_is_header(node) != 0;
    } else if (type == "table_cell") {
      in_cell_ = true;
      cell_.clear();
    }
    return absl::OkStatus();
  }

  void Leave(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_PARAGRAPH:
        writer_.End();
        return;
      case CMARK_NODE_ITEM:
        --items_;
        return;
      case CMARK_NODE_HEADING:
        writer_.SetHeading(cmark_node_get_heading_level(node), Slug(heading_));
        writer_.End();
        in_heading_ = false;
        space_ = newline_ = false;
        if (title_.empty()) title_ = heading_;
        return;
      default:
        break;
    }
    const absl::string_view type = TypeOf(node);
    if (type == "table_cell") {
      rows_.AddCell(std::move(cell_), in_header_row_, 1, 1);
      cell_.clear();
      in_cell_ = false;
      space_ = newline_ = false;
    } else if (type == "table") {
      rows_.Write(&writer_);
    }
  }

  absl::Status ReadHtml(cmark_node* node) {
    const char* literal = cmark_node_get_literal(node);
    if (literal == nullptr || absl::StartsWith(literal, "<!--")) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Extracted html, ExtractHtml(literal, limits_));
    for (const Block& block : html.blocks) {
      const uint32_t line = LineOf(node) + std::max(block.line, 1u) - 1;
      writer_.Begin(block.kind, line);
      if (block.kind == BlockKind::kHeading) {
        const Section& section = html.sections[block.section];
        writer_.SetHeading(section.level, section.anchor);
      }
      CopyParts(html, block, &writer_, [&](uint32_t line) {
        writer_.StartPart(LineOf(node) + std::max(line, 1u) - 1);
      });
      writer_.End();
    }
    return absl::OkStatus();
  }

  const ExtractLimits& limits_;
  const uint32_t lines_before_;
  BlockWriter& writer_;
  std::string title_;
  int items_ = 0;
  bool in_heading_ = false;
  std::string heading_;
  bool in_cell_ = false;
  bool in_header_row_ = false;
  std::string cell_;
  bool space_ = false;
  bool newline_ = false;
  TableRows rows_;
  int ignored_ = 0;
  char fence_ = 0;
};

}  // namespace

absl::StatusOr<Extracted> ExtractMarkdown(absl::string_view utf8,
                                          const ExtractLimits& limits) {
  if (utf8.size() > limits.max_document_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("markdown: ", utf8.size(), " bytes, want at most ",
                     limits.max_document_bytes));
  }
  Extracted front;
  const uint32_t lines_before = ReadFrontMatter(&utf8, &front);
  const std::unique_ptr<cmark_node, NodeFree> document = Parse(utf8);
  BlockWriter writer(limits);
  MarkdownReader reader(limits, lines_before, &writer);
  RETURN_IF_ERROR(reader.Read(document.get()));
  Extracted out;
  RETURN_IF_ERROR(writer.Finish(&out));
  out.format = Format::kMarkdown;
  out.title = front.title.empty() ? reader.title() : std::move(front.title);
  out.language = std::move(front.language);
  out.metadata = std::move(front.metadata);
  return out;
}

}  // namespace footnote
