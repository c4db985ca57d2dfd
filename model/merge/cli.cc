#include "model/merge/cli.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "model/merge/merge.h"
#include "model/merge/recipe.h"
#include "model/template/json_value.h"

namespace footnote {
namespace {

struct MergeOptions {
  std::string recipe;
  std::string out;
};

absl::Status Merge(const MergeOptions& options, const CliContext& context) {
  ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file,
                   MappedFile::Open(options.recipe));
  const size_t slash = options.recipe.rfind('/');
  ASSIGN_OR_RETURN(
      const MergeRecipe recipe,
      ParseMergeRecipe(
          file->contents(),
          slash == std::string::npos ? "" : options.recipe.substr(0, slash)));
  const bool quiet = context.quiet || context.json;
  ASSIGN_OR_RETURN(const MergeReport report,
                   MergeCheckpoints(recipe, options.out, [quiet](double share) {
                     if (!quiet)
                       std::fprintf(stderr, "\rmerged %3.0f %%", 100 * share);
                   }));
  if (!quiet) std::fprintf(stderr, "\n");
  std::vector<std::string> parts;
  for (const auto& [rule, c] : report.rules) {
    if (c.tensors == 0) continue;
    const double change = c.before > 0 ? std::sqrt(c.added / c.before) : 0;
    const double kept = c.changes > 0 ? double(c.kept) / c.changes : 0;
    const double conflicts =
        c.numbers > 0 ? double(c.conflicts) / c.numbers : 0;
    if (context.json) {
      parts.push_back(absl::StrFormat(
          "{\"rule\":%s,\"tensors\":%d,\"numbers\":%d,\"change\":%.6g,"
          "\"kept\":%.6g,\"conflicts\":%.6g}",
          JsonString(rule), c.tensors, c.numbers, change, kept, conflicts));
      continue;
    }
    PrintLine(absl::StrFormat(
        "%-32s %5d tensors %13d numbers, changed by %.4f, %.1f %% of the "
        "changes kept, %.1f %% in conflict",
        rule, c.tensors, c.numbers, change, 100 * kept, 100 * conflicts));
  }
  if (context.json) {
    PrintLine(absl::StrFormat("{\"bytes\":%d,\"copied\":%d,\"rules\":[%s]}",
                              report.bytes, report.copied,
                              absl::StrJoin(parts, ",")));
  } else {
    PrintLine(absl::StrCat(report.bytes, " bytes in ", options.out));
  }
  return absl::OkStatus();
}

}  // namespace

void AddMergeCommand(CLI::App* model, CliContext* context) {
  auto options = std::make_shared<MergeOptions>();
  CLI::App* merge = AddCommand(model, context, "merge",
                               "merge checkpoints of one architecture into one",
                               [=] { return Merge(*options, *context); });
  merge
      ->add_option("recipe", options->recipe,
                   "a JSON file: models, weights and methods; see "
                   "model/merge/recipe.h")
      ->required();
  merge
      ->add_option("out", options->out,
                   "the result: a new *.safetensors file or a new folder")
      ->required();
}

}  // namespace footnote
