// The filters of numbers, and those that make them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "model/template/filters.h"

namespace footnote {
namespace {

using Result = absl::StatusOr<Value>;

Result Abs(const FilterCall& call) {
  if (call.in.IsFloat()) return Value::Float(std::fabs(call.in.AsDouble()));
  if (!call.in.IsNumber()) return Wrong("abs: want a number");
  const int64_t value = call.in.AsInt();
  if (value == INT64_MIN) return Wrong("abs: beyond 64 bits");
  return Value::Int(value < 0 ? -value : value);
}

// As Python rounds integers: to tens where `precision` is -1, halves to even.
Result RoundInt(int64_t value, int64_t precision) {
  if (precision >= 0) return Value::Int(value);
  if (precision < -18) return Value::Int(0);
  int64_t unit = 1;
  for (; precision < 0; ++precision) unit *= 10;
  const int64_t rest = ((value % unit) + unit) % unit;
  const int64_t low = value - rest;
  const bool up =
      rest > unit - rest || (rest == unit - rest && (low / unit) % 2 != 0);
  int64_t rounded;
  if (__builtin_sub_overflow(value, rest, &rounded) ||
      __builtin_add_overflow(rounded, up ? unit : 0, &rounded)) {
    return Wrong("round: beyond 64 bits");
  }
  return Value::Int(rounded);
}

Result Round(const FilterCall& call) {
  const int64_t precision =
      std::clamp<int64_t>(call.arguments.Int(0, "precision", 0), -300, 300);
  const Value* const given = call.arguments.Get(1, "method");
  const std::string method = given == nullptr ? "common" : given->Str().bytes();
  if (!call.in.IsNumber()) return Wrong("round: want a number");
  if (method == "common" && !call.in.IsFloat()) {
    return RoundInt(call.in.AsInt(), precision);
  }
  const double value = call.in.AsDouble();
  if (method == "common") {
    if (precision < 0 || precision > 15) {
      const double scale = std::pow(10.0, static_cast<double>(precision));
      return Value::Float(std::nearbyint(value * scale) / scale);
    }
    // Correctly rounded, as Python does it.
    char buffer[400];
    snprintf(buffer, sizeof(buffer), "%.*f", static_cast<int>(precision),
             value);
    return Value::Float(strtod(buffer, nullptr));
  }
  const double scale = std::pow(10.0, static_cast<double>(precision));
  if (method == "ceil") return Value::Float(std::ceil(value * scale) / scale);
  if (method == "floor") return Value::Float(std::floor(value * scale) / scale);
  return Wrong("round: method must be common, ceil or floor");
}

absl::Status IsUndefined(const Value& value) {
  return Wrong(absl::StrCat("'", value.undefined_name(), "' is undefined"));
}

Result ToInt(const FilterCall& call) {
  if (call.in.IsUndefined()) return IsUndefined(call.in);
  const Value* const otherwise = call.arguments.Get(0, "default");
  const Value fallback = otherwise == nullptr ? Value::Int(0) : *otherwise;
  if (call.in.IsFloat()) {
    const double value = call.in.AsDouble();
    return std::fabs(value) < 9e18 ? Value::Int(static_cast<int64_t>(value))
                                   : fallback;
  }
  if (call.in.IsNumber()) return Value::Int(call.in.AsInt());
  if (!call.in.IsString()) return fallback;
  const absl::string_view text = absl::StripAsciiWhitespace(call.in.bytes());
  int64_t whole;
  if (absl::SimpleAtoi(text, &whole)) return Value::Int(whole);
  double value;
  if (absl::SimpleAtod(text, &value) && std::fabs(value) < 9e18) {
    return Value::Int(static_cast<int64_t>(value));
  }
  return fallback;
}

Result ToFloat(const FilterCall& call) {
  if (call.in.IsUndefined()) return IsUndefined(call.in);
  const Value* const otherwise = call.arguments.Get(0, "default");
  const Value fallback = otherwise == nullptr ? Value::Float(0) : *otherwise;
  if (call.in.IsNumber()) return Value::Float(call.in.AsDouble());
  double value;
  if (call.in.IsString() && absl::SimpleAtod(call.in.bytes(), &value)) {
    return Value::Float(value);
  }
  return fallback;
}

constexpr NamedFilter kFilters[] = {
    {"abs", Abs},
    {"float", ToFloat},
    {"int", ToInt},
    {"round", Round},
};

}  // namespace

absl::Span<const NamedFilter> NumberFilters() { return kFilters; }

}  // namespace footnote
