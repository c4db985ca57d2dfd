// What {{ loop }} tells of the loop that a template is in.
#ifndef FOOTNOTE_MODEL_TEMPLATE_LOOP_H_
#define FOOTNOTE_MODEL_TEMPLATE_LOOP_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/template/value.h"

namespace footnote {

struct LoopState {
  std::vector<Value> items;
  // Of the item that the loop is at.
  size_t index = 0;
  // 0 for a loop that is in no other of its own calls.
  int depth = 0;
  // What loop.changed() was given last.
  bool has_changed_value = false;
  Value changed_value;
};

// {{ loop.name }}: false where a loop has none such. Values that are functions
// keep `state`.
bool LoopAttribute(const std::shared_ptr<LoopState>& state,
                   absl::string_view name, Value* value);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_LOOP_H_
