#include "eval/cli.h"

#include <stdio.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/model_name.h"
#include "base/status_macros.h"
#include "eval/forecast/table.h"
#include "eval/quality/dataset.h"
#include "eval/quality/headings.h"
#include "eval/quality/help_sections.h"
#include "eval/quality/parallel.h"
#include "eval/quality/qa.h"
#include "eval/quality/report.h"
#include "model/encoder/open.h"

namespace footnote {
namespace {

constexpr char kEncoderFile[] = "footnote-23.enc";

struct EvalOptions {
  std::string data;
  std::string report;
  std::string keep;
  std::string crosslingual;
  std::string model;
  int questions = 0;
  int callers = 1;
  bool fused = false;
  std::string encoder;
  std::string precision = "int8";
  std::vector<std::string> languages;
};

// Writes the report and shows it.
absl::Status Show(const Report& report, const EvalOptions& options,
                  const CliContext& context) {
  if (!options.report.empty()) RETURN_IF_ERROR(report.Write(options.report));
  const std::string text =
      context.json ? absl::StrReplaceAll(report.ToJson(), {{"\n", ""}}) + "\n"
                   : report.ToTable();
  fwrite(text.data(), 1, text.size(), stdout);
  return absl::OkStatus();
}

absl::Status RunQa(const EvalOptions& options, const CliContext& context) {
  QaOptions qa;
  ASSIGN_OR_RETURN(qa.folder, DataFolder(options.data));
  qa.languages = options.languages;
  qa.crosslingual = options.crosslingual;
  qa.keep = options.keep;
  qa.questions = options.questions;
  qa.callers = options.callers;
  qa.fused = options.fused;
  if (!options.model.empty()) qa.model = UseModel(options.model);
  ASSIGN_OR_RETURN(Report report, MeasureQa(qa, context));
  return Show(report, options, context);
}

absl::StatusOr<std::string> EncoderPath(const EvalOptions& options) {
  if (!options.encoder.empty()) return options.encoder;
  const char* path = std::getenv("FOOTNOTE_ENCODER");
  if (path != nullptr && *path != '\0') return std::string(path);
  const char* models = std::getenv("FOOTNOTE_MODELS");
  if (models != nullptr && *models != '\0') {
    return absl::StrCat(models, "/", kEncoderFile);
  }
  return absl::InvalidArgumentError(
      "no encoder: give --encoder PATH or set FOOTNOTE_ENCODER or "
      "FOOTNOTE_MODELS");
}

absl::Status RunParallel(const EvalOptions& options,
                         const CliContext& context) {
  ASSIGN_OR_RETURN(const std::string folder, DataFolder(options.data));
  ASSIGN_OR_RETURN(const std::string path, EncoderPath(options));
  EncoderOptions encoder_options;
  encoder_options.precision = options.precision == "float32"
                                  ? EncoderPrecision::kFloat32
                                  : EncoderPrecision::kInt8;
  encoder_options.threads =
      static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  ASSIGN_OR_RETURN(std::unique_ptr<Encoder> encoder,
                   OpenEncoder(path, encoder_options));
  ASSIGN_OR_RETURN(Report report, MeasureParallel(folder, options.languages,
                                                  *encoder, context.quiet));
  return Show(report, options, context);
}

absl::Status RunHeadings(const EvalOptions& options,
                         const CliContext& context) {
  ASSIGN_OR_RETURN(const std::string folder, HelpFolder(options.data));
  ASSIGN_OR_RETURN(Report report, MeasureHeadings(folder, options.languages,
                                                  options.keep, context));
  return Show(report, options, context);
}

absl::Status RunForecastTable(const std::string& report,
                              const CliContext& context) {
  const ForecastTable table = MeasureForecaster();
  const std::string json = TableJson(table);
  if (!report.empty()) RETURN_IF_ERROR(WriteFileAtomically(report, json));
  const std::string text = context.json
                               ? absl::StrReplaceAll(json, {{"\n", ""}}) + "\n"
                               : TableText(table);
  fwrite(text.data(), 1, text.size(), stdout);
  return absl::OkStatus();
}

void AddCommonOptions(const std::shared_ptr<EvalOptions>& options,
                      const char* data, CLI::App* command) {
  command->add_option("--data", options->data, data);
  command
      ->add_option("--languages", options->languages,
                   "ask in these only, such as en,de (default: all)")
      ->delimiter(',');
  command->add_option("--report", options->report,
                      "write the figures to this file as JSON");
}

void AddKeepOption(const std::shared_ptr<EvalOptions>& options,
                   CLI::App* command) {
  command->add_option("--keep", options->keep,
                      "leave store and questions in this folder, ask nothing");
}

}  // namespace

void RegisterEvalCommands(CLI::App* app, CliContext* context) {
  CLI::App* eval =
      app->add_subcommand("eval", "measure how good the answers are");
  eval->require_subcommand(1);
  eval->fallthrough();

  auto qa_options = std::make_shared<EvalOptions>();
  CLI::App* qa = AddCommand(eval, context, "qa",
                            "questions whose answers are known, end to end",
                            [=] { return RunQa(*qa_options, *context); });
  AddCommonOptions(qa_options, "folder with qa/ (default: $FOOTNOTE_EVAL_DATA)",
                   qa);
  qa->add_option("--crosslingual", qa_options->crosslingual,
                 "only this language's texts; questions in the others");
  AddKeepOption(qa_options, qa);
  qa->add_option("--model", qa_options->model,
                 "a language model writes: its name in $FOOTNOTE_MODELS, or a "
                 "path");
  qa->add_option("--questions", qa_options->questions,
                 "so many of each language at most (default: all)")
      ->check(CLI::Range(0, 1000000));
  qa->add_option("--callers", qa_options->callers,
                 "so many questions at once (default: 1)")
      ->check(CLI::Range(1, 256));
  qa->add_flag("--fused", qa_options->fused,
               "rank without reranking, as `search --fused`");

  auto parallel_options = std::make_shared<EvalOptions>();
  CLI::App* parallel = AddCommand(
      eval, context, "parallel", "translations found by their vectors alone",
      [=] { return RunParallel(*parallel_options, *context); });
  AddCommonOptions(parallel_options,
                   "folder with parallel/ (default: $FOOTNOTE_EVAL_DATA)",
                   parallel);
  parallel->add_option("--encoder", parallel_options->encoder,
                       "the encoder (default: $FOOTNOTE_ENCODER)");
  parallel
      ->add_option("--precision", parallel_options->precision,
                   "int8 or float32")
      ->check(CLI::IsMember({"int8", "float32"}));

  auto headings_options = std::make_shared<EvalOptions>();
  CLI::App* headings =
      AddCommand(eval, context, "headings", "sections found by their headings",
                 [=] { return RunHeadings(*headings_options, *context); });
  AddCommonOptions(headings_options,
                   "what tools/docs_23 fetched (default: $FOOTNOTE_DOCS_23)",
                   headings);
  AddKeepOption(headings_options, headings);

  auto report = std::make_shared<std::string>();
  CLI::App* table =
      AddCommand(app->get_subcommand("forecast"), context, "table",
                 "the forecaster beside its peers, on systems that are known",
                 [=] { return RunForecastTable(*report, *context); });
  table->add_option("--report", *report,
                    "write the figures to this file as JSON");
}

}  // namespace footnote
