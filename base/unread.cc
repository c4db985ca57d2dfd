#include "base/unread.h"

#include <google/protobuf/unknown_field_set.h>

namespace footnote {
namespace {

// The highest that a field can have: no message of ours does. Whatever is
// parsed takes the place of it.
constexpr int kMark = (1 << 29) - 1;

}  // namespace

void MarkUnread(google::protobuf::Message* message) {
  message->Clear();
  message->GetReflection()->MutableUnknownFields(message)->AddVarint(kMark, 1);
}

bool IsUnread(const google::protobuf::Message& message) {
  const google::protobuf::UnknownFieldSet& fields =
      message.GetReflection()->GetUnknownFields(message);
  return fields.field_count() == 1 && fields.field(0).number() == kMark;
}

}  // namespace footnote
