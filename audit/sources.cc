#include "audit/sources.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/quote.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace {

using RetrievedList = google::protobuf::RepeatedPtrField<v1::Retrieved>;

VersionRef RefOf(const v1::DocumentVersion& source) {
  return {source.collection(), source.document(), source.version()};
}

SourceVerdict Verdict(v1::Verdict verdict, std::string detail) {
  SourceVerdict found;
  found.verdict = verdict;
  found.detail = std::move(detail);
  return found;
}

// Errors that say something about the version and not about the disk.
bool IsVerdict(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsNotFound(status) ||
         absl::IsOutOfRange(status) || absl::IsFailedPrecondition(status);
}

SourceVerdict Elsewhere(const v1::SourceSpan& source, absl::string_view cited,
                        const std::vector<std::string>& texts) {
  const std::vector<absl::string_view> views(texts.begin(), texts.end());
  switch (FindQuoteOrigin(source.quote(), cited, views)) {
    case QuoteOrigin::kCited:
      break;
    case QuoteOrigin::kElsewhere:
      return Verdict(v1::MISATTRIBUTED,
                     "the quote stands in another retrieved source");
    case QuoteOrigin::kStitched:
      return Verdict(v1::STITCHED, "the quote is made of several places");
    case QuoteOrigin::kNowhere:
      return Verdict(v1::NOT_FOUND, "the quote is in no retrieved source");
  }
  return Verdict(v1::FOUND, "");
}

// The texts of the retrieved passages that can still be read.
std::vector<std::string> RetrievedTexts(const RetrievedList& retrieved,
                                        Store* store) {
  std::vector<std::string> texts;
  for (const v1::Retrieved& passage : retrieved) {
    absl::StatusOr<std::string> text = store->documents()->ReadText(
        RefOf(passage.source()), passage.span().begin(), passage.span().end());
    if (text.ok()) texts.push_back(*std::move(text));
  }
  return texts;
}

// True when the code points of `span` name the same stretch as its bytes.
// `before` is the canonical text up to the span's begin.
bool CodePointsAgree(const v1::Span& span, absl::string_view before,
                     absl::string_view quote) {
  const uint64_t begin = CountCodePoints(before);
  return span.begin_code_point() == begin &&
         span.end_code_point() == begin + CountCodePoints(quote);
}

absl::StatusOr<SourceVerdict> CheckText(const v1::SourceSpan& source,
                                        const RetrievedList& retrieved,
                                        CheckDepth depth, Store* store) {
  const VersionRef ref = RefOf(source.source());
  const v1::Span& span = source.span();
  const bool whole = depth == CheckDepth::kWholeVersion;
  const absl::StatusOr<std::string> read =
      whole ? store->documents()->ReadAll(ref)
            : store->documents()->ReadText(ref, span.begin(), span.end());
  if (!read.ok() && !IsVerdict(read.status())) return read.status();
  if (absl::IsOutOfRange(read.status())) {
    return Verdict(v1::NOT_FOUND, "the span leaves the version's text");
  }
  if (!read.ok()) {
    return Verdict(v1::SOURCE_CHANGED,
                   absl::StrCat("the stored text can't be read: ",
                                read.status().message()));
  }
  const absl::string_view text = *read;
  if (whole && Sha256(text) != source.source().sha256()) {
    return Verdict(
        v1::SOURCE_CHANGED,
        absl::StrCat("the stored text has SHA-256 ", Hex(Sha256(text)),
                     ", want ", Hex(source.source().sha256())));
  }
  if (source.quote_sha256() != Sha256(source.quote())) {
    return Verdict(v1::NOT_FOUND, "the quote has another SHA-256 than its own");
  }
  // Where the text that was read begins in the version's.
  const uint64_t base = whole ? 0 : span.begin();
  if (span.begin() > span.end() || span.end() - base > text.size()) {
    return Verdict(v1::NOT_FOUND, "the span leaves the version's text");
  }
  const absl::string_view cited =
      text.substr(span.begin() - base, span.end() - span.begin());
  if (cited == source.quote()) {
    const bool agree =
        whole ? CodePointsAgree(span, text.substr(0, span.begin()), cited)
              : span.end_code_point() - span.begin_code_point() ==
                    CountCodePoints(cited);
    return agree ? Verdict(v1::FOUND, "")
                 : Verdict(v1::NOT_FOUND,
                           "the span's code points name another stretch");
  }
  std::vector<std::string> texts = RetrievedTexts(retrieved, store);
  texts.emplace_back(text);
  return Elsewhere(source, cited, texts);
}

// The verdict on what the store shows now.
absl::StatusOr<SourceVerdict> CheckOnce(const v1::SourceSpan& source,
                                        const RetrievedList& retrieved,
                                        CheckDepth depth, Store* store) {
  const VersionRef ref = RefOf(source.source());
  const absl::StatusOr<VersionRecord> version =
      store->documents()->GetVersion(ref);
  if (absl::IsNotFound(version.status())) {
    return Verdict(v1::SOURCE_CHANGED, "the version is not in the store");
  }
  if (absl::IsDataLoss(version.status())) {
    return Verdict(v1::SOURCE_CHANGED, std::string(version.status().message()));
  }
  RETURN_IF_ERROR(version.status());
  if (version->state == VersionState::kErased) {
    return Verdict(v1::SOURCE_ERASED, "the version was erased on purpose");
  }
  SourceVerdict verdict;
  if (version->sha256 != source.source().sha256()) {
    verdict = Verdict(
        v1::SOURCE_CHANGED,
        absl::StrCat("the version's record has SHA-256 ", Hex(version->sha256),
                     ", want ", Hex(source.source().sha256())));
  } else {
    ASSIGN_OR_RETURN(verdict, CheckText(source, retrieved, depth, store));
  }
  const absl::StatusOr<VersionRecord> live =
      store->documents()->GetLive({ref.collection, ref.document});
  if (live.ok() && live->version != ref.version) {
    verdict.newer_version = live->version;
  }
  return verdict;
}

}  // namespace

absl::StatusOr<SourceVerdict> CheckSource(const v1::SourceSpan& source,
                                          const RetrievedList& retrieved,
                                          CheckDepth depth, Store* store) {
  ASSIGN_OR_RETURN(SourceVerdict verdict,
                   CheckOnce(source, retrieved, depth, store));
  if (verdict.verdict != v1::SOURCE_CHANGED) return verdict;
  // What another process wrote or erased meanwhile is no damage: look again.
  RETURN_IF_ERROR(store->Refresh());
  return CheckOnce(source, retrieved, depth, store);
}

SourceVerdict CheckTool(const v1::ToolSpan& cited, const v1::Writing& writing) {
  for (const v1::ToolUse& tool : writing.tools()) {
    if (tool.call_id() != cited.call_id() || tool.tool() != cited.tool() ||
        cited.result() >= static_cast<uint32_t>(tool.results_size())) {
      continue;
    }
    const absl::string_view text = tool.results(cited.result());
    const v1::Span& span = cited.span();
    const bool same =
        !tool.failed() && span.begin() <= span.end() &&
        span.end() <= text.size() &&
        text.substr(span.begin(), span.end() - span.begin()) == cited.quote() &&
        cited.quote_sha256() == Sha256(cited.quote()) &&
        CodePointsAgree(span, text.substr(0, span.begin()), cited.quote());
    return same ? Verdict(v1::FOUND, "")
                : Verdict(v1::NOT_FOUND,
                          "the tool's result does not say it there");
  }
  return Verdict(v1::NOT_FOUND, "the record has no such result of a tool");
}

absl::StatusOr<v1::CitationCheck> CheckCitation(const v1::Citation& citation,
                                                const v1::AnswerRecord& record,
                                                CheckDepth depth,
                                                Store* store) {
  v1::CitationCheck check;
  *check.mutable_citation() = citation;
  const absl::string_view text = record.answer().text();
  const v1::Span& span = citation.answer_span();
  const bool any = !citation.sources().empty() || !citation.tools().empty();
  absl::string_view quote;
  if (any) {
    quote = citation.sources().empty() ? citation.tools(0).quote()
                                       : citation.sources(0).quote();
  }
  const auto says_it = [&quote](const auto& source) {
    return source.quote() == quote;
  };
  const bool covers =
      any &&
      std::all_of(citation.sources().begin(), citation.sources().end(),
                  says_it) &&
      std::all_of(citation.tools().begin(), citation.tools().end(), says_it) &&
      span.begin() < span.end() && span.end() <= text.size() &&
      text.substr(span.begin(), span.end() - span.begin()) == quote &&
      CodePointsAgree(span, text.substr(0, span.begin()), quote);
  if (!covers) {
    check.set_verdict(v1::NOT_FOUND);
    check.set_detail("the answer's span is not the quote");
    return check;
  }
  check.set_verdict(v1::FOUND);
  for (const v1::SourceSpan& source : citation.sources()) {
    ASSIGN_OR_RETURN(const SourceVerdict verdict,
                     CheckSource(source, record.retrieved(), depth, store));
    // Greater numbers are worse.
    if (verdict.verdict > check.verdict()) {
      check.set_verdict(verdict.verdict);
      check.set_detail(verdict.detail);
    }
    if (verdict.newer_version > check.newer_version()) {
      check.set_newer_version(verdict.newer_version);
    }
  }
  for (const v1::ToolSpan& tool : citation.tools()) {
    const SourceVerdict verdict = CheckTool(tool, record.writing());
    if (verdict.verdict <= check.verdict()) continue;
    check.set_verdict(verdict.verdict);
    check.set_detail(verdict.detail);
  }
  return check;
}

}  // namespace footnote
