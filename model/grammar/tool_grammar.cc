#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "model/grammar/grammar.h"
#include "model/template/json_value.h"

namespace footnote {
namespace {

// A query is a sentence; a formula is no longer.
constexpr int kMaxString = 300;
constexpr int kMaxDigits = 15;
constexpr int kMaxItems = 16;

// What calls are made of, shared by the copies of a grammar.
struct Program {
  struct Part {
    enum Kind { kText, kId, kName, kParameters, kNext, kEnd };
    Kind kind = kText;
    absl::string_view text;
  };
  struct Tool {
    std::string name;  // as JSON, with its quotes
    std::unique_ptr<const Grammar> parameters;
  };
  std::vector<Part> parts;
  size_t loop = 0;  // where the second call begins
  std::vector<Tool> tools;
  ToolCallsForm form;
};

using Part = Program::Part;

class ToolCallsGrammar : public Grammar {
 public:
  explicit ToolCallsGrammar(std::shared_ptr<const Program> program)
      : program_(std::move(program)) {}

  std::unique_ptr<Grammar> Copy() const override {
    auto copy = std::make_unique<ToolCallsGrammar>(program_);
    copy->Assign(*this);
    return copy;
  }

  void Assign(const Grammar& other) override {
    const auto& from = static_cast<const ToolCallsGrammar&>(other);
    at_ = from.at_;
    read_ = from.read_;
    blanks_ = from.blanks_;
    calls_ = from.calls_;
    if (from.parameters_ == nullptr) {
      parameters_.reset();
    } else if (parameters_ == nullptr || tool_ != from.tool_) {
      parameters_ = from.parameters_->Copy();
    } else {
      parameters_->Assign(*from.parameters_);
    }
    tool_ = from.tool_;
  }

  bool MayEnd() const override {
    return program_->parts[at_].kind == Part::kEnd;
  }

  bool Read(uint8_t byte) override {
    const char c = static_cast<char>(byte);
    if (parameters_ != nullptr && parameters_->MayEnd()) Next();
    const Part& part = program_->parts[at_];
    const bool begun = !read_.empty() || parameters_ != nullptr;
    if (!begun && (c == ' ' || c == '\n')) {
      return ++blanks_ <= JsonLimits::kMaxLayout;
    }
    blanks_ = 0;
    switch (part.kind) {
      case Part::kText:
        return Spell(part.text, c);
      case Part::kId:
        return Spell(absl::StrCat("\"", program_->form.first_id + calls_, "\""),
                     c);
      case Part::kName:
        return Name(c);
      case Part::kParameters:
        if (parameters_ == nullptr) {
          parameters_ = program_->tools[tool_].parameters->Copy();
        }
        return parameters_->Read(byte);
      case Part::kNext:
        ++calls_;
        if (c == ']') {
          Next();
          return true;
        }
        at_ = program_->loop;
        return c == ',' && calls_ < program_->form.max_calls;
      case Part::kEnd:
        break;
    }
    return false;
  }

 private:
  void Next() {
    ++at_;
    read_.clear();
    parameters_.reset();
  }

  bool Spell(absl::string_view text, char c) {
    if (text[read_.size()] != c) return false;
    read_.push_back(c);
    if (read_.size() == text.size()) Next();
    return true;
  }

  bool Name(char c) {
    read_.push_back(c);
    bool begins = false;
    for (size_t i = 0; i < program_->tools.size(); ++i) {
      const std::string& name = program_->tools[i].name;
      begins |= absl::StartsWith(name, read_);
      if (name != read_) continue;
      tool_ = static_cast<int>(i);
      Next();
      return true;
    }
    return begins;
  }

  std::shared_ptr<const Program> program_;
  size_t at_ = 0;
  std::string read_;  // of the part
  int blanks_ = 0;
  int calls_ = 0;
  int tool_ = 0;
  std::unique_ptr<Grammar> parameters_;
};

void AddText(absl::string_view text, Program* program) {
  program->parts.push_back({Part::kText, text});
}

void AddCall(bool with_id, absl::string_view name, absl::string_view parameters,
             Program* program) {
  AddText("{", program);
  if (with_id) {
    AddText("\"tool_call_id\"", program);
    AddText(":", program);
    program->parts.push_back({Part::kId, ""});
    AddText(",", program);
  }
  AddText(name, program);
  AddText(":", program);
  program->parts.push_back({Part::kName, ""});
  AddText(",", program);
  AddText(parameters, program);
  AddText(":", program);
  program->parts.push_back({Part::kParameters, ""});
  AddText("}", program);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Grammar>> NewToolCallsGrammar(
    const std::vector<CallableTool>& tools, const ToolCallsForm& form) {
  if (tools.empty()) return absl::InvalidArgumentError("tools: none");
  JsonLimits limits;
  limits.max_string = kMaxString;
  limits.max_digits = kMaxDigits;
  limits.max_items = kMaxItems;
  limits.layout = true;
  auto program = std::make_shared<Program>();
  program->form = form;
  for (const CallableTool& tool : tools) {
    auto parameters = NewJsonGrammar(
        tool.schema.empty() ? "{\"type\": \"object\"}" : tool.schema, limits);
    // Only objects end by themselves.
    if (parameters.ok() && !(*parameters)->Copy()->Read('{')) {
      parameters = absl::InvalidArgumentError(
          "parameters: want a schema of the type object");
    }
    if (!parameters.ok()) {
      return absl::Status(parameters.status().code(),
                          absl::StrCat("tool \"", tool.name,
                                       "\": ", parameters.status().message()));
    }
    std::string name = JsonString(tool.name);
    const bool twice =
        std::any_of(program->tools.begin(), program->tools.end(),
                    [&](const auto& other) { return other.name == name; });
    if (tool.name.empty() || twice) {
      return absl::InvalidArgumentError(absl::StrCat(
          "tool \"", tool.name, "\": want a name that no other has"));
    }
    program->tools.push_back({std::move(name), *std::move(parameters)});
  }
  if (form.list) {
    AddText("[", program.get());
    program->loop = program->parts.size();
    AddCall(true, "\"tool_name\"", "\"parameters\"", program.get());
    program->parts.push_back({Part::kNext, ""});
  } else {
    AddCall(false, "\"name\"", "\"arguments\"", program.get());
  }
  program->parts.push_back({Part::kEnd, ""});
  return std::make_unique<ToolCallsGrammar>(std::move(program));
}

}  // namespace footnote
