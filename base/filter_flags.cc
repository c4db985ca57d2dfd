#include "base/filter_flags.h"

#include "absl/strings/str_split.h"

namespace footnote {
namespace {

// May be given several times, each time with one value.
CLI::Option* AddMany(CLI::App* command, const char* name, const char* what,
                     std::vector<std::string>* values) {
  return command->add_option(name, *values, what)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

}  // namespace

void AddFilterFlags(CLI::App* command, FilterFlags* flags) {
  AddMany(command, "--in", "only passages in these languages, such as de,fr",
          &flags->languages)
      ->delimiter(',');
  AddMany(command, "--document",
          "only this document; may be given several times", &flags->documents);
  command->add_option("--prefix", flags->document_prefix,
                      "only documents whose id begins so");
  AddMany(command, "--where",
          "only documents with this metadata: key or key=a,b",
          &flags->conditions);
  AddMany(command, "--label",
          "an access label that the asker holds; may be given several times",
          &flags->labels);
}

MetadataCondition::MetadataCondition(const std::string& text) {
  const size_t equals = text.find('=');
  key = text.substr(0, equals);
  if (equals != std::string::npos) {
    any_of = absl::StrSplit(text.substr(equals + 1), ',');
  }
}

}  // namespace footnote
