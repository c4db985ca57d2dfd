// Runs the built program as people and scripts do.
#ifndef FOOTNOTE_TESTS_E2E_PROGRAM_H_
#define FOOTNOTE_TESTS_E2E_PROGRAM_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace footnote {

// A new folder of this test.
std::string NewFolder();

// Writes `text` to `path`.
void WriteText(const std::string& path, const std::string& text);

// What a finished run left.
struct Finished {
  int exit_code = -1;  // 128 + the signal when one ended it
  std::string out;
  std::string err;
};

// Runs `footnote` with `arguments` and --encoder none, or as it is where
// `says_encoder` is false; `input` is its standard input.
Finished RunProgram(std::vector<std::string> arguments,
                    const std::string& input = "", bool says_encoder = true);

// `footnote …` with --encoder none in the background. Killed at the end of its
// life.
class BackgroundProgram {
 public:
  explicit BackgroundProgram(std::vector<std::string> arguments);
  ~BackgroundProgram();
  BackgroundProgram(const BackgroundProgram&) = delete;
  BackgroundProgram& operator=(const BackgroundProgram&) = delete;

  void Signal(int signal);
  // Waits for its end; the code as in Finished.
  int Wait();
  // What it has printed so far, errors too.
  std::string output() const;

 private:
  const std::string folder_;
  pid_t pid_ = -1;
};

// GET `path` from host:port; headers included.
std::string HttpGet(const std::string& address, const std::string& path);

// `footnote serve …` in the background. Killed at the end of its life.
class ServeProgram {
 public:
  // Starts it on a free port of this machine and waits for its first line.
  explicit ServeProgram(std::vector<std::string> arguments);
  ~ServeProgram();
  ServeProgram(const ServeProgram&) = delete;
  ServeProgram& operator=(const ServeProgram&) = delete;

  // host:port; empty when it ended instead of serving.
  const std::string& address() const { return address_; }
  // host:port of /metrics, where it was asked for.
  const std::string& metrics() const { return metrics_; }

  void Signal(int signal);

  // Waits for its end; the code as in Finished.
  int Wait();

 private:
  pid_t pid_ = -1;
  std::string address_;
  std::string metrics_;
};

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_E2E_PROGRAM_H_
