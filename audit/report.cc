#include "audit/report.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "audit/excerpt.h"
#include "base/hash.h"

namespace footnote {
namespace {

constexpr char kStyle[] =
    "body{font:16px/1.5 serif;max-width:45em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.4em}blockquote{margin:.3em 1.5em;border-left:3px solid "
    "#bbb;padding-left:.8em}code{font-size:.85em;word-break:break-all}"
    "blockquote{color:#555}mark{background:#fff0a0;color:#000}"
    ".good{color:#060}.bad{color:#a00}table{border-collapse:collapse}"
    "td{padding:.1em 1em .1em 0;vertical-align:top}";

std::string Escape(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"},
                                    {"<", "&lt;"},
                                    {">", "&gt;"},
                                    {"\"", "&quot;"},
                                    {"'", "&#39;"}});
}

std::string Time(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC",
                          absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

std::string Row(absl::string_view name, absl::string_view value) {
  if (value.empty()) return "";
  return absl::StrCat("<tr><td>", name, "</td><td>", Escape(value),
                      "</td></tr>\n");
}

// The text with a number behind each claim.
std::string TextWithNumbers(const v1::Answer& answer) {
  std::string html;
  size_t shown = 0;
  for (int i = 0; i < answer.citations_size(); ++i) {
    const size_t end = std::min<size_t>(answer.citations(i).answer_span().end(),
                                        answer.text().size());
    if (end < shown) continue;
    absl::StrAppend(&html, Escape(answer.text().substr(shown, end - shown)),
                    "<sup>", i + 1, "</sup>");
    shown = end;
  }
  return absl::StrCat(html, Escape(answer.text().substr(shown)));
}

std::string Footnotes(const Bundle& bundle, const CheckedAnswer& checked) {
  std::string html = "<ol>\n";
  size_t next = 0;
  for (const v1::Citation& citation : checked.record.answer().citations()) {
    absl::StrAppend(&html, "<li>");
    for (const v1::SourceSpan& source : citation.sources()) {
      const v1::DocumentVersion& version = source.source();
      absl::StrAppend(&html, "<b>", Escape(source.title()), "</b> ",
                      Escape(version.document()), ", version ",
                      version.version(), ", bytes ", source.span().begin(),
                      " to ", source.span().end(),
                      source.location().page() > 0
                          ? absl::StrCat(", page ", source.location().page())
                          : "",
                      "<br>SHA-256 <code>", Hex(version.sha256()), "</code>");
      if (next < checked.quotes.size()) {
        const CheckedAnswer::Quote& quote = checked.quotes[next++];
        const bool good = quote.verdict == v1::FOUND;
        absl::StrAppend(&html, "<br><span class=", good ? "good" : "bad", ">",
                        quote.verdict == v1::VERDICT_UNSPECIFIED
                            ? "not checked"
                            : v1::Verdict_Name(quote.verdict),
                        "</span> ", Escape(quote.detail));
      }
      const Excerpt excerpt = ExcerptOf(source, bundle);
      absl::StrAppend(&html, "<blockquote dir=auto>", Escape(excerpt.before),
                      "<mark>", Escape(excerpt.quote), "</mark>",
                      Escape(excerpt.after), "</blockquote>");
    }
    absl::StrAppend(&html, "</li>\n");
  }
  return absl::StrCat(html, "</ol>\n");
}

std::string Lines(absl::string_view css, const std::vector<std::string>& all) {
  std::string html;
  for (const std::string& line : all) {
    absl::StrAppend(&html, "<p class=", css, ">", Escape(line), "</p>\n");
  }
  return html;
}

std::string OneAnswer(const Bundle& bundle, const std::string& id,
                      const CheckedAnswer& checked) {
  const v1::AnswerRecord& record = checked.record;
  const v1::Answer& answer = record.answer();
  std::string html =
      absl::StrCat("<h2 dir=auto>", Escape(answer.question()), "</h2>\n");
  if (answer.text().empty()) {
    absl::StrAppend(&html, "<p><i>",
                    record.erased().empty()
                        ? absl::StrCat("No answer: ", v1::AbstentionReason_Name(
                                                          answer.abstention()))
                        : "The answer was erased.",
                    "</i></p>\n");
  } else {
    absl::StrAppend(&html, "<p dir=auto>", TextWithNumbers(answer), "</p>\n");
  }
  absl::StrAppend(
      &html, Footnotes(bundle, checked), "<table>\n", Row("Answer", id),
      Row("Recorded", Time(answer.receipt().time_us())),
      Row("Record", absl::StrCat(answer.receipt().sequence())),
      Row("Asked by", record.principal()), Row("Tenant", record.tenant()),
      Row("Collection", answer.collection()),
      Row("Language", answer.question_language()),
      Row("Index generation", absl::StrCat(answer.generation())),
      Row("Writer", answer.writer()), Row("Model", record.model()),
      Row("Encoder", record.encoder()),
      Row("Second encoder of the writer", record.writer_second_encoder()),
      Row("Program", record.program_version()),
      Row("Passages found", absl::StrCat(record.retrieved_size())),
      "</table>\n", Lines("bad", checked.wrong), Lines("open", checked.open));
  return absl::StrCat(html, checked.in_log
                                ? "<p class=good>In the log.</p>\n"
                                : "<p class=bad>NOT in the log.</p>\n");
}

}  // namespace

std::string ReportPage(const Bundle& bundle, const CheckedBundle& checked) {
  std::string html = absl::StrCat(
      "<!DOCTYPE html>\n<html><head><meta charset=utf-8><title>Answers on "
      "record</title><style>",
      kStyle,
      "</style></head><body>\n<h1>Answers on record</h1>\n<p>Log <code>",
      Escape(checked.checkpoint.origin), "</code>, ", checked.checkpoint.size,
      " records, root <code>", Hex(AsBytes(checked.checkpoint.root)),
      "</code>.<br>Public key <code>", Escape(bundle.public_key),
      "</code></p>\n", Lines("bad", checked.wrong));
  for (size_t i = 0; i < checked.answers.size(); ++i) {
    absl::StrAppend(&html, OneAnswer(bundle, bundle.answers[i].answer_id,
                                     checked.answers[i]));
  }
  return absl::StrCat(
      html,
      "<hr><p>This page was made by who made the bundle: believe the bundle, "
      "not the page. Check it with<br><code>footnote audit check BUNDLE --key "
      "KEY</code><br>or with the script <code>check_bundle.py</code>, which "
      "needs Python and its package cryptography, and with a public key that "
      "you got some other way.</p></body></html>\n");
}

}  // namespace footnote
