// Cuts a Jinja template into its words, with the whitespace control of
// trim_blocks and lstrip_blocks, as language models' templates want it.
#ifndef FOOTNOTE_MODEL_TEMPLATE_LEXER_H_
#define FOOTNOTE_MODEL_TEMPLATE_LEXER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

struct TemplateToken {
  enum Kind : uint8_t {
    kData,           // text to print
    kBlockBegin,     // {%
    kBlockEnd,       // %}
    kVariableBegin,  // {{
    kVariableEnd,    // }}
    kName,
    kString,  // unescaped
    kInteger,
    kFloat,
    kOperator,  // its spelling: "==", "[", ...
    kEnd,
  };
  Kind kind;
  std::string text;
  int line = 1;
};

// InvalidArgument, naming the line, where `source` is no template.
absl::StatusOr<std::vector<TemplateToken>> LexTemplate(
    absl::string_view source);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_LEXER_H_
