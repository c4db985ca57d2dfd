// A connection that breaks when a test wants it to.
#ifndef FOOTNOTE_TESTS_E2E_CUT_PROXY_H_
#define FOOTNOTE_TESTS_E2E_CUT_PROXY_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace footnote {

// Passes TCP connections on to `target` (host:port, an address of this
// machine). The first `cuts` connections are reset once `cut_after` bytes went
// to the target through each.
class CutProxy {
 public:
  CutProxy(const std::string& target, uint64_t cut_after, int cuts);
  ~CutProxy();
  CutProxy(const CutProxy&) = delete;
  CutProxy& operator=(const CutProxy&) = delete;

  const std::string& address() const { return address_; }
  int connections() const { return connections_; }
  // Bytes to the target, of all connections.
  uint64_t sent() const { return sent_; }

 private:
  void Accept();
  void Serve(int client, bool cut);

  const int target_port_;
  const uint64_t cut_after_;
  const int cuts_;
  int listener_ = -1;
  std::string address_;
  std::atomic<int> connections_{0};
  std::atomic<uint64_t> sent_{0};
  std::atomic<bool> stopping_{false};
  std::thread accept_;
  std::mutex mutex_;
  std::vector<std::thread> serving_;  // guarded by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_E2E_CUT_PROXY_H_
