#include "generator/modelled/marks.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/utf8.h"
#include "model/template/json_value.h"

namespace footnote {

const absl::string_view kSpecialSpellings[12] = {
    "<|START_RESPONSE|>", "<|END_RESPONSE|>",   "<|START_TEXT|>",
    "<|END_TEXT|>",       "<|START_THINKING|>", "<|END_THINKING|>",
    "<|START_ACTION|>",   "<|END_ACTION|>",     "<think>",
    "</think>",           "<tool_call>",        "</tool_call>"};

namespace {

// Those that are read in text.
constexpr size_t kInText = 8;

constexpr absl::string_view kOpen = "<co>";
constexpr absl::string_view kClose = "</co:";
// The older form names its sources in the opening mark too.
constexpr absl::string_view kOldOpen = "<co:";
constexpr size_t kMaxMark = 400;

// Whether `text` may be the beginning of `mark`.
bool Begins(absl::string_view text, absl::string_view mark) {
  return text.size() < mark.size() && absl::StartsWith(mark, text);
}

// The length of `text` without a character at its end that isn't whole.
size_t WholeCharacters(absl::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<uint8_t>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const size_t wanted = byte >= 0xF0   ? 4
                          : byte >= 0xE0 ? 3
                          : byte >= 0xC0 ? 2
                                         : 1;
    return wanted > back ? text.size() - back : text.size();
  }
  return text.size();
}

}  // namespace

std::vector<MarkSource> ReadMarkSources(absl::string_view text) {
  std::vector<MarkSource> sources;
  const auto number = [](absl::string_view digits, int* value) {
    digits = absl::StripAsciiWhitespace(digits);
    return absl::SimpleAtoi(digits, value) && *value >= 0 && *value < 100000;
  };
  if (!absl::StrContains(text, "[")) {
    MarkSource source;
    for (const absl::string_view part : absl::StrSplit(text, ',')) {
      int value;
      if (number(part, &value)) source.results.push_back(value);
    }
    if (!source.results.empty()) sources.push_back(std::move(source));
    return sources;
  }
  for (absl::string_view piece : absl::StrSplit(text, ']')) {
    piece = absl::StripAsciiWhitespace(piece);
    absl::ConsumePrefix(&piece, ",");
    const size_t bracket = piece.find('[');
    if (bracket == absl::string_view::npos) continue;
    absl::string_view call =
        absl::StripAsciiWhitespace(piece.substr(0, bracket));
    if (!absl::ConsumeSuffix(&call, ":")) continue;
    MarkSource source;
    if (!number(call, &source.call)) continue;
    for (const absl::string_view part :
         absl::StrSplit(piece.substr(bracket + 1), ',')) {
      int value;
      if (number(part, &value)) source.results.push_back(value);
    }
    if (!source.results.empty()) sources.push_back(std::move(source));
  }
  return sources;
}

// The length of the mark that `text`, which begins with "<", is: npos when it
// is none, 0 when more text is wanted to tell.
size_t MarkReader::MarkLength(absl::string_view text) const {
  for (size_t i = 0; in_text_ && i < kInText; ++i) {
    if (absl::StartsWith(text, kSpecialSpellings[i])) {
      return kSpecialSpellings[i].size();
    }
  }
  if (absl::StartsWith(text, kOpen)) return kOpen.size();
  for (const absl::string_view long_mark : {kOldOpen, kClose}) {
    if (!absl::StartsWith(text, long_mark)) continue;
    const size_t end = text.substr(0, kMaxMark).find('>');
    if (end != absl::string_view::npos) return end + 1;
    return text.size() < kMaxMark ? 0 : absl::string_view::npos;
  }
  const auto begins = [&](absl::string_view mark) {
    return Begins(text, mark);
  };
  if (begins(kOpen) || begins(kOldOpen) || begins(kClose) ||
      (in_text_ &&
       std::any_of(kSpecialSpellings, kSpecialSpellings + kInText, begins))) {
    return 0;
  }
  return absl::string_view::npos;
}

MarkedDelta MarkReader::Add(absl::string_view piece) {
  held_.append(piece.data(), piece.size());
  MarkedDelta delta;
  Take(/*final=*/false, &delta);
  return delta;
}

MarkedDelta MarkReader::Finish() {
  MarkedDelta delta;
  Take(/*final=*/true, &delta);
  open_ = false;
  return delta;
}

MarkedDelta MarkReader::Control(absl::string_view spelling) {
  MarkedDelta delta;
  if (std::find(std::begin(kSpecialSpellings), std::end(kSpecialSpellings),
                spelling) == std::end(kSpecialSpellings)) {
    return delta;
  }
  // A mark that was begun ends nowhere now.
  Take(/*final=*/false, &delta);
  Emit(held_, false, &delta);
  held_.clear();
  Special(spelling, &delta);
  return delta;
}

void MarkReader::Take(bool final, MarkedDelta* delta) {
  size_t done = 0;
  while (true) {
    size_t at = held_.find('<', done);
    size_t length = absl::string_view::npos;
    for (; at != std::string::npos; at = held_.find('<', at + 1)) {
      length = MarkLength(absl::string_view(held_).substr(at));
      if (length != absl::string_view::npos) break;
    }
    if (at == std::string::npos || (length == 0 && final)) {
      const size_t end =
          final ? held_.size() : std::max(done, WholeCharacters(held_));
      Emit(absl::string_view(held_).substr(done, end - done), final, delta);
      done = end;
      break;
    }
    Emit(absl::string_view(held_).substr(done, at - done), false, delta);
    done = at;
    if (length == 0) break;
    Special(absl::string_view(held_).substr(at, length), delta);
    done = at + length;
  }
  held_.erase(0, done);
}

void MarkReader::Special(absl::string_view spelling, MarkedDelta* delta) {
  if (!absl::StartsWith(spelling, "<co") &&
      !absl::StartsWith(spelling, kClose)) {
    if (mode_ == Mode::kAction) ReadCalls();
    open_ = false;
    if (spelling == "<|START_RESPONSE|>" || spelling == "<|START_TEXT|>") {
      mode_ = Mode::kAnswer;
      answer_ = Shown();
    } else if (spelling == "<|START_THINKING|>" || spelling == "<think>") {
      mode_ = Mode::kThinking;
    } else if (spelling == "<|END_THINKING|>" || spelling == "</think>" ||
               spelling == "</tool_call>") {
      mode_ = Mode::kAnswer;
    } else if (spelling == "<|START_ACTION|>" || spelling == "<tool_call>") {
      mode_ = Mode::kAction;
      action_.clear();
    } else {
      mode_ = Mode::kIgnored;
    }
    return;
  }
  if (mode_ != Mode::kAnswer && mode_ != Mode::kThinking) {
    Emit(spelling, false, delta);
    return;
  }
  const bool thinking = mode_ == Mode::kThinking;
  Shown& shown = thinking ? thinking_ : answer_;
  if (absl::StartsWith(spelling, "<co")) {
    mark_ = Mark();
    mark_.thinking = thinking;
    // White space that is held back counts before the mark, if it comes.
    mark_.begin =
        shown.code_points + (shown.begun ? CountCodePoints(shown.blanks) : 0);
    open_ = true;
    return;
  }
  if (!open_) return;  // a close before its open
  open_ = false;
  mark_.end = shown.code_points;
  absl::ConsumePrefix(&spelling, kClose);
  absl::ConsumeSuffix(&spelling, ">");
  mark_.sources = ReadMarkSources(spelling);
  while (!mark_.text.empty() && absl::ascii_isspace(mark_.text.back())) {
    mark_.text.pop_back();
  }
  if (mark_.end > mark_.begin) delta->marks.push_back(std::move(mark_));
}

void MarkReader::Emit(absl::string_view text, bool final, MarkedDelta* delta) {
  if (mode_ == Mode::kAction) action_.append(text.data(), text.size());
  if (final && mode_ == Mode::kAction) ReadCalls();
  if (mode_ == Mode::kAnswer || mode_ == Mode::kThinking) {
    AppendShown(text, final, delta);
  }
}

void MarkReader::AppendShown(absl::string_view text, bool final,
                             MarkedDelta* delta) {
  const bool thinking = mode_ == Mode::kThinking;
  Shown& shown = thinking ? thinking_ : answer_;
  std::string all = shown.blanks;
  all.append(text.data(), text.size());
  shown.blanks.clear();
  absl::string_view rest = all;
  if (!shown.begun) rest = absl::StripLeadingAsciiWhitespace(rest);
  const absl::string_view solid = absl::StripTrailingAsciiWhitespace(rest);
  if (!final) shown.blanks = std::string(rest.substr(solid.size()));
  if (solid.empty()) return;
  shown.begun = true;
  (thinking ? delta->thinking : delta->text).append(solid.data(), solid.size());
  if (open_) {
    // What was held back before the mark is not of it.
    const size_t points = CountCodePoints(solid);
    const size_t skipped =
        mark_.begin > shown.code_points
            ? std::min(points, mark_.begin - shown.code_points)
            : 0;
    const absl::string_view inside = solid.substr(ByteOffset(solid, skipped));
    mark_.text.append(inside.data(), inside.size());
  }
  shown.code_points += CountCodePoints(solid);
}

void MarkReader::ReadCalls() {
  const auto read = ValueOfJson(action_);
  action_.clear();
  if (!read.ok()) return;
  const Value::List calls =
      read->IsSequence() ? read->items() : Value::List{*read};
  for (const Value& call : calls) {
    const bool listed = call.Find("tool_name") != nullptr;
    const Value* const id = call.Find("tool_call_id");
    const Value* const name = call.Find(listed ? "tool_name" : "name");
    const Value* const parameters =
        call.Find(listed ? "parameters" : "arguments");
    if (name == nullptr || !name->IsString()) continue;
    MarkedToolCall made;
    made.id = id != nullptr && id->IsString() ? id->bytes()
                                              : absl::StrCat(calls_.size());
    made.name = name->bytes();
    made.parameters = "{}";
    if (parameters != nullptr && parameters->IsDict()) {
      const auto json = JsonOfValue(*parameters, JsonFormat());
      if (json.ok()) made.parameters = json->bytes();
    }
    calls_.push_back(std::move(made));
  }
}

}  // namespace footnote
