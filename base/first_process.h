// What ends the first process of a container: the system takes no signal for
// it that it does not handle.
#ifndef FOOTNOTE_BASE_FIRST_PROCESS_H_
#define FOOTNOTE_BASE_FIRST_PROCESS_H_

namespace footnote {

// From now on SIGHUP, SIGINT and SIGTERM end this process where it is the
// first one, with 128 and their number, as a shell would say it. Of another
// process they do so by themselves.
void EndFirstProcessBySignals();

// Whether that is all that a handler does.
bool OnlyEndsFirstProcess(void (*handler)(int));

}  // namespace footnote

#endif  // FOOTNOTE_BASE_FIRST_PROCESS_H_
