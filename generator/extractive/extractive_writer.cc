#include "generator/extractive/extractive_writer.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "generator/citation/assemble.h"
#include "generator/extractive/absent.h"
#include "generator/extractive/kind.h"
#include "generator/extractive/missing.h"
#include "generator/extractive/score.h"
#include "generator/extractive/section.h"
#include "generator/extractive/select.h"
#include "generator/extractive/two_asks.h"
#include "text/identify.h"

namespace footnote {
namespace {

using extractive::Candidate;
using extractive::Pool;
using extractive::Scored;
using extractive::SecondOpinion;
using extractive::SourcePassage;

constexpr char kPlain[] = "extractive/12";
constexpr char kThorough[] = "extractive-thorough/12";
// Lets one of them write.
constexpr char kEither[] = "extractive";

// Of a longer sentence so much is compared: the time is the sentence's, the
// vector hardly.
constexpr size_t kComparedBytes = 360;
constexpr int kDefaultCodePoints = 300;
// A sentence up to so many times the best length is left whole: parts of
// sentences answer worse than sentences do.
constexpr double kCutAbove = 1.5;
// What identification must be sure of before the question's own words are
// trusted over the passages' language.
constexpr float kSureOfLanguage = 0.5f;
// A question is not across languages, whatever its words seem to be in, where a
// sentence has so much of it.
constexpr double kShared = 0.5;
// Sentences whose vectors are remembered: about 40 MB.
constexpr size_t kRemembered = 16384;
// Beside them, of those that are heard ahead: as many as the second encoder
// keeps.
constexpr size_t kKept = 40000;
// A sentence that stands in several documents is cited from so many.
constexpr int kMaxSources = 3;
// Sentences for each of two questions.
constexpr size_t kForEach = 2;

Language LanguageOf(absl::string_view code) {
  const absl::StatusOr<Language> language = ParseLanguage(code);
  return language.ok() ? *language : Language::kUnknown;
}

// The language that the question's question words are in.
Language SpokenLanguage(const v1::GenerateRequest& request,
                        Language of_passages) {
  const Language given = LanguageOf(request.language());
  if (given != Language::kUnknown) return given;
  const Identified identified = IdentifyLanguage(request.question());
  if (identified.language != Language::kUnknown &&
      identified.confidence >= kSureOfLanguage) {
    return identified.language;
  }
  return of_passages;
}

// The file of a line of JSON, with a "#"; else empty.
absl::string_view FileOfLine(absl::string_view document) {
  return document.substr(0, document.find('#') + 1);
}

// Where the question names a line of JSON by its id, its file tells its kind,
// and other lines of the file are not asked for.
void HearOfNamedLines(const v1::GenerateRequest& request,
                      std::vector<SourcePassage>* passages) {
  std::vector<absl::string_view> files;
  std::vector<bool> named(passages->size());
  for (size_t p = 0; p < passages->size(); ++p) {
    const absl::string_view document =
        request.passages(static_cast<int>(p)).source().document();
    std::vector<absl::string_view>& headings = (*passages)[p].headings;
    for (size_t h = headings.size(); h-- > 0 && !named[p];) {
      const absl::string_view kind =
          extractive::KindOf(request.question(), headings[h], document);
      if (kind.empty()) continue;
      named[p] = true;
      headings.push_back(kind);
      files.push_back(FileOfLine(document));
    }
  }
  for (size_t p = 0; p < passages->size() && !files.empty(); ++p) {
    const absl::string_view file =
        FileOfLine(request.passages(static_cast<int>(p)).source().document());
    if (!named[p] &&
        std::find(files.begin(), files.end(), file) != files.end()) {
      (*passages)[p].text = "";
    }
  }
}

std::vector<SourcePassage> ReadPassages(const v1::GenerateRequest& request,
                                        size_t count) {
  std::vector<SourcePassage> passages;
  for (const v1::Passage& passage : request.passages()) {
    if (passages.size() >= count) break;
    SourcePassage source;
    source.text = passage.text();
    source.language = LanguageOf(passage.language());
    source.total = passage.score().total();
    source.lexical = passage.score().lexical();
    source.vector = passage.score().vector();
    if (!passage.title().empty()) source.headings.push_back(passage.title());
    for (const std::string& heading : passage.heading_path()) {
      source.headings.push_back(heading);
    }
    passages.push_back(std::move(source));
  }
  HearOfNamedLines(request, &passages);
  return passages;
}

// What an answer should not be longer than.
double BestLength(const v1::GenerateRequest& request) {
  return request.max_code_points() > 0 ? request.max_code_points()
                                       : kDefaultCodePoints;
}

// What is compared of a sentence by its vector.
absl::string_view Compared(absl::string_view text) {
  return text.substr(
      0, FloorToCodePoint(text, std::min(text.size(), kComparedBytes)));
}

v1::Draft Abstain(v1::AbstentionReason reason, std::string detail,
                  double support) {
  v1::Draft draft;
  draft.set_abstention(reason);
  draft.set_abstention_detail(std::move(detail));
  draft.set_support(support);
  return draft;
}

// True when some sentence shares a word with the question, or was at least
// near to it by its vector.
bool HasEvidence(const ExtractiveWriter::Explanation& found) {
  if (found.candidates.items.empty()) return false;
  return !found.similarities.empty() || !found.second.empty() ||
         found.signs[extractive::kLargestCoverage] > 0;
}

// Whether the second encoder had its say at home.
bool IsThorough(const ExtractiveWriter::Explanation& found) {
  return !found.across && !found.second.empty();
}

bool Abstains(absl::string_view question,
              const ExtractiveWriter::Explanation& found) {
  if (extractive::NamesAnAbsentCode(question, found.question,
                                    found.candidates) ||
      extractive::AsksForAnotherRow(found.question, found.candidates,
                                    found.probabilities)) {
    return true;
  }
  if (found.across && !found.second.empty()) {
    return extractive::ShouldAbstainAcross(found.support);
  }
  // What makes doubtful was learned from the 23 languages.
  return found.question.language != Language::kUnknown &&
         extractive::ShouldAbstain(
             found.signs, found.support,
             found.second.empty() ? Scored::kAlone : Scored::kThoroughly);
}

// At most `most` sentences, or the usual number where that is 0.
std::vector<size_t> Choose(const v1::GenerateRequest& request,
                           const ExtractiveWriter::Explanation& found,
                           const std::vector<absl::string_view>& texts,
                           size_t most, size_t usual) {
  const double best_length = BestLength(request);
  if (extractive::AsksForASection(request.question(), found.question)) {
    std::vector<size_t> section = extractive::FromSection(
        found.question, found.candidates,
        extractive::SectionLimits(found.question, most, best_length));
    if (!section.empty()) return section;
  }
  extractive::SelectionLimits limits;
  limits.max_sentences = most > 0 ? most : usual;
  limits.best_length = best_length;
  return extractive::Select(found.question, found.candidates.items, texts,
                            found.probabilities, limits);
}

// The candidates that are compared by their vectors.
std::vector<size_t> WorthComparing(const std::vector<Candidate>& candidates,
                                   const std::vector<double>& scores,
                                   const ExtractiveWriter::Effort& effort) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  std::vector<size_t> worth;
  std::vector<bool> has_one(effort.compared_passages);
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const uint32_t passage = candidates[order[rank]].passage;
    const bool best_of_passage = passage < has_one.size() && !has_one[passage];
    if (rank >= effort.compared && !best_of_passage) continue;
    if (best_of_passage) has_one[passage] = true;
    worth.push_back(order[rank]);
  }
  return worth;
}

// Sentences of one passage come in the order of the passage, whichever was
// thought better; passages in the order of their best sentence.
void OrderForReading(const std::vector<Candidate>& candidates,
                     std::vector<size_t>* chosen) {
  std::vector<uint32_t> passages;
  for (const size_t i : *chosen) {
    const uint32_t passage = candidates[i].passage;
    if (std::find(passages.begin(), passages.end(), passage) ==
        passages.end()) {
      passages.push_back(passage);
    }
  }
  const auto rank = [&](size_t i) {
    return std::find(passages.begin(), passages.end(), candidates[i].passage) -
           passages.begin();
  };
  std::stable_sort(chosen->begin(), chosen->end(), [&](size_t a, size_t b) {
    return std::make_pair(rank(a), candidates[a].ordinal) <
           std::make_pair(rank(b), candidates[b].ordinal);
  });
}

}  // namespace

ExtractiveWriter::ExtractiveWriter(const Encoder* encoder, LazyE5* second,
                                   AtHome at_home)
    : encoder_(encoder),
      sentences_(encoder == nullptr ? nullptr
                                    : std::make_unique<RememberingEncoder>(
                                          encoder, kRemembered, kKept)),
      second_(second == nullptr
                  ? nullptr
                  : std::make_unique<extractive::SecondOpinion>(second)),
      at_home_(second == nullptr ? AtHome::kNever : at_home) {}

absl::string_view ExtractiveWriter::name() const {
  switch (at_home_) {
    case AtHome::kNever:
      break;
    case AtHome::kHeard:
      return kEither;
    case AtHome::kAlways:
      return kThorough;
  }
  return kPlain;
}

absl::StatusOr<ExtractiveWriter::Explanation> ExtractiveWriter::Explain(
    const v1::GenerateRequest& request, const Effort& effort,
    const std::function<bool()>& is_cancelled) const {
  Explanation found = Read(request, effort);
  RETURN_IF_ERROR(Weigh(request, effort, is_cancelled, &found));
  return found;
}

ExtractiveWriter::Explanation ExtractiveWriter::Read(
    const v1::GenerateRequest& request, const Effort& effort) const {
  Explanation found;
  found.passages = ReadPassages(request, effort.passages);
  const Language of_passages = found.passages.empty()
                                   ? LanguageOf(request.language())
                                   : found.passages[0].language;
  found.question = extractive::ReadQuestion(
      request.question(), of_passages, SpokenLanguage(request, of_passages),
      AnalyzerPool::Lease(&analyzers_).get());
  found.across = of_passages != Language::kUnknown &&
                 found.question.spoken != Language::kUnknown &&
                 of_passages != found.question.spoken;
  extractive::SetRarity(request.term_keys(), request.term_rarities(),
                        &found.question);
  return found;
}

absl::Status ExtractiveWriter::Weigh(const v1::GenerateRequest& request,
                                     const Effort& effort,
                                     const std::function<bool()>& is_cancelled,
                                     Explanation* read) const {
  Explanation& found = *read;
  if (found.question.IsEmpty()) return absl::OkStatus();
  const double best_length = BestLength(request);
  found.candidates = extractive::FindCandidates(
      found.question, found.passages, kCutAbove * best_length,
      AnalyzerPool::Lease(&analyzers_).get());
  if (found.candidates.items.empty()) return absl::OkStatus();
  if (is_cancelled()) return absl::CancelledError("the caller went away");

  const Pool pool = extractive::DescribePool(found.question, found.passages,
                                             found.candidates);
  found.features = extractive::Features(found.question, found.passages,
                                        found.candidates, pool);
  std::vector<double> scores = extractive::Scores(found.features);
  ASSIGN_OR_RETURN(found.similarities,
                   Similarities(request, found, scores, effort));
  for (size_t i = 0; i < found.similarities.size(); ++i) {
    scores[i] += extractive::SimilarityScore(found.similarities[i]);
  }
  found.probabilities = extractive::Probabilities(scores);
  const auto signs_by = [&](const std::vector<double>& scores) {
    return extractive::Signs({&found.question, &found.passages,
                              &found.candidates, &pool, &found.features,
                              &scores, &found.probabilities,
                              &found.similarities, found.nearest});
  };
  found.signs = signs_by(scores);
  found.support = extractive::Support(found.signs, Scored::kAlone);
  found.across =
      found.across && found.signs[extractive::kLargestCoverage] < kShared;
  const AtHome at_home =
      found.across ? AtHome::kAlways : effort.at_home.value_or(at_home_);
  if (second_ == nullptr || at_home == AtHome::kNever) return absl::OkStatus();
  if (is_cancelled()) return absl::CancelledError("the caller went away");
  SecondOpinion::Asked asked;
  asked.question = request.question();
  asked.passages = &found.passages;
  asked.candidates = &found.candidates.items;
  asked.scores = &scores;
  for (size_t p = 0; p < found.passages.size(); ++p) {
    const v1::DocumentVersion& source = request.passages(p).source();
    asked.where.push_back(SecondOpinion::Where(source.collection()));
  }
  // Across languages it was not learned what that is worth.
  asked.in_context = effort.in_context && !found.across;
  ASSIGN_OR_RETURN(SecondOpinion::Opinion opinion,
                   second_->Of(asked, at_home == AtHome::kHeard
                                          ? SecondOpinion::Cost::kNone
                                          : SecondOpinion::Cost::kAny));
  if (opinion.by_candidate.empty()) return absl::OkStatus();
  found.second = std::move(opinion.by_candidate);
  found.in_context = std::move(opinion.in_context);
  found.nearest = opinion.nearest;
  found.second_encoder = opinion.encoder;
  scores = extractive::ThoroughScores(found.features, found.similarities,
                                      found.second, found.in_context);
  found.probabilities = extractive::Probabilities(scores);
  if (found.across) {
    found.support = extractive::SupportAcross(found.nearest);
    return absl::OkStatus();
  }
  found.signs = signs_by(scores);
  found.support = extractive::Support(found.signs, Scored::kThoroughly);
  return absl::OkStatus();
}

absl::StatusOr<v1::Draft> ExtractiveWriter::Write(
    const v1::GenerateRequest& request,
    const std::function<bool()>& is_cancelled) const {
  ASSIGN_OR_RETURN(Explanation found, Explain(request, Effort(), is_cancelled));
  ASSIGN_OR_RETURN(v1::Draft draft, WriteFrom(request, is_cancelled, &found));
  if (at_home_ == AtHome::kHeard) {
    draft.set_writer(IsThorough(found) ? kThorough : kPlain);
  } else if (at_home_ == AtHome::kAlways && !found.candidates.items.empty() &&
             found.second.empty()) {
    // There are no weights to ask.
    draft.set_writer(kPlain);
  }
  return draft;
}

absl::StatusOr<v1::Draft> ExtractiveWriter::WriteFrom(
    const v1::GenerateRequest& request,
    const std::function<bool()>& is_cancelled, Explanation* weighed) const {
  Explanation& found = *weighed;
  if (found.question.IsEmpty()) {
    return Abstain(v1::EMPTY_QUESTION,
                   "the question holds no word that can be looked for", 0);
  }
  if (!HasEvidence(found)) {
    return Abstain(v1::NO_EVIDENCE,
                   "no passage shares a meaningful word with the question", 0);
  }
  const std::vector<Candidate>& candidates = found.candidates.items;
  std::vector<absl::string_view> texts;
  for (const Candidate& candidate : candidates) {
    texts.push_back(TextOf(found.passages, candidate));
  }
  ASSIGN_OR_RETURN(std::vector<size_t> chosen,
                   ChooseForBoth(request, texts, is_cancelled, weighed));
  if (chosen.empty() && Abstains(request.question(), found)) {
    std::vector<absl::string_view> missing;
    // Words of another language are not there in any case.
    if (found.question.spoken == found.question.language) {
      missing = extractive::MissingWords(request.question(), found.question,
                                         found.candidates);
    }
    v1::Draft draft = Abstain(
        v1::NOT_SUPPORTED,
        extractive::TellMissing(missing, found.passages.size()), found.support);
    TellSecond(found.second_encoder, &draft);
    return draft;
  }
  if (is_cancelled()) return absl::CancelledError("the caller went away");

  if (chosen.empty()) {
    chosen = Choose(request, found, texts, request.max_sentences(),
                    extractive::SelectionLimits().max_sentences);
  }
  OrderForReading(candidates, &chosen);

  std::vector<v1::Citation> citations;
  for (const size_t i : chosen) {
    v1::Citation citation;
    *citation.add_sources() =
        CiteSpan(request.passages(candidates[i].passage), candidates[i].span);
    for (size_t j = 0;
         j < candidates.size() && citation.sources_size() < kMaxSources; ++j) {
      if (j == i || texts[j] != texts[i] ||
          candidates[j].passage == candidates[i].passage) {
        continue;
      }
      *citation.add_sources() =
          CiteSpan(request.passages(candidates[j].passage), candidates[j].span);
    }
    citation.set_score(found.probabilities[i]);
    citations.push_back(std::move(citation));
  }
  v1::Draft draft;
  Assemble(std::move(citations), &draft);
  draft.set_support(found.support);
  TellSecond(found.second_encoder, &draft);
  return draft;
}

absl::StatusOr<std::vector<size_t>> ExtractiveWriter::ChooseForBoth(
    const v1::GenerateRequest& request,
    const std::vector<absl::string_view>& texts,
    const std::function<bool()>& is_cancelled, Explanation* found) const {
  const Language language = found->question.language;
  std::vector<size_t> chosen;
  if (language != found->question.spoken || request.max_sentences() == 1) {
    return chosen;
  }
  const auto asks = extractive::FindTwoAsks(request.question(), language);
  if (!asks.has_value()) return chosen;
  // One that names nothing asks about what the other does: "and in what year?"
  const auto alone = [&](const extractive::Ask& ask,
                         const extractive::Ask& other) {
    const extractive::Question read = extractive::ReadQuestion(
        ask.text, language, language, AnalyzerPool::Lease(&analyzers_).get());
    const auto named = std::count_if(
        read.terms.begin(), read.terms.end(),
        [](const extractive::QuestionTerm& term) { return term.is_content(); });
    return named ? std::string(ask.text)
                 : absl::StrCat(ask.text, " ", other.about);
  };
  v1::GenerateRequest one = request;
  one.clear_vector();
  one.set_language(std::string(LanguageCode(language)));
  // Both as the whole: one writer wrote the answer.
  Effort effort;
  if (at_home_ == AtHome::kHeard) {
    effort.at_home = IsThorough(*found) ? AtHome::kAlways : AtHome::kNever;
  }
  double support = 1;
  std::vector<double> probabilities(texts.size());
  for (const std::string& question :
       {alone(asks->first, asks->second), alone(asks->second, asks->first)}) {
    one.set_question(question);
    ASSIGN_OR_RETURN(const Explanation of_one,
                     Explain(one, effort, is_cancelled));
    if (of_one.candidates.items.size() != texts.size() ||
        !HasEvidence(of_one) || Abstains(question, of_one)) {
      return std::vector<size_t>();
    }
    support = std::min(support, of_one.support);
    for (size_t i = 0; i < texts.size(); ++i) {
      probabilities[i] = std::max(probabilities[i], of_one.probabilities[i]);
    }
    for (const size_t i :
         Choose(one, of_one, texts, request.max_sentences() / 2, kForEach)) {
      if (std::find(chosen.begin(), chosen.end(), i) == chosen.end()) {
        chosen.push_back(i);
      }
    }
  }
  found->support = support;
  found->probabilities = std::move(probabilities);
  return chosen;
}

absl::StatusOr<bool> ExtractiveWriter::Hear(
    const v1::Passage& passage, uint64_t round,
    const std::function<bool()>& is_cancelled) const {
  if (second_ == nullptr) return false;
  SourcePassage source;
  source.text = passage.text();
  source.language = LanguageOf(passage.language());
  const std::vector<SourcePassage> passages = {source};
  // What it may be made of is the same for every question, but for one that
  // wants a length of its own.
  const extractive::Candidates candidates = extractive::FindCandidates(
      extractive::Question(), passages, kCutAbove * kDefaultCodePoints,
      AnalyzerPool::Lease(&analyzers_).get());
  const uint64_t where = SecondOpinion::Where(passage.source().collection());
  const bool compares =
      encoder_ != nullptr && encoder_->Speaks(passage.language());
  for (const Candidate& candidate : candidates.items) {
    if (is_cancelled()) return absl::CancelledError("hearing was broken off");
    const absl::string_view text = TextOf(passages, candidate);
    absl::Status heard = second_->Hear(text, where, round);
    if (heard.ok() && compares) {
      heard = sentences_->Keep(Compared(text), where, round);
    }
    if (absl::IsResourceExhausted(heard) || absl::IsFailedPrecondition(heard)) {
      return false;
    }
    RETURN_IF_ERROR(heard);
    YieldToSearches();
  }
  const absl::Status heard =
      second_->HearInContext(passages, candidates.items, where, round);
  if (absl::IsResourceExhausted(heard)) return false;
  RETURN_IF_ERROR(heard);
  return true;
}

void ExtractiveWriter::ForgetHeardBefore(uint64_t round) const {
  if (second_ != nullptr) second_->ForgetHeardBefore(round);
  if (sentences_ != nullptr) sentences_->ForgetKeptBefore(round);
}

absl::StatusOr<std::vector<double>> ExtractiveWriter::Similarities(
    const v1::GenerateRequest& request, const Explanation& explanation,
    const std::vector<double>& scores, const Effort& effort) const {
  std::vector<double> similarities;
  if (encoder_ == nullptr ||
      !encoder_->Speaks(LanguageCode(explanation.question.language))) {
    return similarities;
  }
  const std::vector<size_t> order =
      WorthComparing(explanation.candidates.items, scores, effort);
  const size_t dimension = encoder_->dimension();
  const bool has_vector =
      static_cast<size_t>(request.vector_size()) == dimension;
  std::vector<absl::string_view> texts;
  for (const size_t i : order) {
    const absl::string_view text =
        TextOf(explanation.passages, explanation.candidates.items[i]);
    texts.push_back(Compared(text));
  }
  if (!has_vector) texts.push_back(request.question());
  std::vector<float> rows(texts.size() * dimension);
  RETURN_IF_ERROR(sentences_->Encode(texts, rows.data()));
  const float* const question =
      has_vector ? request.vector().data() : &rows[order.size() * dimension];
  similarities.assign(scores.size(), 0);
  for (size_t i = 0; i < order.size(); ++i) {
    similarities[order[i]] = std::inner_product(question, question + dimension,
                                                &rows[i * dimension], 0.0);
  }
  return similarities;
}

}  // namespace footnote
