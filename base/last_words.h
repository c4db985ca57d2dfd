// What a program says when it can't go on.
#ifndef FOOTNOTE_BASE_LAST_WORDS_H_
#define FOOTNOTE_BASE_LAST_WORDS_H_

namespace footnote {

// From now on an exception that nobody catches ends the process with one line
// on standard error and exit code 1, and not with a core dump: where a thread
// or memory could not be had, the line names the limits of the process and how
// much of them is used. An abort says as much before it ends the process as
// ever. Once, before anything else.
void InstallLastWords();

}  // namespace footnote

#endif  // FOOTNOTE_BASE_LAST_WORDS_H_
