// `footnote audit show`: the record of one answer, for people.
#ifndef FOOTNOTE_AUDIT_SHOW_COMMAND_H_
#define FOOTNOTE_AUDIT_SHOW_COMMAND_H_

#include <string>

#include "base/cli.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// What was asked and answered, by whom and from what; how a language model
// wrote it: its drafts with the verdict of each sentence, its tools.
std::string RecordText(const v1::AnswerRecord& record);

void RegisterShowCommand(CLI::App* group, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_SHOW_COMMAND_H_
