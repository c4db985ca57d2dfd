// Messages of a gRPC stream that can't be parsed: gRPC tells of them as of the
// stream's end, and goes on behind them.
#ifndef FOOTNOTE_BASE_UNREAD_H_
#define FOOTNOTE_BASE_UNREAD_H_

#include <google/protobuf/message.h>

namespace footnote {

// Empties `message`, which is to be read into, and marks it.
void MarkUnread(google::protobuf::Message* message);

// Whether `message` is as MarkUnread left it. After a read that failed: nothing
// came, it is the end; otherwise what came is no such message.
bool IsUnread(const google::protobuf::Message& message);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_UNREAD_H_
