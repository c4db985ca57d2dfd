#include "model/cli.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/weights/safetensors.h"

namespace footnote {
namespace {

absl::Status Inspect(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<SafeTensors> file, SafeTensors::Open(path));
  for (const auto& [name, tensor] : file->tensors()) {
    PrintLine(absl::StrCat(TensorTypeName(tensor.type), "\t",
                           ShapeText(tensor.shape), "\t", name));
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterModelCommands(CLI::App* app, CliContext* context) {
  CLI::App* model = app->add_subcommand("model", "Look into model weights");
  model->require_subcommand(1);
  auto path = std::make_shared<std::string>();
  CLI::App* inspect = AddCommand(model, context, "inspect",
                                 "print what is in a file of weights",
                                 [=] { return Inspect(*path); });
  inspect->add_option("path", *path, "a *.safetensors file")->required();
}

}  // namespace footnote
