#include "model/template/operators.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

using Result = absl::StatusOr<Value>;

Result Repeat(const Value& many, int64_t count, Budget* budget) {
  count = std::max<int64_t>(count, 0);
  const size_t size =
      many.IsString() ? many.text().size() : many.items().size() * 16;
  if (size > 0 && static_cast<uint64_t>(count) > budget->max_bytes / size) {
    return absl::ResourceExhaustedError(
        "the template repeats a value too often");
  }
  RETURN_IF_ERROR(budget->Make(size * static_cast<size_t>(count)));
  if (size == 0) return many;
  if (many.IsString()) {
    Text text;
    for (int64_t i = 0; i < count; ++i) text.Append(many.text());
    return Value::String(text.AsMarkup(many.text().IsMarkup()));
  }
  RETURN_IF_ERROR(
      budget->Spend(many.items().size() * static_cast<size_t>(count) / 4));
  Value::List items;
  for (int64_t i = 0; i < count; ++i) {
    items.insert(items.end(), many.items().begin(), many.items().end());
  }
  return many.sequence().tuple ? Value::TupleOf(std::move(items))
                               : Value::ListOf(std::move(items));
}

Result Power(double a, double b) {
  if (a == 0 && b < 0) {
    return Wrong("0.0 cannot be raised to a negative power");
  }
  const double power = std::pow(a, b);
  if (std::isfinite(a) && std::isfinite(b) && !std::isfinite(power)) {
    return Wrong("a power beyond all floats");
  }
  return Value::Float(power);
}

Result Arithmetic(absl::string_view by, const Value& left, const Value& right) {
  if (by == "/" || left.IsFloat() || right.IsFloat()) {
    const double a = left.AsDouble();
    const double b = right.AsDouble();
    if (by == "+") return Value::Float(a + b);
    if (by == "-") return Value::Float(a - b);
    if (by == "*") return Value::Float(a * b);
    if (by == "**") return Power(a, b);
    if (b == 0) return Wrong("division by zero");
    if (by == "/") return Value::Float(a / b);
    double rest = std::fmod(a, b);
    // Whole but for rounding, which a / b is not.
    double whole = (a - rest) / b;
    if (rest == 0) {
      rest = std::copysign(0.0, b);
    } else if ((rest < 0) != (b < 0)) {
      rest += b;
      whole -= 1;
    }
    if (by == "%") return Value::Float(rest);
    return Value::Float(whole == 0 ? std::copysign(0.0, a / b)
                                   : std::round(whole));
  }
  const int64_t a = left.AsInt();
  const int64_t b = right.AsInt();
  int64_t made = 0;
  bool beyond = false;
  if (by == "+") {
    beyond = __builtin_add_overflow(a, b, &made);
  } else if (by == "-") {
    beyond = __builtin_sub_overflow(a, b, &made);
  } else if (by == "*") {
    beyond = __builtin_mul_overflow(a, b, &made);
  } else if (by == "**") {
    if (b < 0) {
      if (a == 0) return Wrong("0.0 cannot be raised to a negative power");
      return Value::Float(
          std::pow(static_cast<double>(a), static_cast<double>(b)));
    }
    made = 1;
    for (int64_t i = 0; i < b && !beyond && made != 0; ++i) {
      if (made == 1 && (a == 1 || i > 64)) break;
      beyond = __builtin_mul_overflow(made, a, &made);
      if (a == -1 && i > 64) {
        made = b % 2 == 0 ? 1 : -1;
        break;
      }
    }
  } else {
    if (b == 0) return Wrong("integer division or modulo by zero");
    if (b == -1) {
      if (by == "%") return Value::Int(0);
      beyond = __builtin_sub_overflow(int64_t{0}, a, &made);
    } else {
      const int64_t rest = a % b;
      const bool borrow = rest != 0 && (rest < 0) != (b < 0);
      made = by == "//" ? a / b - (borrow ? 1 : 0) : rest + (borrow ? b : 0);
    }
  }
  if (beyond) return Wrong("an integer beyond 64 bits");
  return Value::Int(made);
}

}  // namespace

Result Signed(bool negative, const Value& value) {
  if (!value.IsNumber()) {
    return Wrong(absl::StrCat("bad operand type for unary ",
                              negative ? "-" : "+", ": '", value.TypeName(),
                              "'"));
  }
  if (!negative) {
    return value.IsBool() ? Value::Int(value.AsInt()) : value;
  }
  if (value.IsFloat()) return Value::Float(-value.AsDouble());
  if (value.AsInt() == INT64_MIN) return Wrong("beyond 64 bits");
  return Value::Int(-value.AsInt());
}

Result Binary(absl::string_view by, const Value& left, const Value& right,
              Budget* budget) {
  if (by == "~") {
    Text text = left.Str().AsMarkup(false);
    text.Append(right.Str());
    RETURN_IF_ERROR(budget->Make(text.size()));
    return Value::String(std::move(text));
  }
  for (const Value* side : {&left, &right}) {
    if (side->IsUndefined()) {
      return Wrong(absl::StrCat("'", side->undefined_name(), "' is undefined"));
    }
  }
  if (left.IsNumber() && right.IsNumber()) {
    return Arithmetic(by, left, right);
  }
  if (by == "+") {
    if (left.IsString() && right.IsString()) {
      const bool markup = left.text().IsMarkup() || right.text().IsMarkup();
      Text text = markup ? left.text().Escaped() : left.text();
      text.Append(markup ? right.text().Escaped() : right.text());
      RETURN_IF_ERROR(budget->Make(text.size()));
      return Value::String(std::move(text));
    }
    if (left.IsSequence() && right.IsSequence() &&
        left.sequence().view.empty() && !left.sequence().lazy &&
        right.sequence().view.empty() && !right.sequence().lazy &&
        left.sequence().tuple == right.sequence().tuple) {
      Value::List items = left.items();
      items.insert(items.end(), right.items().begin(), right.items().end());
      RETURN_IF_ERROR(budget->Spend(items.size() / 4));
      return left.sequence().tuple ? Value::TupleOf(std::move(items))
                                   : Value::ListOf(std::move(items));
    }
  }
  if (by == "%" && left.IsString()) {
    return FormatPercent(left.text(), right, budget);
  }
  if (by == "*") {
    const bool swapped = left.IsInt();
    const Value& many = swapped ? right : left;
    const Value& count = swapped ? left : right;
    if (count.IsInt() &&
        (many.IsString() || (many.IsSequence() && !many.sequence().lazy &&
                             many.sequence().view.empty()))) {
      return Repeat(many, count.AsInt(), budget);
    }
  }
  return Wrong(absl::StrCat("unsupported operand type(s) for ", by, ": '",
                            left.TypeName(), "' and '", right.TypeName(), "'"));
}

absl::StatusOr<bool> Holds(absl::string_view by, const Value& left,
                           const Value& right, Budget* budget) {
  CallArguments other;
  other.positional.push_back(right);
  if (by == "in") return ApplyTest("in", left, other, budget);
  if (by == "not in") {
    ASSIGN_OR_RETURN(const bool in, ApplyTest("in", left, other, budget));
    return !in;
  }
  return ApplyTest(by, left, other, budget);
}

Result Slice(const Value& of, const Value (&given)[3], Budget* budget) {
  if (of.IsUndefined()) {
    return Wrong(absl::StrCat("'", of.undefined_name(), "' is undefined"));
  }
  if (!of.IsString() && !(of.IsSequence() && of.sequence().HasPlaces())) {
    return Wrong(absl::StrCat("a '", of.TypeName(), "' object has no slices"));
  }
  const auto size = static_cast<int64_t>(of.IsString() ? Length(of.text())
                                                       : of.items().size());
  const int64_t step =
      given[2].IsInt() || given[2].IsBool() ? given[2].AsInt() : 1;
  if (step == 0) return Wrong("slice step cannot be zero");
  const auto bound = [&](const Value& value, int64_t otherwise) {
    if (!value.IsInt() && !value.IsBool()) return otherwise;
    int64_t at = value.AsInt();
    if (at < 0) at = at < -size ? -1 : at + size;
    return step > 0 ? std::clamp<int64_t>(at, 0, size)
                    : std::clamp<int64_t>(at, -1, size - 1);
  };
  const int64_t begin = bound(given[0], step > 0 ? 0 : size - 1);
  const int64_t end = bound(given[1], step > 0 ? size : -1);
  if (of.IsString() && step == 1) {
    return Value::String(CodePoints(of.text(), begin, std::max(begin, end)));
  }
  ASSIGN_OR_RETURN(const std::vector<Value> items, Iterate(of, budget));
  Value::List kept;
  for (int64_t i = begin; step > 0 ? i < end : i > end;) {
    kept.push_back(items[i]);
    if (step > size || step < -size) break;
    i += step;
  }
  if (of.IsString()) {
    Text text;
    for (const Value& item : kept) text.Append(item.text());
    return Value::String(text.AsMarkup(of.text().IsMarkup()));
  }
  return of.sequence().tuple ? Value::TupleOf(std::move(kept))
                             : Value::ListOf(std::move(kept));
}

}  // namespace footnote
