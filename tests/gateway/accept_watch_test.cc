#include "gateway/accept_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::HasSubstr;

class AcceptWatchTest : public testing::Test {
 protected:
  AcceptWatchTest() : listening_(socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    EXPECT_EQ(bind(listening_, any(), size), 0);
    EXPECT_EQ(listen(listening_, 64), 0);
    EXPECT_EQ(getsockname(listening_, any(), &size), 0);
  }
  ~AcceptWatchTest() override {
    for (const int file : files_) close(file);
    close(listening_);
  }

  int port() const { return ntohs(address_.sin_port); }

  void Call() {
    files_.push_back(socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(connect(files_.back(), any(), sizeof(address_)), 0);
  }
  void Take() { files_.push_back(accept(listening_, nullptr, nullptr)); }

  // How many looks until it says something, at most `most`.
  static int Looks(AcceptWatch* watch, int most, std::string* why) {
    for (int looks = 1; looks <= most; ++looks) {
      *why = watch->Look();
      if (!why->empty()) return looks;
    }
    return 0;
  }

 private:
  sockaddr* any() { return reinterpret_cast<sockaddr*>(&address_); }

  sockaddr_in address_ = {};
  const int listening_;
  std::vector<int> files_;
};

TEST_F(AcceptWatchTest, APortThatNobodyCallsIsWell) {
  AcceptWatch watch(port());
  std::string why;
  EXPECT_EQ(Looks(&watch, 200, &why), 0) << why;
}

TEST_F(AcceptWatchTest, ACrowdOfWhichSomebodyIsTakenIsWell) {
  AcceptWatch watch(port());
  std::string why;
  for (int i = 0; i < 4; ++i) Call();
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(Looks(&watch, 50, &why), 0) << why;
    Take();
    EXPECT_EQ(watch.Look(), "");
    Call();
  }
  EXPECT_EQ(Looks(&watch, 60, &why), 60);
  EXPECT_EQ(why, "4 connections wait and none is taken, want a new start");
}

TEST_F(AcceptWatchTest, WhereNoFileCanBeOpenedItIsKnownSooner) {
  AcceptWatch watch(port());
  Call();
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  std::string why = watch.Look();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  // There is room again; those that wait are not taken for it.
  EXPECT_EQ(Looks(&watch, 60, &why), 4);
  EXPECT_THAT(why, HasSubstr("1 connections wait and none is taken: too many "
                             "files were open"));
}

}  // namespace
}  // namespace footnote
