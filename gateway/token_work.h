// What language models are writing behind this door, and how fast, counted in
// tokens of answers.
#ifndef FOOTNOTE_GATEWAY_TOKEN_WORK_H_
#define FOOTNOTE_GATEWAY_TOKEN_WORK_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

// Not safe from many threads. Times are the caller's and never go back.
class TokenWork {
 public:
  // An answer by `writer` begins; gives its number. Writers write different
  // lengths, so each has its own mean.
  uint64_t Begin(absl::string_view writer, absl::Time now);
  // It ended with `tokens` written: 0 where no language model wrote, negative
  // where nobody knows (it failed). REQUIRES: Begin gave `answer`.
  void End(uint64_t answer, int64_t tokens, absl::Time now);

  // Tokens that an answer by `writer` takes, the mean of the last ones; 0 while
  // none has ended, and for writers that are no language models.
  double Mean(absl::string_view writer) const;

  // Tokens a second that all writers had together: those of the last ended
  // answers, over the time in which at least one of them was being written.
  // Negative until one has ended.
  double Rate() const;

  // How many ended answers Rate has ever seen.
  int64_t written() const { return written_; }

  // Tokens that the answers under way still need, where all of them together
  // get `rate` tokens a second, the same share each.
  double Left(double rate, absl::Time now) const;

 private:
  struct Answer {
    std::string writer;
    absl::Time begin;
  };
  struct Ended {
    absl::Time begin, end;
    int64_t tokens;
  };
  struct Writer {
    double mean = 0;
    int64_t answers = 0;
  };

  uint64_t last_ = 0;
  int64_t written_ = 0;
  std::map<uint64_t, Answer> under_way_;
  std::map<std::string, Writer, std::less<>> writers_;
  std::deque<Ended> ended_;  // the newest last
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_TOKEN_WORK_H_
