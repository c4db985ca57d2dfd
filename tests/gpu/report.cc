#include "tests/gpu/report.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "gtest/gtest.h"
#include "tests/gpu/child.h"
#include "tests/gpu/rows.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

// Of a suite of tests. All of them take seconds.
constexpr double kSuiteSeconds = 60;
// Less is not worth a start.
constexpr double kLeastSeconds = 2;

class Report {
 public:
  explicit Report(const ReportOptions& options)
      : options_(options), begin_(std::chrono::steady_clock::now()) {
    if (options.out.empty()) return;
    text_ = std::fopen((options.out + "/gpu_check.md").c_str(), "w");
    log_ = std::fopen((options.out + "/gpu_check.log").c_str(), "w");
    if (text_ != nullptr && log_ != nullptr) return;
    is_good_ = false;
    std::fprintf(stderr, "gpu_check: %s: no files can be written there\n",
                 options.out.c_str());
  }
  ~Report() {
    if (text_ != nullptr) std::fclose(text_);
    if (log_ != nullptr) std::fclose(log_);
  }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  bool is_good() const { return is_good_; }
  double left() const {
    return options_.seconds - std::chrono::duration<double>(
                                  std::chrono::steady_clock::now() - begin_)
                                  .count();
  }

  void Line(const std::string& line) {
    for (FILE* file : {stdout, text_}) {
      if (file == nullptr) continue;
      std::fprintf(file, "%s\n", line.c_str());
      std::fflush(file);
    }
  }

  // Its end, and what it said to the log.
  ChildEnd Part(const std::string& name,
                const std::vector<std::string>& arguments, double seconds) {
    const ChildEnd end = RunAgain(arguments, std::min(seconds, left()));
    if (!end.why.empty()) is_good_ = false;
    if (log_ != nullptr) {
      std::fprintf(log_, "== %s: %s, %.1f s\n%s\n", name.c_str(),
                   end.why.empty() ? "ended well" : end.why.c_str(),
                   end.seconds, end.said.c_str());
      std::fflush(log_);
    }
    return end;
  }

 private:
  const ReportOptions options_;
  const std::chrono::steady_clock::time_point begin_;
  FILE* text_ = nullptr;
  FILE* log_ = nullptr;
  bool is_good_ = true;
};

std::string LastLine(const std::string& text) {
  const size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const size_t before = text.rfind('\n', end);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  return text.substr(begin, end + 1 - begin);
}

// "3.4 s".
std::string Seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f s", seconds);
  return text;
}

void PrintTests(Report* report) {
  report->Line("| tests | | |");
  report->Line("|---|---|---|");
  const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const ::testing::TestSuite& suite = *all.GetTestSuite(i);
    const std::string name = suite.name();
    std::string said = "not run: out of time";
    std::string took;
    if (report->left() > kLeastSeconds) {
      const ChildEnd end =
          report->Part(name, {"--gtest_filter=" + name + ".*"}, kSuiteSeconds);
      said = end.why.empty() ? "passed" : "**failed**: " + end.why;
      took = Seconds(end.seconds);
    }
    report->Line("| " + name + ", " + std::to_string(suite.total_test_count()) +
                 " | " + said + " | " + took + " |");
  }
  report->Line("");
}

void PrintTable(const DeviceInfo& info, Report* report) {
  report->Line("| | asked on an H200 | measured |");
  report->Line("|---|---|---|");
  const std::vector<Row> rows = TableRows(info);
  double bandwidth = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    std::string said = "not measured: out of time";
    if (report->left() > kLeastSeconds) {
      const ChildEnd end =
          report->Part(row.what,
                       {"--row=" + std::to_string(i),
                        "--bandwidth=" + std::to_string(bandwidth)},
                       row.seconds);
      said = LastLine(end.said);
      if (!end.why.empty()) said = "**failed**: " + end.why + ": " + said;
      if (i == 0) bandwidth = std::atof(said.c_str()) * 1e9;
    }
    report->Line("| " + row.what + " | " + row.asked + " | " + said + " |");
  }
  report->Line("");
}

}  // namespace

bool PrintReport(const DeviceInfo& info, const ReportOptions& options) {
  LeaveDevice();
  Report report(options);
  char text[512];
  std::snprintf(text, sizeof(text),
                "gpu_check: %s, %.1f GiB, compute capability %d.%d, driver "
                "%d.%d\n",
                info.name, info.memory_bytes / (1024.0 * 1024 * 1024),
                info.major, info.minor, info.driver / 1000,
                info.driver % 1000 / 10);
  report.Line(text);
  if (options.tests) PrintTests(&report);
  if (options.table) {
    report.Line("Weights are random; a step is one graph.\n");
    PrintTable(info, &report);
  }
  report.Line(Seconds(options.seconds - report.left()) + " in all.");
  return report.is_good();
}

bool PrintRow(const DeviceInfo& info, int row, double bandwidth) {
  const std::vector<Row> rows = TableRows(info);
  if (row < 0 || row >= static_cast<int>(rows.size())) {
    std::printf("no row %d\n", row);
    return false;
  }
  const std::string said = rows[row].measure(bandwidth);
  const char* error = Finish(TheStream());
  std::printf("%s\n", error != nullptr ? error : said.c_str());
  return error == nullptr;
}

}  // namespace cuda
}  // namespace footnote
