#include "gateway/ask.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/grpc_status.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "base/version.h"
#include "gateway/tools/loop.h"
#include "gateway/validate.h"

namespace footnote {
namespace {

// A longer text is not sent to the writer whole.
constexpr size_t kMaxWholeText = 1 << 20;

// The question as it is searched for: a follow-up stands alone then.
absl::StatusOr<std::string> StandAlone(const v1::AskRequest& request,
                                       const Caller& caller,
                                       const RoomStubs& rooms) {
  if (request.history().empty()) return request.question();
  const StageTimer timer("ask_rewrite");
  v1::RewriteRequest rewrite;
  *rewrite.mutable_history() = request.history();
  rewrite.set_question(request.question());
  rewrite.set_language(request.language());
  rewrite.set_writer(request.writer());
  v1::RewriteResponse rewritten;
  RETURN_IF_ERROR(FromGrpcStatus(
      rooms.generator->Rewrite(caller.Pass().get(), rewrite, &rewritten)));
  return std::move(*rewritten.mutable_question());
}

absl::StatusOr<v1::SearchResponse> Search(const v1::AskRequest& request,
                                          const std::string& question,
                                          const Caller& caller,
                                          const RoomStubs& rooms) {
  const StageTimer timer("ask_search");
  v1::SearchRequest search;
  search.set_collection(request.collection());
  search.set_question(question);
  search.set_language(request.language());
  search.set_top_k(request.top_k());
  search.set_min_generation(
      std::max(request.min_generation(),
               rooms.generations.Newest(request.collection())));
  search.set_generation(request.generation());
  *search.mutable_filter() = request.filter();
  search.set_hide_duplicates(true);
  v1::SearchResponse found;
  RETURN_IF_ERROR(FromGrpcStatus(
      rooms.retriever->Search(caller.Pass().get(), search, &found)));
  return found;
}

absl::StatusOr<v1::Draft> Generate(const v1::GenerateRequest& request,
                                   const Caller& caller,
                                   const RoomStubs& rooms) {
  const std::unique_ptr<grpc::ClientContext> context = caller.Pass();
  const auto reader = rooms.generator->Generate(context.get(), request);
  v1::GenerateResponse response;
  v1::Draft draft;
  bool complete = false;
  while (reader->Read(&response)) {
    // Pieces are for rooms that show them; here the record comes first.
    if (!response.has_draft()) continue;
    draft = std::move(*response.mutable_draft());
    complete = true;
  }
  RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  if (!complete) {
    return absl::InternalError("generator: the stream ended without a draft");
  }
  return draft;
}

// The whole text of `wanted`, with what is known of it from one of its
// passages; false where it is gone, changed or too long.
bool ReadWhole(const v1::DocumentVersion& wanted,
               const v1::GenerateRequest& request, const Caller& caller,
               const RoomStubs& rooms, v1::Passage* text) {
  v1::ReadTextRequest read;
  read.set_collection(wanted.collection());
  read.set_document(wanted.document());
  read.set_version(wanted.version());
  v1::ReadTextResponse whole;
  const grpc::Status status =
      rooms.indexer->ReadText(caller.Pass().get(), read, &whole);
  if (!status.ok() || !whole.end_of_text() ||
      whole.text().size() > kMaxWholeText ||
      whole.version().sha256() != wanted.sha256()) {
    return false;
  }
  for (const v1::Passage& passage : request.passages()) {
    if (passage.source().document() != wanted.document()) continue;
    text->set_language(passage.language());
    text->set_title(passage.title());
    *text->mutable_heading_path() = passage.heading_path();
    text->set_path(passage.path());
    break;
  }
  *text->mutable_source() = wanted;
  *text->mutable_span() = whole.span();
  text->set_text(std::move(*whole.mutable_text()));
  return true;
}

v1::GenerateRequest NewGenerate(const v1::AskRequest& request,
                                const std::string& question,
                                const v1::SearchResponse& found) {
  v1::GenerateRequest generate;
  generate.set_question(question);
  generate.set_language(found.language());
  generate.set_writer(request.writer());
  generate.set_max_sentences(request.max_sentences());
  generate.set_max_code_points(request.max_code_points());
  generate.set_citation_mode(request.citation_mode());
  generate.set_safety_mode(request.safety_mode());
  return generate;
}

// Takes the passages out of `found`: they are large, and not needed after.
absl::StatusOr<v1::Draft> Write(v1::GenerateRequest generate,
                                const Caller& caller, const RoomStubs& rooms,
                                v1::SearchResponse* found) {
  const StageTimer timer("ask_write");
  // Passages that share only stop words with the question answer nothing.
  if (!found->empty_question()) {
    generate.mutable_passages()->Swap(found->mutable_passages());
  }
  generate.mutable_vector()->Swap(found->mutable_vector());
  generate.mutable_term_keys()->Swap(found->mutable_term_keys());
  generate.mutable_term_rarities()->Swap(found->mutable_term_rarities());

  ASSIGN_OR_RETURN(v1::Draft draft, Generate(generate, caller, rooms));
  for (const v1::DocumentVersion& wanted : draft.wants()) {
    v1::Passage text;
    if (!ReadWhole(wanted, generate, caller, rooms, &text)) continue;
    *generate.add_texts() = std::move(text);
  }
  if (!generate.texts().empty()) {
    ASSIGN_OR_RETURN(draft, Generate(generate, caller, rooms));
  }
  if (found->empty_question()) draft.set_abstention(v1::EMPTY_QUESTION);
  return draft;
}

// No answer waits longer to be told where its quotes lay.
constexpr std::chrono::seconds kLocateFor(1);

// A draft knows where its passages began. Says of each quote where that lay
// itself; all keep their passages' places when the indexer does not tell.
void Locate(const std::string& collection, const Caller& caller,
            const RoomStubs& rooms, v1::Draft* draft) {
  const StageTimer timer("ask_locate");
  v1::LocateSpansRequest request;
  request.set_collection(collection);
  std::vector<v1::SourceSpan*> sources;
  for (v1::Citation& citation : *draft->mutable_citations()) {
    for (v1::SourceSpan& source : *citation.mutable_sources()) {
      v1::VersionSpan& span = *request.add_spans();
      span.set_document(source.source().document());
      span.set_version(source.source().version());
      span.set_begin(source.span().begin());
      span.set_end(source.span().end());
      sources.push_back(&source);
    }
  }
  if (sources.empty()) return;
  const std::unique_ptr<grpc::ClientContext> context = caller.Pass();
  context->set_deadline(std::min(
      context->deadline(), std::chrono::system_clock::now() + kLocateFor));
  v1::LocateSpansResponse response;
  if (!rooms.indexer->LocateSpans(context.get(), request, &response).ok() ||
      response.locations_size() != request.spans_size()) {
    return;
  }
  for (size_t i = 0; i < sources.size(); ++i) {
    v1::Location& location = *response.mutable_locations(i);
    if (location.ByteSizeLong() == 0) continue;
    sources[i]->mutable_location()->Swap(&location);
  }
}

v1::AnswerRecord NewRecord(const v1::AskRequest& request, const Caller& caller,
                           const v1::SearchResponse& found) {
  v1::AnswerRecord record;
  v1::Answer& answer = *record.mutable_answer();
  answer.set_collection(request.collection());
  answer.set_question(request.question());
  answer.set_question_language(found.language());
  answer.set_generation(found.generation());
  record.set_request_id(request.request_id());
  record.set_principal(caller.identity().principal);
  record.set_tenant(caller.identity().tenant);
  record.set_top_k(request.top_k());
  record.set_max_sentences(request.max_sentences());
  record.set_max_code_points(request.max_code_points());
  record.set_citation_mode(request.citation_mode());
  record.set_safety_mode(request.safety_mode());
  record.set_analyzer_version(found.analyzer_version());
  record.set_encoder(found.encoder());
  record.set_encoder_sha256(found.encoder_sha256());
  record.set_search_second_encoder(found.second_encoder());
  record.set_search_second_encoder_sha256(found.second_encoder_sha256());
  record.set_program_version(std::string(ProgramVersion()));
  *record.mutable_filter() = request.filter();
  uint32_t rank = 0;
  for (const v1::Passage& passage : found.passages()) {
    v1::Retrieved& retrieved = *record.add_retrieved();
    *retrieved.mutable_source() = passage.source();
    *retrieved.mutable_span() = passage.span();
    *retrieved.mutable_score() = passage.score();
    retrieved.set_rank(++rank);
  }
  return record;
}

void AddDraft(v1::Draft draft, v1::AnswerRecord* record) {
  v1::Answer& answer = *record->mutable_answer();
  answer.set_text(std::move(*draft.mutable_text()));
  answer.mutable_citations()->Swap(draft.mutable_citations());
  answer.set_abstention(draft.abstention());
  answer.set_abstention_detail(std::move(*draft.mutable_abstention_detail()));
  answer.set_writer(std::move(*draft.mutable_writer()));
  if (draft.has_forecast()) {
    *answer.mutable_forecast() = std::move(*draft.mutable_forecast());
  }
  record->set_deterministic(draft.deterministic());
  record->set_model(std::move(*draft.mutable_model()));
  record->set_model_sha256(std::move(*draft.mutable_model_sha256()));
  record->set_tokenizer_sha256(std::move(*draft.mutable_tokenizer_sha256()));
  record->set_prompt_sha256(std::move(*draft.mutable_prompt_sha256()));
  record->set_writer_second_encoder(std::move(*draft.mutable_second_encoder()));
  record->set_writer_second_encoder_sha256(
      std::move(*draft.mutable_second_encoder_sha256()));
  if (draft.has_sampling()) {
    *record->mutable_sampling() = std::move(*draft.mutable_sampling());
  }
  if (draft.has_writing()) {
    // The first draft is no refinement.
    record->set_refinement_rounds(std::max(1, draft.writing().rounds_size()) -
                                  1);
    *record->mutable_writing() = std::move(*draft.mutable_writing());
  }
}

absl::StatusOr<v1::Answer> FirstAnswer(const v1::AskRequest& request,
                                       const std::string& answer_id,
                                       const Caller& caller,
                                       const RoomStubs& rooms) {
  v1::GetRecordRequest get;
  get.set_answer_id(answer_id);
  v1::AnswerRecord record;
  RETURN_IF_ERROR(FromGrpcStatus(
      rooms.audit->GetRecord(caller.Pass().get(), get, &record)));
  if (record.answer().question() != request.question() ||
      record.answer().collection() != request.collection()) {
    absl::Status status = absl::InvalidArgumentError(
        "request_id: belongs to another question, want a new one");
    SetErrorReason("INVALID_REQUEST", &status);
    return status;
  }
  return std::move(*record.mutable_answer());
}

// The answer with its receipt, once it is on disk. `record` is taken when that
// worked.
absl::StatusOr<v1::Answer> Record(const v1::AskRequest& request,
                                  v1::AnswerRecord* record,
                                  const Caller& caller,
                                  const RoomStubs& rooms) {
  const StageTimer timer("ask_record");
  v1::AppendAnswerRequest append;
  append.mutable_record()->Swap(record);
  v1::AppendAnswerResponse appended;
  absl::Status status = FromGrpcStatus(
      rooms.audit->AppendAnswer(caller.Pass().get(), append, &appended));
  if (absl::IsUnavailable(status)) {
    SetErrorReason("AUDIT_UNAVAILABLE", &status);
  }
  if (!status.ok()) {
    record->Swap(append.mutable_record());
    return status;
  }
  if (appended.repeated_request()) {
    return FirstAnswer(request, appended.receipt().answer_id(), caller, rooms);
  }
  v1::Answer answer = std::move(*append.mutable_record()->mutable_answer());
  answer.set_id(appended.receipt().answer_id());
  *answer.mutable_receipt() = std::move(*appended.mutable_receipt());
  return answer;
}

// True where only the log stands in the way, not the answer or the caller.
bool LogFails(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDataLoss(status) || absl::IsInternal(status);
}

// Where the pieces of the text end: just before the next claim, so that
// the pieces put together are the text.
std::vector<size_t> PieceEnds(const v1::Answer& answer) {
  std::vector<size_t> ends;
  for (int i = 1; i < answer.citations_size(); ++i) {
    const size_t end = answer.citations(i).answer_span().begin();
    const size_t begin = ends.empty() ? 0 : ends.back();
    if (end > begin && end < answer.text().size()) ends.push_back(end);
  }
  if (!answer.text().empty()) ends.push_back(answer.text().size());
  return ends;
}

bool Cites(const v1::Answer& answer, const std::string& document) {
  for (const v1::Citation& citation : answer.citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      if (source.source().document() == document) return true;
    }
  }
  return false;
}

absl::Status Show(v1::Answer answer, const v1::Writing& writing,
                  const Beside& beside, bool fast, const ShowMessage& show) {
  uint32_t sequence = 0;
  const auto send = [&](v1::AskResponse* response) {
    response->set_sequence(++sequence);
    if (show(*response)) return absl::OkStatus();
    return absl::CancelledError("the caller went away; the answer is recorded");
  };
  v1::AskResponse started;
  started.mutable_started()->set_answer_id(answer.id());
  started.mutable_started()->set_language(answer.question_language());
  started.mutable_started()->set_rewritten_question(
      answer.rewritten_question());
  RETURN_IF_ERROR(send(&started));
  for (const v1::ToolUse& tool : writing.tools()) {
    v1::AskResponse response;
    *response.mutable_tool() = tool;
    RETURN_IF_ERROR(send(&response));
  }
  int cited = 0;
  const auto cite = [&](size_t end) {
    for (; cited < answer.citations_size(); ++cited) {
      const v1::Citation& citation = answer.citations(cited);
      if (citation.answer_span().end() > end) break;
      v1::AskResponse response;
      *response.mutable_citation() = citation;
      RETURN_IF_ERROR(send(&response));
    }
    return absl::OkStatus();
  };
  size_t shown = 0;
  for (const size_t end : PieceEnds(answer)) {
    v1::AskResponse delta;
    delta.set_delta(answer.text().substr(shown, end - shown));
    RETURN_IF_ERROR(send(&delta));
    shown = end;
    if (fast) RETURN_IF_ERROR(cite(end));
  }
  RETURN_IF_ERROR(cite(std::string::npos));
  v1::AskResponse completed;
  for (const v1::Duplicates& one : beside.duplicates) {
    if (Cites(answer, one.document())) *completed.add_duplicates() = one;
  }
  *completed.mutable_completed() = std::move(answer);
  return send(&completed);
}

}  // namespace

absl::StatusOr<v1::AnswerRecord> DraftAnswer(const v1::AskRequest& request,
                                             const Caller& caller,
                                             const RoomStubs& rooms,
                                             int64_t* tokens, Beside* beside) {
  RETURN_IF_ERROR(ValidateAsk(request));
  RETURN_IF_ERROR(caller.MayUse(request.collection()));
  RETURN_IF_ERROR(caller.StillWaits("search"));
  ASSIGN_OR_RETURN(const std::string question,
                   StandAlone(request, caller, rooms));
  ASSIGN_OR_RETURN(v1::SearchResponse found,
                   Search(request, question, caller, rooms));
  v1::GenerateRequest generate = NewGenerate(request, question, found);
  std::string tools_ended;
  int64_t written = 0;
  if (request.max_tool_steps() > 0 && !found.empty_question()) {
    RETURN_IF_ERROR(UseTools(request, caller, rooms, &found, &generate,
                             &tools_ended, &written));
  }
  if (beside != nullptr) {
    beside->duplicates.Swap(found.mutable_duplicates());
    beside->left_out = found.left_out();
  }
  v1::AnswerRecord record = NewRecord(request, caller, found);
  if (question != request.question()) {
    record.set_rewritten_question(question);
    record.mutable_answer()->set_rewritten_question(question);
  }

  RETURN_IF_ERROR(caller.StillWaits("writing"));
  ASSIGN_OR_RETURN(v1::Draft draft,
                   Write(std::move(generate), caller, rooms, &found));
  Locate(request.collection(), caller, rooms, &draft);
  AddDraft(std::move(draft), &record);
  *tokens = written + TokensOf(record.writing());
  if (!tools_ended.empty()) {
    record.mutable_writing()->set_tools_ended(tools_ended);
  }
  return record;
}

int64_t TokensOf(const v1::Writing& writing) {
  int64_t tokens = 0;
  for (const v1::WritingRound& round : writing.rounds()) {
    tokens += round.answer_tokens();
  }
  return tokens;
}

absl::Status Ask(const v1::AskRequest& request, const Caller& caller,
                 const RoomStubs& rooms, const AskOptions& options,
                 const ShowMessage& show, int64_t* tokens) {
  Beside beside;
  ASSIGN_OR_RETURN(v1::AnswerRecord record,
                   DraftAnswer(request, caller, rooms, tokens, &beside));

  // The record comes before the reader: an answer nobody can audit is not
  // given.
  RETURN_IF_ERROR(caller.StillWaits("recording"));
  const v1::Writing writing = record.writing();
  absl::StatusOr<v1::Answer> answer = Record(request, &record, caller, rooms);
  if (LogFails(answer.status())) {
    const bool show_it =
        options.show_unrecorded.count(request.collection()) > 0;
    Count("unrecorded_answers", show_it ? "shown" : "withheld");
    if (!show_it) return answer.status();
    Log(Severity::kError, "an answer is shown that is not on record",
        {{"collection", request.collection()},
         {"error", std::string(answer.status().message())}});
    answer = std::move(*record.mutable_answer());
  }
  RETURN_IF_ERROR(answer.status());
  return Show(*std::move(answer), writing, beside,
              request.citation_mode() == v1::FAST, show);
}

}  // namespace footnote
