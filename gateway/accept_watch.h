// Sees that a listening port takes connections.
#ifndef FOOTNOTE_GATEWAY_ACCEPT_WATCH_H_
#define FOOTNOTE_GATEWAY_ACCEPT_WATCH_H_

#include <cstdint>
#include <string>
#include <vector>

namespace footnote {

// Lets this process have as many open files as the system allows it, a million
// at most.
void RaiseOpenFiles();

// gRPC never takes a connection again once it could not take one, which is what
// happens where too many files are open: those who call wait, and whoever asks
// the process by another way finds it well.
class AcceptWatch {
 public:
  // Watches the sockets of this process that listen on `port`.
  explicit AcceptWatch(int port);

  // To be called once a second: why connections that wait are not taken; empty
  // while they are. That none was is known when those that wait did not become
  // fewer: for five seconds where no file could be opened, else for a minute,
  // for a crowd may look the same.
  std::string Look();

 private:
  std::vector<int> sockets_;
  uint32_t waiting_ = 0;
  int seconds_ = 0;
  // No file could be opened since one that waits was taken last.
  bool was_full_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_ACCEPT_WATCH_H_
