#include "model/template/loop.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "model/template/builtins.h"

namespace footnote {

bool LoopAttribute(const std::shared_ptr<LoopState>& state,
                   absl::string_view name, Value* value) {
  const auto index = static_cast<int64_t>(state->index);
  const auto size = static_cast<int64_t>(state->items.size());
  if (name == "index") {
    *value = Value::Int(index + 1);
  } else if (name == "index0") {
    *value = Value::Int(index);
  } else if (name == "revindex") {
    *value = Value::Int(size - index);
  } else if (name == "revindex0") {
    *value = Value::Int(size - index - 1);
  } else if (name == "first") {
    *value = Value::Bool(index == 0);
  } else if (name == "last") {
    *value = Value::Bool(index + 1 == size);
  } else if (name == "length") {
    *value = Value::Int(size);
  } else if (name == "depth" || name == "depth0") {
    *value = Value::Int(state->depth + (name == "depth" ? 1 : 0));
  } else if (name == "previtem") {
    *value = index > 0 ? state->items[index - 1]
                       : Value::UndefinedNamed("there is no previous item");
  } else if (name == "nextitem") {
    *value = index + 1 < size ? state->items[index + 1]
                              : Value::UndefinedNamed("there is no next item");
  } else if (name == "cycle" || name == "changed") {
    Callable method;
    method.name = std::string(name);
    const bool cycle = name == "cycle";
    method.call = [state, cycle](
                      const CallArguments& arguments) -> absl::StatusOr<Value> {
      const auto& items = arguments.positional;
      if (cycle) {
        if (items.empty()) return Wrong("no items for cycling given");
        return items[state->index % items.size()];
      }
      const Value given = Value::TupleOf(items);
      const bool same =
          state->has_changed_value && state->changed_value.Equals(given);
      state->has_changed_value = true;
      state->changed_value = given;
      return Value::Bool(!same);
    };
    *value = Value::Function(std::move(method));
  } else {
    return false;
  }
  return true;
}

}  // namespace footnote
