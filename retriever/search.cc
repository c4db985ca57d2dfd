#include "retriever/search.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/retriever.pb.h"
#include "retriever/fusion/fuse.h"
#include "retriever/rank.h"
#include "retriever/translation/bridge.h"
#include "retriever/translation/cross_terms.h"
#include "retriever/translation/lexicon.h"
#include "retriever/translation/names_elsewhere.h"
#include "storage/location.h"
#include "text/analyzer.h"
#include "text/identify.h"

namespace footnote {
namespace {

// How long a secondary process trusts what it has seen.
constexpr absl::Duration kRefreshEvery = absl::Milliseconds(200);
constexpr absl::Duration kWaitStep = absl::Milliseconds(5);

// Passages whose positions are read where an encoder speaks the language.
constexpr size_t kRanked = 100;
// Passages that are compared word by word: the best of each arm.
constexpr size_t kTranslated = 60;
// Words that are remembered for it: 60 MB at most.
constexpr size_t kMaxWords = 100000;
// Sentences that are remembered for it: 40 MB at most.
constexpr size_t kMaxSentences = 50000;

// Of documents that name what no text at home names: passages that are compared
// as in another language, and those of them that are shown before what is found
// at home. Bounded, because what was never compared before is read then.
constexpr size_t kNamedPassages = 8;
constexpr size_t kNamedShown = 5;
// A passage at home with this share of the question's words is what was asked
// for, whatever name it lacks.
constexpr float kLittleAtHome = 0.3f;
// A language that is so likely is a home of the question.
constexpr float kMayBeHome = 0.3f;

constexpr int kDefaultTopK = 10;
// Ids in Duplicates.others.
constexpr size_t kMostDuplicates = 100;
// A commit waits so long for the searches of the generation before.
constexpr absl::Duration kLongestLetGo = absl::Milliseconds(500);

// Indexes of more collections are worked out again when asked for.
constexpr size_t kMaxIndexes = 64;

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  SetErrorReason(reason, &status);
  return status;
}

// Leaves those that are among the `k` best of an arm.
void KeepToCompare(size_t k, std::vector<Candidate>* candidates) {
  const auto among = [k](uint32_t rank) { return rank > 0 && rank <= k; };
  candidates->erase(std::remove_if(candidates->begin(), candidates->end(),
                                   [&](const Candidate& c) {
                                     return !among(c.lexical_rank) &&
                                            !among(c.vector_rank) &&
                                            !among(c.translated_rank) &&
                                            !among(c.named_rank);
                                   }),
                    candidates->end());
}

Homes HomesOf(const RankQuery& query) {
  Homes homes = {};
  homes[static_cast<size_t>(query.language)] = true;
  for (const LikelyLanguage& likely : query.likely) {
    if (likely.likelihood < kMayBeHome) continue;
    homes[static_cast<size_t>(likely.language)] = true;
  }
  homes[static_cast<size_t>(Language::kUnknown)] = true;
  return homes;
}

// Whether no passage at home has much of the question.
bool IsLittle(const std::vector<Candidate>& candidates) {
  return std::none_of(candidates.begin(), candidates.end(),
                      [](const Candidate& c) {
                        return c.same_language && c.coverage >= kLittleAtHome;
                      });
}

// Leaves the best passages in other languages of the documents with the names;
// none where no passage has one as a name.
absl::Status KeepNamed(const Generation& generation,
                       const NamesElsewhere& names, const TextOf& text_of,
                       std::vector<Candidate>* candidates) {
  const auto reader_of = [&](const Candidate& c) -> const SegmentReader& {
    return *generation.segments[c.segment].reader;
  };
  candidates->erase(
      std::remove_if(
          candidates->begin(), candidates->end(),
          [&](const Candidate& c) {
            return c.same_language ||
                   !names.documents.contains(
                       {c.segment,
                        reader_of(c).passages()[c.passage].document});
          }),
      candidates->end());
  std::sort(candidates->begin(), candidates->end(), BetterFirst);
  if (candidates->size() > kNamedPassages) candidates->resize(kNamedPassages);
  for (const Candidate& candidate : *candidates) {
    const SegmentReader& reader = reader_of(candidate);
    const PassageRow& row = reader.passages()[candidate.passage];
    ASSIGN_OR_RETURN(const std::string text, text_of(candidate));
    const std::string all = absl::StrCat(reader.Title(reader.Document(row)),
                                         "\n", reader.Heading(row), "\n", text);
    if (HasAsName(all, static_cast<Language>(row.language), names)) {
      return absl::OkStatus();
    }
  }
  candidates->clear();
  return absl::OkStatus();
}

// Puts those of `at_home`, which are sorted, that are in the question's
// language behind the best of `abroad`.
void AddBehind(const std::vector<Candidate>& at_home,
               std::vector<Candidate>* abroad) {
  std::sort(abroad->begin(), abroad->end(), BetterFirst);
  if (abroad->size() > kNamedShown) abroad->resize(kNamedShown);
  double last = abroad->back().total;
  for (const Candidate& candidate : at_home) {
    if (!candidate.same_language) continue;
    abroad->push_back(candidate);
    abroad->back().total = --last;
  }
}

// A document may be erased while it is found. What is found anew is without it.
constexpr int kTries = 3;

absl::StatusOr<std::string> NotErased(absl::StatusOr<std::string> text) {
  if (!absl::IsFailedPrecondition(text.status())) return text;
  return absl::AbortedError(text.status().message());
}

// In Searcher's indexes. No collection's name has a space.
std::string StandbyKey(const std::string& collection) {
  return absl::StrCat(collection, " standby");
}

VersionRef VersionOf(const Generation& generation, const Candidate& candidate) {
  const SegmentReader& reader = *generation.segments[candidate.segment].reader;
  const DocumentRow& document =
      reader.Document(reader.passages()[candidate.passage]);
  return {generation.manifest.collection,
          std::string(reader.DocumentId(document)), document.version};
}

}  // namespace

Searcher::Searcher(Store* store, const Encoder* encoder, SecondOpinion* second)
    : store_(store), encoder_(encoder), second_(second) {
  if (encoder != nullptr) {
    words_ = std::make_unique<WordVectors>(encoder, kMaxWords);
    sentences_ = std::make_unique<WordVectors>(encoder, kMaxSentences);
  }
  watcher_ = store->AddWatcher(
      [this](const std::shared_ptr<const Generation>& generation) {
        Prepare(generation);
      });
}

Searcher::~Searcher() { store_->RemoveWatcher(watcher_); }

absl::StatusOr<Searcher::Explanation> Searcher::Explain(
    const v1::SearchRequest& request, const std::function<bool()>& cancelled,
    absl::Time deadline) {
  Explanation found;
  if (request.standby()) {
    ASSIGN_OR_RETURN(found.index, StandbyIndexOf(request.collection()));
  } else if (request.generation() != 0) {
    ASSIGN_OR_RETURN(found.index, ExactIndexOf(request, deadline, cancelled,
                                               &found.left_out));
  } else {
    ASSIGN_OR_RETURN(found.index,
                     IndexOf(request.collection(), request.min_generation(),
                             deadline, cancelled));
  }
  found.others_wait = std::make_unique<SearchUnderWay>();
  RankQuery& query = found.query;
  query.question = request.question();
  if (request.language().empty()) {
    query.likely = LikelyLanguages(request.question());
    if (!query.likely.empty()) query.language = query.likely[0].language;
  } else {
    ASSIGN_OR_RETURN(query.language, ParseLanguage(request.language()));
  }
  query.arms = request.mode() == v1::LEXICAL  ? Arms::kLexical
               : request.mode() == v1::VECTOR ? Arms::kVector
                                              : Arms::kBoth;
  query.top_k = request.top_k() == 0 ? kDefaultTopK : request.top_k();
  query.distinct_documents = request.distinct_documents();
  query.stored_at = [this, &index = *found.index](const Candidate& candidate) {
    const absl::StatusOr<VersionRecord> record =
        store_->documents()->GetVersion(
            VersionOf(index.generation(), candidate));
    // What can't be read is told where its text is wanted.
    return record.ok() ? record->ingested_us
                       : std::numeric_limits<int64_t>::max();
  };
  const Generation& generation = found.index->generation();
  if (request.hide_duplicates() &&
      store_->duplicates().HasGroups(request.collection())) {
    found.repeats = std::make_shared<RepeatFinder>(store_, &generation,
                                                   ReaderOf(*found.index));
    query.is_repeat = [finder = found.repeats](
                          const std::vector<Candidate>& kept,
                          const Candidate& next) {
      return finder->IsRepeat(kept, next);
    };
  }
  ASSIGN_OR_RETURN(query.vector, QuestionVector(request, *found.index));
  query.vector_is_good =
      encoder_ == nullptr || encoder_->Speaks(LanguageCode(query.language));
  if (cancelled()) return absl::CancelledError("the caller has gone");

  StageTimer timer("search_rank");
  RETURN_IF_ERROR(RankAcrossLanguages(request.filter(), cancelled, &found));
  return found;
}

absl::Status Searcher::Search(const v1::SearchRequest& request,
                              const std::function<bool()>& cancelled,
                              absl::Time deadline,
                              v1::SearchResponse* response) {
  for (int left = kTries - 1;; --left) {
    response->Clear();
    const absl::Status status =
        SearchOnce(request, cancelled, deadline, response);
    if (!absl::IsAborted(status) || left == 0) return status;
    // Another process's store sees the erasure and the generation without the
    // document at the same time.
    RETURN_IF_ERROR(store_->Refresh());
  }
}

absl::Status Searcher::SearchOnce(const v1::SearchRequest& request,
                                  const std::function<bool()>& cancelled,
                                  absl::Time deadline,
                                  v1::SearchResponse* response) {
  ASSIGN_OR_RETURN(const Explanation found,
                   Explain(request, cancelled, deadline));
  if (cancelled()) return absl::CancelledError("the caller has gone");
  for (const Candidate& candidate : found.ranking.passages) {
    RETURN_IF_ERROR(
        FillPassage(*found.index, candidate, request.omit_text(), response));
  }
  RETURN_IF_ERROR(FillDuplicates(found, request.filter(), response));
  response->set_order(v1::FUSED);
  response->set_generation(found.index->generation().number());
  response->set_left_out(found.left_out);
  response->set_language(std::string(LanguageCode(found.query.language)));
  response->set_empty_question(found.ranking.nothing_to_look_for);
  response->mutable_vector()->Add(found.query.vector.begin(),
                                  found.query.vector.end());
  for (const QueryTerm& term : found.ranking.terms) {
    if (term.alternative) continue;
    response->add_term_keys(term.key);
    response->add_term_rarities(term.rarity);
  }
  response->set_analyzer_version(kAnalyzerVersion);
  if (encoder_ != nullptr && !found.query.vector.empty()) {
    response->set_encoder(std::string(encoder_->name()));
    response->set_encoder_sha256(absl::HexStringToBytes(encoder_->hash()));
  }
  if (found.second != nullptr) {
    const Encoder& second = *found.second;
    absl::StrAppend(response->mutable_encoder(), ", then ", second.name(), " ",
                    second.hash().substr(0, 8));
    response->set_second_encoder(std::string(second.name()));
    response->set_second_encoder_sha256(absl::HexStringToBytes(second.hash()));
  }
  return absl::OkStatus();
}

absl::Status Searcher::RankAcrossLanguages(
    const v1::Filter& filter, const std::function<bool()>& cancelled,
    Explanation* found) {
  const SearchIndex& index = *found->index;
  const RankQuery& query = found->query;
  // Without vectors, only what is spelt alike is found in other languages.
  const bool possible = words_ != nullptr && query.arms == Arms::kBoth &&
                        HasOurVectors(index) && !query.vector.empty() &&
                        query.vector_is_good &&
                        query.language != Language::kUnknown;
  RankQuery wider = query;
  if (possible) wider.top_k = std::max(query.top_k, kRanked);
  ASSIGN_OR_RETURN(found->ranking, Rank(index, wider, filter));
  std::vector<Candidate>& candidates = found->ranking.passages;
  const auto shown =
      candidates.begin() + std::min(query.top_k, candidates.size());
  found->across_languages = possible && std::none_of(candidates.begin(), shown,
                                                     [](const Candidate& c) {
                                                       return c.same_language;
                                                     });
  NamesElsewhere named;
  if (possible && !found->across_languages && IsLittle(candidates)) {
    ASSIGN_OR_RETURN(const std::vector<AllowedPassages> allowed,
                     index.filter.Apply(filter));
    ASSIGN_OR_RETURN(
        named, FindNamesElsewhere(index.words, query.question, query.language,
                                  HomesOf(query), allowed, Lexicon::BuiltIn()));
  }
  if (!found->across_languages && named.keys.empty()) {
    KeepBest(query, index.words, &candidates);
    return absl::OkStatus();
  }
  StageTimer timer("search_translate");
  const TextOf text_of = ReaderOf(index);
  wider.translated = TranslatedTerms(index.words, query.question,
                                     query.language, Lexicon::BuiltIn());
  wider.named = NamedTerms(index.words, query.question, query.language,
                           Lexicon::BuiltIn());
  wider.keep_all = true;
  wider.distinct_documents = false;
  wider.is_repeat = nullptr;
  ASSIGN_OR_RETURN(Ranking abroad, Rank(index, wider, filter));
  std::swap(found->ranking, abroad);
  const std::vector<Candidate> at_home = std::move(abroad.passages);
  if (found->across_languages) {
    KeepToCompare(std::max(query.top_k, kTranslated), &candidates);
    RETURN_IF_ERROR(CompareAcross(text_of, cancelled, found));
  } else {
    RETURN_IF_ERROR(KeepNamed(index.generation(), named, text_of, &candidates));
    if (candidates.empty()) {
      candidates = at_home;
    } else {
      RETURN_IF_ERROR(CompareAcross(text_of, cancelled, found));
      AddBehind(at_home, &candidates);
      found->across_languages = true;
    }
  }
  KeepBest(query, index.words, &candidates);
  return absl::OkStatus();
}

absl::Status Searcher::CompareAcross(const TextOf& text_of,
                                     const std::function<bool()>& cancelled,
                                     Explanation* found) {
  const RankQuery& query = found->query;
  const Corpus& words = found->index->words;
  std::vector<Candidate>& candidates = found->ranking.passages;
  RETURN_IF_ERROR(MeasureTranslation(words, query.question, query.language,
                                     text_of, Lexicon::BuiltIn(), words_.get(),
                                     absl::MakeSpan(candidates)));
  RETURN_IF_ERROR(MeasureSentences(words, query.vector, text_of,
                                   sentences_.get(),
                                   absl::MakeSpan(candidates)));
  MeasureShares(absl::MakeSpan(candidates));
  for (Candidate& candidate : candidates) {
    if (candidate.same_language) continue;
    ScoreAcross(query.vector_is_good, &candidate);
  }
  if (cancelled()) return absl::CancelledError("the caller has gone");
  return AskAgain(text_of, found);
}

absl::Status Searcher::AskAgain(const TextOf& text_of, Explanation* found) {
  if (second_ == nullptr) return absl::OkStatus();
  StageTimer timer("search_second");
  std::vector<Candidate>& candidates = found->ranking.passages;
  const auto at_home = std::partition(
      candidates.begin(), candidates.end(),
      [](const Candidate& candidate) { return !candidate.same_language; });
  const absl::Span<Candidate> foreign(
      candidates.data(), static_cast<size_t>(at_home - candidates.begin()));
  if (foreign.empty()) return absl::OkStatus();
  SortBest(found->query, found->index->words, kSecondOpinions, foreign);
  const absl::Span<Candidate> best = foreign.subspan(0, kSecondOpinions);
  RETURN_IF_ERROR(second_->Measure(found->index->words, found->query.question,
                                   found->query.vector, text_of,
                                   sentences_.get(), best));
  HearSecondOpinion(best);
  found->second = second_->encoder();
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const SearchIndex>> Searcher::IndexOf(
    const std::string& collection, uint64_t min_generation, absl::Time deadline,
    const std::function<bool()>& cancelled) {
  std::shared_ptr<const Generation> generation;
  for (;;) {
    RETURN_IF_ERROR(Refresh());
    ASSIGN_OR_RETURN(generation, store_->Current(collection));
    if (generation->number() >= min_generation) break;
    if (cancelled()) return absl::CancelledError("the caller has gone");
    if (absl::Now() + kWaitStep >= deadline) {
      return WithReason(absl::UnavailableError(absl::StrCat(
                            "collection \"", collection, "\" is at generation ",
                            generation->number(), ", want ", min_generation)),
                        "GENERATION_NOT_AVAILABLE");
    }
    absl::SleepFor(kWaitStep);
  }
  if (generation->number() == 0) {
    return WithReason(absl::NotFoundError(absl::StrCat(
                          "collection \"", collection, "\" does not exist")),
                      "COLLECTION_NOT_FOUND");
  }
  const auto is_made = [&](const std::shared_ptr<const SearchIndex>& index) {
    return index != nullptr &&
           index->generation().number() >= generation->number();
  };
  std::shared_ptr<const SearchIndex> kept = KeptIndex(collection);
  if (is_made(kept)) return kept;
  // The first search of a collection, or a secondary's first after a commit.
  // Others that come meanwhile wait for the same index.
  std::lock_guard<std::mutex> making(making_mutex_);
  kept = KeptIndex(collection);
  if (is_made(kept)) return kept;
  StageTimer timer("search_index");
  auto index = std::make_shared<const SearchIndex>(generation, kept.get());
  KeepIndex(index);
  return index;
}

std::shared_ptr<const SearchIndex> Searcher::KeptIndex(const std::string& key) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto it = indexes_.find(key);
  return it == indexes_.end() ? nullptr : it->second;
}

void Searcher::ForgetIndex(const std::string& key) {
  // Freed without the lock.
  std::shared_ptr<const SearchIndex> gone;
  std::lock_guard<std::mutex> lock(mutex_);
  const auto it = indexes_.find(key);
  if (it == indexes_.end()) return;
  gone = std::move(it->second);
  indexes_.erase(it);
}

void Searcher::KeepIndex(std::shared_ptr<const SearchIndex> index) {
  // What goes is freed without the lock.
  std::map<std::string, std::shared_ptr<const SearchIndex>> full;
  std::lock_guard<std::mutex> lock(mutex_);
  if (indexes_.size() >= kMaxIndexes) indexes_.swap(full);
  std::shared_ptr<const SearchIndex>& kept =
      indexes_[index->generation().manifest.collection];
  if (kept == nullptr ||
      kept->generation().number() < index->generation().number()) {
    kept.swap(index);
  }
}

// Makes the index of a generation before a search can ask for it, in the
// thread that committed it, so that no search pays for what was ingested.
// Collections that nobody searches need none.
void Searcher::Prepare(const std::shared_ptr<const Generation>& generation) {
  {
    // Of one that is on standby no more the files have to go.
    const std::string key = StandbyKey(generation->manifest.collection);
    const std::shared_ptr<const SearchIndex> standby = KeptIndex(key);
    if (standby != nullptr && !IsOnStandby(standby->generation().manifest)) {
      ForgetIndex(key);
    }
  }
  const std::shared_ptr<const SearchIndex> before =
      KeptIndex(generation->manifest.collection);
  if (before == nullptr ||
      before->generation().number() >= generation->number()) {
    return;
  }
  StageTimer timer("search_index");
  KeepIndex(std::make_shared<const SearchIndex>(generation, before.get()));
  // Elsewhere this thread may be that of a search.
  if (store_->mode() != KvMode::kPrimary) return;
  // Who lets go of the old one last unmaps segments, and frees the pages of
  // those whose files are gone: tens of milliseconds that are not a search's.
  const absl::Time deadline = absl::Now() + kLongestLetGo;
  while (before.use_count() > 1 && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
}

absl::StatusOr<std::shared_ptr<const SearchIndex>> Searcher::ExactIndexOf(
    const v1::SearchRequest& request, absl::Time deadline,
    const std::function<bool()>& cancelled, uint64_t* left_out) {
  const uint64_t number = request.generation();
  {
    // Not held beyond: who commits waits for the holders of the index before.
    ASSIGN_OR_RETURN(std::shared_ptr<const SearchIndex> index,
                     IndexOf(request.collection(), request.min_generation(),
                             deadline, cancelled));
    if (index->generation().number() == number) return index;
  }
  const absl::StatusOr<Store::OlderView> older =
      store_->Older(request.collection(), number);
  if (absl::IsNotFound(older.status())) {
    return WithReason(absl::FailedPreconditionError(older.status().message()),
                      "GENERATION_NOT_AVAILABLE");
  }
  RETURN_IF_ERROR(older.status());
  *left_out = older->left_out;
  StageTimer timer("search_index");
  return std::make_shared<const SearchIndex>(older->generation);
}

absl::StatusOr<std::shared_ptr<const SearchIndex>> Searcher::StandbyIndexOf(
    const std::string& collection) {
  RETURN_IF_ERROR(Refresh());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   store_->Standby(collection));
  const std::string key = StandbyKey(collection);
  if (generation->segments.empty()) {
    ForgetIndex(key);
    return WithReason(
        absl::NotFoundError(absl::StrCat("collection \"", collection,
                                         "\" has no second generation")),
        "COLLECTION_NOT_FOUND");
  }
  const std::string wanted = EncodeManifest(generation->manifest);
  const auto is_made = [&](const std::shared_ptr<const SearchIndex>& index) {
    return index != nullptr &&
           EncodeManifest(index->generation().manifest) == wanted;
  };
  std::shared_ptr<const SearchIndex> kept = KeptIndex(key);
  if (is_made(kept)) return kept;
  std::lock_guard<std::mutex> making(making_standby_mutex_);
  kept = KeptIndex(key);
  if (is_made(kept)) return kept;
  StageTimer timer("search_index");
  auto index = std::make_shared<const SearchIndex>(generation, kept.get());
  {
    std::lock_guard<std::mutex> lock(mutex_);
    indexes_[key] = index;
  }
  // Who had it let go while it was made found nothing here.
  if (!IsOnStandby(generation->manifest)) ForgetIndex(key);
  return index;
}

bool Searcher::IsOnStandby(const Manifest& manifest) const {
  const auto now = store_->Standby(manifest.collection);
  return now.ok() &&
         EncodeManifest((*now)->manifest) == EncodeManifest(manifest);
}

absl::Status Searcher::Refresh() {
  if (store_->mode() == KvMode::kPrimary) return absl::OkStatus();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (absl::Now() - refreshed_ < kRefreshEvery) return absl::OkStatus();
    refreshed_ = absl::Now();
  }
  return store_->Refresh();
}

bool Searcher::HasOurVectors(const SearchIndex& index) const {
  const Manifest& manifest = index.generation().manifest;
  return encoder_ != nullptr &&
         manifest.dimension == static_cast<uint32_t>(encoder_->dimension()) &&
         absl::BytesToHexString(manifest.encoder_hash) == encoder_->hash();
}

absl::StatusOr<std::vector<float>> Searcher::QuestionVector(
    const v1::SearchRequest& request, const SearchIndex& index) const {
  const Manifest& manifest = index.generation().manifest;
  const bool must = request.mode() == v1::VECTOR;
  if (request.mode() == v1::LEXICAL) return std::vector<float>();
  if (!request.vector().empty()) {
    if (manifest.dimension != 0 &&
        request.vector_size() != static_cast<int>(manifest.dimension)) {
      return WithReason(
          absl::InvalidArgumentError(
              absl::StrCat("vector has ", request.vector_size(),
                           " values, want ", manifest.dimension,
                           " as collection \"", manifest.collection, "\" has")),
          "INVALID_REQUEST");
    }
    return std::vector<float>(request.vector().begin(), request.vector().end());
  }
  if (!HasOurVectors(index) || request.question().empty()) {
    if (!must) return std::vector<float>();
    return absl::FailedPreconditionError(absl::StrCat(
        "mode VECTOR: collection \"", manifest.collection,
        "\" has no vectors of a loaded encoder, want a vector in the request"));
  }
  StageTimer timer("search_encode");
  std::vector<float> vector(encoder_->dimension());
  const absl::string_view text = request.question();
  RETURN_IF_ERROR(encoder_->Encode({text}, vector.data()));
  return vector;
}

TextOf Searcher::ReaderOf(const SearchIndex& index) const {
  return [this, &index](const Candidate& candidate) {
    const SegmentReader& reader =
        *index.generation().segments[candidate.segment].reader;
    const PassageRow& row = reader.passages()[candidate.passage];
    return NotErased(store_->documents()->ReadText(
        VersionOf(index.generation(), candidate), row.begin, row.end));
  };
}

absl::Status Searcher::FillDuplicates(const Explanation& found,
                                      const v1::Filter& filter,
                                      v1::SearchResponse* response) const {
  if (found.repeats == nullptr) return absl::OkStatus();
  const std::vector<Candidate>& shown = found.ranking.passages;
  std::vector<AllowedPassages> allowed;
  absl::flat_hash_set<std::string> done;
  for (size_t i = 0; i < shown.size(); ++i) {
    if (found.repeats->GroupOf(shown[i]) == 0) continue;
    const std::string& document =
        response->passages(static_cast<int>(i)).source().document();
    if (!done.insert(document).second) continue;
    if (allowed.empty()) {
      ASSIGN_OR_RETURN(allowed, found.index->filter.Apply(filter));
    }
    ASSIGN_OR_RETURN(
        const std::vector<std::string> others,
        found.repeats->OthersOf(shown[i], shown, allowed, kMostDuplicates));
    if (others.empty()) continue;
    v1::Duplicates* const added = response->add_duplicates();
    added->set_document(document);
    for (const std::string& other : others) added->add_others(other);
  }
  return absl::OkStatus();
}

absl::Status Searcher::FillPassage(const SearchIndex& index,
                                   const Candidate& candidate, bool omit_text,
                                   v1::SearchResponse* response) const {
  const Generation& generation = index.generation();
  const SegmentReader& reader = *generation.segments[candidate.segment].reader;
  const PassageRow& row = reader.passages()[candidate.passage];
  const DocumentRow& document = reader.Document(row);
  const VersionRef version = VersionOf(generation, candidate);

  v1::Passage* passage = response->add_passages();
  v1::DocumentVersion* source = passage->mutable_source();
  source->set_collection(version.collection);
  source->set_document(version.document);
  source->set_version(version.version);
  source->set_sha256(document.sha256, sizeof(document.sha256));
  passage->set_ordinal(row.ordinal);
  v1::Span* span = passage->mutable_span();
  span->set_begin(row.begin);
  span->set_end(row.end);
  span->set_begin_code_point(row.code_point_begin);
  span->set_end_code_point(row.code_point_end);
  passage->set_language(
      std::string(LanguageCode(static_cast<Language>(row.language))));
  passage->set_title(std::string(reader.Title(document)));
  for (absl::string_view heading :
       absl::StrSplit(reader.Heading(row), '\n', absl::SkipEmpty())) {
    passage->add_heading_path(std::string(heading));
  }
  const absl::Span<const uint32_t> metadata = reader.Metadata(document);
  for (size_t i = 0; i + 1 < metadata.size(); i += 2) {
    v1::Metadata* pair = passage->add_metadata();
    pair->set_key(std::string(reader.String(metadata[i])));
    pair->set_value(std::string(reader.String(metadata[i + 1])));
  }
  v1::Score* score = passage->mutable_score();
  score->set_total(candidate.total);
  score->set_lexical(candidate.stems + candidate.words + candidate.prefixes);
  score->set_vector(candidate.similarity);
  score->set_lexical_rank(candidate.lexical_rank);
  score->set_vector_rank(candidate.vector_rank);
  if (omit_text) return absl::OkStatus();

  ASSIGN_OR_RETURN(const VersionRecord record,
                   store_->documents()->GetVersion(version));
  passage->set_path(record.source);
  ASSIGN_OR_RETURN(
      *passage->mutable_text(),
      NotErased(store_->documents()->ReadText(version, row.begin, row.end)));
  // Where it lay in the original is told if it is known; a passage is good
  // without it.
  const v1::Location location = ReadLocation(
      *store_->kv(), version, record.media_type, row.begin, row.begin + 1);
  if (location.ByteSizeLong() > 0) *passage->mutable_location() = location;
  return absl::OkStatus();
}

}  // namespace footnote
