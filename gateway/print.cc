#include "gateway/print.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/hash.h"
#include "base/terminal.h"

namespace footnote {
namespace {

constexpr int kLeastColumns = 20;
constexpr int kMostColumns = 100;
// U+2068 FIRST STRONG ISOLATE and U+2069 POP DIRECTIONAL ISOLATE.
constexpr char kIsolate[] = "\xe2\x81\xa8";
constexpr char kPopIsolate[] = "\xe2\x81\xa9";
constexpr char kArrow[] = " \xe2\x80\xba ";     // ›
constexpr char kDot[] = " \xc2\xb7 ";           // ·
constexpr char kDash[] = "\xe2\x80\x93";        // –
constexpr char kOpenQuote[] = "\xe2\x80\x9c";   // “
constexpr char kCloseQuote[] = "\xe2\x80\x9d";  // ”

class Page {
 public:
  explicit Page(const PrintOptions& options)
      : options_(options),
        columns_(
            std::min(kMostColumns, std::max(kLeastColumns, options.columns))) {}

  // `text` wrapped behind `first` on the first line and blanks on the others.
  void Paragraph(absl::string_view text, absl::string_view first,
                 Colour colour) {
    const int indent = DisplayWidth(first);
    bool leading = true;
    for (const std::string& line :
         WrapText(text, std::max(kLeastColumns / 2, columns_ - indent))) {
      if (leading) {
        absl::StrAppend(&out_, Paint(first, Colour::kBold, options_.colour));
      } else {
        out_.append(static_cast<size_t>(indent), ' ');
      }
      leading = false;
      absl::StrAppend(&out_, Paint(Isolated(line), colour, options_.colour),
                      "\n");
    }
  }

  void Blank() { out_.push_back('\n'); }

  std::string Take() { return std::move(out_); }

 private:
  std::string Isolated(const std::string& line) const {
    if (!options_.isolate || !IsRightToLeft(line)) return line;
    return absl::StrCat(kIsolate, line, kPopIsolate);
  }

  const PrintOptions& options_;
  const int columns_;
  std::string out_;
};

// Answer.text with " [n]" behind the claim of citation n - 1.
std::string MarkedText(const v1::Answer& answer) {
  std::string marked;
  size_t copied = 0;
  for (int i = 0; i < answer.citations_size(); ++i) {
    const size_t end = std::min<size_t>(answer.citations(i).answer_span().end(),
                                        answer.text().size());
    if (end >= copied) {
      absl::StrAppend(
          &marked,
          Printable(
              absl::string_view(answer.text()).substr(copied, end - copied)));
      copied = end;
    }
    absl::StrAppend(&marked, " [", i + 1, "]");
    // Where sentences follow each other without a blank.
    if (copied < answer.text().size() && answer.text()[copied] != ' ') {
      marked.push_back(' ');
    }
  }
  absl::StrAppend(&marked,
                  Printable(absl::string_view(answer.text()).substr(copied)));
  return marked;
}

std::string Range(uint64_t begin, uint64_t end) {
  return absl::StrCat(begin, kDash, end);
}

// "Title › Chapter › Section"; empty where nothing is known.
std::string Heading(const v1::SourceSpan& source) {
  std::vector<std::string> parts;
  if (!source.title().empty()) parts.push_back(Printable(source.title()));
  for (const std::string& heading : source.heading_path()) {
    if (parts.empty() || parts.back() != Printable(heading)) {
      parts.push_back(Printable(heading));
    }
  }
  return absl::StrJoin(parts, kArrow);
}

// The file, and which of the documents in it: "mail.eml#costs.csv". The id ends
// so, and may begin elsewhere than the path.
std::string FileAndPart(const v1::SourceSpan& source) {
  const absl::string_view id = source.source().document();
  const absl::string_view path = source.path();
  if (path.empty() || absl::EndsWith(path, id)) {
    return std::string(path.empty() ? id : path);
  }
  for (size_t at = id.find('#'); at != absl::string_view::npos;
       at = id.find('#', at + 1)) {
    if (at > 0 && absl::EndsWith(path, id.substr(0, at))) {
      return absl::StrCat(path, id.substr(at));
    }
  }
  return std::string(path);
}

// Takes "NAME=NUMBER" from the beginning of `element`, where it stands there.
bool TakeNumbered(absl::string_view name, uint32_t number,
                  absl::string_view* element) {
  absl::string_view rest = *element;
  if (!absl::ConsumePrefix(&rest, absl::StrCat(name, "=", number)) ||
      (!rest.empty() && !absl::ConsumePrefix(&rest, "&"))) {
    return false;
  }
  *element = rest;
  return true;
}

std::string File(const v1::SourceSpan& source) {
  std::string line = Printable(FileAndPart(source));
  const v1::Location& location = source.location();
  // What is told of it in words is not told again.
  absl::string_view element = location.element();
  if (location.page() > 0) {
    const bool is_slide = TakeNumbered("slide", location.page(), &element);
    if (!is_slide) TakeNumbered("page", location.page(), &element);
    absl::StrAppend(&line, is_slide ? ", slide " : ", page ", location.page());
  }
  if (location.line() > 0) absl::StrAppend(&line, ", line ", location.line());
  if (location.row() > 0) {
    TakeNumbered("row", location.row(), &element);
    absl::StrAppend(&line, ", row ", location.row());
  }
  if (!element.empty()) absl::StrAppend(&line, ", ", Printable(element));
  return line;
}

std::string Address(const v1::SourceSpan& source) {
  const v1::Span& span = source.span();
  return absl::StrCat(source.language().empty() ? "und" : source.language(),
                      kDot, "version ", source.source().version(), kDot,
                      "bytes ", Range(span.begin(), span.end()), kDot,
                      "code points ",
                      Range(span.begin_code_point(), span.end_code_point()));
}

// Heading, file: the first of them behind `mark`.
void PrintPlace(const v1::SourceSpan& source, absl::string_view mark,
                Page* page) {
  const std::string blanks(mark.size(), ' ');
  const std::string heading = Heading(source);
  if (heading.empty()) {
    page->Paragraph(File(source), mark, Colour::kBlue);
    return;
  }
  page->Paragraph(heading, mark, Colour::kBold);
  page->Paragraph(File(source), blanks, Colour::kBlue);
}

void PrintFootnote(const v1::Citation& citation, int number, Page* page) {
  std::string mark = absl::StrCat("[", number, "] ");
  const std::string blanks(mark.size(), ' ');
  const Colour verdict =
      citation.verdict() == v1::FOUND ? Colour::kGreen : Colour::kRed;
  for (const v1::SourceSpan& source : citation.sources()) {
    PrintPlace(source, mark, page);
    page->Paragraph(absl::StrCat(Address(source), kDot,
                                 v1::Verdict_Name(citation.verdict())),
                    blanks, verdict);
    page->Paragraph(
        absl::StrCat(kOpenQuote, Printable(source.quote()), kCloseQuote),
        blanks, Colour::kDim);
    mark = blanks;
  }
  for (const v1::ToolSpan& tool : citation.tools()) {
    page->Paragraph(absl::StrCat("tool ", Printable(tool.tool()), ", call ",
                                 Printable(tool.call_id())),
                    mark, Colour::kBlue);
    page->Paragraph(
        absl::StrCat("bytes ", Range(tool.span().begin(), tool.span().end()),
                     kDot, v1::Verdict_Name(citation.verdict())),
        blanks, verdict);
    page->Paragraph(
        absl::StrCat(kOpenQuote, Printable(tool.quote()), kCloseQuote), blanks,
        Colour::kDim);
    mark = blanks;
  }
}

void PrintReceipt(const v1::Answer& answer, Page* page) {
  if (!answer.has_receipt()) {
    page->Paragraph(
        "This answer is not on record: the log can't be written, and nobody "
        "will be able to prove what was answered.",
        "", Colour::kRed);
    return;
  }
  const v1::Receipt& receipt = answer.receipt();
  const std::string time = absl::FormatTime(
      "%Y-%m-%d %H:%M:%S UTC", absl::FromUnixMicros(receipt.time_us()),
      absl::UTCTimeZone());
  page->Paragraph(absl::StrCat("answer ", answer.id(), kDot, "record ",
                               receipt.sequence(), kDot, time),
                  "", Colour::kDim);
  page->Paragraph(absl::StrCat("sha256 ", Hex(receipt.record_sha256())), "",
                  Colour::kDim);
}

std::string ReasonFor(const v1::Answer& answer) {
  if (!answer.abstention_detail().empty()) {
    return Printable(answer.abstention_detail());
  }
  switch (answer.abstention()) {
    case v1::NO_EVIDENCE:
      return "nothing in the collection shares a word with the question";
    case v1::NOT_SUPPORTED:
      return "passages were found, but none says what was asked";
    case v1::EMPTY_QUESTION:
      return "the question holds nothing to look for";
    default:
      return "the answer is empty";
  }
}

}  // namespace

std::string PrintAnswer(const v1::Answer& answer, const PrintOptions& options) {
  Page page(options);
  if (!answer.rewritten_question().empty()) {
    page.Paragraph(Printable(answer.rewritten_question()),
                   "Understood as: ", Colour::kDim);
  }
  if (answer.text().empty()) {
    page.Paragraph(ReasonFor(answer), "No answer: ", Colour::kYellow);
  } else if (answer.has_forecast()) {
    // Computed, not quoted; the rows it was computed from are.
    page.Paragraph(Printable(answer.forecast().summary()), "", Colour::kBold);
    page.Blank();
    page.Paragraph(MarkedText(answer), "", Colour::kPlain);
  } else {
    page.Paragraph(MarkedText(answer), "", Colour::kPlain);
  }
  page.Blank();
  for (int i = 0; i < answer.citations_size(); ++i) {
    PrintFootnote(answer.citations(i), i + 1, &page);
    page.Blank();
  }
  PrintReceipt(answer, &page);
  return page.Take();
}

std::string PrintWriting(const v1::Writing& writing,
                         const PrintOptions& options) {
  if (writing.rounds().empty() && writing.tools().empty() &&
      writing.fallback_reason().empty() && writing.tools_ended().empty()) {
    return "";
  }
  Page page(options);
  page.Blank();
  const auto line = [&page](absl::string_view name, absl::string_view text) {
    if (!text.empty()) page.Paragraph(Printable(text), name, Colour::kDim);
  };
  line("plan: ", writing.plan());
  for (const v1::ToolUse& tool : writing.tools()) {
    line(absl::StrCat("step ", tool.step(), ": "),
         absl::StrCat(tool.tool(), " ", tool.parameters(), " gave ",
                      tool.failed() && !tool.results().empty()
                          ? tool.results(0)
                          : absl::StrCat(tool.results_size(), " results")));
  }
  line("tools ended: ", writing.tools_ended());
  for (int i = 0; i < writing.rounds_size(); ++i) {
    for (const v1::CheckedSentence& sentence : writing.rounds(i).sentences()) {
      line(absl::StrCat("draft ", i + 1, ", ",
                        sentence.kept() ? "kept: " : "dropped: "),
           absl::StrCat(v1::Verdict_Name(sentence.verdict()), kDot,
                        sentence.text()));
    }
  }
  line("the answer is quoted instead: ", writing.fallback_reason());
  return page.Take();
}

}  // namespace footnote
