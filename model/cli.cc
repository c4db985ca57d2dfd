#include "model/cli.h"

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "model/cli_run.h"
#include "model/cli_text.h"
#include "model/merge/cli.h"
#include "model/quantise/cli.h"
#include "model/template/json_value.h"
#include "model/weights/model_files.h"

namespace footnote {
namespace {

struct InspectOptions {
  std::string path;
  bool tensors = false;
  bool hash = false;
};

// "24 of 4096, 8 of all": how many layers have which window.
std::string Windows(const ModelConfig& config) {
  std::map<int, int> count;
  for (const LayerConfig& layer : config.layers) ++count[layer.window];
  std::vector<std::string> parts;
  for (const auto& [window, layers] : count) {
    parts.push_back(window == 0 ? absl::StrCat(layers, " see all")
                                : absl::StrCat(layers, " see ", window));
  }
  return absl::StrJoin(parts, ", ");
}

absl::Status Inspect(const InspectOptions& options, const CliContext& context) {
  ASSIGN_OR_RETURN(std::unique_ptr<ModelFiles> files,
                   ModelFiles::Open(options.path));
  const ModelConfig& config = files->config();
  std::map<std::string, int> types;
  double parameters = 0;
  for (const auto& [name, tensor] : files->tensors()) {
    ++types[std::string(TensorTypeName(tensor.type))];
    double numbers = 1;
    for (const uint64_t side : tensor.shape) numbers *= side;
    parameters += numbers;
  }
  std::vector<std::string> type_texts;
  for (const auto& [name, count] : types) {
    type_texts.push_back(absl::StrCat(count, " ", name));
  }
  std::vector<std::pair<std::string, std::string>> numbers = {
      {"parameters", absl::StrFormat("%.0f", parameters)},
      {"bytes", absl::StrCat(files->bytes())},
      {"layers", absl::StrCat(config.layers.size())},
      {"hidden", absl::StrCat(config.hidden)},
      {"heads", absl::StrCat(config.heads)},
      {"kv_heads", absl::StrCat(config.kv_heads)},
      {"head_size", absl::StrCat(config.head_size)},
      {"vocabulary", absl::StrCat(config.vocabulary)},
      {"max_positions", absl::StrCat(config.max_positions)},
      {"experts", absl::StrCat(config.experts.count)},
  };
  std::vector<std::pair<std::string, std::string>> texts = {
      {"architecture", config.architecture},
      {"windows", Windows(config)},
      {"types", absl::StrJoin(type_texts, ", ")},
  };
  if (options.hash) texts.emplace_back("sha256", files->Hash());
  if (context.json) {
    std::vector<std::string> fields;
    for (const auto& [key, value] : texts) {
      fields.push_back(absl::StrCat(JsonString(key), ":", JsonString(value)));
    }
    for (const auto& [key, value] : numbers) {
      fields.push_back(absl::StrCat(JsonString(key), ":", value));
    }
    if (options.tensors) {
      std::vector<std::string> tensors;
      for (const auto& [name, tensor] : files->tensors()) {
        tensors.push_back(absl::StrCat(
            JsonString(name), ":{\"type\":\"", TensorTypeName(tensor.type),
            "\",\"shape\":", ShapeText(tensor.shape), "}"));
      }
      fields.push_back(
          absl::StrCat("\"tensors\":{", absl::StrJoin(tensors, ","), "}"));
    }
    PrintLine(absl::StrCat("{", absl::StrJoin(fields, ","), "}"));
    return absl::OkStatus();
  }
  for (const auto& [key, value] : texts) {
    PrintLine(absl::StrFormat("%-14s %s", key, value));
  }
  for (const auto& [key, value] : numbers) {
    PrintLine(absl::StrFormat("%-14s %s", key, value));
  }
  if (options.tensors) {
    for (const auto& [name, tensor] : files->tensors()) {
      PrintLine(absl::StrCat(TensorTypeName(tensor.type), "\t",
                             ShapeText(tensor.shape), "\t", name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterModelCommands(CLI::App* app, CliContext* context) {
  CLI::App* model =
      app->add_subcommand("model", "Model weights: look into them, run them");
  model->require_subcommand(1);
  model->fallthrough();
  auto options = std::make_shared<InspectOptions>();
  CLI::App* inspect =
      AddCommand(model, context, "inspect", "print architecture and sizes",
                 [=] { return Inspect(*options, *context); });
  inspect
      ->add_option("path", options->path,
                   "a folder with config.json and safetensors, or a GGUF file")
      ->required();
  inspect->add_flag("--tensors", options->tensors, "every tensor too");
  inspect->add_flag("--hash", options->hash, "SHA-256 of the weights too");
  RegisterModelRunCommands(model, context);
  AddTextCommands(model, context);
  AddMergeCommand(model, context);
  AddQuantiseCommand(model, context);
}

}  // namespace footnote
