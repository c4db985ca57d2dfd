#include "base/progress.h"

#include <stdio.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/terminal.h"

namespace footnote {
namespace {

constexpr absl::Duration kRedraw = absl::Milliseconds(100);
constexpr absl::Duration kPlainLine = absl::Seconds(10);
constexpr int kBarColumns = 24;

std::string Elapsed(absl::Duration time) {
  const double seconds = absl::ToDoubleSeconds(time);
  if (seconds < 100) return absl::StrFormat("%.1f s", seconds);
  return absl::StrFormat("%d min %02d s", static_cast<int>(seconds) / 60,
                         static_cast<int>(seconds) % 60);
}

}  // namespace

Progress::Progress(std::string what, std::string unit, bool quiet)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      quiet_(quiet),
      terminal_(IsTerminal(2)),
      start_(absl::Now()),
      drawn_(terminal_ ? absl::InfinitePast() : start_) {}

Progress::~Progress() { Clear(); }

void Progress::Update(uint64_t done, uint64_t total, absl::string_view note) {
  if (quiet_) return;
  const absl::Time now = absl::Now();
  if (now - drawn_ < (terminal_ ? kRedraw : kPlainLine)) return;
  drawn_ = now;
  Draw(done, total, note);
}

void Progress::Draw(uint64_t done, uint64_t total, absl::string_view note) {
  std::string line = absl::StrCat(what_, ": ");
  if (total > 0) {
    const double share =
        std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    if (terminal_) {
      const int filled = static_cast<int>(share * kBarColumns);
      absl::StrAppend(&line, "[", std::string(filled, '#'),
                      std::string(kBarColumns - filled, '.'), "] ");
    }
    absl::StrAppend(&line, absl::StrFormat("%3.0f %% ", share * 100), done,
                    " of ", total, " ", unit_);
  } else {
    absl::StrAppend(&line, done, " ", unit_);
  }
  if (!note.empty()) absl::StrAppend(&line, ", ", note);
  absl::StrAppend(&line, ", ", Elapsed(absl::Now() - start_));
  if (!terminal_) {
    absl::FPrintF(stderr, "%s\n", line);
    return;
  }
  const int columns = std::max(20, TerminalColumns(2) - 1);
  if (DisplayWidth(line) > columns) line = WrapText(line, columns).front();
  absl::FPrintF(stderr, "\r\x1b[K%s", line);
  shown_ = true;
}

void Progress::Clear() {
  if (!shown_) return;
  absl::FPrintF(stderr, "\r\x1b[K");
  shown_ = false;
}

void Progress::Remark(absl::string_view line) {
  Clear();
  absl::FPrintF(stderr, "%s\n", line);
  if (terminal_) drawn_ = absl::InfinitePast();
}

void Progress::Finish(absl::string_view summary) {
  Clear();
  if (quiet_) return;
  absl::FPrintF(stderr, "%s: %s (%s)\n", what_, summary,
                Elapsed(absl::Now() - start_));
}

}  // namespace footnote
