#include "audit/sealing.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/crypto/seal.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Key numbers, in the order of the record: the subject's, then the documents'.
using KeySet = std::vector<uint32_t>;

absl::Status Damaged(absl::string_view what) {
  absl::Status status =
      absl::DataLossError(absl::StrCat("answer record: ", what));
  SetErrorReason("RECORD_DAMAGED", &status);
  return status;
}

// What is hashed is what is stored, so a later release need not write the same
// bytes for the same message.
std::string Serialize(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

// The same of what can be read again: protobuf writes texts that are not UTF-8,
// and then reads nothing of the message. One such record would close the log.
template <typename Message>
absl::StatusOr<std::string> SerializeReadable(const Message& message) {
  std::string bytes = Serialize(message);
  if (Message().ParseFromString(bytes)) return bytes;
  return absl::InvalidArgumentError(
      "answer record: a text in it is not UTF-8, want UTF-8");
}

// Key and salt of one section, made of all of its keys.
struct SectionSecret {
  std::string key;
  std::string salt;
};

absl::StatusOr<SectionSecret> SecretOf(absl::string_view nonce, size_t number,
                                       const KeySet& keys,
                                       const Keyring& keyring) {
  // From the last key to the first: each step needs one more of them.
  std::string secret(kKeyBytes, '\0');
  for (const uint32_t key : keys) {
    ASSIGN_OR_RETURN(std::string bytes, keyring.Get(key));
    secret = DeriveKey(bytes, {"section", secret});
    Wipe(&bytes);
  }
  const std::string place = absl::StrCat(number);
  SectionSecret both = {DeriveKey(secret, {"key", nonce, place}),
                        DeriveKey(secret, {"salt", nonce, place})};
  Wipe(&secret);
  return both;
}

absl::StatusOr<SealedSection> Seal(absl::string_view nonce, size_t number,
                                   const KeySet& keys,
                                   const v1::SealedPart& part,
                                   const Keyring& keyring) {
  ASSIGN_OR_RETURN(SectionSecret secret,
                   SecretOf(nonce, number, keys, keyring));
  SealedSection section;
  section.keys = keys;
  ASSIGN_OR_RETURN(section.sealed, SerializeReadable(part));
  section.commitment = Sha256(absl::StrCat(secret.salt, section.sealed));
  ApplyKeystream(secret.key, &section.sealed);
  Wipe(&secret.key);
  return section;
}

absl::Status SealAll(const std::map<KeySet, v1::SealedPart>& sealed,
                     const Keyring& keyring, RecordParts* parts) {
  for (const auto& part : sealed) {
    ASSIGN_OR_RETURN(SealedSection section,
                     Seal(parts->nonce, parts->sections.size(), part.first,
                          part.second, keyring));
    parts->sections.push_back(std::move(section));
  }
  return absl::OkStatus();
}

// Takes a document's words out of a citation, into `quote`.
void TakeQuote(v1::SourceSpan* source, v1::SealedPart::Quote* quote) {
  quote->mutable_quote()->swap(*source->mutable_quote());
  quote->mutable_title()->swap(*source->mutable_title());
  quote->mutable_heading_path()->Swap(source->mutable_heading_path());
  // It follows from the quote, and of a short quote it would say which.
  source->clear_quote_sha256();
}

void PutPart(v1::SealedPart part, v1::AnswerRecord* record) {
  v1::Answer& answer = *record->mutable_answer();
  const auto move = [](std::string* from, std::string* to) {
    if (!from->empty()) to->swap(*from);
  };
  move(part.mutable_principal(), record->mutable_principal());
  move(part.mutable_request_id(), record->mutable_request_id());
  move(part.mutable_rewritten_question(), record->mutable_rewritten_question());
  if (!record->rewritten_question().empty()) {
    answer.set_rewritten_question(record->rewritten_question());
  }
  if (part.has_writing())
    record->mutable_writing()->Swap(part.mutable_writing());
  move(part.mutable_question(), answer.mutable_question());
  move(part.mutable_text(), answer.mutable_text());
  move(part.mutable_abstention_detail(), answer.mutable_abstention_detail());
  if (part.has_forecast()) {
    answer.mutable_forecast()->Swap(part.mutable_forecast());
  }
  for (v1::SealedPart::Quote& quote : *part.mutable_tool_quotes()) {
    if (static_cast<int>(quote.citation()) >= answer.citations_size()) continue;
    v1::Citation& citation = *answer.mutable_citations(quote.citation());
    if (static_cast<int>(quote.source()) >= citation.tools_size()) continue;
    v1::ToolSpan& tool = *citation.mutable_tools(quote.source());
    tool.mutable_quote()->swap(*quote.mutable_quote());
    tool.set_quote_sha256(Sha256(tool.quote()));
  }
  for (v1::SealedPart::Quote& quote : *part.mutable_quotes()) {
    if (static_cast<int>(quote.citation()) >= answer.citations_size()) continue;
    v1::Citation& citation = *answer.mutable_citations(quote.citation());
    if (static_cast<int>(quote.source()) >= citation.sources_size()) continue;
    v1::SourceSpan& source = *citation.mutable_sources(quote.source());
    source.mutable_quote()->swap(*quote.mutable_quote());
    source.mutable_title()->swap(*quote.mutable_title());
    source.mutable_heading_path()->Swap(quote.mutable_heading_path());
    source.set_quote_sha256(Sha256(source.quote()));
  }
}

// Says what a record whose keys are gone does not show.
void NameErased(v1::AnswerRecord* record) {
  const v1::Answer& answer = record->answer();
  if (answer.question().empty()) record->add_erased("question");
  if (answer.text().empty() &&
      answer.abstention() == v1::ABSTENTION_REASON_UNSPECIFIED) {
    record->add_erased("text");
  }
  for (int i = 0; i < answer.citations_size(); ++i) {
    for (const v1::SourceSpan& source : answer.citations(i).sources()) {
      if (!source.quote().empty()) continue;
      record->add_erased(absl::StrCat("citations[", i, "]"));
      break;
    }
  }
  if (!record->model().empty() && !record->has_writing()) {
    record->add_erased("writing");
  }
}

// Opens what has its keys. Where some are lost: DataLoss, or they go to `lost`.
absl::StatusOr<v1::AnswerRecord> OpenSections(const RecordParts& parts,
                                              const Keyring& keyring,
                                              std::set<uint32_t>* lost) {
  std::vector<absl::optional<std::string>> texts(parts.sections.size());
  for (size_t i = 0; i < parts.sections.size(); ++i) {
    absl::StatusOr<OpenedSection> opened = OpenSection(parts, i, keyring);
    if (absl::IsNotFound(opened.status())) continue;
    bool has_lost = false;
    for (const uint32_t key : parts.sections[i].keys) {
      if (opened.ok() || lost == nullptr) break;
      if (!absl::IsDataLoss(keyring.Get(key).status())) continue;
      has_lost = true;
      lost->insert(key);
    }
    if (has_lost) continue;
    RETURN_IF_ERROR(opened.status());
    texts[i] = std::move(opened->text);
  }
  return AssembleAnswer(parts, texts);
}

}  // namespace

absl::StatusOr<RecordParts> SealAnswer(const v1::AnswerRecord& record,
                                       Keyring* keyring) {
  RecordParts parts;
  parts.kind = RecordKind::kAnswer;
  parts.nonce = RandomBytes(kRecordNonceBytes);
  v1::AnswerRecord body = record;
  v1::Answer& answer = *body.mutable_answer();
  answer.clear_receipt();
  answer.clear_id();
  body.clear_erased();

  ASSIGN_OR_RETURN(const Keyring::Key subject,
                   keyring->FindOrAdd(KeyKind::kSubject, record.tenant(),
                                      record.principal()));
  std::map<KeySet, v1::SealedPart> sealed;
  v1::SealedPart& own = sealed[{subject.number}];
  own.mutable_principal()->swap(*body.mutable_principal());
  own.mutable_request_id()->swap(*body.mutable_request_id());
  own.mutable_rewritten_question()->swap(*body.mutable_rewritten_question());
  answer.clear_rewritten_question();
  own.mutable_question()->swap(*answer.mutable_question());
  own.mutable_abstention_detail()->swap(*answer.mutable_abstention_detail());

  // The answer is made of all cited documents; a quote is of one.
  std::set<uint32_t> documents;
  for (int i = 0; i < answer.citations_size(); ++i) {
    v1::Citation& citation = *answer.mutable_citations(i);
    for (int j = 0; j < citation.sources_size(); ++j) {
      v1::SourceSpan& source = *citation.mutable_sources(j);
      ASSIGN_OR_RETURN(
          const Keyring::Key document,
          keyring->FindOrAdd(KeyKind::kDocument, source.source().collection(),
                             source.source().document()));
      documents.insert(document.number);
      v1::SealedPart::Quote& quote =
          *sealed[{subject.number, document.number}].add_quotes();
      quote.set_citation(i);
      quote.set_source(j);
      TakeQuote(&source, &quote);
    }
  }
  KeySet all = {subject.number};
  all.insert(all.end(), documents.begin(), documents.end());
  if (!answer.text().empty()) {
    sealed[all].mutable_text()->swap(*answer.mutable_text());
  }
  if (answer.has_forecast()) {
    sealed[all].mutable_forecast()->Swap(answer.mutable_forecast());
    answer.clear_forecast();
  }
  // The story is made of all that the model was shown.
  for (const v1::DocumentVersion& shown : body.writing().shown()) {
    ASSIGN_OR_RETURN(const Keyring::Key document,
                     keyring->FindOrAdd(KeyKind::kDocument, shown.collection(),
                                        shown.document()));
    documents.insert(document.number);
  }
  all.assign({subject.number});
  all.insert(all.end(), documents.begin(), documents.end());
  if (body.has_writing()) {
    v1::SealedPart& story = sealed[all];
    story.mutable_writing()->Swap(body.mutable_writing());
    body.clear_writing();
    for (int i = 0; i < answer.citations_size(); ++i) {
      v1::Citation& citation = *answer.mutable_citations(i);
      for (int j = 0; j < citation.tools_size(); ++j) {
        v1::SealedPart::Quote& quote = *story.add_tool_quotes();
        quote.set_citation(i);
        quote.set_source(j);
        quote.mutable_quote()->swap(
            *citation.mutable_tools(j)->mutable_quote());
        citation.mutable_tools(j)->clear_quote_sha256();
      }
    }
  }
  ASSIGN_OR_RETURN(parts.body, SerializeReadable(body));
  RETURN_IF_ERROR(SealAll(sealed, *keyring, &parts));
  return parts;
}

absl::StatusOr<RecordParts> SealEvent(const v1::AuditEvent& event,
                                      Keyring* keyring) {
  RecordParts parts;
  parts.kind = event.kind() == v1::AuditEvent::ACCESS ? RecordKind::kAccess
                                                      : RecordKind::kEvent;
  parts.nonce = RandomBytes(kRecordNonceBytes);
  v1::AuditEvent body = event;
  body.clear_principal();
  body.clear_sequence();
  body.clear_time_us();
  ASSIGN_OR_RETURN(parts.body, SerializeReadable(body));
  if (event.principal().empty()) return parts;
  ASSIGN_OR_RETURN(
      const Keyring::Key subject,
      keyring->FindOrAdd(KeyKind::kSubject, event.tenant(), event.principal()));
  std::map<KeySet, v1::SealedPart> sealed;
  sealed[{subject.number}].set_principal(event.principal());
  RETURN_IF_ERROR(SealAll(sealed, *keyring, &parts));
  return parts;
}

// Behind a salt of any length, the text would begin where a forger likes.
bool IsCommitment(const SealedSection& section, const OpenedSection& opened) {
  return opened.salt.size() == kKeyBytes &&
         Sha256(absl::StrCat(opened.salt, opened.text)) == section.commitment;
}

absl::StatusOr<OpenedSection> OpenSection(const RecordParts& parts,
                                          size_t number,
                                          const Keyring& keyring) {
  const SealedSection& section = parts.sections[number];
  ASSIGN_OR_RETURN(SectionSecret secret,
                   SecretOf(parts.nonce, number, section.keys, keyring));
  OpenedSection opened = {section.sealed, std::move(secret.salt)};
  ApplyKeystream(secret.key, &opened.text);
  Wipe(&secret.key);
  if (!IsCommitment(section, opened)) {
    return Damaged(
        absl::StrCat("section ", number, " is not what was committed to"));
  }
  return opened;
}

absl::StatusOr<v1::AnswerRecord> BodyOfAnswer(const RecordParts& parts) {
  v1::AnswerRecord record;
  if (parts.kind != RecordKind::kAnswer ||
      !record.ParseFromString(parts.body)) {
    return Damaged("its body is no AnswerRecord");
  }
  v1::Answer& answer = *record.mutable_answer();
  answer.set_id(AnswerId(parts.sequence, parts.nonce));
  answer.mutable_receipt()->set_answer_id(answer.id());
  answer.mutable_receipt()->set_sequence(parts.sequence);
  answer.mutable_receipt()->set_time_us(parts.time_us);
  return record;
}

absl::StatusOr<v1::AnswerRecord> AssembleAnswer(
    const RecordParts& parts,
    const std::vector<absl::optional<std::string>>& texts) {
  ASSIGN_OR_RETURN(v1::AnswerRecord record, BodyOfAnswer(parts));
  bool erased = false;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!texts[i].has_value()) {
      erased = true;
      continue;
    }
    v1::SealedPart part;
    if (!part.ParseFromString(*texts[i])) {
      return Damaged(absl::StrCat("section ", i, " is no SealedPart"));
    }
    PutPart(std::move(part), &record);
  }
  if (erased) NameErased(&record);
  return record;
}

absl::StatusOr<v1::AnswerRecord> OpenAnswer(const RecordParts& parts,
                                            const Keyring& keyring) {
  return OpenSections(parts, keyring, nullptr);
}

absl::StatusOr<v1::AnswerRecord> OpenWhatIsLeft(const RecordParts& parts,
                                                const Keyring& keyring) {
  std::set<uint32_t> lost;
  ASSIGN_OR_RETURN(v1::AnswerRecord record,
                   OpenSections(parts, keyring, &lost));
  for (const uint32_t key : lost) {
    record.add_erased(absl::StrCat("lost: key ", key));
  }
  return record;
}

absl::StatusOr<v1::AuditEvent> BodyOfEvent(const RecordParts& parts) {
  v1::AuditEvent event;
  if (parts.kind == RecordKind::kAnswer || !event.ParseFromString(parts.body)) {
    return Damaged("its body is no AuditEvent");
  }
  event.set_sequence(parts.sequence);
  event.set_time_us(parts.time_us);
  return event;
}

absl::StatusOr<v1::AuditEvent> OpenEvent(const RecordParts& parts,
                                         const Keyring& keyring) {
  ASSIGN_OR_RETURN(v1::AuditEvent event, BodyOfEvent(parts));
  if (parts.sections.empty()) return event;
  const absl::StatusOr<OpenedSection> opened = OpenSection(parts, 0, keyring);
  if (absl::IsNotFound(opened.status())) return event;
  RETURN_IF_ERROR(opened.status());
  v1::SealedPart part;
  if (!part.ParseFromString(opened->text)) {
    return Damaged("section 0 is no SealedPart");
  }
  event.set_principal(part.principal());
  return event;
}

absl::StatusOr<v1::AuditEvent> OpenWhatIsLeftOfEvent(const RecordParts& parts,
                                                     const Keyring& keyring) {
  absl::StatusOr<v1::AuditEvent> event = OpenEvent(parts, keyring);
  if (!absl::IsDataLoss(event.status()) || parts.sections.empty()) return event;
  for (const uint32_t key : parts.sections[0].keys) {
    if (!absl::IsDataLoss(keyring.Get(key).status())) continue;
    ASSIGN_OR_RETURN(v1::AuditEvent rest, BodyOfEvent(parts));
    rest.set_note(absl::StrCat(rest.note(), rest.note().empty() ? "" : "; ",
                               "by somebody whose key, ", key, ", is lost"));
    return rest;
  }
  return event;
}

}  // namespace footnote
