#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "model/grammar/grammar.h"

namespace footnote {
namespace {

constexpr absl::string_view kClose = "</co:";

class CitationGrammar : public Grammar {
 public:
  explicit CitationGrammar(std::vector<int> results)
      : results_(std::make_shared<const std::vector<int>>(std::move(results))) {
  }

  std::unique_ptr<Grammar> Copy() const override {
    return std::make_unique<CitationGrammar>(*this);
  }
  void Assign(const Grammar& other) override {
    *this = static_cast<const CitationGrammar&>(other);
  }
  bool MayEnd() const override { return place_ == Place::kText; }
  int Watched() const override {
    return place_ == Place::kText && matched_ == 0 ? '<' : -1;
  }

  bool Read(uint8_t byte) override {
    const char c = static_cast<char>(byte);
    switch (place_) {
      case Place::kText:
        if (c == kClose[matched_]) {
          if (++matched_ == kClose.size()) {
            const bool any = std::any_of(results_->begin(), results_->end(),
                                         [](int count) { return count > 0; });
            if (!any) return false;
            place_ = Place::kBlank;
            matched_ = 0;
          }
        } else {
          matched_ = c == kClose[0] ? 1 : 0;
        }
        return true;
      case Place::kBlank:
        place_ = Place::kCall;
        number_ = -1;
        return c == ' ' || Read(byte);
      case Place::kCall:
        if (number_ >= static_cast<int>(results_->size())) return false;
        if (c == ':' && number_ >= 0) {
          if ((*results_)[number_] == 0) return false;
          call_ = number_;
          place_ = Place::kBracket;
          return true;
        }
        return Digit(c, static_cast<int>(results_->size()), /*call=*/true);
      case Place::kBracket:
        place_ = Place::kResult;
        number_ = -1;
        return c == '[';
      case Place::kResult:
        if (c == ',' && number_ >= 0) {
          number_ = -1;
          return true;
        }
        if (c == ']' && number_ >= 0) {
          place_ = Place::kAfter;
          return true;
        }
        return Digit(c, (*results_)[call_], /*call=*/false);
      case Place::kAfter:
        if (c == ',') {
          place_ = Place::kCall;
          number_ = -1;
          return true;
        }
        place_ = Place::kText;
        return c == '>';
    }
    return false;
  }

 private:
  enum class Place { kText, kBlank, kCall, kBracket, kResult, kAfter };

  // One more digit of a number below `limit`, without leading zeros. A call
  // must have results.
  bool Digit(char c, int limit, bool call) {
    if (c < '0' || c > '9' || number_ == 0) return false;
    const int before = std::max(number_, 0);
    if (before > limit) return false;
    number_ = before * 10 + (c - '0');
    if (!call) return number_ < limit;
    // It may be the beginning of a longer number that is good.
    for (int from = number_, to = number_; from < limit;
         from = from * 10, to = to * 10 + 9) {
      for (int i = from; i <= to && i < limit; ++i) {
        if ((*results_)[i] > 0 && (i == number_ || number_ > 0)) return true;
      }
      if (number_ == 0) break;
    }
    return false;
  }

  std::shared_ptr<const std::vector<int>> results_;
  Place place_ = Place::kText;
  size_t matched_ = 0;  // of kClose
  int number_ = -1;     // -1: no digit yet
  int call_ = 0;
};

}  // namespace

std::unique_ptr<Grammar> NewCitationGrammar(std::vector<int> results) {
  return std::make_unique<CitationGrammar>(std::move(results));
}

}  // namespace footnote
