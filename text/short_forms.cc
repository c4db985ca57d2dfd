#include "text/short_forms.h"

#include <string>

#include "base/utf8.h"
#include "text/fold.h"
#include "text/scripts.h"

namespace footnote {
namespace {

// A word of nothing but Han, and its first two characters; 0: it has one.
struct HanWord {
  const Token* token = nullptr;
  char32_t first = 0;
  char32_t second = 0;
};

// False for any other word.
bool ReadHan(absl::string_view utf8, const Token& token, HanWord* word) {
  *word = {&token, 0, 0};
  for (size_t at = token.begin; at < token.end;) {
    int length = 1;
    const char32_t c = DecodeUtf8(utf8, at, &length);
    if (!IsHan(c)) return false;
    if (word->first == 0) {
      word->first = BareCodePoint(c);
    } else if (word->second == 0) {
      word->second = BareCodePoint(c);
    }
    at += length;
  }
  return true;
}

}  // namespace

void FindShortForms(absl::string_view utf8, const std::vector<Token>& tokens,
                    std::vector<ShortForm>* out) {
  HanWord before;
  std::string pair;
  for (const Token& token : tokens) {
    if (token.channel != kChannelStem || (token.flags & kTokenPart) != 0) {
      continue;
    }
    HanWord word;
    if ((token.flags & kTokenStopWord) != 0 || !ReadHan(utf8, token, &word)) {
      before = {};
      continue;
    }
    if (before.token != nullptr && before.token->end == token.begin &&
        before.second != 0 && before.second != word.first) {
      pair.clear();
      AppendUtf8(before.first, &pair);
      AppendUtf8(word.first, &pair);
      out->push_back({{before.token->begin, token.end},
                      before.token->position,
                      TermKey(kChannelBigram, pair)});
    }
    before = word;
  }
}

}  // namespace footnote
