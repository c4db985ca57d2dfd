// Prints how the extractive writer weighs requests: one GenerateRequest in
// JSON per line of standard input, one JSON object per line of output, with
// each candidate's passage, bytes, features and cosine, and the signs of the
// whole question. training/answers learns the weights from it.
//
//   explain [--passages N] [--compared M] [--second FILE] [ENCODER]
//       < requests.jsonl
//
// Only the first N passages of each request are used (8); of the first M (0)
// the best sentence is compared by its vector whatever the others have, as
// Rerank does it. FILE: weights of the second encoder (model/encoder/
// e5_encoder.h); each candidate then has its opinion.
#include <google/protobuf/util/json_util.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "generator/extractive/extractive_writer.h"
#include "model/encoder/e5_encoder.h"
#include "model/encoder/open.h"
#include "nlohmann/json.hpp"

namespace footnote {
namespace {

nlohmann::json Describe(const ExtractiveWriter::Explanation& found) {
  nlohmann::json candidates = nlohmann::json::array();
  for (size_t i = 0; i < found.candidates.items.size(); ++i) {
    const extractive::Candidate& candidate = found.candidates.items[i];
    candidates.push_back(
        {{"passage", candidate.passage},
         {"begin", candidate.span.begin},
         {"end", candidate.span.end},
         {"length", candidate.length},
         {"features", found.features[i]},
         {"similarity",
          found.similarities.empty() ? 0.0 : found.similarities[i]},
         {"probability", found.probabilities[i]}});
    if (!found.second.empty()) candidates.back()["second"] = found.second[i];
    if (!found.in_context.empty()) {
      candidates.back()["in_context"] = found.in_context[i];
    }
  }
  return {
      {"type", std::string(extractive::AnswerTypeName(found.question.type))},
      {"spoken", !found.similarities.empty()},
      {"signs", found.signs},
      {"across", found.across},
      {"nearest", found.nearest},
      {"support", found.support},
      {"candidates", std::move(candidates)}};
}

int Run(int argc, char** argv) {
  ExtractiveWriter::Effort effort;
  std::string second;
  int next = 1;
  for (; argc > next + 1; next += 2) {
    const std::string flag = argv[next];
    if (flag == "--passages") {
      effort.passages = std::strtoul(argv[next + 1], nullptr, 10);
    } else if (flag == "--compared") {
      effort.compared_passages = std::strtoul(argv[next + 1], nullptr, 10);
    } else if (flag == "--second") {
      second = argv[next + 1];
    } else {
      std::cerr << "explain: " << flag
                << ": want --passages, --compared or --second\n";
      return 2;
    }
  }
  std::unique_ptr<Encoder> encoder;
  if (argc > next) {
    auto opened = OpenEncoder(argv[next]);
    if (!opened.ok()) {
      std::cerr << opened.status() << "\n";
      return 1;
    }
    encoder = *std::move(opened);
  }
  LazyE5 encoders(second);
  if (!second.empty() && encoders.Get() == nullptr) return 1;
  nlohmann::json names = {{"features", nlohmann::json::array()},
                          {"signs", nlohmann::json::array()}};
  for (int f = 0; f < extractive::kFeatureCount; ++f) {
    names["features"].push_back(std::string(
        extractive::FeatureName(static_cast<extractive::Feature>(f))));
  }
  for (int s = 0; s < extractive::kSignCount; ++s) {
    names["signs"].push_back(
        std::string(extractive::SignName(static_cast<extractive::Sign>(s))));
  }
  std::cout << names << "\n";

  const ExtractiveWriter writer(encoder.get(),
                                second.empty() ? nullptr : &encoders,
                                ExtractiveWriter::AtHome::kAlways);
  std::string line;
  while (std::getline(std::cin, line)) {
    v1::GenerateRequest request;
    const auto parsed =
        google::protobuf::util::JsonStringToMessage(line, &request);
    if (!parsed.ok()) {
      std::cerr << "standard input: " << parsed.ToString() << "\n";
      return 1;
    }
    const auto found = writer.Explain(request, effort, [] { return false; });
    if (!found.ok()) {
      std::cerr << found.status() << "\n";
      return 1;
    }
    std::cout << Describe(*found) << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Run(argc, argv); }
