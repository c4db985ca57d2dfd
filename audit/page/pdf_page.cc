#include "audit/page/pdf_page.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "audit/excerpt.h"
#include "audit/page/sheet.h"
#include "base/hash.h"

namespace footnote {
namespace {

constexpr char kGood[] = "#006000";
constexpr char kBad[] = "#a00000";
constexpr Sheet::Style kText;
constexpr Sheet::Style kSmall = {8.5, 0, 2};

std::string Coloured(absl::string_view text, absl::string_view colour) {
  return absl::StrCat("<span foreground=\"", colour, "\">", Escape(text),
                      "</span>");
}

std::string Mono(absl::string_view text) {
  return absl::StrCat("<tt>", Escape(text), "</tt>");
}

std::string Time(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC",
                          absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

// The text with a number behind each claim.
std::string TextWithNumbers(const v1::Answer& answer) {
  std::string markup;
  size_t shown = 0;
  for (int i = 0; i < answer.citations_size(); ++i) {
    const size_t end = std::min<size_t>(answer.citations(i).answer_span().end(),
                                        answer.text().size());
    if (end < shown) continue;
    absl::StrAppend(&markup, Escape(answer.text().substr(shown, end - shown)),
                    "<sup>", i + 1, "</sup>");
    shown = end;
  }
  return absl::StrCat(markup, Escape(answer.text().substr(shown)));
}

std::string VerdictLine(const CheckedAnswer::Quote& quote) {
  if (quote.verdict == v1::VERDICT_UNSPECIFIED) {
    return Coloured(absl::StrCat("not checked: ", quote.detail), kBad);
  }
  if (quote.verdict == v1::FOUND) {
    return Coloured("found, byte for byte", kGood);
  }
  return Coloured(
      absl::StrCat(v1::Verdict_Name(quote.verdict), ": ", quote.detail), kBad);
}

void AddFootnotes(const Bundle& bundle, const CheckedAnswer& checked,
                  Sheet* sheet) {
  size_t next = 0;
  int number = 0;
  for (const v1::Citation& citation : checked.record.answer().citations()) {
    ++number;
    for (const v1::SourceSpan& source : citation.sources()) {
      const v1::DocumentVersion& version = source.source();
      std::string line = absl::StrCat(
          "<b>", number, "</b>  ", Escape(version.document()), ", version ",
          version.version(),
          source.location().page() > 0
              ? absl::StrCat(", page ", source.location().page())
              : "",
          ", bytes ", source.span().begin(), " to ", source.span().end());
      if (next < checked.quotes.size()) {
        absl::StrAppend(&line, "  ", VerdictLine(checked.quotes[next++]));
      }
      sheet->Add(line, {9.5, 0, 8});
      if (!source.quote().empty()) {
        const Excerpt excerpt = ExcerptOf(source, bundle);
        sheet->Add(absl::StrCat("<span foreground=\"#555555\">",
                                Escape(excerpt.before),
                                "</span><span background=\"#fff0a0\">",
                                Escape(excerpt.quote),
                                "</span><span foreground=\"#555555\">",
                                Escape(excerpt.after), "</span>"),
                   {10, 14, 3, true});
      }
      sheet->Add(
          absl::StrCat("SHA-256 of the version ", Mono(Hex(version.sha256()))),
          {7, 14, 2});
    }
  }
}

void AddRow(absl::string_view name, absl::string_view value, Sheet* sheet) {
  if (value.empty()) return;
  sheet->Add(absl::StrCat("<span foreground=\"#555555\">", Escape(name),
                          "</span>  ", Escape(value)),
             kSmall);
}

void AddMakers(const std::string& id, const v1::AnswerRecord& record,
               Sheet* sheet) {
  const v1::Answer& answer = record.answer();
  AddRow("Answer", id, sheet);
  AddRow("Recorded",
         absl::StrCat(Time(answer.receipt().time_us()), ", as number ",
                      answer.receipt().sequence()),
         sheet);
  AddRow("Asked by", record.principal(), sheet);
  AddRow("Tenant", record.tenant(), sheet);
  AddRow(
      "Collection",
      absl::StrCat(answer.collection(), ", generation ", answer.generation()),
      sheet);
  AddRow("Writer", answer.writer(), sheet);
  AddRow("Model", record.model(), sheet);
  AddRow("Encoder", record.encoder(), sheet);
  AddRow("Second encoder of the writer", record.writer_second_encoder(), sheet);
  AddRow("Program", record.program_version(), sheet);
}

void AddAnswer(const Bundle& bundle, const std::string& id,
               const CheckedAnswer& checked, Sheet* sheet) {
  const v1::Answer& answer = checked.record.answer();
  sheet->Rule();
  sheet->Add(
      absl::StrCat("<b>",
                   answer.question().empty() ? "(the question was erased)"
                                             : Escape(answer.question()),
                   "</b>"),
      {13, 0, 6});
  if (!answer.text().empty()) {
    sheet->Add(TextWithNumbers(answer), {11.5, 0, 6});
  } else {
    sheet->Add(checked.record.erased().empty()
                   ? absl::StrCat(
                         "<i>No answer: ",
                         v1::AbstentionReason_Name(answer.abstention()), "</i>")
                   : "<i>The answer was erased.</i>",
               kText);
  }
  sheet->Add(checked.in_log ? Coloured("In the log, as it was recorded.", kGood)
                            : Coloured("NOT in the log.", kBad),
             kText);
  for (const std::string& line : checked.wrong) {
    sheet->Add(Coloured(line, kBad), kText);
  }
  for (const std::string& line : checked.open) sheet->Add(Escape(line), kSmall);
  AddFootnotes(bundle, checked, sheet);
  sheet->Add("", kSmall);
  AddMakers(id, checked.record, sheet);
}

}  // namespace

absl::Status WritePdf(const Bundle& bundle, const CheckedBundle& checked,
                      const std::string& path) {
  Sheet sheet(path);
  sheet.Add("<b>Answers on record</b>", {18, 0, 0});
  sheet.Add(checked.good
                ? Coloured("Everything that could be checked holds.", kGood)
                : Coloured("NOT VERIFIED", kBad),
            kText);
  for (const std::string& line : checked.wrong) {
    sheet.Add(Coloured(line, kBad), kText);
  }
  sheet.Add(absl::StrCat("Log ", Mono(checked.checkpoint.origin), ", ",
                         checked.checkpoint.size, " records, root ",
                         Mono(Hex(AsBytes(checked.checkpoint.root)))),
            kSmall);
  sheet.Add(absl::StrCat("Public key ", Mono(bundle.public_key)), kSmall);
  for (size_t i = 0; i < checked.answers.size(); ++i) {
    AddAnswer(bundle, bundle.answers[i].answer_id, checked.answers[i], &sheet);
  }
  sheet.Rule();
  sheet.Add(
      "This page proves nothing by itself: believe the bundle that it was made "
      "of. Check that with <tt>footnote audit check BUNDLE --key KEY</tt>, or "
      "with <tt>check_bundle.py</tt>, which needs Python and its package "
      "cryptography, and with a public key that you got some other way.",
      kSmall);
  return sheet.Finish();
}

}  // namespace footnote
