#include "tests/e2e/program.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace footnote {
namespace {

constexpr char kProgram[] = "gateway/footnote";
constexpr char kListening[] = "listening on ";
constexpr char kMetrics[] = "metrics on ";

// Runs `arguments` with the three standard streams at these descriptors.
pid_t Spawn(const std::vector<std::string>& arguments, int in, int out,
            int err) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  if (in >= 0) dup2(in, 0);
  dup2(out, 1);
  if (err >= 0) dup2(err, 2);
  execv(kProgram, argv.data());
  _exit(127);
}

int CodeOf(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string ReadLine(FILE* file) {
  char line[1024];
  if (fgets(line, sizeof(line), file) == nullptr) return "";
  std::string text(line);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string After(const char* prefix, const std::string& line) {
  const std::string start(prefix);
  return line.compare(0, start.size(), start) == 0 ? line.substr(start.size())
                                                   : "";
}

}  // namespace

std::string NewFolder() {
  static int count = 0;
  const char* base = getenv("TEST_TMPDIR");
  const std::string folder = std::string(base == nullptr ? "/tmp" : base) +
                             "/program_" + std::to_string(getpid()) + "_" +
                             std::to_string(++count);
  mkdir(folder.c_str(), 0755);
  return folder;
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

Finished RunProgram(std::vector<std::string> arguments,
                    const std::string& input, bool says_encoder) {
  const std::string folder = NewFolder();
  arguments.insert(arguments.begin(), "footnote");
  if (says_encoder) {
    arguments.insert(arguments.end(), {"--encoder", "none"});
  }
  WriteText(folder + "/in", input);
  const int in = open((folder + "/in").c_str(), O_RDONLY);
  const int out = creat((folder + "/out").c_str(), 0600);
  const int err = creat((folder + "/err").c_str(), 0600);
  int status = 0;
  waitpid(Spawn(arguments, in, out, err), &status, 0);
  for (const int fd : {in, out, err}) close(fd);
  return {CodeOf(status), ReadText(folder + "/out"), ReadText(folder + "/err")};
}

BackgroundProgram::BackgroundProgram(std::vector<std::string> arguments)
    : folder_(NewFolder()) {
  arguments.insert(arguments.begin(), "footnote");
  arguments.insert(arguments.end(), {"--encoder", "none"});
  const int out = open((folder_ + "/out").c_str(),
                       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = Spawn(arguments, -1, out, out);
  close(out);
}

BackgroundProgram::~BackgroundProgram() {
  if (pid_ <= 0) return;
  Signal(SIGKILL);
  Wait();
}

void BackgroundProgram::Signal(int signal) {
  if (pid_ > 0) kill(pid_, signal);
}

int BackgroundProgram::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return CodeOf(status);
}

std::string BackgroundProgram::output() const {
  return ReadText(folder_ + "/out");
}

std::string HttpGet(const std::string& address, const std::string& path) {
  const size_t colon = address.rfind(':');
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port =
      htons(static_cast<uint16_t>(atoi(address.substr(colon + 1).c_str())));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  std::string response;
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0) {
    const std::string request =
        "GET " + path + " HTTP/1.0\r\nHost: " + address + "\r\n\r\n";
    send(fd, request.data(), request.size(), 0);
    char buffer[4096];
    ssize_t size;
    while ((size = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
      response.append(buffer, static_cast<size_t>(size));
    }
  }
  close(fd);
  return response;
}

ServeProgram::ServeProgram(std::vector<std::string> arguments) {
  bool metrics = false;
  for (const std::string& argument : arguments) {
    metrics |= argument == "--metrics";
  }
  arguments.insert(arguments.begin(), {"footnote", "serve"});
  for (const char* argument :
       {"--encoder", "none", "--listen", "127.0.0.1:0"}) {
    arguments.push_back(argument);
  }
  int ends[2];
  if (pipe(ends) != 0) return;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  pid_ = Spawn(arguments, -1, ends[1], -1);
  close(ends[1]);
  FILE* lines = fdopen(ends[0], "r");
  address_ = After(kListening, ReadLine(lines));
  if (metrics) metrics_ = After(kMetrics, ReadLine(lines));
  fclose(lines);
}

ServeProgram::~ServeProgram() {
  if (pid_ <= 0) return;
  Signal(SIGKILL);
  Wait();
}

void ServeProgram::Signal(int signal) {
  if (pid_ > 0) kill(pid_, signal);
}

int ServeProgram::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return CodeOf(status);
}

}  // namespace footnote
