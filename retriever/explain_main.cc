// Prints how the retriever ranks the questions of a store that `footnote eval
// … --keep FOLDER` has kept. training/ranking/fit.py learns from it.
//
//   explain STORE ENCODER [SECOND] < questions.jsonl > ranked.jsonl
//   explain --requests STORE ENCODER [SECOND] < questions.jsonl > asked.jsonl
//
// SECOND: the second encoder, asked about the best in other languages.
//
// In: one object {"language", "question", "document", "answerable"} a line.
// Out: one object a line. The first form gives the question's own fields,
// "taken_for" (a language) and "passages", best first: document, language
// ("written_in") and all that was measured. The second gives a GenerateRequest
// with the passages that a writer would get.
#include <google/protobuf/util/json_util.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "model/encoder/open.h"
#include "proto/footnote/v1/generator.pb.h"
#include "proto/footnote/v1/retriever.pb.h"
#include "retriever/fusion/features.h"
#include "retriever/search.h"
#include "retriever/translation/second_opinion.h"
#include "storage/store.h"
#include "text/language.h"

namespace footnote {
namespace {

using Json = nlohmann::json;

constexpr char kCollection[] = "eval";
constexpr int kPassages = 60;
constexpr int kWriterPassages = 8;

bool Never() { return false; }

Json Describe(const SearchIndex& index, const Candidate& candidate,
              bool encoder_speaks) {
  const SegmentReader& reader =
      *index.generation().segments[candidate.segment].reader;
  const PassageRow& row = reader.passages()[candidate.passage];
  Json json = {
      {"document", std::string(reader.DocumentId(reader.Document(row)))},
      {"ordinal", row.ordinal},
      {"written_in",
       std::string(LanguageCode(static_cast<Language>(row.language)))},
      {"second", candidate.second},
      {"total", candidate.total}};
  const RankFeatures features = FeaturesOf(candidate, encoder_speaks);
  for (int f = 0; f < kRankFeatureCount; ++f) {
    json[std::string(RankFeatureName(static_cast<RankFeature>(f)))] =
        features[f];
  }
  return json;
}

absl::Status PrintRanking(const Json& question, Searcher* searcher) {
  v1::SearchRequest request;
  request.set_collection(kCollection);
  request.set_question(question.value("question", ""));
  request.set_top_k(kPassages);
  ASSIGN_OR_RETURN(const Searcher::Explanation found,
                   searcher->Explain(request, Never, absl::InfiniteFuture()));
  Json json = question;
  json["taken_for"] = std::string(LanguageCode(found.query.language));
  json["across"] = found.across_languages;
  json["passages"] = Json::array();
  for (const Candidate& candidate : found.ranking.passages) {
    json["passages"].push_back(
        Describe(*found.index, candidate, found.query.vector_is_good));
  }
  std::cout << json << "\n";
  return absl::OkStatus();
}

absl::Status PrintRequest(const Json& question, Searcher* searcher) {
  v1::SearchRequest request;
  request.set_collection(kCollection);
  request.set_question(question.value("question", ""));
  request.set_top_k(kWriterPassages);
  v1::SearchResponse found;
  RETURN_IF_ERROR(
      searcher->Search(request, Never, absl::InfiniteFuture(), &found));
  v1::GenerateRequest generate;
  generate.set_question(request.question());
  generate.set_language(found.language());
  *generate.mutable_passages() = std::move(*found.mutable_passages());
  *generate.mutable_vector() = std::move(*found.mutable_vector());
  *generate.mutable_term_keys() = std::move(*found.mutable_term_keys());
  *generate.mutable_term_rarities() = std::move(*found.mutable_term_rarities());
  std::string line;
  const auto written =
      google::protobuf::util::MessageToJsonString(generate, &line);
  if (!written.ok()) return absl::InternalError(written.ToString());
  std::cout << line << "\n";
  return absl::OkStatus();
}

absl::Status Run(bool requests, const std::string& folder,
                 const std::string& weights, const std::string& second) {
  StoreOptions options;
  options.mode = KvMode::kSecondary;
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> store,
                   Store::Open(folder, options));
  ASSIGN_OR_RETURN(const std::unique_ptr<Encoder> encoder,
                   OpenEncoder(weights));
  LazyE5 encoders(second);
  SecondOpinion opinion(second.empty() ? nullptr : &encoders);
  Searcher searcher(store.get(), encoder.get(), &opinion);
  std::string line;
  while (std::getline(std::cin, line)) {
    const Json question = Json::parse(line, nullptr, false);
    if (!question.is_object()) {
      return absl::InvalidArgumentError("standard input: want JSON objects");
    }
    RETURN_IF_ERROR(requests ? PrintRequest(question, &searcher)
                             : PrintRanking(question, &searcher));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  const bool requests = argc > 1 && std::string(argv[1]) == "--requests";
  const std::vector<std::string> files(argv + (requests ? 2 : 1), argv + argc);
  if (files.size() < 2 || files.size() > 3) {
    std::cerr << "usage: explain [--requests] STORE ENCODER [SECOND] < "
                 "questions.jsonl\n";
    return 2;
  }
  const absl::Status status = footnote::Run(requests, files[0], files[1],
                                            files.size() > 2 ? files[2] : "");
  if (!status.ok()) std::cerr << "explain: " << status << "\n";
  return status.ok() ? 0 : 1;
}
