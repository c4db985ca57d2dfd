#include "model/tokenizer/wordpiece.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/utf8.h"
#include "simdjson.h"
#include "unicode/uchar.h"
#include "unicode/unorm2.h"

namespace footnote {
namespace {

bool IsChinese(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0x2F800 && c <= 0x2FA1F);
}

bool IsControl(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  const uint32_t mask = U_GET_GC_MASK(static_cast<UChar32>(c));
  return c == 0 || c == 0xFFFD || (mask & U_GC_C_MASK) != 0;
}

bool IsPunctuation(char32_t c) {
  if (c < 0x80) {
    return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) ||
           (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
  }
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_P_MASK) != 0;
}

// Never null: its data is compiled into the library.
const UNormalizer2* Nfd() {
  static const UNormalizer2* const nfd = [] {
    UErrorCode error = U_ZERO_ERROR;
    return unorm2_getNFDInstance(&error);
  }();
  return nfd;
}

// The canonical decomposition of `c`, at most 4 code points.
int Decompose(char32_t c, char32_t out[4]) {
  UChar units[8];
  UErrorCode error = U_ZERO_ERROR;
  const int32_t length =
      unorm2_getDecomposition(Nfd(), static_cast<UChar32>(c), units, 8, &error);
  if (length < 0 || U_FAILURE(error)) {
    out[0] = c;
    return 1;
  }
  int count = 0;
  for (int32_t i = 0; i < length && count < 4;) {
    UChar32 part;
    U16_NEXT(units, i, length, part);
    out[count++] = static_cast<char32_t>(part);
  }
  return count;
}

// The value of `field`; `*value` stays where there is none of its type.
template <typename T>
void Read(simdjson::simdjson_result<simdjson::dom::element> field, T* value) {
  T found;
  if (field.get(found) == simdjson::SUCCESS) *value = found;
}

absl::Status Bad(absl::string_view name, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("tokenizer ", name, ": ", why));
}

}  // namespace

absl::StatusOr<std::unique_ptr<WordPiece>> WordPiece::FromJson(
    absl::string_view json, absl::string_view name) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(json.data(), json.size()).get(document) !=
      simdjson::SUCCESS) {
    return Bad(name, "not JSON");
  }
  std::unique_ptr<WordPiece> t = absl::WrapUnique(new WordPiece());
  std::string_view type;
  if (document["model"]["type"].get(type) == simdjson::SUCCESS &&
      type != "WordPiece") {
    return absl::UnimplementedError(absl::StrCat(
        "tokenizer ", name, ": model type ",
        absl::string_view(type.data(), type.size()), ", want WordPiece"));
  }
  simdjson::dom::object vocabulary;
  if (document["model"]["vocab"].get(vocabulary) != simdjson::SUCCESS) {
    return Bad(name, "no model.vocab");
  }
  std::string_view prefix_field = "##";
  Read(document["model"]["continuing_subword_prefix"], &prefix_field);
  const absl::string_view prefix(prefix_field.data(), prefix_field.size());
  uint64_t longest_word;
  if (document["model"]["max_input_chars_per_word"].get(longest_word) ==
      simdjson::SUCCESS) {
    t->longest_word_ = std::min<uint64_t>(longest_word, 10000);
  }
  const auto normalizer = document["normalizer"];
  Read(normalizer["lowercase"], &t->lower_);
  Read(normalizer["handle_chinese_chars"], &t->split_chinese_);
  Read(normalizer["clean_text"], &t->clean_);
  // Null means: as the case.
  t->strip_accents_ = t->lower_;
  Read(normalizer["strip_accents"], &t->strip_accents_);

  t->begins_.reserve(vocabulary.size());
  for (const auto field : vocabulary) {
    uint64_t id;
    if (field.value.get(id) != simdjson::SUCCESS || id > (1u << 24)) {
      return Bad(name, "an id in model.vocab is not a small number");
    }
    absl::string_view piece(field.key.data(), field.key.size());
    t->size_ = std::max<size_t>(t->size_, id + 1);
    t->longest_ = std::max(t->longest_, piece.size());
    auto& pieces = absl::ConsumePrefix(&piece, prefix) && !piece.empty()
                       ? t->continues_
                       : t->begins_;
    pieces.emplace(std::string(piece), static_cast<int32_t>(id));
  }
  for (const auto& [special, id] :
       {std::pair<const char*, int32_t*>{"[CLS]", &t->cls_},
        {"[SEP]", &t->sep_},
        {"[UNK]", &t->unknown_}}) {
    const auto found = t->begins_.find(special);
    if (found == t->begins_.end()) {
      return Bad(name, absl::StrCat("no ", special, " in model.vocab"));
    }
    *id = found->second;
  }
  // Text never makes special pieces. Their brackets are punctuation anyway.
  for (const char* special : {"[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"}) {
    t->begins_.erase(special);
  }
  return t;
}

void WordPiece::AddWord(absl::string_view word, size_t limit,
                        std::vector<int32_t>* ids) const {
  if (word.empty() || ids->size() >= limit) return;
  if (CountCodePoints(word) > longest_word_) {
    ids->push_back(unknown_);
    return;
  }
  const size_t first = ids->size();
  for (size_t begin = 0; begin < word.size();) {
    const auto& pieces = begin == 0 ? begins_ : continues_;
    size_t end = std::min(word.size(), begin + longest_);
    end = FloorToCodePoint(word, end);
    for (; end > begin; end = FloorToCodePoint(word, end - 1)) {
      const auto found = pieces.find(word.substr(begin, end - begin));
      if (found == pieces.end()) continue;
      ids->push_back(found->second);
      break;
    }
    if (end <= begin) {
      ids->resize(first);
      ids->push_back(unknown_);
      return;
    }
    begin = end;
  }
}

void WordPiece::Encode(absl::string_view text, size_t limit,
                       std::vector<int32_t>* ids) const {
  ids->assign(1, cls_);
  const size_t last = limit - 1;  // room for [SEP]
  std::string word;
  const auto end_word = [&] {
    AddWord(word, last, ids);
    word.clear();
  };
  for (size_t i = 0; i < text.size() && ids->size() < last;) {
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    // A word this long is unknown however it goes on.
    const bool room = word.size() <= 4 * longest_word_ + 4;
    if (byte < 0x80) {
      ++i;
      if (byte <= ' ' || byte == 0x7f) {
        const bool blank = byte == ' ' || (byte >= 9 && byte <= 13);
        // Other controls vanish without ending a word, and so, by the models'
        // own rule, do the vertical tab and the form feed.
        if (!blank || (clean_ && (byte == 11 || byte == 12))) continue;
        end_word();
      } else if (IsPunctuation(byte)) {
        end_word();
        AddWord(text.substr(i - 1, 1), last, ids);
      } else if (room) {
        const bool upper = byte >= 'A' && byte <= 'Z';
        word.push_back(lower_ && upper ? byte + 32 : byte);
      }
      continue;
    }
    int length;
    const char32_t c = DecodeUtf8(text, i, &length);
    i += length;
    if (clean_ && IsControl(c)) continue;
    if (u_isUWhiteSpace(static_cast<UChar32>(c))) {
      end_word();
      continue;
    }
    if (split_chinese_ && IsChinese(c)) {
      end_word();
      std::string character;
      char32_t parts[4] = {c};
      const int count = strip_accents_ ? Decompose(c, parts) : 1;
      for (int p = 0; p < count; ++p) AppendUtf8(parts[p], &character);
      AddWord(character, last, ids);
      continue;
    }
    char32_t parts[4] = {c};
    const int count = strip_accents_ ? Decompose(c, parts) : 1;
    for (int p = 0; p < count; ++p) {
      const char32_t part = parts[p];
      if (strip_accents_ &&
          u_charType(static_cast<UChar32>(part)) == U_NON_SPACING_MARK) {
        continue;
      }
      const char32_t folded =
          lower_ ? static_cast<char32_t>(u_tolower(static_cast<UChar32>(part)))
                 : part;
      if (IsPunctuation(folded)) {
        end_word();
        std::string mark;
        AppendUtf8(folded, &mark);
        AddWord(mark, last, ids);
      } else if (room) {
        AppendUtf8(folded, &word);
      }
    }
  }
  end_word();
  if (ids->size() > last) ids->resize(last);
  ids->push_back(sep_);
}

}  // namespace footnote
