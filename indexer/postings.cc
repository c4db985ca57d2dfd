#include "indexer/postings.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

void AppendTokens(const std::vector<Token>& tokens, uint32_t first_position,
                  std::vector<SegmentToken>* out) {
  const size_t at = out->size();
  out->resize(at + tokens.size());
  SegmentToken* to = out->data() + at;
  // Field by field in place: see Emitter of text/analyzer.cc.
  for (const Token& token : tokens) {
    to->key = token.key;
    to->position = first_position + token.position;
    to->channel = token.channel;
    to->weight = 1;
    ++to;
  }
}

}  // namespace

SegmentOptions MakeSegmentOptions(const std::string& encoder_hash,
                                  int dimension) {
  SegmentOptions options;
  options.analyzer_version = kAnalyzerVersion;
  options.encoder_hash = encoder_hash;
  options.dimension = dimension;
  options.positions = true;
  options.channel_group[kChannelStem] = 0;
  options.channel_group[kChannelSurface] = 1;
  options.channel_group[kChannelBigram] = 2;
  options.channel_group[kChannelPrefix] = 3;
  return options;
}

const std::vector<SegmentToken>& PostingsBuilder::AboveTokens(
    const PreparedDocument& document, uint32_t section) {
  if (above_known_ && above_section_ == section) return above_tokens_;
  above_known_ = true;
  above_section_ = section;
  above_tokens_.clear();
  // Ids of wikis write spaces so.
  std::string above = document.record.title;
  std::replace(above.begin(), above.end(), '_', ' ');
  for (absl::string_view heading : document.extracted.HeadingPath(section)) {
    // Many a page's first heading is its title.
    if (heading == document.record.title) continue;
    absl::StrAppend(&above, above.empty() ? "" : "\n", heading);
  }
  tokens_.clear();
  analyzer_.Analyze(above, document.language, &tokens_);
  AppendTokens(tokens_, kTitlePosition, &above_tokens_);
  return above_tokens_;
}

absl::StatusOr<uint32_t> PostingsBuilder::Add(const PreparedDocument& document,
                                              uint32_t version,
                                              SegmentWriter* writer) {
  const VersionRecord& record = document.record;
  SegmentDocument row;
  row.id = record.document;
  row.title = record.title;
  row.version = version;
  row.language = static_cast<uint8_t>(document.language);
  row.sha256 = record.sha256;
  row.metadata = record.metadata;
  row.labels = record.labels;
  RETURN_IF_ERROR(writer->AddDocument(row));
  above_known_ = false;
  const uint32_t first = writer->passage_count();
  for (size_t i = 0; i < document.passages.size(); ++i) {
    const CutPassage& passage = document.passages[i];
    const absl::string_view text = document.PassageText(i);
    const Language language = document.passage_languages[i];
    tokens_.clear();
    analyzer_.Analyze(text, language, &tokens_);
    segment_tokens_.clear();
    AppendTokens(tokens_, 0, &segment_tokens_);
    const std::vector<SegmentToken>& above =
        AboveTokens(document, passage.section);
    segment_tokens_.insert(segment_tokens_.end(), above.begin(), above.end());
    sentences_.clear();
    for (const TextSpan& sentence : passage.sentences) {
      SentenceRow sentence_row;
      sentence_row.begin = sentence.begin - passage.span.begin;
      sentence_row.end = sentence.end - passage.span.begin;
      sentences_.push_back(sentence_row);
    }
    const std::string heading =
        absl::StrJoin(document.extracted.HeadingPath(passage.section), "\n");
    SegmentPassage out;
    out.begin = passage.span.begin;
    out.end = passage.span.end;
    out.code_point_begin = passage.code_point_begin;
    out.code_point_end = passage.code_point_end;
    out.language = static_cast<uint8_t>(language);
    out.kind = static_cast<uint8_t>(passage.kind);
    out.heading = heading;
    out.sentences = sentences_;
    out.tokens = segment_tokens_;
    RETURN_IF_ERROR(writer->AddPassage(out).status());
  }
  return first;
}

}  // namespace footnote
