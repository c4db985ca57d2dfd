// The story of a search: a question in, ranked passages out.
#ifndef FOOTNOTE_RETRIEVER_SEARCH_H_
#define FOOTNOTE_RETRIEVER_SEARCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/priority.h"
#include "model/encoder/encoder.h"
#include "retriever/rank.h"
#include "retriever/repeats.h"
#include "retriever/translation/bridge.h"
#include "retriever/translation/second_opinion.h"
#include "retriever/translation/word_vectors.h"
#include "storage/store.h"

namespace footnote {

namespace v1 {
class Filter;
class SearchRequest;
class SearchResponse;
}  // namespace v1

// Searches collections of one store. Safe from many threads.
class Searcher {
 public:
  // All must outlive the searcher; `encoder` may be null: then questions are
  // found by their words, unless the caller brings vectors. `second`, which is
  // asked about the best in other languages, may be null.
  Searcher(Store* store, const Encoder* encoder,
           SecondOpinion* second = nullptr);
  ~Searcher();
  Searcher(const Searcher&) = delete;
  Searcher& operator=(const Searcher&) = delete;

  // Answers `request`, which was validated. `cancelled` is asked between the
  // stages; a search that waits for its generation gives up at `deadline`.
  //   NotFound            COLLECTION_NOT_FOUND
  //   Unavailable         GENERATION_NOT_AVAILABLE: not there at the deadline
  //   FailedPrecondition  GENERATION_NOT_AVAILABLE: an older one that is not
  //                       kept
  //   InvalidArgument     a vector of another dimension than the collection's
  //   FailedPrecondition  mode VECTOR, and there is no way to a vector
  //   Cancelled           the caller has gone
  //   Aborted             what was found was erased meanwhile, again and again
  //   DataLoss            damage on disk
  absl::Status Search(const v1::SearchRequest& request,
                      const std::function<bool()>& cancelled,
                      absl::Time deadline, v1::SearchResponse* response);

  // Sees what another process has committed; looks five times a second at most.
  // Nothing to do in the process that writes.
  absl::Status Refresh();

  // Everything that was measured on the way; for training. Arguments and
  // errors as of Search.
  struct Explanation {
    std::shared_ptr<const SearchIndex> index;
    RankQuery query;
    Ranking ranking;
    // The best were all in another language, and were compared as such.
    bool across_languages = false;
    // The second encoder that was asked about them; null: none.
    const Encoder* second = nullptr;
    // Null where no document is like another, or all shall be shown.
    std::shared_ptr<RepeatFinder> repeats;
    // Documents of an older generation that were deleted since.
    uint64_t left_out = 0;
    // From when there was an index to search: what it waited for before is
    // others' work.
    std::unique_ptr<SearchUnderWay> others_wait;
  };
  absl::StatusOr<Explanation> Explain(const v1::SearchRequest& request,
                                      const std::function<bool()>& cancelled,
                                      absl::Time deadline);

 private:
  absl::Status SearchOnce(const v1::SearchRequest& request,
                          const std::function<bool()>& cancelled,
                          absl::Time deadline, v1::SearchResponse* response);
  absl::StatusOr<std::shared_ptr<const SearchIndex>> IndexOf(
      const std::string& collection, uint64_t min_generation,
      absl::Time deadline, const std::function<bool()>& cancelled);
  std::shared_ptr<const SearchIndex> KeptIndex(const std::string& key);
  void ForgetIndex(const std::string& key);
  void KeepIndex(std::shared_ptr<const SearchIndex> index);
  void Prepare(const std::shared_ptr<const Generation>& generation);
  // Of exactly this generation; an older one's goes with the search.
  absl::StatusOr<std::shared_ptr<const SearchIndex>> ExactIndexOf(
      const v1::SearchRequest& request, absl::Time deadline,
      const std::function<bool()>& cancelled, uint64_t* left_out);
  absl::StatusOr<std::shared_ptr<const SearchIndex>> StandbyIndexOf(
      const std::string& collection);
  bool IsOnStandby(const Manifest& manifest) const;
  // Whether the encoder made the vectors of the index. Only then may a vector
  // of a question, which a caller may bring, be compared with the encoder's.
  bool HasOurVectors(const SearchIndex& index) const;
  absl::StatusOr<std::vector<float>> QuestionVector(
      const v1::SearchRequest& request, const SearchIndex& index) const;
  // Reads the text of a passage of the index.
  TextOf ReaderOf(const SearchIndex& index) const;
  // Says in `response`, whose passages are those of `found`, what each repeats.
  absl::Status FillDuplicates(const Explanation& found,
                              const v1::Filter& filter,
                              v1::SearchResponse* response) const;
  absl::Status FillPassage(const SearchIndex& index, const Candidate& candidate,
                           bool omit_text, v1::SearchResponse* response) const;

  // Ranks; where the best are all in another language, or only texts in others
  // name what is asked about, compares those. Fills `ranking`,
  // `across_languages` and `second`.
  absl::Status RankAcrossLanguages(const v1::Filter& filter,
                                   const std::function<bool()>& cancelled,
                                   Explanation* found);
  // Compares what `ranking` has of other languages with the question, word by
  // word and sentence by sentence, and scores it.
  absl::Status CompareAcross(const TextOf& text_of,
                             const std::function<bool()>& cancelled,
                             Explanation* found);
  // Hears the second opinion of the best in another language.
  absl::Status AskAgain(const TextOf& text_of, Explanation* found);

  Store* const store_;
  const Encoder* const encoder_;
  SecondOpinion* const second_;
  // Null without an encoder.
  std::unique_ptr<WordVectors> words_;
  std::unique_ptr<WordVectors> sentences_;

  int watcher_ = 0;

  // Held while an index is made for a search; taken before mutex_.
  std::mutex making_mutex_;
  // The same of a generation on standby: nobody else waits for that.
  std::mutex making_standby_mutex_;
  std::mutex mutex_;
  // The newest index of each collection that was searched, and of its
  // generation on standby (StandbyKey); guarded by mutex_.
  std::map<std::string, std::shared_ptr<const SearchIndex>> indexes_;
  // When a secondary last looked; guarded by mutex_.
  absl::Time refreshed_ = absl::InfinitePast();
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_SEARCH_H_
