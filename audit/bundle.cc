#include "audit/bundle.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "audit/merkle.h"
#include "audit/record.h"
#include "audit/sealing.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "footnote-bundle/1";

absl::Status Bad(absl::string_view where, absl::string_view want) {
  return absl::InvalidArgumentError(
      absl::StrCat("bundle: ", where, ": want ", want));
}

// An object with exactly these fields.
absl::Status WantFields(const Json& object, absl::string_view where,
                        const std::set<std::string>& fields) {
  if (!object.is_object() || object.size() != fields.size()) {
    return Bad(where, absl::StrCat("an object of ", fields.size(), " fields"));
  }
  for (const auto& field : object.items()) {
    if (fields.count(field.key()) == 0) {
      return Bad(absl::StrCat(where, ".", field.key()), "a known field");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Text(const Json& object, const char* field) {
  if (object.at(field).is_string()) return object.at(field).get<std::string>();
  return Bad(field, "a string");
}

absl::StatusOr<std::string> Bytes(const Json& object, const char* field) {
  ASSIGN_OR_RETURN(const std::string text, Text(object, field));
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes) ||
      absl::Base64Escape(bytes) != text) {
    return Bad(field, "base 64 in its canonical form");
  }
  return bytes;
}

absl::StatusOr<uint32_t> Number(const Json& object, const char* field) {
  const Json& value = object.at(field);
  if (value.is_number_unsigned() && value.get<uint64_t>() <= 0xFFFFFFFF) {
    return value.get<uint32_t>();
  }
  return Bad(field, "a number");
}

absl::StatusOr<Bundle::Section> ReadSection(const Json& json) {
  RETURN_IF_ERROR(WantFields(json, "section", {"number", "salt", "text"}));
  Bundle::Section section;
  ASSIGN_OR_RETURN(section.number, Number(json, "number"));
  ASSIGN_OR_RETURN(section.salt, Bytes(json, "salt"));
  ASSIGN_OR_RETURN(section.text, Bytes(json, "text"));
  return section;
}

absl::StatusOr<Bundle::Answer> ReadAnswer(const Json& json) {
  RETURN_IF_ERROR(
      WantFields(json, "answer", {"answer_id", "proof", "record", "sections"}));
  Bundle::Answer answer;
  ASSIGN_OR_RETURN(answer.answer_id, Text(json, "answer_id"));
  ASSIGN_OR_RETURN(answer.proof, Text(json, "proof"));
  ASSIGN_OR_RETURN(answer.record, Bytes(json, "record"));
  if (!json.at("sections").is_array()) return Bad("sections", "a list");
  for (const Json& section : json.at("sections")) {
    ASSIGN_OR_RETURN(Bundle::Section read, ReadSection(section));
    answer.sections.push_back(std::move(read));
  }
  return answer;
}

absl::StatusOr<Bundle::Source> ReadSource(const Json& json) {
  RETURN_IF_ERROR(WantFields(json, "source",
                             {"collection", "document", "version", "text"}));
  Bundle::Source source;
  ASSIGN_OR_RETURN(source.collection, Text(json, "collection"));
  ASSIGN_OR_RETURN(source.document, Text(json, "document"));
  ASSIGN_OR_RETURN(source.version, Number(json, "version"));
  ASSIGN_OR_RETURN(source.text, Bytes(json, "text"));
  return source;
}

// A cited version: collection, document, version.
using VersionKey = std::tuple<std::string, std::string, uint32_t>;
struct HashedSource {
  const Bundle::Source* source;
  std::string sha256;
};
using SourceMap = std::map<VersionKey, HashedSource>;

VersionKey KeyOf(const v1::DocumentVersion& version) {
  return VersionKey(version.collection(), version.document(),
                    version.version());
}

// The stretch of `text` that a span names, where it names one in bytes and in
// code points.
absl::optional<absl::string_view> Slice(absl::string_view text,
                                        const v1::Span& span) {
  if (span.begin() > span.end() || span.end() > text.size()) {
    return absl::nullopt;
  }
  const absl::string_view slice =
      text.substr(span.begin(), span.end() - span.begin());
  const uint64_t begin = CountCodePoints(text.substr(0, span.begin()));
  if (span.begin_code_point() != begin ||
      span.end_code_point() != begin + CountCodePoints(slice)) {
    return absl::nullopt;
  }
  return slice;
}

// One answer of a bundle on its way.
class AnswerCheck {
 public:
  AnswerCheck(const Bundle::Answer& answer, const Verifier& log,
              const std::vector<Verifier>& witnesses, const SourceMap& sources,
              std::set<VersionKey>* used)
      : answer_(answer),
        log_(log),
        witnesses_(witnesses),
        sources_(sources),
        used_(*used) {}

  CheckedAnswer Run(Checkpoint* checkpoint) {
    const absl::StatusOr<RecordParts> parts = DecodeRecord(answer_.record);
    if (!parts.ok()) return Wrong(parts.status().message());
    if (AnswerId(parts->sequence, parts->nonce) != answer_.answer_id) {
      return Wrong("its id is not the one of its record");
    }
    const absl::Status proven = CheckProof(*parts, checkpoint);
    if (!proven.ok()) return Wrong(proven.message());
    checked_.in_log = true;

    std::vector<absl::optional<std::string>> texts(parts->sections.size());
    for (const Bundle::Section& section : answer_.sections) {
      if (section.number >= texts.size() || texts[section.number].has_value()) {
        return Wrong(absl::StrCat("section ", section.number,
                                  ": twice, or not one of the record"));
      }
      if (!IsCommitment(parts->sections[section.number],
                        {section.text, section.salt})) {
        return Wrong(absl::StrCat("section ", section.number,
                                  " is not what was committed to"));
      }
      texts[section.number] = section.text;
    }
    absl::StatusOr<v1::AnswerRecord> record = AssembleAnswer(*parts, texts);
    if (!record.ok()) return Wrong(record.status().message());
    checked_.record = *std::move(record);
    // Which of the two it was, nothing here can prove.
    constexpr absl::string_view kGone =
        " not in the bundle: erased, or left out by who made it";
    for (const std::string& erased : checked_.record.erased()) {
      checked_.open.push_back(absl::StrCat(erased, " is", kGone));
    }
    const size_t missing = texts.size() - answer_.sections.size();
    // Parts that have names were named.
    if (missing > 0 && checked_.record.erased().empty()) {
      checked_.open.push_back(
          absl::StrCat(missing, " of ", texts.size(), " sections are", kGone));
    }
    checked_.whole = missing == 0 && checked_.record.erased().empty();
    for (const v1::Citation& citation : checked_.record.answer().citations()) {
      CheckClaim(citation);
      for (const v1::SourceSpan& source : citation.sources()) {
        CheckSource(source);
      }
    }
    return std::move(checked_);
  }

 private:
  CheckedAnswer Wrong(absl::string_view what) {
    checked_.wrong.push_back(std::string(what));
    return std::move(checked_);
  }

  // Leaf, path, root, signatures.
  absl::Status CheckProof(const RecordParts& parts, Checkpoint* checkpoint) {
    ASSIGN_OR_RETURN(const LogProof proof, ParseLogProof(answer_.proof));
    // C2SP lets a proof carry extra data, which nobody signed.
    if (LogProofText(proof) != answer_.proof) {
      return Bad("proof", "index, hashes and checkpoint, and nothing else");
    }
    ASSIGN_OR_RETURN(*checkpoint, OpenCheckpoint(proof.checkpoint, log_));
    ASSIGN_OR_RETURN(const Note note, ParseNote(proof.checkpoint));
    for (const Verifier& witness : witnesses_) {
      RETURN_IF_ERROR(CheckSignature(note, witness));
    }
    if (proof.index + 1 != parts.sequence) {
      return absl::DataLossError(absl::StrCat(
          "record ", parts.sequence, " is proved as record ", proof.index + 1));
    }
    return CheckInclusion(proof.index, checkpoint->size,
                          LeafHash(answer_.record), proof.hashes,
                          checkpoint->root);
  }

  // The claim is each of its quotes, word for word.
  void CheckClaim(const v1::Citation& citation) {
    const std::string& text = checked_.record.answer().text();
    if (text.empty()) return;
    const absl::optional<absl::string_view> claim =
        Slice(text, citation.answer_span());
    const auto is_claim = [&claim](const std::string& quote) {
      return quote.empty() || (claim.has_value() && *claim == quote);
    };
    bool all = true;
    for (const v1::SourceSpan& source : citation.sources()) {
      all = all && is_claim(source.quote());
    }
    for (const v1::ToolSpan& tool : citation.tools()) {
      all = all && is_claim(tool.quote());
    }
    if (!all) {
      checked_.wrong.push_back("a claim of the answer is not its quote");
    }
  }

  // The quote stands where it is said to stand, in the version with the hash
  // that the record has.
  void CheckSource(const v1::SourceSpan& source) {
    CheckedAnswer::Quote quote;
    quote.document = source.source().document();
    quote.version = source.source().version();
    const auto found = sources_.find(KeyOf(source.source()));
    if (found != sources_.end()) used_.insert(found->first);
    if (found != sources_.end() &&
        found->second.sha256 != source.source().sha256()) {
      quote.verdict = v1::SOURCE_CHANGED;
      quote.detail = "the text has not the SHA-256 of the record";
    } else if (source.quote().empty()) {
      // Why, nothing here can prove; that it is missing is told already.
      quote.detail = "the quote is not in the bundle";
    } else if (found == sources_.end()) {
      quote.detail = "the version's text is not in the bundle";
      checked_.open.push_back(absl::StrCat(quote.document, "@", quote.version,
                                           ": its text is not in the bundle"));
    } else {
      const absl::optional<absl::string_view> cited =
          Slice(found->second.source->text, source.span());
      if (cited.has_value() && *cited == source.quote()) {
        quote.verdict = v1::FOUND;
      } else {
        quote.verdict = v1::NOT_FOUND;
        quote.detail = "the quote is not at its place in the text";
      }
    }
    if (quote.verdict == v1::SOURCE_CHANGED || quote.verdict == v1::NOT_FOUND) {
      checked_.wrong.push_back(
          absl::StrCat(quote.document, "@", quote.version, ": ", quote.detail));
    }
    checked_.quotes.push_back(std::move(quote));
  }

  const Bundle::Answer& answer_;
  const Verifier& log_;
  const std::vector<Verifier>& witnesses_;
  const SourceMap& sources_;
  std::set<VersionKey>& used_;
  CheckedAnswer checked_;
};

}  // namespace

std::string WriteBundle(const Bundle& bundle) {
  const auto base64 = [](const std::string& bytes) {
    return absl::Base64Escape(bytes);
  };
  Json json;
  json["format"] = kFormat;
  json["public_key"] = bundle.public_key;
  json["answers"] = Json::array();
  for (const Bundle::Answer& answer : bundle.answers) {
    Json sections = Json::array();
    for (const Bundle::Section& section : answer.sections) {
      sections.push_back({{"number", section.number},
                          {"salt", base64(section.salt)},
                          {"text", base64(section.text)}});
    }
    json["answers"].push_back({{"answer_id", answer.answer_id},
                               {"proof", answer.proof},
                               {"record", base64(answer.record)},
                               {"sections", std::move(sections)}});
  }
  json["sources"] = Json::array();
  for (const Bundle::Source& source : bundle.sources) {
    json["sources"].push_back({{"collection", source.collection},
                               {"document", source.document},
                               {"version", source.version},
                               {"text", base64(source.text)}});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<Bundle> ReadBundle(absl::string_view bytes) {
  // Some programs read what begins so, some don't.
  if (absl::StartsWith(bytes, "\xef\xbb\xbf")) {
    return Bad("file", "JSON without a byte order mark");
  }
  // To the parser one is the end, whatever comes behind it.
  if (absl::StrContains(bytes, absl::string_view("\0", 1))) {
    return Bad("file", "JSON without a zero byte");
  }
  // Programs differ in which of two fields of one name they read.
  bool twice = false;
  std::vector<std::set<std::string>> names;
  const auto see = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key) {
      twice |= !names.back().insert(value.get<std::string>()).second;
    }
    return true;
  };
  const Json json = Json::parse(bytes.begin(), bytes.end(), see,
                                /*allow_exceptions=*/false);
  if (json.is_discarded()) return Bad("file", "JSON");
  if (twice) return Bad("file", "each field once");
  RETURN_IF_ERROR(
      WantFields(json, "file", {"format", "public_key", "answers", "sources"}));
  if (json.at("format") != kFormat) return Bad("format", kFormat);
  Bundle bundle;
  ASSIGN_OR_RETURN(bundle.public_key, Text(json, "public_key"));
  if (!json.at("answers").is_array() || !json.at("sources").is_array()) {
    return Bad("answers, sources", "lists");
  }
  for (const Json& answer : json.at("answers")) {
    ASSIGN_OR_RETURN(Bundle::Answer read, ReadAnswer(answer));
    bundle.answers.push_back(std::move(read));
  }
  for (const Json& source : json.at("sources")) {
    ASSIGN_OR_RETURN(Bundle::Source read, ReadSource(source));
    bundle.sources.push_back(std::move(read));
  }
  return bundle;
}

CheckedBundle CheckBundle(const Bundle& bundle, const Verifier& log,
                          const std::vector<Verifier>& witnesses) {
  CheckedBundle checked;
  if (bundle.public_key != VerifierText(log)) {
    checked.wrong.push_back("its public key is not the one that is trusted");
  }
  if (bundle.answers.empty()) checked.wrong.push_back("it holds no answers");
  SourceMap sources;
  for (const Bundle::Source& source : bundle.sources) {
    const VersionKey key(source.collection, source.document, source.version);
    if (sources.count(key) == 0) {
      sources[key] = {&source, Sha256(source.text)};
    } else {
      checked.wrong.push_back(absl::StrCat("source ", source.document, "@",
                                           source.version, " is there twice"));
    }
  }
  std::set<VersionKey> used;
  std::set<std::string> ids;
  bool good = true;
  bool proved = false;
  for (const Bundle::Answer& answer : bundle.answers) {
    if (!ids.insert(answer.answer_id).second) {
      checked.wrong.push_back(
          absl::StrCat("answer ", answer.answer_id, " is there twice"));
    }
    Checkpoint checkpoint;
    checked.answers.push_back(
        AnswerCheck(answer, log, witnesses, sources, &used).Run(&checkpoint));
    good &= checked.answers.back().wrong.empty();
    if (!checked.answers.back().in_log) continue;
    if (!proved) checked.checkpoint = checkpoint;
    if (checkpoint.size != checked.checkpoint.size ||
        checkpoint.root != checked.checkpoint.root) {
      checked.wrong.push_back("its answers are proved by two checkpoints");
    }
    proved = true;
  }
  if (good && used.size() != sources.size()) {
    checked.wrong.push_back("it holds a source that no answer cites");
  }
  checked.good = good && checked.wrong.empty();
  return checked;
}

}  // namespace footnote
