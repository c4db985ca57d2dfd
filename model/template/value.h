// What a template computes with: Python's values, as far as templates see them.
#ifndef FOOTNOTE_MODEL_TEMPLATE_VALUE_H_
#define FOOTNOTE_MODEL_TEMPLATE_VALUE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/template/text.h"

namespace footnote {

class Value;

// Arguments of a call.
struct CallArguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

// Something that can be called.
struct Callable {
  std::string name;
  std::function<absl::StatusOr<Value>(CallArguments)> call;
  // Attributes, of macros and of `loop`.
  std::function<bool(absl::string_view, Value*)> attribute;
};

// Values are cheap to copy: lists and dictionaries are shared, and nothing
// changes them once they are made, but for namespaces.
class Value {
 public:
  struct Undefined {
    std::string name;
    bool operator==(const Undefined&) const { return true; }
  };
  struct None {
    bool operator==(const None&) const { return true; }
  };
  using List = std::vector<Value>;
  // Of insertion order.
  using Dict = std::vector<std::pair<Value, Value>>;
  struct Sequence {
    List items;
    bool tuple = false;
    // What jinja2's lazy filters make: it can be gone through once, no more.
    bool lazy = false;
    // Of them, how many have been gone through.
    mutable size_t taken = 0;
    // Where it is no list: how Python calls it ("dict_items", "range"). It can
    // be gone through and counted, a range also indexed.
    std::string view;
    // Of a range: "range(0, 4)".
    std::string repr;
    int depth = 1;
    size_t weight = 1;

    bool IsList() const { return !tuple && !lazy && view.empty(); }
    bool HasPlaces() const {
      return !lazy && (view.empty() || view == "range");
    }
  };
  // What {{ namespace() }} makes: the one thing that templates change.
  struct Namespace {
    std::vector<std::pair<std::string, Value>> fields;
  };

  Value() : held_(Undefined{}) {}
  static Value UndefinedNamed(absl::string_view name) {
    return Value(Held(Undefined{std::string(name)}));
  }
  static Value Nothing() { return Value(Held(None{})); }
  static Value Bool(bool b) { return Value(Held(b)); }
  static Value Int(int64_t i) { return Value(Held(i)); }
  static Value Float(double d) { return Value(Held(d)); }
  static Value String(Text text) {
    return Value(Held(std::make_shared<const Text>(std::move(text))));
  }
  static Value String(absl::string_view text) { return String(Text(text)); }
  static Value ListOf(List items) { return Make(std::move(items), false); }
  static Value TupleOf(List items) { return Make(std::move(items), true); }
  static Value GeneratorOf(List items);
  static Value ViewOf(List items, std::string view, std::string repr = "");
  static Value DictOf(Dict items);
  static Value Function(Callable callable) {
    return Value(Held(std::make_shared<const Callable>(std::move(callable))));
  }
  // `fields` must outlive the value.
  static Value Of(Namespace* fields) { return Value(Held(fields)); }

  bool IsUndefined() const { return Is<Undefined>(); }
  bool IsNone() const { return Is<None>(); }
  bool IsBool() const { return Is<bool>(); }
  bool IsInt() const { return Is<int64_t>(); }
  bool IsFloat() const { return Is<double>(); }
  bool IsNumber() const { return IsBool() || IsInt() || IsFloat(); }
  bool IsString() const { return Is<std::shared_ptr<const Text>>(); }
  bool IsSequence() const { return Is<std::shared_ptr<const Sequence>>(); }
  bool IsDict() const { return Is<std::shared_ptr<const DictBody>>(); }
  bool IsCallable() const { return Is<std::shared_ptr<const Callable>>(); }
  bool IsNamespace() const { return Is<Namespace*>(); }

  // REQUIRES: the value is of the kind; numbers convert.
  const std::string& undefined_name() const { return Get<Undefined>().name; }
  const Text& text() const { return *Get<std::shared_ptr<const Text>>(); }
  const std::string& bytes() const { return text().bytes(); }
  const Sequence& sequence() const {
    return *Get<std::shared_ptr<const Sequence>>();
  }
  const List& items() const { return sequence().items; }
  const Dict& dict() const {
    return Get<std::shared_ptr<const DictBody>>()->items;
  }
  const Callable& callable() const {
    return *Get<std::shared_ptr<const Callable>>();
  }
  Namespace& fields() const { return *Get<Namespace*>(); }
  // How deep lists and dictionaries lie in each other; 0 for other values.
  int depth() const;
  // How many values there are in it, itself too, each as often as it is met;
  // of a text one more for every 16 bytes. At most kMaxWeight.
  size_t weight() const;
  static constexpr size_t kMaxWeight = size_t{1} << 40;
  int64_t AsInt() const;
  double AsDouble() const;

  // As Python's bool().
  bool IsTrue() const;
  // As Python's ==.
  bool Equals(const Value& other) const;
  // Whether the two are one object.
  bool IsSame(const Value& other) const;
  // As Python's <; InvalidArgument where it raises TypeError.
  absl::StatusOr<bool> IsLess(const Value& other) const;
  // The item of a dictionary, or null.
  const Value* Find(const Value& key) const;
  const Value* Find(absl::string_view key) const;
  // "str", "list", as Python calls the kind.
  absl::string_view TypeName() const;

  // As Python's str() and repr(). Lists that hold each other can print more
  // than any memory holds: it ends soon after kMaxReprBytes, which are more
  // than a budget lets through.
  static constexpr size_t kMaxReprBytes = 32 << 20;
  Text Str() const;
  Text Repr() const;

 private:
  struct DictBody {
    Dict items;
    int depth = 1;
    size_t weight = 1;
  };
  using Held =
      std::variant<Undefined, None, bool, int64_t, double,
                   std::shared_ptr<const Text>, std::shared_ptr<const Sequence>,
                   std::shared_ptr<const DictBody>,
                   std::shared_ptr<const Callable>, Namespace*>;

  explicit Value(Held held) : held_(std::move(held)) {}
  static Value Make(List items, bool tuple);
  template <typename T>
  bool Is() const {
    return std::holds_alternative<T>(held_);
  }
  template <typename T>
  const T& Get() const {
    return *std::get_if<T>(&held_);
  }
  void ReprTo(Text* out, int depth) const;

  Held held_;
};

// Python's repr() of a float: the shortest digits that read back as it.
std::string FloatText(double value);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_VALUE_H_
