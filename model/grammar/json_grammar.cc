#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/grammar/grammar.h"
#include "model/template/json_value.h"
#include "model/template/value.h"

namespace footnote {
namespace {

constexpr int kMaxDepth = 16;

struct Node {
  enum Kind { kObject, kArray, kString, kNumber, kInteger, kLiterals, kAny };
  struct Property {
    std::string key;  // as JSON, with its quotes
    int node = 0;
    bool required = false;
  };
  Kind kind = kAny;
  std::vector<Property> properties;
  int items = 0;
  std::vector<std::string> literals;  // as JSON
};

using Nodes = std::vector<Node>;

absl::Status Compile(const Value& schema, int depth, Nodes* nodes, int* made) {
  if (!schema.IsDict() || depth > kMaxDepth) {
    return absl::InvalidArgumentError(
        "schema: want a JSON object, nested at most 16 deep");
  }
  for (const auto& [key, value] : schema.dict()) {
    constexpr absl::string_view kKnown[] = {
        "type",    "properties",  "required", "items",
        "enum",    "const",       "title",    "default",
        "$schema", "description", "examples", "additionalProperties"};
    if (std::find(std::begin(kKnown), std::end(kKnown), key.bytes()) ==
        std::end(kKnown)) {
      return absl::UnimplementedError(
          absl::StrCat("schema: \"", key.bytes(), "\" is not known here"));
    }
  }
  *made = static_cast<int>(nodes->size());
  nodes->emplace_back();
  Node node;
  const auto literal = [&](const Value& value) -> absl::Status {
    ASSIGN_OR_RETURN(const Text json, JsonOfValue(value, JsonFormat()));
    node.literals.push_back(json.bytes());
    return absl::OkStatus();
  };
  const Value* const type = schema.Find("type");
  const Value* const values = schema.Find("enum");
  const Value* const constant = schema.Find("const");
  const std::string name =
      type != nullptr && type->IsString() ? type->bytes() : "";
  if (constant != nullptr) {
    node.kind = Node::kLiterals;
    RETURN_IF_ERROR(literal(*constant));
  } else if (values != nullptr && values->IsSequence()) {
    node.kind = Node::kLiterals;
    for (const Value& value : values->items()) RETURN_IF_ERROR(literal(value));
  } else if (name == "boolean") {
    node.kind = Node::kLiterals;
    node.literals = {"true", "false"};
  } else if (name == "null") {
    node.kind = Node::kLiterals;
    node.literals = {"null"};
  } else if (name == "string") {
    node.kind = Node::kString;
  } else if (name == "number") {
    node.kind = Node::kNumber;
  } else if (name == "integer") {
    node.kind = Node::kInteger;
  } else if (name == "array") {
    node.kind = Node::kArray;
    const Value* const items = schema.Find("items");
    RETURN_IF_ERROR(Compile(items == nullptr ? Value::DictOf({}) : *items,
                            depth + 1, nodes, &node.items));
  } else if (name == "object") {
    node.kind = Node::kObject;
    const Value* const properties = schema.Find("properties");
    const Value* const required = schema.Find("required");
    absl::flat_hash_set<absl::string_view> must;
    if (required != nullptr && required->IsSequence()) {
      for (const Value& key : required->items()) {
        if (key.IsString()) must.insert(key.bytes());
      }
    }
    if (properties != nullptr && properties->IsDict()) {
      for (const auto& [key, value] : properties->dict()) {
        Node::Property property;
        property.key = JsonString(key.bytes());
        property.required = must.contains(key.bytes());
        RETURN_IF_ERROR(Compile(value, depth + 1, nodes, &property.node));
        node.properties.push_back(std::move(property));
      }
    }
  } else if (type != nullptr) {
    return absl::UnimplementedError(absl::StrCat(
        "schema: type ", type->Repr().bytes(), " is not known here"));
  }
  if (node.kind == Node::kLiterals && node.literals.empty()) {
    return absl::InvalidArgumentError("schema: enum of nothing");
  }
  (*nodes)[*made] = std::move(node);
  return absl::OkStatus();
}

class JsonGrammar : public Grammar {
 public:
  JsonGrammar(Nodes nodes, int root, const JsonLimits& limits)
      : nodes_(std::make_shared<const Nodes>(std::move(nodes))),
        limits_(limits) {
    Push(root);
  }

  std::unique_ptr<Grammar> Copy() const override {
    return std::make_unique<JsonGrammar>(*this);
  }
  void Assign(const Grammar& other) override {
    *this = static_cast<const JsonGrammar&>(other);
  }

  bool MayEnd() const override {
    return stack_.empty() || (stack_.size() == 1 && MayLeave(stack_.back()));
  }

  bool Read(uint8_t byte) override {
    // A number or a literal ends where what follows it begins.
    while (!stack_.empty()) {
      const Answer answer = ReadTop(static_cast<char>(byte));
      if (answer == Answer::kTaken) return true;
      if (answer == Answer::kWrong) return false;
      stack_.pop_back();
    }
    return false;
  }

 private:
  enum class Place : uint8_t {
    kBegin,
    kInString,
    kEscape,
    kHex,
    // Numbers, by what was read last.
    kMinus,
    kZero,
    kDigits,
    kPoint,
    kDecimals,
    kE,
    kESign,
    kExponent,
    kLiteral,
    // Objects and arrays.
    kFirst,
    kKey,
    kColon,
    kValue,
    kAfter,
    kComma,
  };
  enum class Answer { kTaken, kWrong, kLeave };
  struct Frame {
    int node = 0;
    Place place = Place::kBegin;
    int blanks = 0;  // read since the last thing
    int at = 0;      // bytes of a literal or key; hex digits left
    int choice = 0;  // the first literal or property that still fits
    int next = 0;    // the first property that may come
    int size = 0;    // characters, digits or items so far
    // Bytes that the character lacks, and what the next of them may be.
    int owed = 0;
    uint8_t least = 0x80;
    uint8_t most = 0xBF;
    bool surrogate = false;  // \ud: 8 to f may not follow
  };

  void Push(int node) {
    Frame frame;
    frame.node = node;
    stack_.push_back(frame);
  }

  const Node& NodeOf(const Frame& frame) const { return (*nodes_)[frame.node]; }

  bool MayLeave(const Frame& frame) const {
    switch (frame.place) {
      case Place::kZero:
      case Place::kDigits:
      case Place::kDecimals:
      case Place::kExponent:
        return true;
      case Place::kLiteral: {
        const std::string& literal = NodeOf(frame).literals[frame.choice];
        return static_cast<size_t>(frame.at) == literal.size();
      }
      default:
        return false;
    }
  }

  Answer Done() {
    stack_.pop_back();
    return Answer::kTaken;
  }

  // White space between two things.
  bool IsBlank(Frame* frame, char c) const {
    const bool blank = c == ' ' || (limits_.layout && c == '\n');
    const int most = limits_.layout ? JsonLimits::kMaxLayout : 1;
    if (!blank || frame->blanks >= most) return false;
    ++frame->blanks;
    return true;
  }

  static bool Reached(int size, int limit) {
    return limit > 0 && size >= limit;
  }

  Answer String(char c) {
    Frame& frame = stack_.back();
    const auto byte = static_cast<uint8_t>(c);
    if (frame.owed > 0) {
      if (byte < frame.least || byte > frame.most) return Answer::kWrong;
      frame.least = 0x80;
      frame.most = 0xBF;
      --frame.owed;
      return Answer::kTaken;
    }
    if (c == '"') return Done();
    if (Reached(frame.size, limits_.max_string) || byte < 0x20) {
      return Answer::kWrong;
    }
    ++frame.size;
    if (c == '\\') frame.place = Place::kEscape;
    if (byte < 0x80) return Answer::kTaken;
    if (byte < 0xC2 || byte > 0xF4) return Answer::kWrong;
    frame.owed = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
    if (byte == 0xE0) frame.least = 0xA0;
    if (byte == 0xED) frame.most = 0x9F;
    if (byte == 0xF0) frame.least = 0x90;
    if (byte == 0xF4) frame.most = 0x8F;
    return Answer::kTaken;
  }

  Answer Hex(char c) {
    Frame& frame = stack_.back();
    if (!absl::ascii_isxdigit(c)) return Answer::kWrong;
    if (frame.at == 4) frame.surrogate = c == 'd' || c == 'D';
    // Half a character is none.
    if (frame.at == 3 && frame.surrogate && !(c >= '0' && c <= '7')) {
      return Answer::kWrong;
    }
    if (--frame.at == 0) frame.place = Place::kInString;
    return Answer::kTaken;
  }

  Answer ReadTop(char c) {
    Frame& frame = stack_.back();
    const Node& node = NodeOf(frame);
    switch (frame.place) {
      case Place::kBegin:
        return Begin(node, c);
      case Place::kInString:
        return String(c);
      case Place::kEscape:
        frame.place = c == 'u' ? Place::kHex : Place::kInString;
        frame.at = 4;
        return std::string("\"\\/bfnrtu").find(c) != std::string::npos
                   ? Answer::kTaken
                   : Answer::kWrong;
      case Place::kHex:
        return Hex(c);
      case Place::kLiteral:
        return Literal(c);
      case Place::kFirst:
      case Place::kKey:
      case Place::kColon:
      case Place::kValue:
      case Place::kAfter:
      case Place::kComma:
        return node.kind == Node::kObject ? Object(c) : Array(c);
      default:
        return Number(c);
    }
  }

  Answer Begin(const Node& node, char c) {
    Frame& frame = stack_.back();
    const bool any = node.kind == Node::kAny;
    if (node.kind == Node::kLiterals) {
      frame.place = Place::kLiteral;
      return Literal(c);
    }
    if (node.kind == Node::kObject || node.kind == Node::kArray) {
      frame.place = Place::kFirst;
      return c == (node.kind == Node::kObject ? '{' : '[') ? Answer::kTaken
                                                           : Answer::kWrong;
    }
    if ((any || node.kind == Node::kString) && c == '"') {
      frame.place = Place::kInString;
      return Answer::kTaken;
    }
    if (any || node.kind == Node::kNumber || node.kind == Node::kInteger) {
      frame.place = Place::kBegin;
      if (c == '-') {
        frame.place = Place::kMinus;
      } else if (c == '0') {
        frame.place = Place::kZero;
      } else if (c >= '1' && c <= '9') {
        frame.place = Place::kDigits;
      }
      if (frame.place == Place::kBegin) return Answer::kWrong;
      if (c != '-') frame.size = 1;
      return Answer::kTaken;
    }
    return Answer::kWrong;
  }

  Answer Number(char c) {
    Frame& frame = stack_.back();
    const bool digit = c >= '0' && c <= '9';
    const bool full = Reached(frame.size, limits_.max_digits);
    const bool whole = NodeOf(frame).kind == Node::kInteger || full;
    ++frame.size;
    const auto to = [&](Place place) {
      frame.place = place;
      return Answer::kTaken;
    };
    const bool may_leave = MayLeave(frame);
    switch (frame.place) {
      case Place::kMinus:
        if (c == '0') return to(Place::kZero);
        if (digit) return to(Place::kDigits);
        break;
      case Place::kDigits:
        if (digit && !full) return Answer::kTaken;
        [[fallthrough]];
      case Place::kZero:
        if (c == '.' && !whole) return to(Place::kPoint);
        if ((c == 'e' || c == 'E') && !whole) return to(Place::kE);
        break;
      case Place::kPoint:
        if (digit) return to(Place::kDecimals);
        break;
      case Place::kDecimals:
        if (digit && !full) return Answer::kTaken;
        if ((c == 'e' || c == 'E') && !whole) return to(Place::kE);
        break;
      case Place::kE:
        if (c == '+' || c == '-') return to(Place::kESign);
        [[fallthrough]];
      case Place::kESign:
        if (digit) return to(Place::kExponent);
        break;
      case Place::kExponent:
        if (digit && !full) return Answer::kTaken;
        break;
      default:
        break;
    }
    return may_leave ? Answer::kLeave : Answer::kWrong;
  }

  // The literals that fit share what was read; the first of them is `choice`.
  Answer Literal(char c) {
    Frame& frame = stack_.back();
    const std::vector<std::string>& literals = NodeOf(frame).literals;
    const std::string read = literals[frame.choice].substr(0, frame.at) + c;
    for (size_t i = 0; i < literals.size(); ++i) {
      if (literals[i].compare(0, read.size(), read) != 0) continue;
      frame.choice = static_cast<int>(i);
      ++frame.at;
      // One that ends here comes first, so that it may end.
      for (size_t k = i; k < literals.size(); ++k) {
        if (literals[k] == read) frame.choice = static_cast<int>(k);
      }
      return Answer::kTaken;
    }
    return MayLeave(frame) ? Answer::kLeave : Answer::kWrong;
  }

  Answer Object(char c) {
    Frame& frame = stack_.back();
    const auto& properties = NodeOf(frame).properties;
    const auto owed = std::find_if(
        properties.begin() + frame.next, properties.end(),
        [](const Node::Property& property) { return property.required; });
    switch (frame.place) {
      case Place::kFirst:
      case Place::kAfter:
        if (c == '}') {
          return owed == properties.end() ? Done() : Answer::kWrong;
        }
        if (limits_.layout && IsBlank(&frame, c)) return Answer::kTaken;
        if (frame.place == Place::kAfter) {
          frame.place = Place::kComma;
          frame.blanks = 0;
          return c == ',' && static_cast<size_t>(frame.next) < properties.size()
                     ? Answer::kTaken
                     : Answer::kWrong;
        }
        return Key(c);
      case Place::kComma:
        if (IsBlank(&frame, c)) return Answer::kTaken;
        return Key(c);
      case Place::kKey:
        return Key(c);
      case Place::kColon:
        frame.place = Place::kValue;
        frame.blanks = 0;
        return c == ':' ? Answer::kTaken : Answer::kWrong;
      default: {
        if (IsBlank(&frame, c)) return Answer::kTaken;
        frame.place = Place::kAfter;
        frame.blanks = 0;
        const int value = properties[frame.choice].node;
        frame.next = frame.choice + 1;
        Push(value);
        return ReadTop(c);
      }
    }
  }

  // One more byte of a key: any that may come, up to the next that must.
  Answer Key(char c) {
    Frame& frame = stack_.back();
    const auto& properties = NodeOf(frame).properties;
    if (frame.place != Place::kKey) {
      frame.place = Place::kKey;
      frame.at = 0;
      frame.choice = frame.next;
    }
    if (properties.empty()) return Answer::kWrong;
    const std::string read =
        properties[std::min<size_t>(frame.choice, properties.size() - 1)]
            .key.substr(0, frame.at) +
        c;
    for (size_t i = frame.next; i < properties.size(); ++i) {
      if (properties[i].key.compare(0, read.size(), read) == 0) {
        frame.choice = static_cast<int>(i);
        ++frame.at;
        if (read.size() == properties[i].key.size()) {
          frame.place = Place::kColon;
        }
        return Answer::kTaken;
      }
      if (properties[i].required) break;
    }
    return Answer::kWrong;
  }

  Answer Array(char c) {
    Frame& frame = stack_.back();
    const int items = NodeOf(frame).items;
    switch (frame.place) {
      case Place::kFirst:
        if (c == ']') return Done();
        if (limits_.layout && IsBlank(&frame, c)) return Answer::kTaken;
        return Item(items, c);
      case Place::kAfter:
        if (c == ']') return Done();
        if (limits_.layout && IsBlank(&frame, c)) return Answer::kTaken;
        frame.place = Place::kComma;
        frame.blanks = 0;
        return c == ',' && !Reached(frame.size, limits_.max_items)
                   ? Answer::kTaken
                   : Answer::kWrong;
      default:
        if (IsBlank(&frame, c)) return Answer::kTaken;
        return Item(items, c);
    }
  }

  Answer Item(int node, char c) {
    Frame& frame = stack_.back();
    frame.place = Place::kAfter;
    frame.blanks = 0;
    ++frame.size;
    Push(node);
    return ReadTop(c);
  }

  std::shared_ptr<const Nodes> nodes_;
  JsonLimits limits_;
  std::vector<Frame> stack_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Grammar>> NewJsonGrammar(
    absl::string_view schema, const JsonLimits& limits) {
  ASSIGN_OR_RETURN(const Value value, ValueOfJson(schema));
  Nodes nodes;
  int root = 0;
  RETURN_IF_ERROR(Compile(value, 0, &nodes, &root));
  return std::make_unique<JsonGrammar>(std::move(nodes), root, limits);
}

}  // namespace footnote
