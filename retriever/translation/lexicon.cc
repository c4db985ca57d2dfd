#include "retriever/translation/lexicon.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "text/analyzer.h"

// retriever/translation/lexicon_data.S.
extern "C" {
extern const char footnote_lexicon_begin[];
extern const char footnote_lexicon_end[];
}

namespace footnote {
namespace {

constexpr absl::string_view kMagic = "FNLEXIC1";
constexpr absl::string_view kMagicOfAny = "FNLEXIC";
constexpr int kHashBits = 26;
// What u16 can number.
constexpr uint32_t kMaxTerms = 65536;
// A word's least: one byte each of hash and count, one translation.
constexpr size_t kLeastWord = 2;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("lexicon: ", what));
}

// Little-endian.
uint32_t Load(absl::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    value = value << 8 | static_cast<uint8_t>(bytes[i]);
  }
  return value;
}

// Takes numbers off the front of bytes that may end anywhere.
class Input {
 public:
  explicit Input(absl::string_view bytes) : rest_(bytes) {}

  size_t size() const { return rest_.size(); }

  absl::StatusOr<absl::string_view> Take(size_t bytes) {
    if (bytes > rest_.size()) {
      return Damaged(absl::StrCat("ends ", bytes - rest_.size(),
                                  " bytes before what it says it holds"));
    }
    const absl::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  absl::StatusOr<uint8_t> Byte() {
    ASSIGN_OR_RETURN(const absl::string_view bytes, Take(1));
    return static_cast<uint8_t>(bytes[0]);
  }
  absl::StatusOr<uint32_t> U32() {
    ASSIGN_OR_RETURN(const absl::string_view bytes, Take(4));
    return Load(bytes);
  }
  absl::StatusOr<uint32_t> Varint() {
    uint32_t value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      ASSIGN_OR_RETURN(const uint8_t byte, Byte());
      value |= uint32_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    return Damaged("a difference of hashes has over 28 bits");
  }

 private:
  absl::string_view rest_;
};

}  // namespace

absl::StatusOr<Lexicon> Lexicon::Parse(absl::string_view bytes) {
  if (!absl::StartsWith(bytes, kMagic)) {
    if (bytes.size() >= kMagic.size() && absl::StartsWith(bytes, kMagicOfAny)) {
      return absl::UnimplementedError("lexicon: of another form than FNLEXIC1");
    }
    return Damaged("does not begin with FNLEXIC1");
  }
  Input input(bytes.substr(kMagic.size()));
  Lexicon lexicon;
  ASSIGN_OR_RETURN(const uint32_t term_count, input.U32());
  ASSIGN_OR_RETURN(const uint32_t term_bytes, input.U32());
  ASSIGN_OR_RETURN(absl::string_view terms, input.Take(term_bytes));
  if (term_count > std::min<size_t>(kMaxTerms, terms.size())) {
    return Damaged(absl::StrCat(term_count, " terms in ", terms.size(),
                                " bytes, want ", kMaxTerms, " at most"));
  }
  lexicon.keys_.reserve(term_count);
  for (uint32_t i = 0; i < term_count; ++i) {
    const size_t end = terms.find('\n');
    if (end == absl::string_view::npos) {
      return Damaged(absl::StrCat("term ", i, " has no end"));
    }
    lexicon.keys_.push_back(TermKey(kChannelStem, terms.substr(0, end)));
    terms.remove_prefix(end + 1);
  }

  ASSIGN_OR_RETURN(const uint32_t language_count, input.U32());
  int last_language = 0;
  for (uint32_t l = 0; l < language_count; ++l) {
    ASSIGN_OR_RETURN(const uint8_t language, input.Byte());
    if (language <= last_language || language >= kLanguageCount) {
      return Damaged(absl::StrCat("language ", language, " after ",
                                  last_language, ", want a rising number"));
    }
    last_language = language;
    ASSIGN_OR_RETURN(const uint32_t words, input.U32());
    ASSIGN_OR_RETURN(const uint32_t size, input.U32());
    ASSIGN_OR_RETURN(const absl::string_view content, input.Take(size));
    if (words > content.size() / kLeastWord) {
      return Damaged(absl::StrCat(words, " words in ", size, " bytes"));
    }
    Table& table = lexicon.tables_[language];
    Input entry(content);
    uint32_t hash = 0;
    table.hashes.reserve(words);
    table.begins.reserve(words + 1);
    for (uint32_t w = 0; w < words; ++w) {
      ASSIGN_OR_RETURN(const uint32_t step, entry.Varint());
      hash += step;
      if ((w > 0 && step == 0) || hash >> kHashBits != 0) {
        return Damaged("hashes do not rise");
      }
      ASSIGN_OR_RETURN(const uint8_t count, entry.Byte());
      table.hashes.push_back(hash);
      table.begins.push_back(table.terms.size());
      for (uint8_t i = 0; i < count; ++i) {
        ASSIGN_OR_RETURN(const absl::string_view pair, entry.Take(3));
        const uint32_t term = Load(pair.substr(0, 2));
        if (term >= term_count) {
          return Damaged(absl::StrCat("term ", term, " of ", term_count));
        }
        table.terms.push_back(static_cast<uint16_t>(term));
        table.likelihoods.push_back(static_cast<uint8_t>(pair[2]));
      }
    }
    table.begins.push_back(table.terms.size());
    if (entry.size() != 0) return Damaged("bytes after the last word");
  }
  if (input.size() != 0) return Damaged("bytes after the last language");
  return lexicon;
}

const Lexicon& Lexicon::BuiltIn() {
  static const Lexicon* const lexicon = [] {
    absl::StatusOr<Lexicon> parsed = Parse(
        {footnote_lexicon_begin,
         static_cast<size_t>(footnote_lexicon_end - footnote_lexicon_begin)});
    if (!parsed.ok()) {
      Log(Severity::kError, "the lexicon can't be read",
          {{"reason", std::string(parsed.status().message())}});
      return new Lexicon();
    }
    return new Lexicon(*std::move(parsed));
  }();
  return *lexicon;
}

void Lexicon::Find(Language language, uint64_t key,
                   std::vector<Translation>* out) const {
  const Table& table = tables_[static_cast<size_t>(language)];
  const uint32_t hash = static_cast<uint32_t>(key >> (64 - kHashBits));
  const auto it =
      std::lower_bound(table.hashes.begin(), table.hashes.end(), hash);
  if (it == table.hashes.end() || *it != hash) return;
  const size_t word = it - table.hashes.begin();
  for (uint32_t t = table.begins[word]; t < table.begins[word + 1]; ++t) {
    out->push_back({keys_[table.terms[t]],
                    static_cast<float>(table.likelihoods[t]) / 255.0f});
  }
}

bool Lexicon::Speaks(Language language) const {
  return !tables_[static_cast<size_t>(language)].hashes.empty();
}

size_t Lexicon::size() const {
  size_t words = 0;
  for (const Table& table : tables_) words += table.hashes.size();
  return words;
}

}  // namespace footnote
