#include "indexer/postings.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "text/sound_key.h"
#include "text/span.h"

namespace footnote {
namespace {

// The length group that scores a channel's terms.
constexpr std::array<uint8_t, kMaxChannels> kChannelGroups = {
    /*kChannelStem*/ 0, /*kChannelSurface*/ 1, /*kChannelBigram*/ 2,
    /*kChannelPrefix*/ 3, /*kChannelSound*/ 0};

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

// More words are looked up anew.
constexpr size_t kMaxSounds = 100000;

// A word that may be a name.
bool IsNamed(const Token& token) {
  return token.channel == kChannelSurface &&
         (token.flags & kTokenCapitalised) != 0 &&
         (token.flags & kTokenStopWord) == 0;
}

// Passages are not longer, for scoring, by how their names sound.
template <typename Length>
void AddLengths(const std::vector<Token>& tokens, Length* length) {
  for (const Token& token : tokens) ++(*length)[kChannelGroups[token.channel]];
}

}  // namespace

SegmentOptions MakeSegmentOptions(const std::string& encoder_hash,
                                  int dimension) {
  SegmentOptions options;
  options.analyzer_version = kAnalyzerVersion;
  options.encoder_hash = encoder_hash;
  options.dimension = dimension;
  options.positions = true;
  options.channel_group = kChannelGroups;
  return options;
}

void PostingsBuilder::Terms::Clear() {
  words.clear();
  tokens.clear();
  token_length = {};
}

void PostingsBuilder::Terms::Append(const Terms& terms) {
  words.insert(words.end(), terms.words.begin(), terms.words.end());
  tokens.insert(tokens.end(), terms.tokens.begin(), terms.tokens.end());
  for (size_t g = 0; g < token_length.size(); ++g) {
    token_length[g] += terms.token_length[g];
  }
}

// Tells a segment's writer of the analyser's words, and of how names among them
// sound: words that begin with a capital, but for those in Chinese.
class PostingsBuilder::Words : public WordNumbers {
 public:
  Words(Language language, PostingsBuilder* builder, SegmentWriter* writer)
      : names_sound_(language != Language::kZh),
        builder_(*builder),
        writer_(*writer) {}

  uint32_t NumberOf(absl::string_view word,
                    const std::vector<Token>& tokens) override {
    std::array<uint8_t, kLengthGroups> length = {};
    AddLengths(tokens, &length);
    terms_.clear();
    for (const Token& token : tokens) {
      terms_.push_back({token.key, token.channel});
      if (!names_sound_ || !IsNamed(token)) continue;
      const uint64_t sound = builder_.SoundOf(word);
      if (sound != 0) terms_.push_back({sound, kChannelSound});
    }
    return writer_.AddWord(terms_, length);
  }

 private:
  const bool names_sound_;
  PostingsBuilder& builder_;
  SegmentWriter& writer_;
  std::vector<SegmentTerm> terms_;
};

uint64_t PostingsBuilder::SoundOf(absl::string_view word) {
  if (sounds_.size() > kMaxSounds) sounds_.clear();
  // As it is written: "Çakmak" sounds otherwise than "Cakmak".
  const auto [it, added] = sounds_.try_emplace(TermKey(kChannelSound, word), 0);
  if (added) {
    const std::string sound = SoundKey(word);
    if (sound.size() >= kMinSounds) it->second = TermKey(kChannelSound, sound);
  }
  return it->second;
}

void PostingsBuilder::AppendSound(absl::string_view name, uint32_t position,
                                  std::vector<SegmentToken>* out) {
  const uint64_t sound = SoundOf(name);
  if (sound != 0) out->push_back({sound, position, kChannelSound, 1});
}

void PostingsBuilder::AppendSounds(absl::string_view text,
                                   uint32_t first_position,
                                   std::vector<SegmentToken>* out) {
  for (const Token& token : tokens_) {
    if (!IsNamed(token)) continue;
    AppendSound(text.substr(token.begin, token.end - token.begin),
                first_position + token.position, out);
  }
}

void PostingsBuilder::AppendHanSounds(absl::string_view text,
                                      uint32_t first_position,
                                      std::vector<SegmentToken>* out) {
  const std::vector<TextSpan> names = HanNames(text);
  auto name = names.begin();
  for (const Token& token : tokens_) {
    if (name == names.end()) break;
    if (token.end <= name->begin) continue;
    AppendSound(text.substr(name->begin, name->size()),
                first_position + token.position, out);
    ++name;
  }
}

void PostingsBuilder::AppendTerms(absl::string_view text, Language language,
                                  uint32_t first_position,
                                  SegmentWriter* writer, Terms* out) {
  const bool is_chinese = language == Language::kZh;
  tokens_.clear();
  if (writer->WordsComeAgain()) {
    Words numbers(language, this, writer);
    words_.clear();
    analyzer_.AnalyzeWords(text, language, &numbers, &words_, &tokens_);
    out->words.reserve(out->words.size() + words_.size());
    for (const NumberedWord& word : words_) {
      out->words.push_back({word.number, first_position + word.position});
    }
  } else {
    analyzer_.Analyze(text, language, &tokens_);
    if (!is_chinese) AppendSounds(text, first_position, &out->tokens);
  }
  if (is_chinese) AppendHanSounds(text, first_position, &out->tokens);
  AppendTokens(tokens_, first_position, &out->tokens);
  AddLengths(tokens_, &out->token_length);
}

const PostingsBuilder::Terms& PostingsBuilder::AboveTerms(
    const PreparedDocument& document, uint32_t section, SegmentWriter* writer) {
  if (above_known_ && above_section_ == section) return above_;
  above_known_ = true;
  above_section_ = section;
  above_.Clear();
  // Ids of wikis write spaces so.
  std::string above = document.record.title;
  std::replace(above.begin(), above.end(), '_', ' ');
  for (absl::string_view heading : document.PathTo(section)) {
    // Many a page's first heading is its title.
    if (heading == document.record.title) continue;
    absl::StrAppend(&above, above.empty() ? "" : "\n", heading);
  }
  AppendTerms(above, document.language, kTitlePosition, writer, &above_);
  return above_;
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
  if (writer->words_id() != words_id_) {
    analyzer_.ForgetNumbers();
    words_id_ = writer->words_id();
  }
  const uint32_t first = writer->passage_count();
  for (size_t i = 0; i < document.passages.size(); ++i) {
    YieldToSearches();
    const CutPassage& passage = document.passages[i];
    const absl::string_view text = document.PassageText(i);
    const Language language = document.passage_languages[i];
    terms_.Clear();
    AppendTerms(text, language, 0, writer, &terms_);
    terms_.Append(AboveTerms(document, passage.section, writer));
    sentences_.clear();
    for (const TextSpan& sentence : passage.sentences) {
      SentenceRow sentence_row;
      sentence_row.begin = sentence.begin - passage.span.begin;
      sentence_row.end = sentence.end - passage.span.begin;
      sentences_.push_back(sentence_row);
    }
    const std::string heading =
        absl::StrJoin(document.PathTo(passage.section), "\n");
    SegmentPassage out;
    out.begin = passage.span.begin;
    out.end = passage.span.end;
    out.code_point_begin = passage.code_point_begin;
    out.code_point_end = passage.code_point_end;
    out.language = static_cast<uint8_t>(language);
    out.kind = static_cast<uint8_t>(passage.kind);
    out.heading = heading;
    out.sentences = sentences_;
    out.words = terms_.words;
    out.tokens = terms_.tokens;
    out.length = terms_.token_length;
    RETURN_IF_ERROR(writer->AddPassage(out).status());
  }
  return first;
}

}  // namespace footnote
