#include "eval/quality/qa.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "eval/quality/dataset.h"
#include "eval/quality/rooms_client.h"
#include "eval/quality/scores.h"
#include "text/language.h"
#include "text/sentences.h"

namespace footnote {
namespace {

constexpr int kDepth = 10;
// The set whose paragraphs have the same ids in all of its languages.
constexpr char kAlignedSource[] = "XQuAD";

std::vector<Report::Key> Keys() {
  return {{"questions", 0},   {"hit_at_1"},       {"hit_at_5"},
          {"mrr_at_10"},      {"contains"},       {"chars", 0},
          {"citation_exact"}, {"abstain_right"},  {"abstain_wrong"},
          {"model_share"},    {"model_contains"}, {"extractive_contains"},
          {"cited"},          {"p50_ms", 2},      {"p99_ms", 2},
          {"seconds", 3}};
}

// A share that may not exist.
class Share {
 public:
  void Add(double value) {
    sum_ += value;
    ++count_;
  }
  void Merge(const Share& other) {
    sum_ += other.sum_;
    count_ += other.count_;
  }
  void Put(const char* key, const std::string& language, Report* report) const {
    if (count_ > 0) report->Set(language, key, sum_ / count_);
  }

 private:
  double sum_ = 0;
  double count_ = 0;
};

// What was seen of one language.
struct Tally {
  double questions = 0;
  Share hit_at_1, hit_at_5, mrr_at_10;
  Share contains, chars, citation_exact, abstain_right, abstain_wrong;
  Share model_share, model_contains, extractive_contains, cited;
  std::vector<double> milliseconds;
  double seconds = 0;  // of all questions

  void Merge(const Tally& other) {
    questions += other.questions;
    for (const auto share :
         {&Tally::hit_at_1, &Tally::hit_at_5, &Tally::mrr_at_10,
          &Tally::contains, &Tally::chars, &Tally::citation_exact,
          &Tally::abstain_right, &Tally::abstain_wrong, &Tally::model_share,
          &Tally::model_contains, &Tally::extractive_contains, &Tally::cited}) {
      (this->*share).Merge(other.*share);
    }
    milliseconds.insert(milliseconds.end(), other.milliseconds.begin(),
                        other.milliseconds.end());
  }

  void Rank(int rank) {
    hit_at_1.Add(rank == 1);
    hit_at_5.Add(rank >= 1 && rank <= 5);
    mrr_at_10.Add(ReciprocalRank(rank, kDepth));
  }

  void Put(const std::string& language, Report* report) const {
    report->AddLanguage(language);
    report->Set(language, "questions", questions);
    hit_at_1.Put("hit_at_1", language, report);
    hit_at_5.Put("hit_at_5", language, report);
    mrr_at_10.Put("mrr_at_10", language, report);
    contains.Put("contains", language, report);
    chars.Put("chars", language, report);
    citation_exact.Put("citation_exact", language, report);
    abstain_right.Put("abstain_right", language, report);
    abstain_wrong.Put("abstain_wrong", language, report);
    model_share.Put("model_share", language, report);
    model_contains.Put("model_contains", language, report);
    extractive_contains.Put("extractive_contains", language, report);
    cited.Put("cited", language, report);
    if (!milliseconds.empty()) {
      report->Set(language, "seconds", seconds / questions);
      report->Set(language, "p50_ms", Percentile(milliseconds, .5));
      report->Set(language, "p99_ms", Percentile(milliseconds, .99));
    }
  }
};

absl::Status ScoreCitations(const v1::Answer& answer, RoomsClient* rooms,
                            Tally* tally) {
  for (const v1::Citation& citation : answer.citations()) {
    std::vector<std::string> stored;
    for (const v1::SourceSpan& source : citation.sources()) {
      ASSIGN_OR_RETURN(std::string text, rooms->StoredText(source));
      stored.push_back(std::move(text));
    }
    tally->citation_exact.Add(CitationExact(answer.text(), citation, stored));
  }
  return absl::OkStatus();
}

absl::Status ScoreRanking(const QaQuestion& question, const QaOptions& options,
                          const std::string& gold, RoomsClient* rooms,
                          Tally* tally) {
  ASSIGN_OR_RETURN(
      std::vector<std::string> documents,
      rooms->SearchDocuments(question.question, kDepth, options.fused));
  tally->Rank(RankOf(gold, documents));
  return absl::OkStatus();
}

// Counts the sentences of `answer` that hold a claim.
void ScoreCited(const v1::Answer& answer, const std::string& code,
                Tally* tally) {
  std::vector<TextSpan> sentences;
  Sentences(answer.text(), ParseLanguage(code).value_or(Language::kUnknown),
            &sentences);
  for (const TextSpan& sentence : sentences) {
    tally->cited.Add(
        std::any_of(answer.citations().begin(), answer.citations().end(),
                    [&](const v1::Citation& citation) {
                      return citation.answer_span().begin() < sentence.end &&
                             citation.answer_span().end() > sentence.begin;
                    }));
  }
}

// `across`: the answer is in another language than the gold answers.
absl::Status ScoreAnswer(const QaQuestion& question, const std::string& model,
                         bool across, RoomsClient* rooms, Tally* tally) {
  const absl::Time start = absl::Now();
  ASSIGN_OR_RETURN(v1::Answer answer, rooms->Ask(question.question, model));
  tally->milliseconds.push_back(
      absl::ToDoubleMilliseconds(absl::Now() - start));
  const bool abstained =
      answer.abstention() != v1::ABSTENTION_REASON_UNSPECIFIED;
  // The name may have been cut short: the writer says the whole of it.
  const bool by_model =
      !model.empty() && absl::StartsWith(answer.writer(), model);
  if (!model.empty() && !abstained) tally->model_share.Add(by_model);
  ScoreCited(answer, question.language, tally);
  if (question.answerable && across) {
    tally->abstain_wrong.Add(abstained);
  } else if (question.answerable) {
    const bool contains =
        !abstained && ContainsAnswer(answer.text(), question.answers);
    tally->contains.Add(contains);
    if (!abstained && by_model) {
      tally->model_contains.Add(contains);
      ASSIGN_OR_RETURN(const v1::Answer quoted, rooms->Ask(question.question));
      tally->extractive_contains.Add(
          ContainsAnswer(quoted.text(), question.answers));
    }
    tally->abstain_wrong.Add(abstained);
    if (!abstained) {
      tally->chars.Add(static_cast<double>(CountCodePoints(answer.text())));
    }
  } else {
    tally->abstain_right.Add(abstained);
  }
  return ScoreCitations(answer, rooms, tally);
}

absl::Status ScoreQuestion(const QaQuestion& question, const QaOptions& options,
                           const std::string& gold, RoomsClient* rooms,
                           Tally* tally) {
  ++tally->questions;
  if (question.answerable) {
    RETURN_IF_ERROR(ScoreRanking(question, options, gold, rooms, tally));
  }
  return ScoreAnswer(question, options.model, !options.crosslingual.empty(),
                     rooms, tally);
}

std::vector<EvalDocument> Documents(std::vector<QaContext> contexts) {
  std::vector<EvalDocument> documents;
  for (QaContext& context : contexts) {
    documents.push_back({ContextDocument(context.language, context.context_id),
                         std::move(context.title), std::move(context.text)});
  }
  return documents;
}

// The document that `question` is about.
std::string Gold(const QaQuestion& question, const std::string& crosslingual) {
  return ContextDocument(
      crosslingual.empty() ? question.language : crosslingual,
      question.context_id);
}

// Asks all `questions`, options.callers of them at once; calls `done` after
// each.
absl::Status AskAll(const std::vector<QaQuestion>& questions,
                    const QaOptions& options, RoomsClient* rooms,
                    const std::function<void()>& done, Tally* tally) {
  const absl::Time start = absl::Now();
  std::atomic<size_t> next{0};
  std::mutex mutex;
  absl::Status status;  // by mutex, as tally
  const auto ask = [&] {
    while (true) {
      const size_t i = next++;
      if (i >= questions.size()) return;
      Tally one;
      const absl::Status asked =
          ScoreQuestion(questions[i], options,
                        Gold(questions[i], options.crosslingual), rooms, &one);
      const std::lock_guard<std::mutex> lock(mutex);
      if (!asked.ok()) {
        if (status.ok()) status = asked;
        next = questions.size();
        return;
      }
      tally->Merge(one);
      done();
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < options.callers; ++i) callers.emplace_back(ask);
  for (std::thread& caller : callers) caller.join();
  tally->seconds = absl::ToDoubleSeconds(absl::Now() - start);
  return status;
}

std::vector<EvalQuestion> ToKeep(
    const std::vector<std::vector<QaQuestion>>& questions,
    const std::string& crosslingual) {
  std::vector<EvalQuestion> kept;
  for (const std::vector<QaQuestion>& of_language : questions) {
    for (const QaQuestion& question : of_language) {
      kept.push_back({question.language, question.question,
                      Gold(question, crosslingual), question.answerable});
    }
  }
  return kept;
}

// The questions of `language` that are to be asked; `known` holds the ids of
// the collection's documents.
absl::StatusOr<std::vector<QaQuestion>> Chosen(
    const QaOptions& options, const std::string& language,
    const std::set<std::string>& known) {
  ASSIGN_OR_RETURN(std::vector<QaQuestion> questions,
                   ReadQuestions(options.folder, language));
  if (options.crosslingual.empty()) return questions;
  const auto elsewhere = [&](const QaQuestion& question) {
    return question.source != kAlignedSource || !question.answerable ||
           known.count(
               ContextDocument(options.crosslingual, question.context_id)) == 0;
  };
  questions.erase(std::remove_if(questions.begin(), questions.end(), elsewhere),
                  questions.end());
  return questions;
}

absl::StatusOr<std::vector<std::string>> QuestionLanguages(
    const QaOptions& options, const std::vector<std::string>& all) {
  if (options.languages.empty()) return all;
  for (const std::string& language : options.languages) {
    if (std::find(all.begin(), all.end(), language) == all.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--languages ", language, ": no such language in ", options.folder));
    }
  }
  return options.languages;
}

}  // namespace

absl::StatusOr<Report> MeasureQa(const QaOptions& options,
                                 const CliContext& context) {
  const bool crosslingual = !options.crosslingual.empty();
  ASSIGN_OR_RETURN(std::vector<std::string> all, QaLanguages(options.folder));
  ASSIGN_OR_RETURN(std::vector<std::string> asked,
                   QuestionLanguages(options, all));

  std::vector<QaContext> contexts;
  for (const std::string& language : all) {
    if (crosslingual && language != options.crosslingual) continue;
    ASSIGN_OR_RETURN(std::vector<QaContext> more,
                     ReadContexts(options.folder, language));
    std::move(more.begin(), more.end(), std::back_inserter(contexts));
  }
  const std::vector<EvalDocument> documents = Documents(std::move(contexts));
  std::set<std::string> known;
  for (const EvalDocument& document : documents) known.insert(document.id);

  ASSIGN_OR_RETURN(std::unique_ptr<RoomsClient> rooms,
                   RoomsClient::Open(context, options.keep));
  Progress ingest("ingest", "documents", context.quiet);
  RETURN_IF_ERROR(rooms->Ingest(
      documents, [&](size_t done) { ingest.Update(done, documents.size()); }));
  ingest.Finish(absl::StrCat(documents.size(), " documents"));
  if (options.keep.empty()) rooms->WaitUntilHeard(context.quiet);

  std::vector<std::vector<QaQuestion>> questions;
  uint64_t total = 0;
  for (const std::string& language : asked) {
    if (crosslingual && language == options.crosslingual) {
      questions.emplace_back();
      continue;
    }
    ASSIGN_OR_RETURN(std::vector<QaQuestion> chosen,
                     Chosen(options, language, known));
    if (options.questions > 0 &&
        chosen.size() > static_cast<size_t>(options.questions)) {
      chosen.resize(options.questions);
    }
    total += chosen.size();
    questions.push_back(std::move(chosen));
  }

  Report report(Keys());
  if (!options.keep.empty()) {
    RETURN_IF_ERROR(
        rooms->KeepQuestions(ToKeep(questions, options.crosslingual)));
    return report;
  }
  Progress ask("ask", "questions", context.quiet);
  uint64_t done = 0;
  for (size_t i = 0; i < asked.size(); ++i) {
    if (crosslingual && questions[i].empty()) continue;
    Tally tally;
    RETURN_IF_ERROR(AskAll(
        questions[i], options, rooms.get(),
        [&] { ask.Update(++done, total, asked[i]); }, &tally));
    tally.Put(asked[i], &report);
  }
  ask.Finish(absl::StrCat(done, " questions"));
  return report;
}

}  // namespace footnote
