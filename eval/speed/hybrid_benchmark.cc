// How long does a hybrid search take, the question's vector given?
//
//   hybrid_benchmark [--data DIR] [--encoder FILE] [--passages N]
//                    [--questions N] [--rounds N]
//
// Takes N passages of at most 900 characters from the contexts of DIR (or
// FOOTNOTE_EVAL_DATA), all languages alike, into one segment with the encoder's
// vectors (vectors by chance without --encoder: then the time is right and the
// order is not), and asks questions one after the other from one thread. A
// search is what the server does between the request and the reading of the
// passages' text: language, terms, filter, both arms, evidence, the ten best.
//
// Prints `name: value unit`: for hybrid, lexical and vector search p50 and p99
// of wall time, p99 of this thread's processor time (which other programs on
// the machine disturb less), and questions per second.
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "eval/quality/dataset.h"
#include "model/encoder/encoder.h"
#include "model/encoder/open.h"
#include "proto/footnote/v1/types.pb.h"
#include "retriever/rank.h"
#include "storage/segment_reader.h"
#include "storage/segment_writer.h"
#include "text/analyzer.h"
#include "text/identify.h"
#include "text/language.h"
#include "text/sentences.h"

namespace footnote {
namespace {

constexpr size_t kPassageBytes = 900;
constexpr int kNoEncoderDimension = 512;

struct Options {
  std::string data;
  std::string encoder;
  size_t passages = 5000;
  size_t questions = 500;
  int rounds = 3;
};

struct Passage {
  Language language;
  std::string text;
};

struct Question {
  std::string text;
  std::vector<float> vector;
};

// Sentences packed up to about kPassageBytes.
void Cut(const QaContext& context, Language language,
         std::vector<Passage>* passages) {
  std::vector<TextSpan> sentences;
  Sentences(context.text, language, &sentences);
  uint32_t begin = 0;
  for (size_t i = 0; i < sentences.size(); ++i) {
    const bool last = i + 1 == sentences.size();
    if (!last && sentences[i + 1].end - begin <= kPassageBytes) continue;
    passages->push_back(
        {language, context.text.substr(begin, sentences[i].end - begin)});
    if (!last) begin = sentences[i + 1].begin;
  }
}

// Vectors of `texts`: the encoder's, or by chance.
absl::StatusOr<std::vector<float>> Vectors(
    const std::vector<absl::string_view>& texts, const Encoder* encoder,
    int dimension) {
  std::vector<float> rows(texts.size() * dimension);
  if (encoder != nullptr) {
    RETURN_IF_ERROR(encoder->Encode(texts, rows.data()));
    return rows;
  }
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 1 / std::sqrt(dimension));
  for (float& value : rows) value = normal(random);
  return rows;
}

absl::StatusOr<std::shared_ptr<const Generation>> BuildSegment(
    const std::vector<Passage>& passages, const std::vector<float>& vectors,
    int dimension) {
  SegmentOptions options;
  options.analyzer_version = kAnalyzerVersion;
  options.dimension = dimension;
  options.positions = true;
  options.channel_group = {0, 1, 2, 3};
  SegmentWriter writer(options);
  Analyzer analyzer;
  std::vector<Token> tokens;
  std::vector<SegmentToken> terms;
  const std::string hash(32, '\0');
  for (size_t i = 0; i < passages.size(); ++i) {
    const std::string id = absl::StrCat(i);
    SegmentDocument document;
    document.id = id;
    document.language = static_cast<uint8_t>(passages[i].language);
    document.sha256 = hash;
    RETURN_IF_ERROR(writer.AddDocument(document));
    tokens.clear();
    terms.clear();
    analyzer.Analyze(passages[i].text, passages[i].language, &tokens);
    for (const Token& token : tokens) {
      terms.push_back({token.key, token.position, token.channel, 1});
    }
    SegmentPassage passage;
    passage.end = passages[i].text.size();
    passage.language = document.language;
    passage.tokens = terms;
    RETURN_IF_ERROR(writer.AddPassage(passage).status());
    RETURN_IF_ERROR(writer.AddVector(
        {vectors.data() + i * dimension, static_cast<size_t>(dimension)}));
  }
  std::string folder =
      (std::filesystem::temp_directory_path() / "hybrid_benchmark_XXXXXX")
          .string();
  if (mkdtemp(&folder[0]) == nullptr) {
    return absl::InternalError("no temporary folder");
  }
  const std::string path = absl::StrCat(folder, "/segment");
  RETURN_IF_ERROR(writer.Finish(path));
  auto generation = std::make_shared<Generation>();
  LiveSegment segment;
  ASSIGN_OR_RETURN(segment.reader, SegmentReader::Open(path));
  // The mapping keeps the bytes.
  unlink(path.c_str());
  rmdir(folder.c_str());
  segment.live_count = segment.reader->passage_count();
  generation->manifest.generation = 1;
  generation->manifest.passages = segment.live_count;
  generation->manifest.dimension = dimension;
  for (int group = 0; group < kLengthGroups; ++group) {
    generation->manifest.total_length[group] =
        segment.reader->info().total_length[group];
  }
  generation->segments.push_back(std::move(segment));
  return generation;
}

double ThreadMilliseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

absl::Status Measure(const char* name, Arms arms, const SearchIndex& index,
                     const std::vector<Question>& questions, int rounds) {
  const v1::Filter filter;
  std::vector<double> times;
  std::vector<double> thread_times;
  size_t found = 0;
  for (int round = -1; round < rounds; ++round) {
    for (const Question& question : questions) {
      const double thread_start = ThreadMilliseconds();
      const auto start = std::chrono::steady_clock::now();
      RankQuery query;
      query.question = question.text;
      query.language = IdentifyLanguage(question.text).language;
      query.vector = question.vector;
      query.arms = arms;
      ASSIGN_OR_RETURN(const Ranking ranking, Rank(index, query, filter));
      const std::chrono::duration<double, std::milli> time =
          std::chrono::steady_clock::now() - start;
      found += ranking.passages.size();
      // The first round warms the caches.
      if (round < 0) continue;
      times.push_back(time.count());
      thread_times.push_back(ThreadMilliseconds() - thread_start);
    }
  }
  if (found == 0) return absl::InternalError("no search found anything");
  std::sort(times.begin(), times.end());
  std::sort(thread_times.begin(), thread_times.end());
  double sum = 0;
  for (double time : times) sum += time;
  const size_t p99 = times.size() * 99 / 100;
  std::printf("%s p50: %.3f ms\n", name, times[times.size() / 2]);
  std::printf("%s p99: %.3f ms\n", name, times[p99]);
  std::printf("%s p99, processor: %.3f ms\n", name, thread_times[p99]);
  std::printf("%s rate: %.0f questions/s\n", name, times.size() / sum * 1e3);
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const std::string folder, DataFolder(options.data));
  ASSIGN_OR_RETURN(const std::vector<std::string> languages,
                   QaLanguages(folder));
  std::vector<std::vector<Passage>> by_language;
  std::vector<std::string> asked;
  for (const std::string& code : languages) {
    ASSIGN_OR_RETURN(const Language language, ParseLanguage(code));
    ASSIGN_OR_RETURN(const auto contexts, ReadContexts(folder, code));
    by_language.emplace_back();
    for (const QaContext& context : contexts) {
      Cut(context, language, &by_language.back());
    }
    ASSIGN_OR_RETURN(const auto questions, ReadQuestions(folder, code));
    for (size_t i = 0;
         i < questions.size() && i < options.questions / languages.size();
         ++i) {
      asked.push_back(questions[i].question);
    }
  }
  // Languages in turn, until there are enough.
  std::vector<Passage> passages;
  for (size_t i = 0, more = 1; more > 0 && passages.size() < options.passages;
       ++i) {
    more = 0;
    for (const auto& of_language : by_language) {
      if (i >= of_language.size() || passages.size() == options.passages) {
        continue;
      }
      passages.push_back(of_language[i]);
      ++more;
    }
  }

  std::unique_ptr<Encoder> encoder;
  int dimension = kNoEncoderDimension;
  if (!options.encoder.empty()) {
    ASSIGN_OR_RETURN(encoder, OpenEncoder(options.encoder));
    dimension = encoder->dimension();
  }
  std::vector<absl::string_view> texts;
  for (const Passage& passage : passages) texts.push_back(passage.text);
  ASSIGN_OR_RETURN(const std::vector<float> vectors,
                   Vectors(texts, encoder.get(), dimension));
  const std::vector<absl::string_view> asked_texts(asked.begin(), asked.end());
  ASSIGN_OR_RETURN(const std::vector<float> asked_vectors,
                   Vectors(asked_texts, encoder.get(), dimension));
  std::vector<Question> questions;
  for (size_t i = 0; i < asked.size(); ++i) {
    const float* row = asked_vectors.data() + i * dimension;
    questions.push_back({asked[i], {row, row + dimension}});
  }

  ASSIGN_OR_RETURN(const auto generation,
                   BuildSegment(passages, vectors, dimension));
  const SearchIndex index(generation);
  std::printf("passages: %zu\nquestions: %zu\ndimension: %d\n", passages.size(),
              questions.size(), dimension);
  RETURN_IF_ERROR(
      Measure("hybrid", Arms::kBoth, index, questions, options.rounds));
  RETURN_IF_ERROR(
      Measure("lexical", Arms::kLexical, index, questions, options.rounds));
  return Measure("vector", Arms::kVector, index, questions, options.rounds);
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  footnote::Options options;
  CLI::App app("How long does a hybrid search take?");
  app.add_option("--data", options.data, "folder of question sets");
  app.add_option("--encoder", options.encoder, "weights file");
  app.add_option("--passages", options.passages)->capture_default_str();
  app.add_option("--questions", options.questions)->capture_default_str();
  app.add_option("--rounds", options.rounds)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = footnote::Run(options);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
