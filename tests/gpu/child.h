// Runs this program again, so that what crashes, hangs or ruins its device
// ruins nothing else.
#ifndef FOOTNOTE_TESTS_GPU_CHILD_H_
#define FOOTNOTE_TESTS_GPU_CHILD_H_

#include <string>
#include <vector>

namespace footnote {

struct ChildEnd {
  std::string said;  // on its standard output and error, together
  std::string why;   // empty: status 0; else "status 1", "signal 11", "stopped
                     // after 30 s"
  int status = -1;   // -1: it has none
  double seconds = 0;
};

// Starts this program with `arguments` and waits for its end, `seconds` at
// most; then it is killed, with all that it started.
ChildEnd RunAgain(const std::vector<std::string>& arguments, double seconds);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_GPU_CHILD_H_
