#include "model/template/chat_template.h"

#include <sys/stat.h>

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "model/template/interpreter.h"
#include "model/template/json_value.h"
#include "simdjson.h"

namespace footnote {
namespace {

constexpr size_t kMaxConfigBytes = 64 << 20;
constexpr size_t kMaxSourceBytes = 1 << 20;
constexpr char kDefault[] = "default";

constexpr const char* kSpecialPieces[] = {"bos_token", "eos_token", "unk_token",
                                          "sep_token", "pad_token", "cls_token",
                                          "mask_token"};

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string Owned(std::string_view text) { return std::string(text); }

}  // namespace

absl::Status ChatTemplate::Add(const std::string& name,
                               absl::string_view source) {
  if (source.size() > kMaxSourceBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("template \"", name, "\": ", source.size(),
                     " bytes, want at most ", kMaxSourceBytes));
  }
  auto block = ParseTemplate(source);
  if (!block.ok()) {
    return absl::Status(
        block.status().code(),
        absl::StrCat("template \"", name, "\": ", block.status().message()));
  }
  sources_[name] = std::string(source);
  blocks_[name] = *std::move(block);
  return absl::OkStatus();
}

absl::Status ChatTemplate::ReadConfig(absl::string_view json) {
  // Read on demand: these files hold numbers that no type holds.
  const simdjson::padded_string padded(json.data(), json.size());
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document config;
  simdjson::ondemand::object object;
  if (parser.iterate(padded).get(config) != simdjson::SUCCESS ||
      config.get_object().get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("tokenizer_config.json: not JSON");
  }
  for (const char* name : kSpecialPieces) {
    simdjson::ondemand::value value;
    std::string_view text;
    if (object.find_field_unordered(name).get(value) != simdjson::SUCCESS) {
      continue;
    }
    if (value.get_string().get(text) == simdjson::SUCCESS ||
        value["content"].get_string().get(text) == simdjson::SUCCESS) {
      variables_.emplace_back(name, Value::String(Owned(text)));
    }
  }
  if (!blocks_.empty()) return absl::OkStatus();  // a file of its own counts
  simdjson::ondemand::value field;
  std::string_view text;
  if (object.find_field_unordered("chat_template").get(field) !=
      simdjson::SUCCESS) {
    return absl::OkStatus();
  }
  if (field.get_string().get(text) == simdjson::SUCCESS) {
    return Add(kDefault, Owned(text));
  }
  simdjson::ondemand::array list;
  if (field.get_array().get(list) != simdjson::SUCCESS) {
    return absl::OkStatus();
  }
  for (auto each : list) {
    std::string_view name, source;
    simdjson::ondemand::object named;
    if (each.get_object().get(named) != simdjson::SUCCESS ||
        named.find_field_unordered("name").get_string().get(name) !=
            simdjson::SUCCESS ||
        named.find_field_unordered("template").get_string().get(source) !=
            simdjson::SUCCESS) {
      return absl::InvalidArgumentError(
          "tokenizer_config.json: chat_template is no list of templates");
    }
    const std::string name_text = Owned(name);
    RETURN_IF_ERROR(Add(name_text, Owned(source)));
  }
  return absl::OkStatus();
}

absl::Status ChatTemplate::ReadFolder(const std::string& folder) {
  const auto own = ReadFile(folder + "/chat_template.jinja", kMaxSourceBytes);
  if (own.ok()) {
    RETURN_IF_ERROR(Add(kDefault, *own));
  } else if (!absl::IsNotFound(own.status())) {
    return own.status();
  }
  const auto config =
      ReadFile(folder + "/tokenizer_config.json", kMaxConfigBytes);
  if (config.ok()) return ReadConfig(*config);
  return absl::IsNotFound(config.status()) ? absl::OkStatus() : config.status();
}

absl::Status ChatTemplate::ReadGguf(const Gguf& file) {
  constexpr char kKey[] = "tokenizer.chat_template";
  if (file.Has(kKey)) {
    ASSIGN_OR_RETURN(const absl::string_view source, file.String(kKey));
    RETURN_IF_ERROR(Add(kDefault, source));
  }
  const auto names = file.Strings("tokenizer.chat_templates");
  if (names.ok()) {
    for (const absl::string_view name : *names) {
      ASSIGN_OR_RETURN(const absl::string_view source,
                       file.String(absl::StrCat(kKey, ".", name)));
      RETURN_IF_ERROR(Add(std::string(name), source));
    }
  }
  const auto pieces = file.Strings("tokenizer.ggml.tokens");
  if (!pieces.ok()) return absl::OkStatus();
  for (const absl::string_view kind :
       {"bos", "eos", "unknown", "padding", "mask"}) {
    const auto id =
        file.Integer(absl::StrCat("tokenizer.ggml.", kind, "_token_id"));
    if (!id.ok() || *id < 0 || *id >= static_cast<int64_t>(pieces->size())) {
      continue;
    }
    const absl::string_view name = kind == "unknown"   ? "unk"
                                   : kind == "padding" ? "pad"
                                                       : kind;
    variables_.emplace_back(absl::StrCat(name, "_token"),
                            Value::String((*pieces)[*id]));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ChatTemplate>> ChatTemplate::Open(
    const std::string& path) {
  auto made = absl::WrapUnique(new ChatTemplate());
  if (absl::EndsWith(path, ".gguf")) {
    ASSIGN_OR_RETURN(const auto file, Gguf::Open(path));
    RETURN_IF_ERROR(made->ReadGguf(*file));
  } else if (absl::EndsWith(path, ".jinja")) {
    ASSIGN_OR_RETURN(const std::string source, ReadFile(path, kMaxSourceBytes));
    RETURN_IF_ERROR(made->Add(kDefault, source));
  } else if (IsFolder(path)) {
    RETURN_IF_ERROR(made->ReadFolder(path));
  } else {
    return absl::NotFoundError(
        absl::StrCat(path, ": want a folder, a *.gguf or a *.jinja file"));
  }
  if (made->blocks_.empty()) {
    return absl::NotFoundError(absl::StrCat(path, ": it has no chat template"));
  }
  return made;
}

absl::StatusOr<std::unique_ptr<ChatTemplate>> ChatTemplate::FromSource(
    absl::string_view source, absl::string_view variables) {
  auto made = absl::WrapUnique(new ChatTemplate());
  RETURN_IF_ERROR(made->Add(kDefault, source));
  ASSIGN_OR_RETURN(const Value given, ValueOfJson(variables));
  if (!given.IsDict()) {
    return absl::InvalidArgumentError("variables: want a JSON object");
  }
  for (const auto& [name, value] : given.dict()) {
    made->variables_.emplace_back(
        name.bytes(), value.IsString() ? Value::String(value.bytes()) : value);
  }
  return made;
}

absl::StatusOr<Prompt> ChatTemplate::Render(absl::string_view request,
                                            absl::Time now) const {
  ASSIGN_OR_RETURN(const Value given, ValueOfJson(request));
  const Value* const messages = given.Find("messages");
  if (messages == nullptr || !messages->IsSequence()) {
    return absl::InvalidArgumentError(
        "request: want a JSON object with a list of \"messages\"");
  }
  const auto has = [&](absl::string_view field) {
    const Value* const value = given.Find(field);
    return value != nullptr && value->IsTrue();
  };
  std::string name = kDefault;
  const Value* const wanted = given.Find("template");
  if (wanted != nullptr && wanted->IsString()) {
    name = wanted->bytes();
  } else if (has("tools") && blocks_.count("tool_use") > 0) {
    name = "tool_use";
  } else if (has("documents") && blocks_.count("rag") > 0) {
    name = "rag";
  } else if (blocks_.count(kDefault) == 0) {
    name = blocks_.begin()->first;
  }
  const auto block = blocks_.find(name);
  if (block == blocks_.end()) {
    return absl::NotFoundError(absl::StrCat(
        "template \"", name, "\": no such template, want one of ",
        absl::StrJoin(blocks_, ", ", [](std::string* out, const auto& each) {
          out->append(each.first);
        })));
  }
  std::vector<std::pair<std::string, Value>> variables = variables_;
  const auto set = [&](absl::string_view key, Value value) {
    for (auto& [known, old] : variables) {
      if (known != key) continue;
      old = std::move(value);
      return;
    }
    variables.emplace_back(std::string(key), std::move(value));
  };
  // As transformers calls it, these are there even where they are None.
  for (const char* key : {"tools", "documents"}) set(key, Value::Nothing());
  set("add_generation_prompt", Value::Bool(false));
  for (const auto& [key, value] : given.dict()) {
    if (key.bytes() != "template") set(key.bytes(), value);
  }
  RunOptions options;
  options.now = now;
  return RunTemplate(block->second, std::move(variables), options);
}

bool ChatTemplate::Mentions(absl::string_view word) const {
  return std::any_of(sources_.begin(), sources_.end(), [&](const auto& each) {
    return absl::StrContains(each.second, word);
  });
}

}  // namespace footnote
