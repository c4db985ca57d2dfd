#include "model/tokenizer/tokenizer_json.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "model/tokenizer/byte_letters.h"
#include "simdjson.h"

namespace footnote {
namespace {

using Element = simdjson::dom::element;
using Cut = TokenizerSpec::Cut;

// GPT-2's own, which the cutter "ByteLevel" has built in.
constexpr char kWords[] =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|"
    "\\s+(?!\\S)|\\s+";

absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

// Reads the fields of one file; messages name it.
class Reader {
 public:
  Reader(absl::string_view name, TokenizerSpec* spec)
      : name_(name), spec_(spec) {}

  absl::Status Read(Element root) {
    RETURN_IF_ERROR(Normalizer(root["normalizer"]));
    RETURN_IF_ERROR(Cutter(root["pre_tokenizer"]));
    RETURN_IF_ERROR(Decoder(root["decoder"]));
    RETURN_IF_ERROR(Model(root["model"]));
    RETURN_IF_ERROR(Added(root["added_tokens"]));
    RETURN_IF_ERROR(Merges(root["model"]["merges"]));
    return PostProcessor(root["post_processor"]);
  }

 private:
  using Result = simdjson::simdjson_result<Element>;

  static bool IsAbsent(Result field) {
    Element element;
    return field.get(element) != simdjson::SUCCESS || element.is_null();
  }

  static absl::string_view Text(Result field) {
    std::string_view text;
    if (field.get(text) != simdjson::SUCCESS) return "";
    return View(text);
  }

  static bool Flag(Result field, bool otherwise) {
    bool value;
    return field.get(value) == simdjson::SUCCESS ? value : otherwise;
  }

  template <typename... Parts>
  absl::Status Damaged(const Parts&... parts) const {
    return absl::DataLossError(
        absl::StrCat("tokenizer ", name_, ": ", parts...));
  }

  template <typename... Parts>
  absl::Status Unknown(const Parts&... parts) const {
    return absl::UnimplementedError(absl::StrCat(
        "tokenizer ", name_, ": ", parts..., " is not known here"));
  }

  // Calls `read` for each element of the list `field`.
  template <typename F>
  absl::Status Each(Result field, absl::string_view what, F read) {
    simdjson::dom::array list;
    if (field.get(list) != simdjson::SUCCESS) {
      return Damaged(what, " is not a list");
    }
    if (++depth_ > 8) return Damaged(what, " nests too deep");
    for (Element element : list) {
      RETURN_IF_ERROR(read(Result(std::move(element))));
    }
    --depth_;
    return absl::OkStatus();
  }

  absl::Status Normalizer(Result field) {
    if (IsAbsent(field)) return absl::OkStatus();
    const absl::string_view type = Text(field["type"]);
    if (type == "Sequence") {
      return Each(field["normalizers"], "normalizer.normalizers",
                  [this](Result each) { return Normalizer(each); });
    }
    if (type == "NFC") {
      spec_->nfc = true;
      return absl::OkStatus();
    }
    if (type == "Replace" && !IsAbsent(field["pattern"]["String"])) {
      const absl::string_view from = Text(field["pattern"]["String"]);
      if (from.empty()) return Damaged("normalizer Replace of nothing");
      spec_->replacements.emplace_back(std::string(from),
                                       std::string(Text(field["content"])));
      return absl::OkStatus();
    }
    if (type == "Prepend") {
      // Before the replacements there, after them here: the same where the
      // prefix is what blanks become.
      spec_->prefix = TokenizerSpec::Prefix::kEverySegment;
      spec_->prefix_text = std::string(Text(field["prepend"]));
      return absl::OkStatus();
    }
    return Unknown("normalizer \"", type, "\"");
  }

  absl::Status AddCut(absl::string_view regex, Cut::Behaviour behaviour) {
    ASSIGN_OR_RETURN(Pattern pattern, Pattern::Compile(regex));
    spec_->cuts.push_back({std::move(pattern), behaviour});
    return absl::OkStatus();
  }

  absl::Status Cutter(Result field) {
    if (IsAbsent(field)) return absl::OkStatus();
    const absl::string_view type = Text(field["type"]);
    if (type == "Sequence") {
      return Each(field["pretokenizers"], "pre_tokenizer.pretokenizers",
                  [this](Result each) { return Cutter(each); });
    }
    if (type == "Digits") {
      return AddCut(
          Flag(field["individual_digits"], false) ? "\\p{N}" : "\\p{N}+",
          Cut::kIsolated);
    }
    if (type == "ByteLevel") {
      if (Flag(field["add_prefix_space"], true)) {
        spec_->prefix = TokenizerSpec::Prefix::kUnlessThere;
        spec_->prefix_text = " ";
      }
      spec_->byte_level = true;
      return Flag(field["use_regex"], true) ? AddCut(kWords, Cut::kIsolated)
                                            : absl::OkStatus();
    }
    if (type == "Split") return Split(field);
    if (type == "Metaspace") return Metaspace(field);
    return Unknown("pre_tokenizer \"", type, "\"");
  }

  absl::Status Split(Result field) {
    if (Flag(field["invert"], false)) return Unknown("an inverted Split");
    const absl::string_view behaviour = Text(field["behavior"]);
    Cut::Behaviour how = Cut::kIsolated;
    if (behaviour == "MergedWithPrevious") {
      how = Cut::kWithPrevious;
    } else if (behaviour == "MergedWithNext") {
      how = Cut::kWithNext;
    } else if (behaviour != "Isolated") {
      return Unknown("Split behaviour \"", behaviour, "\"");
    }
    if (!IsAbsent(field["pattern"]["Regex"])) {
      return AddCut(Text(field["pattern"]["Regex"]), how);
    }
    const absl::string_view literal = Text(field["pattern"]["String"]);
    if (literal.empty()) return Damaged("Split without a pattern");
    for (const auto& [from, to] : spec_->replacements) {
      // A replacement has taken away what would be cut at.
      if (from == literal && !absl::StrContains(to, literal)) {
        return absl::OkStatus();
      }
    }
    std::string regex;
    for (const char c : literal) {
      if (static_cast<uint8_t>(c) < 0x80 && !absl::ascii_isalnum(c)) {
        regex.push_back('\\');
      }
      regex.push_back(c);
    }
    return AddCut(regex, how);
  }

  absl::Status Metaspace(Result field) {
    const std::string blank(Text(field["replacement"]));
    if (blank.empty()) return Damaged("Metaspace without a replacement");
    spec_->replacements.emplace_back(" ", blank);
    spec_->prefix_text = blank;
    const absl::string_view scheme = Text(field["prepend_scheme"]);
    const bool old_flag = Flag(field["add_prefix_space"], true);
    if (scheme == "first") {
      spec_->prefix = TokenizerSpec::Prefix::kFirstSegment;
    } else if (scheme == "always" || (scheme.empty() && old_flag)) {
      spec_->prefix = TokenizerSpec::Prefix::kUnlessThere;
    } else if (!scheme.empty() && scheme != "never") {
      return Unknown("Metaspace prepend_scheme \"", scheme, "\"");
    }
    return Flag(field["split"], true) ? AddCut(blank, Cut::kWithNext)
                                      : absl::OkStatus();
  }

  absl::Status Decoder(Result field) {
    if (IsAbsent(field)) return absl::OkStatus();
    const absl::string_view type = Text(field["type"]);
    if (type == "Sequence") {
      return Each(field["decoders"], "decoder.decoders",
                  [this](Result each) { return Decoder(each); });
    }
    for (const absl::string_view known : {"ByteLevel", "ByteFallback", "Fuse",
                                          "Metaspace", "Replace", "Strip"}) {
      if (type == known) return absl::OkStatus();
    }
    return Unknown("decoder \"", type, "\"");
  }

  absl::Status PostProcessor(Result field) {
    if (IsAbsent(field)) return absl::OkStatus();
    const absl::string_view type = Text(field["type"]);
    if (type == "Sequence") {
      return Each(field["processors"], "post_processor.processors",
                  [this](Result each) { return PostProcessor(each); });
    }
    if (type == "ByteLevel") return absl::OkStatus();
    if (type != "TemplateProcessing") {
      return Unknown("post_processor \"", type, "\"");
    }
    const absl::string_view first =
        Text(field["single"].at(0)["SpecialToken"]["id"]);
    if (first.empty()) return absl::OkStatus();
    spec_->bos = spec_->vocabulary->Find(first);
    spec_->add_bos = spec_->bos >= 0;
    return absl::OkStatus();
  }

  absl::Status AddModelPiece(int32_t id, absl::string_view text) {
    if (!spec_->byte_level) {
      const bool is_byte = spec_->byte_fallback && text.size() == 6 &&
                           absl::StartsWith(text, "<0x");
      return spec_->vocabulary->Add(
          id, text, is_byte ? PieceKind::kByte : PieceKind::kNormal);
    }
    std::string bytes;
    const bool letters = BytesOfLetters(text, &bytes);
    return spec_->vocabulary->Add(
        id, bytes, letters ? PieceKind::kNormal : PieceKind::kUnreached);
  }

  absl::Status Model(Result model) {
    const absl::string_view type = Text(model["type"]);
    if (type != "BPE" && !(type.empty() && !IsAbsent(model["merges"]))) {
      return Unknown("model type \"", type, "\"");
    }
    for (const char* option :
         {"continuing_subword_prefix", "end_of_word_suffix"}) {
      if (!Text(model[option]).empty()) return Unknown("model.", option);
    }
    double dropout = 0;
    if (!IsAbsent(model["dropout"]) &&
        (model["dropout"].get(dropout) != simdjson::SUCCESS || dropout != 0)) {
      return Unknown("model.dropout");
    }
    spec_->byte_fallback = Flag(model["byte_fallback"], false);
    spec_->fuse_unknown = Flag(model["fuse_unk"], false);
    spec_->whole_words = Flag(model["ignore_merges"], false);

    simdjson::dom::object vocabulary;
    if (model["vocab"].get(vocabulary) != simdjson::SUCCESS) {
      return Damaged("no model.vocab");
    }
    spec_->vocabulary->Reserve(vocabulary.size());
    for (const auto field : vocabulary) {
      int64_t id;
      if (field.value.get(id) != simdjson::SUCCESS || id < 0 ||
          id >= Vocabulary::kMaxPieces) {
        return Damaged("an id in model.vocab is not a small number");
      }
      RETURN_IF_ERROR(AddModelPiece(static_cast<int32_t>(id), View(field.key)));
    }
    const absl::string_view unknown = Text(model["unk_token"]);
    if (!unknown.empty()) {
      spec_->unknown = spec_->vocabulary->Find(unknown);
      if (spec_->unknown < 0) return Damaged("no piece \"", unknown, "\"");
    }
    return absl::OkStatus();
  }

  absl::Status Added(Result field) {
    if (IsAbsent(field)) return absl::OkStatus();
    return Each(field, "added_tokens", [this](Result token) -> absl::Status {
      int64_t id;
      const absl::string_view text = Text(token["content"]);
      if (token["id"].get(id) != simdjson::SUCCESS || text.empty() || id < 0 ||
          id >= Vocabulary::kMaxPieces) {
        return Damaged("an added token without id or content");
      }
      if (Flag(token["single_word"], false)) {
        return Unknown("single_word of \"", text, "\"");
      }
      const auto piece = static_cast<int32_t>(id);
      if (Flag(token["lstrip"], false)) spec_->strips_left.push_back(piece);
      if (Flag(token["rstrip"], false)) spec_->strips_right.push_back(piece);
      return spec_->vocabulary->Add(
          piece, text, KindOfAdded(text, Flag(token["special"], false)));
    });
  }

  absl::Status Merges(Result field) {
    simdjson::dom::array merges;
    if (field.get(merges) != simdjson::SUCCESS) {
      return Damaged("no model.merges");
    }
    size_t count = 0;  // size() of long lists saturates
    for (const Element element : merges) {
      (void)element;
      ++count;
    }
    spec_->merges = MergeTable(count);
    uint32_t rank = 0;
    std::string left_bytes, right_bytes, joined;
    for (const Element element : merges) {
      absl::string_view left, right;
      std::string_view pair;
      if (element.get(pair) == simdjson::SUCCESS) {
        const size_t space = View(pair).find(' ');
        if (space == absl::string_view::npos) {
          return Damaged("merge ", rank, " is no pair");
        }
        left = View(pair).substr(0, space);
        right = View(pair).substr(space + 1);
      } else {
        left = Text(element.at(0));
        right = Text(element.at(1));
      }
      if (spec_->byte_level) {
        ++rank;
        if (!BytesOfLetters(left, &left_bytes) ||
            !BytesOfLetters(right, &right_bytes)) {
          continue;  // no text begins as such pieces
        }
        --rank;
        left = left_bytes;
        right = right_bytes;
      }
      joined.assign(left.data(), left.size());
      joined.append(right.data(), right.size());
      const Vocabulary& vocabulary = *spec_->vocabulary;
      const int32_t a = vocabulary.Find(left);
      const int32_t b = vocabulary.Find(right);
      const int32_t made = vocabulary.Find(joined);
      if (a < 0 || b < 0 || made < 0) {
        return Damaged("merge ", rank, " of \"", left, "\" and \"", right,
                       "\": no such pieces");
      }
      // Text never makes control pieces.
      if (vocabulary.Kind(made) != PieceKind::kControl) {
        spec_->merges.Add(a, b, rank, made);
      }
      ++rank;
    }
    return absl::OkStatus();
  }

  const absl::string_view name_;
  TokenizerSpec* const spec_;
  int depth_ = 0;
};

bool IsHtmlTag(absl::string_view text) {
  constexpr absl::string_view kTags[] = {
      "a",     "b",      "bbox",   "blockquote", "body",   "caption", "code",
      "div",   "em",     "footer", "h1",         "h2",     "h3",      "h4",
      "h5",    "h6",     "html",   "i",          "iframe", "img",     "li",
      "span",  "strong", "sub",    "sup",        "table",  "tbody",   "td",
      "tfoot", "th",     "thead",  "tr",         "u",      "ul"};
  if (!absl::ConsumePrefix(&text, "<") || !absl::ConsumeSuffix(&text, ">")) {
    return false;
  }
  absl::ConsumePrefix(&text, "/");
  return std::find(std::begin(kTags), std::end(kTags), text) != std::end(kTags);
}

absl::Status Parse(absl::string_view json, absl::string_view name,
                   simdjson::dom::parser* parser, Element* root) {
  const simdjson::error_code error =
      parser->parse(json.data(), json.size()).get(*root);
  if (error == simdjson::SUCCESS) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("tokenizer ", name, ": not JSON (",
                                          simdjson::error_message(error), ")"));
}

// A field of tokenizer_config.json that names a piece: its text, or an object
// with "content".
std::string PieceText(simdjson::ondemand::document* config, const char* key) {
  simdjson::ondemand::value value;
  std::string_view text;
  if (config->find_field_unordered(key).get(value) != simdjson::SUCCESS) {
    return "";
  }
  if (value.get_string().get(text) == simdjson::SUCCESS ||
      value["content"].get_string().get(text) == simdjson::SUCCESS) {
    return std::string(View(text));
  }
  return "";
}

}  // namespace

PieceKind KindOfAdded(absl::string_view text, bool special) {
  if (special) return PieceKind::kControl;
  const bool markup =
      (absl::StartsWith(text, "<") && absl::EndsWith(text, ">")) ||
      (absl::StartsWith(text, "[") && absl::EndsWith(text, "]"));
  return markup && !IsHtmlTag(text) ? PieceKind::kControl : PieceKind::kPlain;
}

absl::StatusOr<TokenizerSpec> ReadTokenizerJson(absl::string_view json,
                                                absl::string_view name) {
  simdjson::dom::parser parser;
  Element root;
  RETURN_IF_ERROR(Parse(json, name, &parser, &root));
  TokenizerSpec spec;
  RETURN_IF_ERROR(Reader(name, &spec).Read(root));
  return spec;
}

absl::Status ReadTokenizerConfig(absl::string_view json, absl::string_view name,
                                 TokenizerSpec* spec) {
  // Read on demand: these files hold numbers that no type holds.
  const simdjson::padded_string padded(json.data(), json.size());
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document config;
  simdjson::ondemand::object object;
  if (parser.iterate(padded).get(config) != simdjson::SUCCESS ||
      config.get_object().get(object) != simdjson::SUCCESS) {
    return absl::DataLossError(
        absl::StrCat("tokenizer ", name, ": tokenizer_config.json: not JSON"));
  }
  const std::string bos = PieceText(&config, "bos_token");
  const std::string eos = PieceText(&config, "eos_token");
  if (!bos.empty()) spec->bos = spec->vocabulary->Find(bos);
  if (!eos.empty()) spec->eos = spec->vocabulary->Find(eos);
  bool add;
  if (config.find_field_unordered("add_bos_token").get_bool().get(add) ==
      simdjson::SUCCESS) {
    spec->add_bos = add;
  }
  if (spec->bos < 0) spec->add_bos = false;
  return absl::OkStatus();
}

}  // namespace footnote
