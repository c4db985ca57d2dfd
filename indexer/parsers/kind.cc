#include "indexer/parsers/kind.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace footnote {
namespace {

// Of TAR: after the name of the first entry.
constexpr size_t kTarMagicAt = 257;
constexpr size_t kMailHeadBytes = 16 << 10;

constexpr absl::string_view kPacked[] = {"PK\x03\x04",
                                         "\x1f\x8b",
                                         "BZh",
                                         "\xfd"
                                         "7zXZ",
                                         "\x28\xb5\x2f\xfd",
                                         "7z\xbc\xaf"};

bool IsTar(absl::string_view head) {
  return head.size() > kTarMagicAt + 5 &&
         head.substr(kTarMagicAt, 5) == "ustar";
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
  return IsTar(head) ||
         std::any_of(std::begin(kPacked), std::end(kPacked),
                     [head](absl::string_view magic) {
                       return absl::StartsWith(head, magic);
                     }) ||
         IsMail(head);
}

bool IsPdf(absl::string_view head) { return absl::StartsWith(head, "%PDF-"); }

bool IsRtf(absl::string_view head) { return absl::StartsWith(head, "{\\rtf"); }

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
