#include "gateway/tools/builtin.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/grpc_status.h"
#include "base/utf8.h"
#include "gateway/tools/calculate.h"
#include "nlohmann/json.hpp"

namespace footnote {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxQuery = 2000;
constexpr int kMaxSteps = 100;

constexpr char kTools[] = R"([
{"name": "search",
 "description": "Finds passages of the documents that answer a question. Returns their texts.",
 "parameters": {"type": "object", "properties": {
   "query": {"type": "string", "description": "A question that stands alone, or its words."}},
  "required": ["query"]}},
{"name": "calculate",
 "description": "Computes the value of an arithmetic expression, such as (31 - 12) * 3.28.",
 "parameters": {"type": "object", "properties": {
   "expression": {"type": "string", "description": "Numbers, + - * / ^, parentheses, sqrt, round, min, max."}},
  "required": ["expression"]}},
{"name": "forecast",
 "description": "Predicts the next values of a series from its last ones, oldest first.",
 "parameters": {"type": "object", "properties": {
   "values": {"type": "array", "items": {"type": "number"}, "description": "At least four."},
   "steps": {"type": "integer", "description": "How many values ahead; 1 to 100."}},
  "required": ["values", "steps"]}}
])";

void Fail(absl::string_view why, MadeCall* made) {
  made->use.set_failed(true);
  made->use.add_results(std::string(why));
}

void Search(const Json& parameters, const v1::AskRequest& request,
            uint64_t generation, const Caller& caller, const RoomStubs& rooms,
            MadeCall* made) {
  const std::string query = parameters.value("query", "");
  if (query.empty() || query.size() > kMaxQuery || !IsValidUtf8(query)) {
    return Fail("query: want a question", made);
  }
  v1::SearchRequest search;
  search.set_collection(request.collection());
  search.set_question(query);
  search.set_top_k(kSearchResults);
  search.set_min_generation(generation);
  search.set_generation(request.generation());
  *search.mutable_filter() = request.filter();
  v1::SearchResponse found;
  const grpc::Status status =
      rooms.retriever->Search(caller.Pass().get(), search, &found);
  if (!status.ok()) return Fail(status.error_message(), made);
  if (found.passages().empty() || found.empty_question()) {
    return Fail("no passage was found", made);
  }
  for (v1::Passage& passage : *found.mutable_passages()) {
    made->use.add_results(passage.text());
    made->passages.push_back(std::move(passage));
  }
  made->second_encoder = found.second_encoder();
  made->second_encoder_sha256 = found.second_encoder_sha256();
}

void Calculate(const Json& parameters, MadeCall* made) {
  const auto text = CalculatedText(parameters.value("expression", ""));
  if (!text.ok()) return Fail(text.status().message(), made);
  made->use.add_results(*text);
}

std::string Number(double value) { return absl::StrFormat("%.6g", value); }

void Forecast(const Json& parameters, const Caller& caller,
              const RoomStubs& rooms, MadeCall* made) {
  v1::PredictRequest predict;
  const Json values = parameters.value("values", Json::array());
  const int steps = parameters.value("steps", 1);
  if (steps < 1 || steps > kMaxSteps) {
    return Fail(absl::StrCat("steps: ", steps, ", want 1 to ", kMaxSteps),
                made);
  }
  for (const Json& value : values) {
    if (!value.is_number()) return Fail("values: want numbers", made);
    predict.mutable_series()->add_values(value.get<double>());
  }
  predict.mutable_options()->set_horizon(steps);
  v1::PredictResponse predicted;
  const grpc::Status status =
      rooms.forecaster->Predict(caller.Pass().get(), predict, &predicted);
  if (!status.ok()) return Fail(status.error_message(), made);
  std::string text = absl::StrCat("The next ", steps == 1 ? "value" : "values",
                                  " by ", predicted.model(), ":");
  for (const v1::ForecastValue& value : predicted.forecasts()) {
    absl::StrAppend(&text, " ", Number(value.value()));
    if (value.has_low()) {
      absl::StrAppend(&text, " (", Number(value.low()), " to ",
                      Number(value.high()), ")");
    }
  }
  made->use.add_results(text);
}

}  // namespace

absl::string_view BuiltinToolsJson() { return kTools; }

MadeCall MakeCall(const v1::ToolCall& call, const v1::AskRequest& request,
                  uint64_t generation, const Caller& caller,
                  const RoomStubs& rooms) {
  MadeCall made;
  made.use.set_call_id(call.id());
  made.use.set_tool(call.name());
  made.use.set_parameters(call.parameters());
  const Json parameters =
      Json::parse(call.parameters(), nullptr, /*allow_exceptions=*/false);
  // The generator keeps calls to the tools' schemas; a generator elsewhere may
  // not.
  try {
    if (!parameters.is_object()) {
      Fail("parameters: want a JSON object", &made);
    } else if (call.name() == kSearchTool) {
      Search(parameters, request, generation, caller, rooms, &made);
    } else if (call.name() == "calculate") {
      Calculate(parameters, &made);
    } else if (call.name() == "forecast") {
      Forecast(parameters, caller, rooms, &made);
    } else {
      Fail("no such tool", &made);
    }
  } catch (const Json::exception&) {
    made.use.clear_results();
    Fail("parameters: want those of the tool's schema", &made);
  }
  return made;
}

}  // namespace footnote
