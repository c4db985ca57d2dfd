#include "model/tokenizer/tokenizer_gguf.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/tokenizer/byte_letters.h"
#include "model/tokenizer/tokenizer_json.h"

namespace footnote {
namespace {

constexpr char kBlank[] = "\xe2\x96\x81";  // U+2581

// What GGUF calls a kind of piece.
enum GgufPiece {
  kGgufNormal = 1,
  kGgufUnknown = 2,
  kGgufControl = 3,
  kGgufUserDefined = 4,
  kGgufUnused = 5,
  kGgufByte = 6,
};

#define GPT2_WORDS                                                     \
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|" \
  "\\s+(?!\\S)|\\s+"
#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define REST " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define TEKKEN_UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define TEKKEN_LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"

// How a family cuts words: tokenizer.ggml.pre.
struct Family {
  absl::string_view name;
  std::vector<absl::string_view> cuts;
  bool whole_words = false;
  bool nfc = false;
  bool add_bos = false;
};

const std::vector<Family>& Families() {
  static const auto* const families = new std::vector<Family>{
      {"gpt-2", {GPT2_WORDS}},
      {"mpt", {GPT2_WORDS}, false, true},
      {"olmo", {GPT2_WORDS}, false, true},
      {"smollm", {"\\p{N}", GPT2_WORDS}},
      {"starcoder", {"\\p{N}", GPT2_WORDS}},
      {"refact", {"\\p{N}", GPT2_WORDS}},
      {"command-r", {"\\p{N}", GPT2_WORDS}, false, true},
      {"qwen2",
       {CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|" REST},
       false,
       true},
      {"llama-bpe",
       {CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|" REST},
       true,
       false,
       true},
      {"tekken",
       {"[^\\r\\n\\p{L}\\p{N}]?" TEKKEN_UPPER "*" TEKKEN_LOWER
        "+|[^\\r\\n\\p{L}\\p{N}]?" TEKKEN_UPPER "+" TEKKEN_LOWER
        "*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|"
        "\\s+(?!\\S)|\\s+"},
       true},
      {"falcon", {"[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2_WORDS, "[0-9][0-9][0-9]"}},
      {"deepseek-coder",
       {"[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-퟿]+",
        "\\p{N}"}},
      // The formatter would split this class anew each time.
      // clang-format off
      {"deepseek-llm",
       {"[\\r\\n]",
        "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-"
        "ჅᎠ-"
        "Ᏽᏸ-"
        "ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\\u1F7Dᾀ-ᾴᾶ-"
        "ᾼ\\u1FBEῂ-"
        "ῄῆ-ῌῐ-\\u1FD3ῖ-\\u1FDBῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓ"
        "ℕℙ-ℝℤ\\u2126ℨ\\u212A-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-"
        "ꞎꭰ-"
        "ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-"
        "ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+",
        "\\s?[!-/:-~！-／：-～‘-‟　-。]+", "\\s+(?!\\s|\\S)",
        "[一-龥ࠀ-一가-퟿]+", "\\p{N}+"}},
      // clang-format on
  };
  return *families;
}

#undef GPT2_WORDS
#undef CONTRACTIONS
#undef REST
#undef TEKKEN_UPPER
#undef TEKKEN_LOWER

// Names that mean another family's way.
absl::string_view FamilyOf(absl::string_view name) {
  constexpr std::pair<absl::string_view, absl::string_view> kSame[] = {
      {"llama3", "llama-bpe"},
      {"llama-v3", "llama-bpe"},
      {"falcon3", "llama-bpe"},
      {"pixtral", "llama-bpe"},
      {"phi-2", "gpt-2"},
      {"jina-v2-code", "gpt-2"},
      {"deepseek-r1-qwen", "qwen2"},
      {"stablelm2", "qwen2"},
      {"hunyuan", "qwen2"},
  };
  for (const auto& [same, family] : kSame) {
    if (same == name) return family;
  }
  return name;
}

class GgufReader {
 public:
  explicit GgufReader(const Gguf& file) : file_(file) {}

  absl::StatusOr<TokenizerSpec> Read() {
    ASSIGN_OR_RETURN(const absl::string_view model,
                     file_.String("tokenizer.ggml.model"));
    ASSIGN_OR_RETURN(texts_, file_.Strings("tokenizer.ggml.tokens"));
    if (file_.Has("tokenizer.ggml.token_type")) {
      ASSIGN_OR_RETURN(kinds_, file_.Integers("tokenizer.ggml.token_type"));
    } else {
      kinds_.assign(texts_.size(), kGgufNormal);
    }
    if (kinds_.size() != texts_.size()) {
      return Damaged(texts_.size(), " pieces and ", kinds_.size(), " kinds");
    }
    RETURN_IF_ERROR(Ends());
    if (model == "gpt2") {
      RETURN_IF_ERROR(ByteLevel());
    } else if (model == "llama") {
      RETURN_IF_ERROR(SentencePiece());
    } else if (model == "gemma4") {
      RETURN_IF_ERROR(Characters());
      RETURN_IF_ERROR(ListedMerges());
    } else {
      return absl::UnimplementedError(absl::StrCat("tokenizer ", file_.name(),
                                                   ": model \"", model,
                                                   "\" is not known here"));
    }
    return std::move(spec_);
  }

 private:
  template <typename... Parts>
  absl::Status Damaged(const Parts&... parts) const {
    return absl::DataLossError(
        absl::StrCat("tokenizer ", file_.name(), ": ", parts...));
  }

  int32_t Id(absl::string_view key, int32_t otherwise) const {
    const auto id = file_.Integer(key);
    return id.ok() && *id >= 0 && *id < static_cast<int64_t>(texts_.size())
               ? static_cast<int32_t>(*id)
               : otherwise;
  }

  bool Flag(absl::string_view key, bool otherwise) const {
    const auto flag = file_.Bool(key);
    return flag.ok() ? *flag : otherwise;
  }

  absl::Status Ends() {
    spec_.bos = Id("tokenizer.ggml.bos_token_id", -1);
    spec_.eos = Id("tokenizer.ggml.eos_token_id", -1);
    spec_.unknown = -1;
    return absl::OkStatus();
  }

  PieceKind KindOf(size_t i) const {
    const auto id = static_cast<int32_t>(i);
    switch (kinds_[i]) {
      case kGgufControl:
        return PieceKind::kControl;
      case kGgufUserDefined:
        // One that ends answers is never text.
        return KindOfAdded(texts_[i], id == spec_.bos || id == spec_.eos);
      case kGgufUnknown:
        return PieceKind::kUnknown;
      case kGgufByte:
        return PieceKind::kByte;
      case kGgufUnused:
        return PieceKind::kUnreached;
      default:
        return PieceKind::kNormal;
    }
  }

  absl::Status ByteLevel() {
    spec_.byte_level = true;
    absl::string_view name = "(none)";
    if (file_.Has("tokenizer.ggml.pre")) {
      ASSIGN_OR_RETURN(name, file_.String("tokenizer.ggml.pre"));
    }
    const auto& families = Families();
    const auto family =
        std::find_if(families.begin(), families.end(),
                     [&](const Family& f) { return f.name == FamilyOf(name); });
    if (family == families.end()) {
      return absl::UnimplementedError(
          absl::StrCat("tokenizer ", file_.name(), ": tokenizer.ggml.pre \"",
                       name, "\" is not known here"));
    }
    for (const absl::string_view cut : family->cuts) {
      ASSIGN_OR_RETURN(Pattern pattern, Pattern::Compile(cut));
      spec_.cuts.push_back({std::move(pattern), TokenizerSpec::Cut::kIsolated});
    }
    spec_.whole_words = family->whole_words;
    spec_.nfc = family->nfc;
    spec_.add_bos =
        spec_.bos >= 0 && Flag("tokenizer.ggml.add_bos_token", family->add_bos);
    if (Flag("tokenizer.ggml.add_space_prefix", false)) {
      spec_.prefix = TokenizerSpec::Prefix::kUnlessThere;
      spec_.prefix_text = " ";
    }
    spec_.vocabulary->Reserve(texts_.size());
    std::string bytes;
    for (size_t i = 0; i < texts_.size(); ++i) {
      const auto id = static_cast<int32_t>(i);
      const PieceKind kind = KindOf(i);
      if (kind != PieceKind::kNormal) {
        RETURN_IF_ERROR(spec_.vocabulary->Add(id, texts_[i], kind));
        continue;
      }
      const bool letters = BytesOfLetters(texts_[i], &bytes);
      RETURN_IF_ERROR(spec_.vocabulary->Add(
          id, bytes, letters ? kind : PieceKind::kUnreached));
    }
    return ListedMerges();
  }

  // Pieces of characters, and bytes for those without a piece.
  absl::Status Characters() {
    spec_.byte_fallback = true;
    spec_.fuse_unknown = true;
    spec_.unknown = Id("tokenizer.ggml.unknown_token_id", -1);
    spec_.replacements.emplace_back(" ", kBlank);
    if (Flag("tokenizer.ggml.add_space_prefix", true)) {
      spec_.prefix = TokenizerSpec::Prefix::kEverySegment;
      spec_.prefix_text = kBlank;
    }
    spec_.add_bos =
        spec_.bos >= 0 && Flag("tokenizer.ggml.add_bos_token", true);
    spec_.vocabulary->Reserve(texts_.size());
    for (size_t i = 0; i < texts_.size(); ++i) {
      RETURN_IF_ERROR(
          spec_.vocabulary->Add(static_cast<int32_t>(i), texts_[i], KindOf(i)));
    }
    return absl::OkStatus();
  }

  absl::Status ListedMerges() {
    ASSIGN_OR_RETURN(const std::vector<absl::string_view> merges,
                     file_.Strings("tokenizer.ggml.merges"));
    spec_.merges = MergeTable(merges.size());
    std::string left_bytes, right_bytes, joined;
    for (size_t rank = 0; rank < merges.size(); ++rank) {
      const size_t space = merges[rank].find(' ', 1);
      if (space == absl::string_view::npos) {
        return Damaged("merge ", rank, " is no pair");
      }
      absl::string_view left = merges[rank].substr(0, space);
      absl::string_view right = merges[rank].substr(space + 1);
      if (spec_.byte_level) {
        if (!BytesOfLetters(left, &left_bytes) ||
            !BytesOfLetters(right, &right_bytes)) {
          continue;
        }
        left = left_bytes;
        right = right_bytes;
      }
      joined = absl::StrCat(left, right);
      const Vocabulary& vocabulary = *spec_.vocabulary;
      const int32_t a = vocabulary.Find(left);
      const int32_t b = vocabulary.Find(right);
      const int32_t made = vocabulary.Find(joined);
      if (a < 0 || b < 0 || made < 0) continue;  // the files keep unused ones
      if (vocabulary.Kind(made) != PieceKind::kControl) {
        spec_.merges.Add(a, b, static_cast<uint32_t>(rank), made);
      }
    }
    return absl::OkStatus();
  }

  // Any two pieces merge whose text is a piece, the best score first.
  absl::Status SentencePiece() {
    RETURN_IF_ERROR(Characters());
    spec_.unknown = Id("tokenizer.ggml.unknown_token_id", 0);
    ASSIGN_OR_RETURN(const std::vector<double> scores,
                     file_.Numbers("tokenizer.ggml.scores"));
    if (scores.size() != texts_.size()) {
      return Damaged(texts_.size(), " pieces and ", scores.size(), " scores");
    }
    std::vector<double> ranked = scores;
    std::sort(ranked.begin(), ranked.end(), std::greater<>());
    ranked.erase(std::unique(ranked.begin(), ranked.end()), ranked.end());
    struct Pair {
      int32_t left;
      int32_t right;
      int32_t made;
    };
    std::vector<Pair> pairs;
    const Vocabulary& vocabulary = *spec_.vocabulary;
    const auto merges = [&](int32_t id) {
      const PieceKind kind = vocabulary.Kind(id);
      return kind == PieceKind::kNormal || kind == PieceKind::kPlain;
    };
    for (size_t i = 0; i < texts_.size(); ++i) {
      const auto made = static_cast<int32_t>(i);
      const absl::string_view text = texts_[i];
      if (!merges(made) || vocabulary.Find(text) != made) continue;
      int length = 0;
      for (size_t at = 0; at < text.size(); at += length) {
        DecodeUtf8(text, at, &length);
        if (at == 0) continue;
        const int32_t left = vocabulary.Find(text.substr(0, at));
        if (left < 0 || !merges(left)) continue;
        const int32_t right = vocabulary.Find(text.substr(at));
        if (right >= 0 && merges(right)) pairs.push_back({left, right, made});
      }
    }
    spec_.merges = MergeTable(pairs.size());
    for (const Pair& pair : pairs) {
      const auto rank = std::lower_bound(ranked.begin(), ranked.end(),
                                         scores[pair.made], std::greater<>());
      spec_.merges.Add(pair.left, pair.right,
                       static_cast<uint32_t>(rank - ranked.begin()), pair.made);
    }
    return absl::OkStatus();
  }

  const Gguf& file_;
  std::vector<absl::string_view> texts_;
  std::vector<int64_t> kinds_;
  TokenizerSpec spec_;
};

}  // namespace

absl::StatusOr<TokenizerSpec> ReadTokenizerGguf(const Gguf& file) {
  return GgufReader(file).Read();
}

std::string GgufFamilyOf(const TokenizerSpec& spec) {
  for (const Family& family : Families()) {
    const bool same =
        family.whole_words == spec.whole_words && family.nfc == spec.nfc &&
        std::equal(family.cuts.begin(), family.cuts.end(), spec.cuts.begin(),
                   spec.cuts.end(),
                   [](absl::string_view regex, const TokenizerSpec::Cut& cut) {
                     return cut.behaviour == TokenizerSpec::Cut::kIsolated &&
                            cut.pattern.regex() == regex;
                   });
    if (same) return std::string(family.name);
  }
  return "";
}

}  // namespace footnote
