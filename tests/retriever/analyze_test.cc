#include "retriever/lexical/analyze.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <thread>

namespace footnote {
namespace {

// Bytes of this process's addresses.
size_t Size() {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

void AnalyzeInAThread() {
  std::thread([] {
    EXPECT_FALSE(AnalyzeText("the lighthouse", Language::kEn).empty());
    EXPECT_FALSE(OtherStemsOf("список", Language::kRu).empty());
  }).join();
}

// A server's threads come and go with its callers.
TEST(AnalyzeTest, ThreadsThatEndLeaveNothing) {
  AnalyzeInAThread();
  const size_t before = Size();
  for (int i = 0; i < 100; ++i) AnalyzeInAThread();
  EXPECT_LT(Size(), before + (size_t{100} << 20));
}

}  // namespace
}  // namespace footnote
