// What must be true of the store after a kill.
#ifndef FOOTNOTE_TESTS_CRASH_ORACLE_H_
#define FOOTNOTE_TESTS_CRASH_ORACLE_H_

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace footnote {

// Remembers what clients were promised. Safe from many threads; one thread at
// a time works on a document.
//
// A document is in the state that was promised last, or in one that a later
// request, which was never answered, would have brought about. A state is the
// text, or empty for "not there".
class Oracle {
 public:
  // A request that would bring `document` to `text` was sent.
  void OnAsked(const std::string& document, const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex_);
    documents_[document].possible.insert(text);
  }

  // It was answered: from now on it is so.
  void OnPromised(const std::string& document, const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex_);
    State& state = documents_[document];
    state.promised = text;
    state.possible.clear();
    ++promises_;
  }

  // What was found after a restart. Returns what is wrong with it, or empty.
  std::string OnFound(const std::string& document, const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex_);
    State& state = documents_[document];
    std::string wrong;
    if (text != state.promised && state.possible.count(text) == 0) {
      wrong = absl::StrCat(
          "document ", document, " holds \"", text.substr(0, 60), "…\" (",
          text.size(), " bytes), promised was \"", state.promised.substr(0, 60),
          "…\", and ", state.possible.size(), " requests were open");
    }
    state.promised = text;
    state.possible.clear();
    return wrong;
  }

  // An erasure was asked for: citations of the document may be gone.
  void OnErasure(const std::string& document) {
    const std::lock_guard<std::mutex> lock(mutex_);
    erased_.insert(document);
  }
  bool MayBeErased(const std::string& document) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return erased_.count(document) > 0;
  }

  // An answer's id was shown; `message` is the whole answer, or empty when the
  // stream broke off before it was complete.
  void OnShown(const std::string& answer, const std::string& message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string& shown = answers_[answer];
    if (!message.empty()) shown = message;
  }
  std::map<std::string, std::string> answers() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return answers_;
  }

  size_t promises() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return promises_;
  }

 private:
  struct State {
    std::string promised;
    std::set<std::string> possible;
  };

  std::mutex mutex_;
  std::map<std::string, State> documents_;
  std::set<std::string> erased_;
  std::map<std::string, std::string> answers_;
  size_t promises_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_CRASH_ORACLE_H_
