#include "gateway/replay.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "gateway/ask.h"
#include "gateway/validate.h"

namespace footnote {
namespace {

// A passage is where it stands, in which bytes.
using Place = std::tuple<std::string, std::string, uint32_t, std::string,
                         uint64_t, uint64_t>;

Place PlaceOf(const v1::Retrieved& retrieved) {
  const v1::DocumentVersion& source = retrieved.source();
  return Place(source.collection(), source.document(), source.version(),
               source.sha256(), retrieved.span().begin(),
               retrieved.span().end());
}

std::map<Place, const v1::Retrieved*> Places(const v1::AnswerRecord& record) {
  std::map<Place, const v1::Retrieved*> places;
  for (const v1::Retrieved& retrieved : record.retrieved()) {
    places.emplace(PlaceOf(retrieved), &retrieved);
  }
  return places;
}

void CompareEvidence(const v1::AnswerRecord& recorded,
                     const v1::AnswerRecord& today,
                     v1::ReplayAnswerResponse* response) {
  const std::map<Place, const v1::Retrieved*> then = Places(recorded);
  const std::map<Place, const v1::Retrieved*> now = Places(today);
  for (const v1::Retrieved& retrieved : recorded.retrieved()) {
    const auto found = now.find(PlaceOf(retrieved));
    if (found == now.end()) {
      *response->add_missing() = retrieved;
    } else if (found->second->rank() != retrieved.rank()) {
      v1::ReplayAnswerResponse::Move& move = *response->add_moved();
      *move.mutable_source() = retrieved.source();
      *move.mutable_span() = retrieved.span();
      move.set_recorded_rank(retrieved.rank());
      move.set_rank(found->second->rank());
    }
  }
  for (const v1::Retrieved& retrieved : today.retrieved()) {
    if (then.count(PlaceOf(retrieved)) == 0) {
      *response->add_added() = retrieved;
    }
  }
  response->set_same_evidence(response->missing().empty() &&
                              response->added().empty() &&
                              response->moved().empty());
}

// The claims of an answer; its text where it has none.
std::set<std::string> Sentences(const v1::Answer& answer) {
  std::set<std::string> sentences;
  for (const v1::Citation& citation : answer.citations()) {
    const v1::Span& span = citation.answer_span();
    if (span.begin() >= span.end() || span.end() > answer.text().size()) {
      continue;
    }
    sentences.insert(
        answer.text().substr(span.begin(), span.end() - span.begin()));
  }
  if (sentences.empty() && !answer.text().empty()) {
    sentences.insert(answer.text());
  }
  return sentences;
}

void CompareTexts(const v1::Answer& recorded, const v1::Answer& today,
                  v1::ReplayAnswerResponse* response) {
  response->set_same_text(recorded.text() == today.text() &&
                          recorded.abstention() == today.abstention());
  const std::set<std::string> then = Sentences(recorded);
  const std::set<std::string> now = Sentences(today);
  for (const std::string& sentence : then) {
    if (now.count(sentence) == 0) response->add_only_recorded(sentence);
  }
  for (const std::string& sentence : now) {
    if (then.count(sentence) == 0) response->add_only_today(sentence);
  }
}

// Whether the second encoders are the same, as far as the record says. Earlier
// records tell that of the search at the end of `encoder`, which is compared.
bool SameSecondEncoders(const v1::AnswerRecord& recorded,
                        const v1::AnswerRecord& today) {
  if (recorded.search_second_encoder().empty() &&
      absl::StrContains(recorded.encoder(), ", then ")) {
    return true;
  }
  return recorded.search_second_encoder() == today.search_second_encoder() &&
         recorded.search_second_encoder_sha256() ==
             today.search_second_encoder_sha256() &&
         recorded.writer_second_encoder() == today.writer_second_encoder() &&
         recorded.writer_second_encoder_sha256() ==
             today.writer_second_encoder_sha256();
}

void CompareMakers(const v1::AnswerRecord& recorded,
                   const v1::AnswerRecord& today,
                   v1::ReplayAnswerResponse* response) {
  const auto compare = [&](const char* name, bool same) {
    if (!same) response->add_other_makers(name);
  };
  compare("writer", recorded.answer().writer() == today.answer().writer());
  compare("model", recorded.model() == today.model() &&
                       recorded.model_sha256() == today.model_sha256());
  compare("analyzer", recorded.analyzer_version() == today.analyzer_version());
  // Some records of earlier releases have no hash.
  compare("encoder", recorded.encoder() == today.encoder() &&
                         (recorded.encoder_sha256().empty() ||
                          recorded.encoder_sha256() == today.encoder_sha256()));
  compare("second encoder", SameSecondEncoders(recorded, today));
  compare("program", recorded.program_version() == today.program_version());
  response->set_same_makers(response->other_makers().empty());
}

v1::AskRequest AskAgain(const v1::AnswerRecord& record) {
  v1::AskRequest ask;
  ask.set_collection(record.answer().collection());
  // As it was searched for: what was said before is not on record.
  ask.set_question(record.rewritten_question().empty()
                       ? record.answer().question()
                       : record.rewritten_question());
  if (record.answer().question_language() != "und") {
    ask.set_language(record.answer().question_language());
  }
  *ask.mutable_filter() = record.filter();
  // Whose draft the fallback's answer stands for, where it does.
  ask.set_writer(record.model().empty() ? record.answer().writer()
                                        : record.model());
  ask.set_citation_mode(record.citation_mode());
  ask.set_safety_mode(record.safety_mode());
  // The first step is the search that every answer begins with.
  int steps = 1;
  for (const v1::ToolUse& tool : record.writing().tools()) {
    steps = std::max(steps, tool.step());
  }
  ask.set_max_tool_steps(steps - 1);
  ask.set_top_k(record.top_k());
  ask.set_max_sentences(record.max_sentences());
  ask.set_max_code_points(record.max_code_points());
  return ask;
}

absl::Status Refused(const char* reason, const std::string& message) {
  absl::Status status = absl::FailedPreconditionError(message);
  SetErrorReason(reason, &status);
  return status;
}

}  // namespace

v1::ReplayAnswerResponse CompareAnswers(const v1::AnswerRecord& recorded,
                                        const v1::AnswerRecord& today) {
  v1::ReplayAnswerResponse response;
  response.set_answer_id(recorded.answer().id());
  response.set_recorded_generation(recorded.answer().generation());
  response.set_generation(today.answer().generation());
  CompareEvidence(recorded, today, &response);
  CompareTexts(recorded.answer(), today.answer(), &response);
  CompareMakers(recorded, today, &response);
  *response.mutable_recorded() = recorded.answer();
  *response.mutable_today() = today.answer();
  return response;
}

absl::StatusOr<v1::ReplayAnswerResponse> ReplayAnswer(
    const v1::ReplayAnswerRequest& request, const Caller& caller,
    const RoomStubs& rooms, int64_t* tokens) {
  v1::GetAnswerRequest id;
  id.set_answer_id(request.answer_id());
  RETURN_IF_ERROR(ValidateGetAnswer(id));
  v1::GetRecordRequest get;
  get.set_answer_id(request.answer_id());
  v1::AnswerRecord recorded;
  RETURN_IF_ERROR(FromGrpcStatus(
      rooms.audit->GetRecord(caller.Pass().get(), get, &recorded)));
  if (recorded.answer().question().empty()) {
    return Refused("QUESTION_ERASED",
                   absl::StrCat("answer ", request.answer_id(),
                                ": its question was erased"));
  }
  v1::AskRequest ask = AskAgain(recorded);
  const uint64_t then = recorded.answer().generation();
  if (request.recorded_generation()) ask.set_generation(then);
  Beside beside;
  absl::StatusOr<v1::AnswerRecord> draft =
      DraftAnswer(ask, caller, rooms, tokens, &beside);
  if (ErrorReason(draft.status()) == "WRITER_NOT_FOUND") {
    // Of another release; the default writer's answer is another maker's.
    ask.clear_writer();
    draft = DraftAnswer(ask, caller, rooms, tokens, &beside);
  }
  if (request.recorded_generation() &&
      absl::IsFailedPrecondition(draft.status()) &&
      ErrorReason(draft.status()) == "GENERATION_NOT_AVAILABLE") {
    return Refused(
        "GENERATION_NOT_AVAILABLE",
        absl::StrCat("answer ", request.answer_id(), ": generation ", then,
                     " was searched then: ", draft.status().message()));
  }
  RETURN_IF_ERROR(draft.status());
  const v1::AnswerRecord& today = *draft;
  if (request.recorded_generation() && today.answer().generation() != then) {
    // A retriever of an older release, which searches what there is.
    return Refused("GENERATION_NOT_AVAILABLE",
                   absl::StrCat("answer ", request.answer_id(), ": generation ",
                                then, " was searched then, now there is ",
                                today.answer().generation()));
  }
  v1::ReplayAnswerResponse response = CompareAnswers(recorded, today);
  response.set_left_out(beside.left_out);
  return response;
}

}  // namespace footnote
