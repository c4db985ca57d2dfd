#include "indexer/formats/pdf_page.h"

#include <cmath>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "base/utf8.h"

namespace footnote {
namespace {

constexpr float kMaxCoordinate = 1e6f;
// A page with more straight lines is a drawing.
constexpr size_t kMaxRules = 4000;

// Takes the next field off `line`.
absl::string_view TakeField(absl::string_view* line) {
  const size_t end = std::min(line->find(' '), line->size());
  const absl::string_view field = line->substr(0, end);
  line->remove_prefix(std::min(end + 1, line->size()));
  return field;
}

// Numbers as footnote-pdf writes them: up to five digits, a point, a digit.
bool ReadTenths(absl::string_view field, float* value) {
  const bool negative = absl::ConsumePrefix(&field, "-");
  if (field.size() < 3 || field.size() > 7 || field[field.size() - 2] != '.') {
    return false;
  }
  int tenths = 0;
  for (size_t i = 0; i < field.size(); ++i) {
    if (i == field.size() - 2) continue;
    if (!absl::ascii_isdigit(static_cast<unsigned char>(field[i]))) {
      return false;
    }
    tenths = tenths * 10 + (field[i] - '0');
  }
  *value = static_cast<float>((negative ? -tenths : tenths) / 10.0);
  return true;
}

float TakeNumber(absl::string_view* line) {
  const absl::string_view field = TakeField(line);
  float value = 0;
  if (ReadTenths(field, &value)) return value;
  if (!absl::SimpleAtof(field, &value) ||
      !(std::fabs(value) < kMaxCoordinate)) {
    return 0;
  }
  return value;
}

PdfBox TakeBox(absl::string_view* line) {
  PdfBox box;
  box.x0 = TakeNumber(line);
  box.y0 = TakeNumber(line);
  box.x1 = std::max(TakeNumber(line), box.x0);
  box.y1 = std::max(TakeNumber(line), box.y0);
  return box;
}

bool IsRightToLeft(char32_t c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFF);
}

}  // namespace

absl::StatusOr<PdfFile> ParsePdfPages(absl::string_view bytes) {
  PdfFile file;
  size_t rules = 0;  // of this page
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    absl::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    const absl::string_view kind = TakeField(&line);
    if (kind == "E") return PageRefusal(line);
    if (kind == "M") {
      std::string key = ReplaceInvalidUtf8(TakeField(&line));
      file.properties.emplace_back(std::move(key), ReplaceInvalidUtf8(line));
    } else if (kind == "T") {
      const int depth = static_cast<int>(TakeNumber(&line));
      file.outline.emplace_back(depth, ReplaceInvalidUtf8(line));
    } else if (kind == "P") {
      PdfPage page;
      page.width = TakeNumber(&line);
      page.height = TakeNumber(&line);
      file.pages.push_back(std::move(page));
      rules = 0;
    } else if (kind == "R" && !file.pages.empty()) {
      const float turn = TakeNumber(&line);
      for (const int known : {90, 180, 270}) {
        if (turn == static_cast<float>(known)) file.pages.back().turn = known;
      }
    } else if (kind == "L" && !file.pages.empty()) {
      PdfPage& page = file.pages.back();
      if (page.turn != 0) continue;
      if (++rules <= kMaxRules) {
        page.rules.push_back(TakeBox(&line));
      } else {
        page.rules.clear();
      }
    } else if (kind == "W" && !file.pages.empty()) {
      PdfWord word;
      word.box = TakeBox(&line);
      word.size = TakeNumber(&line);
      word.bold = TakeField(&line) == "1";
      word.space = TakeField(&line) == "1";
      word.text = ReplaceInvalidUtf8(line);
      if (absl::StripAsciiWhitespace(word.text).empty()) continue;
      if (word.size <= 0) word.size = word.box.height();
      file.pages.back().words.push_back(std::move(word));
    }
  }
  return file;
}

absl::Status PageRefusal(absl::string_view line) {
  const absl::string_view code = TakeField(&line);
  if (code == "locked") return absl::UnimplementedError(line);
  if (code == "large") return absl::ResourceExhaustedError(line);
  if (code == "missing") return absl::NotFoundError(line);
  return absl::InvalidArgumentError(line);
}

bool HasRightToLeft(absl::string_view text) {
  for (size_t at = 0; at < text.size();) {
    int length;
    if (IsRightToLeft(DecodeUtf8(text, at, &length))) return true;
    at += length;
  }
  return false;
}

}  // namespace footnote
