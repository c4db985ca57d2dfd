// How fast is the log of answers?
//
//   append   durable records a second with many callers, and with one, beside
//            fdatasync of the same folder
//   bulk     N records of about 400 bytes of content, loaded in large batches;
//            then inclusion proofs, first pages of citing answers, the check of
//            everything, and bytes on disk. What it loaded stays in the folder
//            for another run
//
//   bazel run -c opt //eval/speed:audit_benchmark -- append --folder DIR
//   bazel run -c opt //eval/speed:audit_benchmark -- bulk --records 10000000
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "audit/fsck.h"
#include "audit/ledger.h"
#include "audit/list.h"
#include "audit/prove.h"
#include "base/hash.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string folder;
  int callers = 64;
  int seconds = 5;
  uint64_t records = 1000000;
  int rounds = 1;
};

double Milliseconds(absl::Duration duration) {
  return absl::ToDoubleMilliseconds(duration);
}

double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<size_t>(share * values.size()))];
}

void Print(const std::string& what, const std::vector<double>& ms) {
  printf("%-28s p50 %.3f ms, p99 %.3f ms, n %zu\n", what.c_str(),
         Percentile(ms, .5), Percentile(ms, .99), ms.size());
  fflush(stdout);
}

// An answer of one sentence, of one of 100,000 documents, to one of 1,000
// persons; about 400 bytes.
v1::AnswerRecord MakeRecord(std::mt19937_64* random) {
  const uint64_t number = (*random)() % 100000;
  v1::AnswerRecord record;
  record.set_principal(absl::StrCat("person", (*random)() % 1000));
  record.set_analyzer_version(3);
  record.set_encoder("use-multilingual-v3");
  record.set_program_version("0.1.0");
  v1::Answer& answer = *record.mutable_answer();
  answer.set_collection("handbook");
  answer.set_question(
      absl::StrCat("When was lighthouse ", (*random)() % 100000, " lit?"));
  answer.set_question_language("en");
  answer.set_generation(17);
  answer.set_writer("extractive/1");
  const std::string quote = absl::StrCat(
      "It was lit in ", 1000 + (*random)() % 1000, " by keeper number ",
      (*random)() % 100000, " on a stormy night, as the log book says.");
  answer.set_text(quote);
  v1::Citation& citation = *answer.add_citations();
  citation.set_verdict(v1::FOUND);
  citation.mutable_answer_span()->set_end(quote.size());
  citation.mutable_answer_span()->set_end_code_point(quote.size());
  v1::SourceSpan& source = *citation.add_sources();
  v1::DocumentVersion& version = *source.mutable_source();
  version.set_collection("handbook");
  version.set_document(absl::StrCat("lighthouses/", number, ".html"));
  version.set_version(1);
  version.set_sha256(Sha256(absl::StrCat(number)));
  const uint64_t begin = (*random)() % 5000;
  v1::Span& span = *source.mutable_span();
  span.set_begin(begin);
  span.set_end(begin + quote.size());
  span.set_begin_code_point(begin);
  span.set_end_code_point(begin + quote.size());
  source.set_quote(quote);
  source.set_quote_sha256(Sha256(quote));
  v1::Retrieved& retrieved = *record.add_retrieved();
  *retrieved.mutable_source() = version;
  retrieved.mutable_span()->set_begin(begin / 900 * 900);
  retrieved.mutable_span()->set_end(begin / 900 * 900 + 900);
  retrieved.set_rank(1);
  return record;
}

std::unique_ptr<Ledger> Open(const std::string& folder) {
  absl::StatusOr<std::unique_ptr<Ledger>> ledger = Ledger::Open(folder);
  if (!ledger.ok()) {
    fprintf(stderr, "%s\n", std::string(ledger.status().message()).c_str());
    exit(1);
  }
  return *std::move(ledger);
}

// Each caller waits for its record before it sends the next.
std::vector<double> AppendWith(Ledger* ledger, int callers, absl::Duration time,
                               double* seconds) {
  std::vector<std::vector<double>> waits(callers);
  std::vector<std::thread> threads;
  const absl::Time begin = absl::Now();
  for (int c = 0; c < callers; ++c) {
    threads.emplace_back([&, c] {
      std::mt19937_64 random(c);
      while (absl::Now() - begin < time) {
        const v1::AnswerRecord record = MakeRecord(&random);
        const absl::Time asked = absl::Now();
        if (!ledger->Append(record).ok()) abort();
        waits[c].push_back(Milliseconds(absl::Now() - asked));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  *seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  std::vector<double> all;
  for (const auto& some : waits)
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

std::vector<double> SyncsOf(const std::string& folder) {
  const std::string path = folder + "/sync";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  std::vector<double> waits;
  const std::string block(600, 'x');
  for (int i = 0; i < 1000; ++i) {
    const absl::Time begin = absl::Now();
    if (write(file, block.data(), block.size()) < 0 || fdatasync(file) != 0) {
      abort();
    }
    waits.push_back(Milliseconds(absl::Now() - begin));
  }
  close(file);
  unlink(path.c_str());
  return waits;
}

int RunAppend(const Options& options) {
  fs::create_directories(options.folder);
  Print("write and fdatasync", SyncsOf(options.folder));
  const std::string folder = options.folder + "/append";
  {
    const std::unique_ptr<Ledger> ledger = Open(folder);
    double seconds = 0;
    // Keys are made once for each person and document; not what is measured.
    AppendWith(ledger.get(), options.callers, absl::Seconds(2), &seconds);
    std::vector<double> waits =
        AppendWith(ledger.get(), options.callers,
                   absl::Seconds(options.seconds), &seconds);
    printf("%d callers: %.0f records/s\n", options.callers,
           waits.size() / seconds);
    Print(absl::StrCat("append, ", options.callers, " callers"), waits);
    Print("write and fdatasync", SyncsOf(options.folder));
    waits =
        AppendWith(ledger.get(), 1, absl::Seconds(options.seconds), &seconds);
    Print("append, 1 caller", waits);
  }
  fs::remove_all(folder);
  fs::remove_all(folder + ".keys");
  fs::remove_all(folder + ".keys.master");
  return 0;
}

uint64_t BytesIn(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

// What is kept beside a loaded log, so that another run need not load again.
std::string ContentPath(const std::string& folder) {
  return folder + ".content";
}

uint64_t ContentBefore(const std::string& folder) {
  uint64_t bytes = 0;
  FILE* const file = fopen(ContentPath(folder).c_str(), "r");
  if (file == nullptr) return 0;
  if (fscanf(file, "%" SCNu64, &bytes) != 1) bytes = 0;
  fclose(file);
  return bytes;
}

void KeepContent(const std::string& folder, uint64_t bytes) {
  FILE* const file = fopen(ContentPath(folder).c_str(), "w");
  if (file == nullptr) abort();
  fprintf(file, "%" PRIu64 "\n", bytes);
  fclose(file);
}

// Loads `records` more with one thread a processor; returns their content.
uint64_t Load(Ledger* ledger, uint64_t records) {
  constexpr uint64_t kTogether = 1000;
  std::atomic<uint64_t> next{0};
  std::atomic<uint64_t> content{0};
  std::vector<std::thread> threads;
  const unsigned int loaders =
      std::max(1u, std::thread::hardware_concurrency());
  for (unsigned int t = 0; t < loaders; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(ledger->size() + t);
      while (true) {
        const uint64_t begin = next.fetch_add(kTogether);
        if (begin >= records) return;
        std::vector<v1::AnswerRecord> some(
            std::min(kTogether, records - begin));
        for (v1::AnswerRecord& record : some) {
          record = MakeRecord(&random);
          content.fetch_add(record.ByteSizeLong());
        }
        if (!ledger->AppendAll(some).ok()) abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return content.load();
}

bool LoadUpTo(uint64_t records, const std::string& folder, Ledger* ledger) {
  if (ledger->size() >= records) return true;
  const uint64_t missing = records - ledger->size();
  const absl::Time begin = absl::Now();
  const uint64_t content = Load(ledger, missing);
  printf("loaded %" PRIu64 " records in %.0f s\n", missing,
         absl::ToDoubleSeconds(absl::Now() - begin));
  fflush(stdout);
  KeepContent(folder, ContentBefore(folder) + content);
  if (!ledger->Publish(false).ok() || !ledger->kv()->Flush().ok()) return false;
  for (size_t table = 0; table < LedgerTables().size(); ++table) {
    if (!ledger->kv()->Compact(static_cast<int>(table)).ok()) return false;
  }
  return true;
}

void PrintSizes(const std::string& folder, const Ledger& ledger) {
  const double size = static_cast<double>(ledger.size());
  const double content = ContentBefore(folder) / size;
  const double bytes = BytesIn(folder) / size;
  printf(
      "%.0f records of %.0f bytes of content; %.1f bytes a record on disk, "
      "%.1f over its content; keyring %.1f MB\n",
      size, content, bytes, bytes - content,
      fs::file_size(folder + ".keys") / 1e6);
}

bool TimeProofs(const Ledger& ledger) {
  std::mt19937_64 random(5);
  std::vector<double> waits;
  const std::string checkpoint = ledger.NewestCheckpoint();
  for (int i = 0; i < 2000; ++i) {
    const absl::Time begin = absl::Now();
    if (!ProveRecord(1 + random() % ledger.size(), checkpoint, ledger).ok()) {
      return false;
    }
    waits.push_back(Milliseconds(absl::Now() - begin));
  }
  Print("inclusion proof", waits);
  waits.clear();
  for (int i = 0; i < 500; ++i) {
    v1::ListAnswersCitingRequest request;
    request.set_collection("handbook");
    request.set_document(
        absl::StrCat("lighthouses/", random() % 100000, ".html"));
    const absl::Time begin = absl::Now();
    if (!ListAnswersCiting(request, {}, ledger).ok()) return false;
    waits.push_back(Milliseconds(absl::Now() - begin));
  }
  Print("citing, first page", waits);
  return true;
}

bool TimeFsck(const Ledger& ledger) {
  const absl::Time begin = absl::Now();
  uint64_t damaged = 0;
  const absl::Status status =
      VerifyChain({}, ledger, [&](const v1::VerifyChainResponse& line) {
        damaged = line.damaged();
        if (!line.done()) printf("%s\n", line.detail().c_str());
        return true;
      });
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  printf("fsck: %.0f records/s, %" PRIu64 " damaged%s\n",
         ledger.size() / seconds, damaged, status.ok() ? "" : ", ERROR");
  fflush(stdout);
  return damaged == 0 && status.ok();
}

int RunBulk(const Options& options) {
  fs::create_directories(options.folder);
  const std::string folder = options.folder + "/bulk";
  const std::unique_ptr<Ledger> ledger = Open(folder);
  if (!LoadUpTo(options.records, folder, ledger.get())) return 1;
  PrintSizes(folder, *ledger);
  if (!TimeProofs(*ledger)) return 1;
  for (int i = 0; i < options.rounds; ++i) {
    if (!TimeFsck(*ledger)) return 1;
  }
  return 0;
}

int Main(int argc, char** argv) {
  Options options;
  const char* const temporary = getenv("TMPDIR");
  options.folder = absl::StrCat(temporary != nullptr ? temporary : "/tmp",
                                "/audit_benchmark");
  CLI::App app("Measures the log of answers.");
  CLI::App* append = app.add_subcommand("append", "durable appends");
  CLI::App* bulk = app.add_subcommand("bulk", "a large log");
  for (CLI::App* command : {append, bulk}) {
    command->add_option("--folder", options.folder, "where it works");
  }
  append->add_option("--callers", options.callers, "(default 64)");
  append->add_option("--seconds", options.seconds, "(default 5)");
  bulk->add_option("--records", options.records,
                   "loads what FOLDER lacks of them (default 1000000)");
  bulk->add_option("--rounds", options.rounds, "checks of it all (default 1)");
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  return append->parsed() ? RunAppend(options) : RunBulk(options);
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
