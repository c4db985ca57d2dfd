#include "model/quantise/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "model/quantise/quantise.h"
#include "model/template/json_value.h"

namespace footnote {
namespace {

struct Options {
  std::string source;
  std::string target;
  std::string type;
  std::string ends;
  int threads = 0;
};

absl::Status Quantise(const Options& options, const CliContext& context) {
  QuantiseOptions wanted;
  ASSIGN_OR_RETURN(wanted.type, QuantisedTypeNamed(options.type));
  if (!options.ends.empty()) {
    ASSIGN_OR_RETURN(wanted.ends, QuantisedTypeNamed(options.ends));
  }
  wanted.threads =
      options.threads > 0
          ? options.threads
          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  Progress progress("quantise", "million numbers",
                    context.quiet || context.json);
  ASSIGN_OR_RETURN(const QuantiseReport report,
                   QuantiseModel(options.source, options.target, wanted,
                                 [&](uint64_t done, uint64_t all) {
                                   progress.Update(done / 1000000,
                                                   all / 1000000);
                                 }));
  const std::string types = absl::StrJoin(
      report.tensors, ", ", [](std::string* out, const auto& each) {
        absl::StrAppend(out, each.second, " ", each.first);
      });
  if (!context.json) {
    for (const std::string& what : report.left_out) {
      progress.Remark(absl::StrCat("not carried over: ", what));
    }
    progress.Finish(absl::StrFormat(
        "%d bytes of %d (%.1f %%): %s", report.bytes, report.source_bytes,
        100.0 * static_cast<double>(report.bytes) /
            static_cast<double>(std::max<uint64_t>(report.source_bytes, 1)),
        types));
    PrintLine(absl::StrCat(report.bytes, " bytes in ", options.target));
    return absl::OkStatus();
  }
  std::vector<std::string> left_out;
  for (const std::string& what : report.left_out) {
    left_out.push_back(JsonString(what));
  }
  PrintLine(absl::StrCat("{\"bytes\":", report.bytes,
                         ",\"source_bytes\":", report.source_bytes,
                         ",\"types\":", JsonString(types), ",\"left_out\":[",
                         absl::StrJoin(left_out, ","), "]}"));
  return absl::OkStatus();
}

}  // namespace

void AddQuantiseCommand(CLI::App* model, CliContext* context) {
  auto options = std::make_shared<Options>();
  CLI::App* quantise = AddCommand(model, context, "quantise",
                                  "write weights anew, in fewer bits",
                                  [=] { return Quantise(*options, *context); });
  quantise
      ->add_option("source", options->source,
                   "a folder with config.json and safetensors, or a *.gguf of "
                   "floats")
      ->required();
  quantise
      ->add_option("target", options->target, "a *.gguf that is not there yet")
      ->required();
  quantise
      ->add_option("--type", options->type,
                   "of matrices: Q4_K, Q5_K, Q6_K, Q8_0, Q4_0, Q4_1, Q5_0, "
                   "Q5_1, F16, BF16 or F32")
      ->required();
  quantise->add_option("--ends", options->ends,
                       "of the embedding and the output (default: the same, "
                       "but at least Q6_K, or Q8_0 where rows do not fit it)");
  quantise
      ->add_option("--compute-threads", options->threads,
                   "threads that compute (default: one per CPU)")
      ->check(CLI::Range(1, 1024));
  quantise->footer(
      "Vectors (norms, biases) stay F32. Rows must be multiples of 256 "
      "numbers\n"
      "for Q4_K, Q5_K and Q6_K, of 32 for the others. Until it is complete "
      "the\n"
      "result is called TARGET.part. What of the source can't be carried over\n"
      "is said.\n"
      "Example:\n"
      "  footnote model quantise ./my-model my-model-q4_k.gguf --type Q4_K");
}

}  // namespace footnote
