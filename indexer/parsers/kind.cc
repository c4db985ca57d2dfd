#include "indexer/parsers/kind.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "indexer/parsers/tiff_pages.h"

namespace footnote {
namespace {

// Of TAR: the header of the first entry, and in it the sum of its bytes, in
// which the sum itself counts as blanks, and the magic word.
constexpr size_t kTarHeaderBytes = 512;
constexpr size_t kTarSumAt = 148;
constexpr size_t kTarSumBytes = 8;
constexpr size_t kTarMagicAt = 257;
constexpr size_t kMailHeadBytes = 16 << 10;

constexpr absl::string_view kPacked[] = {"PK\x03\x04", "\x1f\x8b",
                                         "\xfd"
                                         "7zXZ",
                                         "\x28\xb5\x2f\xfd", "7z\xbc\xaf"};

// The word alone may stand in any text ("I tried mustard").
bool IsTar(absl::string_view head) {
  if (head.size() < kTarHeaderBytes || head.substr(kTarMagicAt, 5) != "ustar") {
    return false;
  }
  // Some programs have added signed bytes.
  int32_t sum = 0;
  int32_t signed_sum = 0;
  for (size_t i = 0; i < kTarHeaderBytes; ++i) {
    const bool is_sum = i >= kTarSumAt && i < kTarSumAt + kTarSumBytes;
    sum += is_sum ? ' ' : static_cast<unsigned char>(head[i]);
    signed_sum += is_sum ? ' ' : static_cast<signed char>(head[i]);
  }
  // Octal digits, blanks before them, a blank or a zero byte behind.
  int32_t written = 0;
  bool digits = false;
  for (const char c : head.substr(kTarSumAt, kTarSumBytes)) {
    if (c >= '0' && c <= '7') {
      written = written * 8 + (c - '0');
      digits = true;
    } else if (digits || c != ' ') {
      break;
    }
  }
  return digits && (written == sum || written == signed_sum);
}

// The level and the mark of the first block, or of the end: "BZh" alone begins
// words.
bool IsBzip2(absl::string_view head) {
  if (head.size() < 10 || !absl::StartsWith(head, "BZh") || head[3] < '1' ||
      head[3] > '9') {
    return false;
  }
  const absl::string_view mark = head.substr(4, 6);
  return mark == "1AY&SY" || mark == "\x17\x72\x45\x38\x50\x90";
}

// "Subject" of "Subject: the light"; empty where the line is no header.
absl::string_view HeaderName(absl::string_view line) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos || colon == 0) return "";
  const absl::string_view name = line.substr(0, colon);
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  return printable ? name : "";
}

}  // namespace

bool NeedsParser(absl::string_view head) {
  return IsTar(head) || IsBzip2(head) ||
         std::any_of(std::begin(kPacked), std::end(kPacked),
                     [head](absl::string_view magic) {
                       return absl::StartsWith(head, magic);
                     }) ||
         IsMail(head);
}

bool IsPdf(absl::string_view head) { return absl::StartsWith(head, "%PDF-"); }

bool IsRtf(absl::string_view head) { return absl::StartsWith(head, "{\\rtf"); }

Format ImageFormat(absl::string_view head) {
  if (absl::StartsWith(head, "\x89PNG\r\n\x1a\n")) return Format::kPng;
  if (absl::StartsWith(head, "\xff\xd8\xff")) return Format::kJpeg;
  return IsTiff(head) ? Format::kTiff : Format::kUnknown;
}

bool IsMail(absl::string_view head) {
  head = head.substr(0, kMailHeadBytes);
  bool from = false;
  bool other = false;
  bool first = true;
  while (!head.empty()) {
    const size_t end = std::min(head.find('\n'), head.size());
    absl::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) break;
    const bool continued = line[0] == ' ' || line[0] == '\t';
    if (first) {
      first = false;
      // The line between the messages of a mailbox.
      if (absl::StartsWith(line, "From ") && line.size() > 10) continue;
      if (continued) return false;
    }
    if (continued) continue;
    const absl::string_view name = HeaderName(line);
    if (name.empty()) return false;
    from |= absl::EqualsIgnoreCase(name, "From");
    for (absl::string_view known :
         {"Date", "Message-ID", "MIME-Version", "Received"}) {
      other |= absl::EqualsIgnoreCase(name, known);
    }
    if (from && other) return true;
  }
  return false;
}

}  // namespace footnote
