#include "audit/proof_commands.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "audit/bundle.h"
#include "audit/note.h"
#include "audit/page_program.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
namespace footnote {
namespace {

struct Options {
  std::vector<std::string> answers;
  std::string answer;
  std::string file;
  std::string key;
  std::vector<std::string> witnesses;
  bool without_sources = false;
  bool pdf = false;
  std::vector<uint64_t> sizes;
};

using Audit = v1::Audit::Stub;
using Json = nlohmann::ordered_json;

std::string Time(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMicros(time_us),
                          absl::UTCTimeZone());
}

absl::StatusOr<std::unique_ptr<Audit>> Connect(CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  return v1::Audit::NewStub(channel);
}

// A key, or the file that holds it.
absl::StatusOr<Verifier> ReadVerifier(const std::string& text) {
  const absl::StatusOr<Verifier> direct = ParseVerifier(text);
  if (direct.ok()) return direct;
  const absl::StatusOr<std::string> file = ReadFile(text, 4096);
  if (!file.ok() && text.find('+') == std::string::npos) return file.status();
  if (!file.ok()) return direct;
  return ParseVerifier(absl::StripSuffix(*file, "\n"));
}

absl::Status Export(const Options& options, CliContext* context) {
  if (options.file == "-") {
    return absl::InvalidArgumentError(
        "--output: \"-\", want a file: the page for people lies beside it");
  }
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  v1::ExportBundleRequest request;
  for (const std::string& id : options.answers) request.add_answer_ids(id);
  request.set_without_sources(options.without_sources);
  grpc::ClientContext call;
  const auto reader = audit->ExportBundle(&call, request);
  std::string data;
  std::string report;
  v1::ExportBundleResponse piece;
  while (reader->Read(&piece)) {
    data += piece.data();
    report += piece.report();
  }
  RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  RETURN_IF_ERROR(WriteFileAtomically(options.file, data));
  const std::string page = absl::StrCat(options.file, ".html");
  RETURN_IF_ERROR(WriteFileAtomically(page, report));
  const std::string pdf =
      options.pdf ? absl::StrCat(options.file, ".pdf") : std::string();
  if (options.pdf) RETURN_IF_ERROR(WritePdfPage(options.file, pdf));
  const size_t answers =
      std::set<std::string>(options.answers.begin(), options.answers.end())
          .size();
  if (context->json) {
    const Json json = {{"file", options.file},
                       {"page", page},
                       {"pdf", pdf},
                       {"answers", answers},
                       {"bytes", data.size()}};
    PrintLine(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else if (!context->quiet) {
    PrintLine(absl::StrCat(
        options.file, ": ", answers, answers == 1 ? " answer, " : " answers, ",
        data.size(), " bytes; ", page,
        options.pdf ? absl::StrCat(" or ", pdf) : "", " is for people"));
  }
  return absl::OkStatus();
}

std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(Printable(text), {{"\n", " "}, {"\t", " "}});
}

// The page beside a bundle may say something else.
void PrintAnswer(const v1::Answer& answer) {
  if (!answer.question().empty()) {
    PrintLine(absl::StrCat("  asked: ", OneLine(answer.question())));
  }
  if (answer.abstention() != v1::ABSTENTION_REASON_UNSPECIFIED) {
    PrintLine(absl::StrCat("  no answer: ",
                           v1::AbstentionReason_Name(answer.abstention())));
  } else if (!answer.text().empty()) {
    PrintLine(absl::StrCat("  answered: ", OneLine(answer.text())));
  }
}

void PrintChecked(const Bundle& bundle, const CheckedBundle& checked) {
  for (size_t i = 0; i < checked.answers.size(); ++i) {
    const CheckedAnswer& answer = checked.answers[i];
    const v1::Receipt& receipt = answer.record.answer().receipt();
    PrintLine(absl::StrCat(
        "answer ", Printable(bundle.answers[i].answer_id), ": ",
        answer.in_log
            ? absl::StrCat("record ", receipt.sequence(), " of ",
                           Time(receipt.time_us()), " UTC is in the log")
            : "is NOT in the log"));
    if (answer.in_log && answer.wrong.empty()) {
      PrintAnswer(answer.record.answer());
    }
    for (size_t q = 0; q < answer.quotes.size(); ++q) {
      const CheckedAnswer::Quote& quote = answer.quotes[q];
      PrintLine(absl::StrCat("  [", q + 1, "] ",
                             quote.verdict == v1::VERDICT_UNSPECIFIED
                                 ? "not checked"
                                 : v1::Verdict_Name(quote.verdict),
                             "  ", Printable(quote.document), "@",
                             quote.version, quote.detail.empty() ? "" : ": ",
                             Printable(quote.detail)));
    }
    for (const std::string& line : answer.wrong) {
      PrintLine(absl::StrCat("  WRONG: ", Printable(line)));
    }
    for (const std::string& line : answer.open) {
      PrintLine(absl::StrCat("  ", Printable(line)));
    }
  }
  for (const std::string& line : checked.wrong) {
    PrintLine(absl::StrCat("WRONG: ", Printable(line)));
  }
}

Json QuotesJson(const CheckedAnswer& answer) {
  Json quotes = Json::array();
  for (const CheckedAnswer::Quote& quote : answer.quotes) {
    quotes.push_back({{"document", quote.document},
                      {"version", quote.version},
                      {"verdict", v1::Verdict_Name(quote.verdict)},
                      {"detail", quote.detail}});
  }
  return quotes;
}

// The same as PrintChecked says.
Json CheckedJson(const Bundle& bundle, const CheckedBundle& checked) {
  Json answers = Json::array();
  for (size_t i = 0; i < checked.answers.size(); ++i) {
    const CheckedAnswer& answer = checked.answers[i];
    Json json = {{"answer_id", bundle.answers[i].answer_id},
                 {"in_log", answer.in_log}};
    if (answer.in_log && answer.wrong.empty()) {
      const v1::Answer& shown = answer.record.answer();
      json["sequence"] = shown.receipt().sequence();
      json["time_us"] = shown.receipt().time_us();
      json["question"] = shown.question();
      json["text"] = shown.text();
      json["abstention"] = v1::AbstentionReason_Name(shown.abstention());
    }
    json["quotes"] = QuotesJson(answer);
    json["wrong"] = answer.wrong;
    json["open"] = answer.open;
    answers.push_back(std::move(json));
  }
  return answers;
}

// What Check found, in one line. `trusted`: the key is not the bundle's own.
void PrintCheckedJson(bool good, const std::string& public_key, bool trusted,
                      const Json& answers,
                      const std::vector<std::string>& wrong) {
  const Json json = {{"good", good},
                     {"public_key", public_key},
                     {"key_was_given", trusted},
                     {"answers", answers},
                     {"wrong", wrong}};
  PrintLine(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// A bundle that can't even be read.
void PrintWrong(absl::string_view why, const Options& options,
                CliContext* context) {
  context->exit_code = kExitNotVerified;
  if (context->json) {
    PrintCheckedJson(false, "", !options.key.empty(), Json::array(),
                     {std::string(why)});
  } else {
    PrintLine(absl::StrCat("WRONG: ", why));
  }
}

// Needs no store and no server.
absl::Status Check(const Options& options, CliContext* context) {
  ASSIGN_OR_RETURN(const std::string data, ReadFile(options.file));
  const absl::StatusOr<Bundle> bundle = ReadBundle(data);
  if (!bundle.ok()) {
    PrintWrong(bundle.status().message(), options, context);
    return absl::OkStatus();
  }
  const bool trusted = !options.key.empty();
  absl::StatusOr<Verifier> log =
      trusted ? ReadVerifier(options.key) : ParseVerifier(bundle->public_key);
  if (!log.ok() && !trusted) {
    PrintWrong(log.status().message(), options, context);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(log.status());
  std::vector<Verifier> witnesses;
  for (const std::string& witness : options.witnesses) {
    ASSIGN_OR_RETURN(Verifier verifier, ReadVerifier(witness));
    witnesses.push_back(std::move(verifier));
  }
  CheckedBundle checked = CheckBundle(*bundle, *log, witnesses);
  for (const std::string& id : options.answers) {
    if (std::any_of(bundle->answers.begin(), bundle->answers.end(),
                    [&id](const Bundle::Answer& answer) {
                      return answer.answer_id == id;
                    })) {
      continue;
    }
    checked.good = false;
    checked.wrong.push_back(absl::StrCat("answer ", id, " is not in it"));
  }
  if (!checked.good) context->exit_code = kExitNotVerified;
  if (context->json) {
    PrintCheckedJson(checked.good, VerifierText(*log), trusted,
                     CheckedJson(*bundle, checked), checked.wrong);
    return absl::OkStatus();
  }
  PrintChecked(*bundle, checked);
  if (!trusted) {
    PrintLine(absl::StrCat(
        "The key is the bundle's own: ", bundle->public_key,
        "\nCompare it with one that you got some other way, or give that as "
        "--key."));
  }
  PrintLine(checked.good ? "everything that could be checked holds"
                         : "NOT VERIFIED");
  return absl::OkStatus();
}

absl::Status ShowCheckpoint(const Options& options, CliContext* context) {
  if (options.file == "-") {
    return absl::InvalidArgumentError(
        "--output: \"-\", want a file: without --output it is printed");
  }
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  grpc::ClientContext call;
  v1::GetCheckpointResponse response;
  RETURN_IF_ERROR(FromGrpcStatus(
      audit->GetCheckpoint(&call, v1::GetCheckpointRequest(), &response)));
  if (!options.file.empty()) {
    RETURN_IF_ERROR(WriteFileAtomically(options.file, response.checkpoint()));
  }
  if (context->json) {
    PrintLine(ToJson(response));
  } else if (options.file.empty()) {
    PrintLine(absl::StripSuffix(response.checkpoint(), "\n"));
  }
  return absl::OkStatus();
}

absl::Status ShowKey(CliContext* context) {
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  grpc::ClientContext call;
  v1::GetCheckpointResponse response;
  RETURN_IF_ERROR(FromGrpcStatus(
      audit->GetCheckpoint(&call, v1::GetCheckpointRequest(), &response)));
  PrintLine(context->json ? Json{{"public_key", response.public_key()}}.dump()
                          : response.public_key());
  return absl::OkStatus();
}

absl::Status ShowProof(const Options& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  v1::GetInclusionProofRequest request;
  request.set_answer_id(options.answer);
  grpc::ClientContext call;
  v1::GetInclusionProofResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(audit->GetInclusionProof(&call, request, &response)));
  PrintLine(context->json
                ? ToJson(response)
                : std::string(absl::StripSuffix(response.proof(), "\n")));
  return absl::OkStatus();
}

absl::Status ShowConsistency(const Options& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  v1::GetConsistencyProofRequest request;
  request.set_old_size(options.sizes[0]);
  if (options.sizes.size() > 1) request.set_size(options.sizes[1]);
  grpc::ClientContext call;
  v1::GetConsistencyProofResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(audit->GetConsistencyProof(&call, request, &response)));
  if (context->json) {
    PrintLine(ToJson(response));
    return absl::OkStatus();
  }
  for (const std::string& hash : response.hashes()) PrintLine(Hex(hash));
  return absl::OkStatus();
}

}  // namespace

void RegisterProofCommands(CLI::App* group, CliContext* context) {
  const auto o = std::make_shared<Options>();
  CLI::App* bundle =
      AddCommand(group, context, "export",
                 "Write answers and all that proves them to a file",
                 [=] { return Export(*o, context); });
  bundle->add_option("answer", o->answers, "ids of answers")->required();
  bundle->add_option("-o,--output", o->file, "the file")->required();
  bundle->add_flag("--without-sources", o->without_sources,
                   "leave the texts of the cited documents out");
  bundle->add_flag("--pdf", o->pdf,
                   "write the page for people as FILE.pdf too (wants the "
                   "program footnote-page, a package of its own)");
  bundle->footer(
      "Writes FILE, for `audit check` and check_bundle.py, and FILE.html, for "
      "people.");
  CLI::App* check = AddCommand(group, context, "check",
                               "Check such a file, without store or server",
                               [=] { return Check(*o, context); });
  check->add_option("bundle", o->file, "the file")->required();
  check
      ->add_option("--key", o->key,
                   "the log's public key, or a file with it, got some other "
                   "way than with the bundle")
      ->check([](const std::string& key) -> std::string {
        // Without one the bundle's own is believed.
        return key.empty() ? "empty, want the log's public key" : "";
      });
  check->add_option("--answer", o->answers,
                    "id of an answer that must be in it; may be given several "
                    "times: a bundle can't show which were left out");
  check->add_option("--witness", o->witnesses,
                    "public key of a witness that must have signed too");
  check->footer("Exit code 4: something does not hold.");
  AddCommand(group, context, "key", "Show the log's public key",
             [=] { return ShowKey(context); });
  CLI::App* checkpoint = AddCommand(
      group, context, "checkpoint", "Show the newest signed checkpoint",
      [=] { return ShowCheckpoint(*o, context); });
  checkpoint->add_option("-o,--output", o->file, "write it to this file");
  CLI::App* proof =
      AddCommand(group, context, "proof", "Prove that an answer is in the log",
                 [=] { return ShowProof(*o, context); });
  proof->add_option("answer", o->answer, "its id")->required();
  CLI::App* consistency =
      AddCommand(group, context, "consistency",
                 "Prove that one state of the log continues another",
                 [=] { return ShowConsistency(*o, context); });
  consistency->add_option("sizes", o->sizes, "the old size, and the new one")
      ->required()
      ->expected(1, 2);
}

}  // namespace footnote
