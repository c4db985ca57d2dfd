#include "indexer/formats/block_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace footnote {
namespace {

// Everything below 0x21 and DEL.
bool IsSpaceByte(unsigned char byte) { return byte <= 0x20 || byte == 0x7f; }

// Words with one space between stay as they are. Where those end that go on at
// `at`.
size_t EndOfWords(absl::string_view utf8, size_t at) {
#if defined(__SSE2__)
  // Fifteen bytes at once, and what follows the last of them.
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i del = _mm_set1_epi8(0x7f);
  while (at + 16 <= utf8.size()) {
    const __m128i bytes =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(utf8.data() + at));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, space), bytes);
    const auto spaces = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(bytes, del))));
    const auto plain =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, space)));
    const unsigned alone = plain & ~(spaces >> 1);
    const unsigned ends = spaces & ~alone & 0x7fff;
    if (ends != 0) return at + static_cast<size_t>(__builtin_ctz(ends));
    at += 15;
  }
#endif
  while (at < utf8.size()) {
    if (!IsSpaceByte(static_cast<unsigned char>(utf8[at]))) {
      ++at;
    } else if (utf8[at] == ' ' && at + 1 < utf8.size() &&
               !IsSpaceByte(static_cast<unsigned char>(utf8[at + 1]))) {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

// Characters of scripts that are written without spaces between words.
bool IsWrittenWithoutSpaces(char32_t c) {
  return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xff01 && c <= 0xff9f) || (c >= 0x20000 && c <= 0x3ffff);
}

char32_t LastCodePoint(absl::string_view utf8) {
  int length;
  return DecodeUtf8(utf8, FloorToCodePoint(utf8, utf8.size() - 1), &length);
}

bool JoinsWithoutSpace(absl::string_view before, absl::string_view after) {
  // ASCII is by far the most common and never joins.
  if (static_cast<unsigned char>(before.back()) < 0x80 ||
      static_cast<unsigned char>(after.front()) < 0x80) {
    return false;
  }
  int length;
  return IsWrittenWithoutSpaces(LastCodePoint(before)) &&
         IsWrittenWithoutSpaces(DecodeUtf8(after, 0, &length));
}

// Code keeps tabs and spaces; other control characters become spaces.
std::string CodeLine(absl::string_view line) {
  std::string out(line);
  for (char& c : out) {
    if (IsSpaceByte(static_cast<unsigned char>(c)) && c != '\t') c = ' ';
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '\t')) {
    out.pop_back();
  }
  return out;
}

}  // namespace

void AppendFolded(absl::string_view utf8, bool* space, bool* newline,
                  std::string* out) {
  size_t i = 0;
  while (i < utf8.size()) {
    const unsigned char byte = static_cast<unsigned char>(utf8[i]);
    if (IsSpaceByte(byte)) {
      *space = true;
      if (byte == '\n' || byte == '\r') *newline = true;
      ++i;
      continue;
    }
    const size_t end = EndOfWords(utf8, i + 1);
    const absl::string_view run = utf8.substr(i, end - i);
    if (*space && !out->empty() &&
        !(*newline && JoinsWithoutSpace(*out, run))) {
      out->push_back(' ');
    }
    *space = *newline = false;
    out->append(run.data(), run.size());
    i = end;
  }
}

std::string FoldWhiteSpace(absl::string_view utf8) {
  std::string out;
  bool space = false;
  bool newline = false;
  AppendFolded(utf8, &space, &newline, &out);
  return out;
}

void CopyParts(const Extracted& from, const Block& block, BlockWriter* writer,
               absl::FunctionRef<void(uint32_t line)> start) {
  const std::vector<BlockPart> parts = from.PartsOf(block);
  for (size_t i = 0; i < parts.size(); ++i) {
    const uint32_t end =
        i + 1 < parts.size() ? parts[i + 1].begin : block.span.end;
    start(parts[i].line);
    writer->Text(absl::string_view(from.text).substr(parts[i].begin,
                                                     end - parts[i].begin));
  }
}

BlockWriter::BlockWriter(const ExtractLimits& limits) : limits_(limits) {
  out_.sections.emplace_back();
}

void BlockWriter::Begin(BlockKind kind, uint32_t line) {
  End();
  open_ = true;
  kind_ = kind;
  line_ = line;
  level_ = 1;
  anchor_.clear();
}

void BlockWriter::SetHeading(int level, absl::string_view anchor) {
  level_ = level < 1 ? 1 : level;
  anchor_ = std::string(anchor);
}

void BlockWriter::Text(absl::string_view utf8) {
  if (full_) return;
  if (!open_) Begin(BlockKind::kParagraph, line_);
  if (kind_ == BlockKind::kCode) {
    pending_.append(utf8.data(), utf8.size());
  } else {
    const size_t before = pending_.size();
    AppendFolded(utf8, &space_, &newline_, &pending_);
    if (part_waits_ && pending_.size() > before) BeginPart(before);
  }
  if (out_.text.size() + pending_.size() > limits_.max_document_bytes) {
    full_ = true;
  }
}

void BlockWriter::TextOfLines(absl::string_view utf8, uint32_t line) {
  while (!utf8.empty()) {
    const size_t end = std::min(utf8.find('\n'), utf8.size() - 1) + 1;
    StartPart(line++);
    Text(utf8.substr(0, end));
    utf8.remove_prefix(end);
  }
}

void BlockWriter::StartPart(uint32_t line, absl::string_view place) {
  if (open_ && kind_ == BlockKind::kCode) return;
  next_part_.line = line;
  next_part_.place = place.empty() ? place_ : NumberOf(place);
  part_waits_ = true;
}

void BlockWriter::BeginPart(size_t at) {
  part_waits_ = false;
  // What parts it from the text before is none of it.
  if (at > 0 && pending_[at] == ' ') ++at;
  const uint32_t line = parts_.empty() ? line_ : parts_.back().line;
  const uint32_t place = parts_.empty() ? place_ : parts_.back().place;
  if (next_part_.line == line && next_part_.place == place) return;
  next_part_.begin = static_cast<uint32_t>(at);
  parts_.push_back(next_part_);
}

void BlockWriter::End() {
  if (!open_) return;
  open_ = false;
  if (kind_ == BlockKind::kCode) {
    EndCode();
  } else {
    EndLine();
  }
  pending_.clear();
  parts_.clear();
  part_waits_ = false;
  space_ = newline_ = false;
}

void BlockWriter::EndCode() {
  uint32_t line = line_;
  absl::string_view rest = pending_;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string text = CodeLine(rest.substr(0, end));
    if (!text.empty()) AddBlock(text, line);
    if (end == absl::string_view::npos) break;
    rest.remove_prefix(end + 1);
    ++line;
  }
}

void BlockWriter::EndLine() {
  if (pending_.empty() || full_) return;
  if (kind_ == BlockKind::kHeading) {
    uint32_t parent = section_;
    while (parent != 0 && out_.sections[parent].level >= level_) {
      parent = out_.sections[parent].parent;
    }
    Section section;
    section.parent = parent;
    section.level = level_;
    section.anchor = std::move(anchor_);
    section_ = static_cast<uint32_t>(out_.sections.size());
    out_.sections.push_back(std::move(section));
  }
  AddBlock(pending_, line_);
  if (kind_ == BlockKind::kHeading) {
    out_.sections[section_].heading = out_.blocks.back().span;
  }
}

void BlockWriter::AddBlock(absl::string_view text, uint32_t line) {
  if (full_) return;
  if (section_ != last_section_ && !out_.text.empty()) {
    out_.text.push_back('\n');
  }
  last_section_ = section_;
  Block block;
  block.kind = kind_;
  block.section = section_;
  block.line = line;
  block.place = place_;
  block.span.begin = static_cast<uint32_t>(out_.text.size());
  out_.text.append(text.data(), text.size());
  block.span.end = static_cast<uint32_t>(out_.text.size());
  out_.text.push_back('\n');
  out_.blocks.push_back(block);
  for (BlockPart part : parts_) {
    part.begin += block.span.begin;
    out_.parts.push_back(part);
  }
}

void BlockWriter::SetPlace(absl::string_view place) {
  End();
  place_ = place.empty() ? 0 : NumberOf(place);
}

uint32_t BlockWriter::NumberOf(absl::string_view place) {
  if (out_.places.empty() || out_.places.back() != place) {
    out_.places.emplace_back(place);
  }
  return static_cast<uint32_t>(out_.places.size());
}

void BlockWriter::LeaveTo(uint32_t section) {
  End();
  section_ = section;
}

absl::Status BlockWriter::Finish(Extracted* out) {
  End();
  if (full_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("canonical text: more than ", limits_.max_document_bytes,
                     " bytes, want at most that many for one document"));
  }
  *out = std::move(out_);
  out_ = Extracted();
  out_.sections.emplace_back();
  section_ = last_section_ = place_ = 0;
  return absl::OkStatus();
}

}  // namespace footnote
