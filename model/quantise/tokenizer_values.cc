#include "model/quantise/tokenizer_values.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "model/template/chat_template.h"
#include "model/tokenizer/open.h"
#include "model/tokenizer/tokenizer_gguf.h"
#include "model/tokenizer/tokenizer_json.h"
#include "simdjson.h"

namespace footnote {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;

// What GGUF calls kinds of pieces.
constexpr int32_t kNormal = 1;
constexpr int32_t kControl = 3;
constexpr int32_t kUserDefined = 4;
constexpr int32_t kUnused = 5;

absl::Status Damaged(const std::string& file, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("quantise ", file, ": ", why));
}

struct Pieces {
  std::vector<std::string> texts;
  std::vector<int32_t> kinds;
  std::vector<std::string> merges;
  int strips = 0;  // that swallow the blanks beside them
};

absl::Status SetPiece(const std::string& file, int64_t id,
                      std::string_view text, int32_t kind, Pieces* pieces) {
  if (id < 0 || id >= static_cast<int64_t>(pieces->texts.size())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "quantise ", file, ": piece ", id, " \"", std::string(text),
        "\": want ids below the embedding's ", pieces->texts.size(), " rows"));
  }
  pieces->texts[id] = std::string(text);
  pieces->kinds[id] = kind;
  return absl::OkStatus();
}

absl::Status ReadPieces(const std::string& file, absl::string_view json,
                        int rows, Pieces* pieces) {
  simdjson::dom::parser parser;
  element root;
  simdjson::dom::object vocabulary;
  if (parser.parse(json.data(), json.size()).get(root) != SUCCESS ||
      root["model"]["vocab"].get(vocabulary) != SUCCESS) {
    return Damaged(file, "no model.vocab");
  }
  pieces->texts.resize(rows);
  pieces->kinds.assign(rows, kUnused);
  // The padding rows of an embedding need names that differ.
  for (int i = 0; i < rows; ++i)
    pieces->texts[i] = absl::StrCat("[PAD", i, "]");
  for (const auto field : vocabulary) {
    int64_t id;
    if (field.value.get(id) != SUCCESS) return Damaged(file, "no id");
    RETURN_IF_ERROR(SetPiece(file, id, field.key, kNormal, pieces));
  }
  simdjson::dom::array added;
  if (root["added_tokens"].get(added) == SUCCESS) {
    for (const element one : added) {
      int64_t id;
      std::string_view text;
      bool special = false, strips = false;
      if (one["id"].get(id) != SUCCESS || one["content"].get(text) != SUCCESS) {
        return Damaged(file, "an added token without id or content");
      }
      if (one["special"].get(special) != SUCCESS) special = false;
      RETURN_IF_ERROR(
          SetPiece(file, id, text, special ? kControl : kUserDefined, pieces));
      for (const char* key : {"lstrip", "rstrip"}) {
        if (one[key].get(strips) == SUCCESS && strips) ++pieces->strips;
      }
    }
  }
  simdjson::dom::array merges;
  if (root["model"]["merges"].get(merges) != SUCCESS) {
    return Damaged(file, "no model.merges");
  }
  for (const element one : merges) {
    std::string_view left, right;
    if (one.get(left) == SUCCESS) {
      pieces->merges.emplace_back(left);
    } else if (one.at(0).get(left) == SUCCESS &&
               one.at(1).get(right) == SUCCESS) {
      pieces->merges.push_back(
          absl::StrCat(std::string(left), " ", std::string(right)));
    } else {
      return Damaged(file, "a merge that is no pair");
    }
  }
  return absl::OkStatus();
}

// GGUF has a word for three pieces that end an answer.
void AddEnds(const ModelConfig& config, int bos, int eos, GgufValues* values,
             std::vector<std::string>* left_out) {
  if (bos < 0) bos = config.begin_id;
  if (eos < 0 && !config.end_ids.empty()) eos = config.end_ids[0];
  if (bos >= 0) values->Whole("tokenizer.ggml.bos_token_id", bos);
  if (eos >= 0) values->Whole("tokenizer.ggml.eos_token_id", eos);
  const char* const more[] = {"tokenizer.ggml.eot_token_id",
                              "tokenizer.ggml.eom_token_id"};
  std::vector<int32_t> said = {eos};
  std::vector<int32_t> unsaid;
  for (const int32_t id : config.end_ids) {
    if (std::find(said.begin(), said.end(), id) != said.end()) continue;
    if (said.size() > 2) {
      unsaid.push_back(id);
      continue;
    }
    values->Whole(more[said.size() - 1], id);
    said.push_back(id);
  }
  if (!unsaid.empty()) {
    left_out->push_back(absl::StrCat("that pieces ",
                                     absl::StrJoin(unsaid, ", "),
                                     " end an answer too: GGUF names three"));
  }
}

absl::Status AddTemplates(const std::string& folder, GgufValues* values) {
  const auto chat = ChatTemplate::Open(folder);
  if (absl::IsNotFound(chat.status())) return absl::OkStatus();
  if (!chat.ok()) return chat.status();
  std::vector<std::string> names;
  for (const auto& [name, source] : (*chat)->sources()) {
    if (name == "default") {
      values->Text("tokenizer.chat_template", source);
    } else {
      values->Text(absl::StrCat("tokenizer.chat_template.", name), source);
      names.push_back(name);
    }
  }
  if (!names.empty()) values->Texts("tokenizer.chat_templates", names);
  return absl::OkStatus();
}

// False, with a sentence in `left_out`, when GGUF can't say how it works.
absl::StatusOr<bool> AddPieces(const ModelFiles& files, const std::string& file,
                               GgufValues* values,
                               std::vector<std::string>* left_out) {
  const auto mapped = MappedFile::Open(file);
  if (absl::IsNotFound(mapped.status())) {
    left_out->push_back(absl::StrCat("the tokenizer: there is no ", file));
    return false;
  }
  RETURN_IF_ERROR(mapped.status());
  const auto spec = ReadTokenizerJson((*mapped)->contents(), file);
  if (absl::IsUnimplemented(spec.status())) {
    left_out->push_back(
        absl::StrCat("the tokenizer: ", spec.status().message()));
    return false;
  }
  RETURN_IF_ERROR(spec.status());
  if (!spec->byte_level) {
    left_out->push_back(absl::StrCat(
        "the tokenizer: ", file,
        ": its pieces are characters, and GGUF wants scores for such"));
    return false;
  }
  const std::string family = GgufFamilyOf(*spec);
  if (family.empty()) {
    left_out->push_back(absl::StrCat(
        "the tokenizer: ", file,
        ": it cuts words as none of the families that GGUF names here"));
    return false;
  }
  Pieces pieces;
  RETURN_IF_ERROR(ReadPieces(file, (*mapped)->contents(),
                             files.config().vocabulary, &pieces));
  ASSIGN_OR_RETURN(const auto tokenizer, OpenTokenizer(files.path()));
  values->Text("tokenizer.ggml.model", "gpt2");
  values->Text("tokenizer.ggml.pre", family);
  values->Texts("tokenizer.ggml.tokens", pieces.texts);
  values->Wholes("tokenizer.ggml.token_type", pieces.kinds);
  values->Texts("tokenizer.ggml.merges", pieces.merges);
  AddEnds(files.config(), tokenizer->bos(), tokenizer->eos(), values, left_out);
  values->Flag("tokenizer.ggml.add_bos_token", tokenizer->add_bos());
  if (spec->prefix == TokenizerSpec::Prefix::kUnlessThere) {
    values->Flag("tokenizer.ggml.add_space_prefix", true);
  }
  if (pieces.strips > 0) {
    left_out->push_back(absl::StrCat(
        "that ", pieces.strips,
        " added pieces swallow the blanks beside them: GGUF can't say it"));
  }
  return true;
}

}  // namespace

absl::Status AddTokenizerValues(const ModelFiles& files, GgufValues* values,
                                std::vector<std::string>* left_out) {
  const std::string& folder = files.path();
  ASSIGN_OR_RETURN(const bool has_pieces,
                   AddPieces(files, absl::StrCat(folder, "/tokenizer.json"),
                             values, left_out));
  if (!has_pieces) {
    values->Text("tokenizer.ggml.model", "no_vocab");
    AddEnds(files.config(), -1, -1, values, left_out);
  }
  return AddTemplates(folder, values);
}

}  // namespace footnote
