// How fast does text become index terms, per language, on one core and on two?
//
//   analysis_benchmark [--data DIR] [--seconds S] [--threads N]
//
// DIR holds text files named by language: de.txt, pt-BR.txt, or folders of
// such names. Without it, text is made from each language's function words and
// invented ones with Zipf's frequencies: right for comparing two builds, not
// for the absolute figure.
//
// Prints `name: value unit`, MB of UTF-8 per second:
//   cold       a new Analyzer reads the text once
//   warm       the same Analyzer again, its cache full
//   sentences, words, identify (one call a line), count (code points)
//   threads_N  each of N threads reads everything in pieces: by the clock on
//              the wall, and as the sum of bytes per second of processor time
// and before any clock starts checks that two runs give the same tokens, in
// order and inside the text.

#include <dirent.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "text/analyzer.h"
#include "text/identify.h"
#include "text/language.h"
#include "text/language_table.h"
#include "text/sentences.h"
#include "text/words.h"

namespace footnote {
namespace {

constexpr size_t kMadeBytes = 1 << 20;

// Seconds of processor time of this thread: other programs on the machine
// disturb it less than the clock on the wall.
double Now() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

double WallNow() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// The files below `path`, sorted.
void ListFiles(const std::string& path, std::vector<std::string>* files) {
  DIR* const folder = opendir(path.c_str());
  if (folder == nullptr) {
    files->push_back(path);
    return;
  }
  std::vector<std::string> names;
  while (const dirent* const entry = readdir(folder)) {
    if (entry->d_name[0] != '.') names.push_back(entry->d_name);
  }
  closedir(folder);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) ListFiles(path + "/" + name, files);
}

// The language that a part of `path` below `root` is named by, the last first.
Language LanguageOfPath(absl::string_view path, absl::string_view root) {
  std::vector<absl::string_view> parts =
      absl::StrSplit(path.substr(root.size()), absl::ByAnyChar("/."));
  std::reverse(parts.begin(), parts.end());
  for (absl::string_view part : parts) {
    if (part.size() != 2 && (part.size() < 4 || part[2] != '-')) continue;
    const auto language = ParseLanguage(part);
    if (language.ok() && *language != Language::kUnknown) return *language;
  }
  return Language::kUnknown;
}

std::string MakeText(Language language) {
  std::mt19937 random(static_cast<unsigned>(language));
  std::vector<std::string> words =
      absl::StrSplit(RowOf(language).stop_words, ' ');
  const bool spaces = language != Language::kJa && language != Language::kZh;
  // New words from the letters of the old ones.
  std::vector<std::string> letters;
  for (const std::string& word : words) {
    for (size_t at = 0; at < word.size();) {
      int length;
      DecodeUtf8(word, at, &length);
      letters.push_back(word.substr(at, length));
      at += length;
    }
  }
  for (int i = 0; i < 20000; ++i) {
    std::string word;
    const size_t length = (spaces ? 4 : 1) + random() % (spaces ? 9 : 3);
    for (size_t j = 0; j < length; ++j) {
      word.append(letters[random() % letters.size()]);
    }
    words.push_back(word);
  }
  std::string text;
  for (int i = 1; text.size() < kMadeBytes; ++i) {
    // Zipf: the logarithm of the rank is even.
    const double rank =
        std::exp(std::log(words.size()) * (random() / 4294967296.0));
    text.append(
        words[std::min(words.size() - 1, static_cast<size_t>(rank) - 1)]);
    if (i % 90 == 0) {
      text.append("\n");
    } else if (i % 15 == 0) {
      text.append(spaces ? ". " : "。");
    } else if (spaces) {
      text.append(" ");
    }
  }
  return text;
}

bool Same(const Token& a, const Token& b) {
  return a.begin == b.begin && a.end == b.end && a.position == b.position &&
         a.channel == b.channel && a.flags == b.flags && a.key == b.key;
}

// Aborts when the tokens of `text` are not what they must be.
void Verify(const std::string& text, Language language) {
  Analyzer first;
  Analyzer second;
  std::vector<Token> a;
  std::vector<Token> b;
  first.Analyze(text, language, &a);
  first.Analyze(text, language, &b);
  b.clear();
  second.Analyze(text, language, &b);
  bool good = !a.empty() && a.size() == b.size();
  for (size_t i = 0; good && i < a.size(); ++i) {
    good = Same(a[i], b[i]) && a[i].begin < a[i].end &&
           a[i].end <= text.size() &&
           (i == 0 || a[i - 1].position <= a[i].position);
  }
  if (!good) {
    std::cerr << LanguageCode(language) << ": tokens differ between runs\n";
    std::abort();
  }
}

// Seconds of the fastest call of `run` within `seconds`.
double Best(double seconds, const std::function<void()>& run) {
  double best = 1e9;
  const double end = Now() + seconds;
  do {
    const double begin = Now();
    run();
    best = std::min(best, Now() - begin);
  } while (Now() < end);
  return best;
}

void Print(absl::string_view what, absl::string_view code, double bytes,
           double seconds) {
  std::printf("%.*s_%.*s: %.1f MB/s\n", static_cast<int>(what.size()),
              what.data(), static_cast<int>(code.size()), code.data(),
              bytes / seconds / 1e6);
}

struct Together {
  double wall_mb_per_second = 0;
  double cpu_mb_per_second = 0;
};

// All texts, by one Analyzer in each of `threads` threads side by side.
Together AnalyseAll(const std::map<Language, std::string>& texts, double bytes,
                    int threads) {
  std::vector<double> cpu(threads);
  const double begin = WallNow();
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&texts, &cpu, i] {
      const double cpu_begin = Now();
      Analyzer analyzer;
      std::vector<Token> tokens;
      for (const auto& text : texts) {
        // In pieces of about a passage group, as the indexer does.
        for (size_t at = 0; at < text.second.size(); at += 1 << 16) {
          tokens.clear();
          analyzer.Analyze(absl::string_view(text.second).substr(at, 1 << 16),
                           text.first, &tokens);
        }
      }
      cpu[i] = Now() - cpu_begin;
    });
  }
  for (std::thread& worker : workers) worker.join();
  Together together;
  together.wall_mb_per_second = threads * bytes / (WallNow() - begin) / 1e6;
  for (double seconds : cpu)
    together.cpu_mb_per_second += bytes / seconds / 1e6;
  return together;
}

int Run(const std::string& data, double seconds, int threads) {
  std::map<Language, std::string> texts;
  if (data.empty()) {
    for (Language language : AllLanguages()) {
      texts[language] = MakeText(language);
    }
  } else {
    std::vector<std::string> files;
    ListFiles(data, &files);
    for (const std::string& file : files) {
      const Language language = LanguageOfPath(file, data);
      if (language == Language::kUnknown) continue;
      std::ifstream stream(file, std::ios::binary);
      texts[language].append(std::istreambuf_iterator<char>(stream), {});
    }
  }
  if (texts.empty()) {
    std::cerr << "data " << data << ": no file named by a language\n";
    return 1;
  }
  double bytes = 0;
  double cold_seconds = 0;
  double slowest = 1e9;
  for (const auto& entry : texts) {
    const Language language = entry.first;
    const std::string& text = entry.second;
    if (text.empty()) continue;
    const absl::string_view code = LanguageCode(language);
    Verify(text, language);
    std::vector<Token> tokens;
    tokens.reserve(text.size());
    const double cold = Best(seconds, [&] {
      Analyzer analyzer;
      tokens.clear();
      analyzer.Analyze(text, language, &tokens);
    });
    Print("cold", code, text.size(), cold);
    Analyzer analyzer;
    Print("warm", code, text.size(), Best(seconds, [&] {
            tokens.clear();
            analyzer.Analyze(text, language, &tokens);
          }));
    std::vector<TextSpan> spans;
    Print("sentences", code, text.size(), Best(seconds, [&] {
            spans.clear();
            Sentences(text, language, &spans);
          }));
    std::vector<Word> words;
    Print("words", code, text.size(), Best(seconds, [&] {
            words.clear();
            Words(text, &words);
          }));
    Print("identify", code, text.size(), Best(seconds, [&] {
            for (absl::string_view line : absl::StrSplit(text, '\n')) {
              IdentifyLanguage(line);
            }
          }));
    Print("count", code, text.size(),
          Best(seconds, [&] { CountCodePoints(text); }));
    bytes += text.size();
    cold_seconds += cold;
    slowest = std::min(slowest, text.size() / cold / 1e6);
  }
  std::printf("cold_all: %.1f MB/s\n", bytes / cold_seconds / 1e6);
  std::printf("cold_slowest: %.1f MB/s\n", slowest);
  for (int count : {1, threads}) {
    const Together together = AnalyseAll(texts, bytes, count);
    std::printf("threads_%d_wall: %.1f MB/s\n", count,
                together.wall_mb_per_second);
    std::printf("threads_%d_cpu: %.1f MB/s\n", count,
                together.cpu_mb_per_second);
  }
  return 0;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  CLI::App app("MB/s of text analysis by language");
  std::string data;
  double seconds = 0.3;
  int threads = 2;
  app.add_option("--data", data, "folder of text files named by language");
  app.add_option("--seconds", seconds, "time for each figure");
  app.add_option("--threads", threads, "threads of the last figure");
  CLI11_PARSE(app, argc, argv);
  return footnote::Run(data, seconds, threads);
}
