#include "model/merge/recipe.h"

#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "simdjson.h"

namespace footnote {
namespace {

constexpr MergeMethod kMethods[] = {
    MergeMethod::kLinear, MergeMethod::kSlerp, MergeMethod::kTaskArithmetic,
    MergeMethod::kTies,   MergeMethod::kDare,  MergeMethod::kDareTies,
};

absl::Status Wrong(absl::string_view key, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("merge recipe: ", key, ": ", why));
}

absl::StatusOr<double> NumberOf(absl::string_view key,
                                simdjson::dom::element value) {
  double number;
  if (value.get(number) != simdjson::SUCCESS || !std::isfinite(number)) {
    return Wrong(key, "want a number");
  }
  return number;
}

absl::StatusOr<std::string> TextOf(absl::string_view key,
                                   simdjson::dom::element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || text.empty()) {
    return Wrong(key, "want a text");
  }
  return std::string(text);
}

absl::StatusOr<MergeMethod> MethodOf(absl::string_view key,
                                     simdjson::dom::element value) {
  ASSIGN_OR_RETURN(const std::string text, TextOf(key, value));
  std::vector<absl::string_view> names;
  for (const MergeMethod method : kMethods) {
    if (text == MergeMethodName(method)) return method;
    names.push_back(MergeMethodName(method));
  }
  return Wrong(key, absl::StrCat("no method ", text, "; there are ",
                                 absl::StrJoin(names, ", ")));
}

// Reads a key that the recipe and its layers share. False: it is not one.
absl::StatusOr<bool> ReadShared(absl::string_view key,
                                simdjson::dom::element value, MergeRule* rule) {
  if (key == "method") {
    ASSIGN_OR_RETURN(rule->method, MethodOf(key, value));
  } else if (key == "density") {
    ASSIGN_OR_RETURN(rule->density, NumberOf(key, value));
    if (rule->density <= 0 || rule->density > 1) {
      return Wrong(key, absl::StrCat(rule->density, ", want above 0, to 1"));
    }
  } else if (key == "scale") {
    ASSIGN_OR_RETURN(rule->scale, NumberOf(key, value));
  } else {
    return false;
  }
  return true;
}

absl::Status CheckRule(const MergeRecipe& recipe, const MergeRule& rule) {
  const std::string name = absl::StrCat("rule ", rule.pattern);
  if (rule.weights.size() != recipe.models.size()) {
    return Wrong(name, absl::StrCat(rule.weights.size(), " weights for ",
                                    recipe.models.size(), " models"));
  }
  double sum = 0;
  for (const double weight : rule.weights) sum += weight;
  const bool mean =
      rule.method == MergeMethod::kLinear || rule.method == MergeMethod::kSlerp;
  if (mean && !(sum > 0)) {
    return Wrong(name,
                 absl::StrCat("the weights' sum is ", sum, ", want above 0"));
  }
  if (rule.method == MergeMethod::kSlerp && recipe.models.size() != 2) {
    return Wrong(name, absl::StrCat("slerp of ", recipe.models.size(),
                                    " models, want 2"));
  }
  if (!mean && recipe.base.empty()) {
    return Wrong(name,
                 absl::StrCat(MergeMethodName(rule.method), " needs a base"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view MergeMethodName(MergeMethod method) {
  switch (method) {
    case MergeMethod::kLinear:
      return "linear";
    case MergeMethod::kSlerp:
      return "slerp";
    case MergeMethod::kTaskArithmetic:
      return "task_arithmetic";
    case MergeMethod::kTies:
      return "ties";
    case MergeMethod::kDare:
      return "dare";
    case MergeMethod::kDareTies:
      return "dare_ties";
  }
  return "";
}

const MergeRule& MergeRecipe::RuleFor(absl::string_view tensor) const {
  for (const MergeRule& rule : rules) {
    if (FitsPattern(rule.pattern, tensor)) return rule;
  }
  return rules.back();
}

absl::StatusOr<MergeRecipe> ParseMergeRecipe(absl::string_view json,
                                             absl::string_view folder) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(json.data(), json.size()).get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("merge recipe: not a JSON object");
  }
  const auto path = [folder](absl::string_view text) {
    return text[0] == '/' || folder.empty() ? std::string(text)
                                            : absl::StrCat(folder, "/", text);
  };
  MergeRecipe recipe;
  MergeRule rest;
  for (const auto field : object) {
    const std::string key(field.key);
    ASSIGN_OR_RETURN(const bool shared, ReadShared(key, field.value, &rest));
    if (shared || key == "layers") continue;
    if (key == "base") {
      ASSIGN_OR_RETURN(const std::string text, TextOf(key, field.value));
      recipe.base = path(text);
    } else if (key == "seed") {
      if (field.value.get(recipe.seed) != simdjson::SUCCESS) {
        return Wrong(key, "want a whole number from 0 on");
      }
    } else if (key == "models") {
      simdjson::dom::array models;
      if (field.value.get(models) != simdjson::SUCCESS) {
        return Wrong(key, "want a list");
      }
      for (const auto model : models) {
        simdjson::dom::object parts;
        if (model.get(parts) != simdjson::SUCCESS) {
          return Wrong(key, "want objects with path and weight");
        }
        std::string file;
        double weight = 1;
        for (const auto part : parts) {
          const std::string inner =
              absl::StrCat("models: ", std::string(part.key));
          if (part.key == "path") {
            ASSIGN_OR_RETURN(file, TextOf(inner, part.value));
          } else if (part.key == "weight") {
            ASSIGN_OR_RETURN(weight, NumberOf(inner, part.value));
          } else {
            return Wrong(inner, "unknown key");
          }
        }
        if (file.empty()) return Wrong(key, "a model without a path");
        recipe.models.push_back(path(file));
        rest.weights.push_back(weight);
      }
    } else {
      return Wrong(key, "unknown key");
    }
  }
  if (recipe.models.empty()) return Wrong("models", "want one or more");

  simdjson::dom::element layers;
  if (object["layers"].get(layers) == simdjson::SUCCESS) {
    simdjson::dom::array list;
    if (layers.get(list) != simdjson::SUCCESS) {
      return Wrong("layers", "want a list");
    }
    for (const auto layer : list) {
      simdjson::dom::object parts;
      if (layer.get(parts) != simdjson::SUCCESS) {
        return Wrong("layers", "want objects");
      }
      MergeRule rule = rest;
      rule.pattern.clear();
      for (const auto part : parts) {
        const std::string key(part.key);
        ASSIGN_OR_RETURN(const bool shared, ReadShared(key, part.value, &rule));
        if (shared) continue;
        if (key == "pattern") {
          ASSIGN_OR_RETURN(rule.pattern, TextOf(key, part.value));
        } else if (key == "weights") {
          simdjson::dom::array weights;
          if (part.value.get(weights) != simdjson::SUCCESS) {
            return Wrong(key, "want a list of numbers");
          }
          rule.weights.clear();
          for (const auto weight : weights) {
            ASSIGN_OR_RETURN(const double number, NumberOf(key, weight));
            rule.weights.push_back(number);
          }
        } else {
          return Wrong(absl::StrCat("layers: ", key), "unknown key");
        }
      }
      if (rule.pattern.empty()) return Wrong("layers", "one has no pattern");
      recipe.rules.push_back(std::move(rule));
    }
  }
  recipe.rules.push_back(std::move(rest));
  for (const MergeRule& rule : recipe.rules) {
    RETURN_IF_ERROR(CheckRule(recipe, rule));
  }
  return recipe;
}

bool FitsPattern(absl::string_view pattern, absl::string_view text) {
  size_t p = 0, t = 0;
  // Where to go on when the letters after the last * do not fit.
  size_t star = absl::string_view::npos, after = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      t = ++after;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace footnote
