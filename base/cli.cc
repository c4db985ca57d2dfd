#include "base/cli.h"

#include <errno.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/utf8.h"

namespace footnote {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string QuotedJson(absl::string_view text) {
  std::string out = "\"";
  for (const char c : ReplaceInvalidUtf8(text)) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

// Protobuf's own printer gives 64-bit numbers as strings and hashes in base
// 64; scripts want numbers, people want the digits that they see elsewhere.
class JsonWriter {
 public:
  explicit JsonWriter(bool pretty) : pretty_(pretty) {}

  void WriteMessage(const Message& message) {
    const Descriptor& type = *message.GetDescriptor();
    const Reflection& reflection = *message.GetReflection();
    Open('{');
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!field.is_repeated() && field.has_presence() &&
          !reflection.HasField(message, &field)) {
        continue;
      }
      Separate();
      WriteString(field.name());
      out_ += pretty_ ? ": " : ":";
      if (field.is_map()) {
        WriteMap(message, field);
      } else if (field.is_repeated()) {
        WriteList(message, field);
      } else {
        WriteValue(message, field, -1);
      }
    }
    Close('}');
  }

  std::string Take() { return std::move(out_); }

 private:
  void Open(char bracket) {
    out_.push_back(bracket);
    counts_.push_back(0);
  }

  void Close(char bracket) {
    const bool empty = counts_.back() == 0;
    counts_.pop_back();
    if (!empty) NewLine();
    out_.push_back(bracket);
  }

  void Separate() {
    if (counts_.back()++ > 0) out_.push_back(',');
    NewLine();
  }

  void NewLine() {
    if (pretty_) absl::StrAppend(&out_, "\n", std::string(counts_.size(), ' '));
  }

  void WriteList(const Message& message, const FieldDescriptor& field) {
    const int size = message.GetReflection()->FieldSize(message, &field);
    Open('[');
    for (int i = 0; i < size; ++i) {
      Separate();
      WriteValue(message, field, i);
    }
    Close(']');
  }

  void WriteMap(const Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    const FieldDescriptor& key = *field.message_type()->map_key();
    const FieldDescriptor& value = *field.message_type()->map_value();
    Open('{');
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      Separate();
      const std::string name =
          key.cpp_type() == FieldDescriptor::CPPTYPE_STRING
              ? entry.GetReflection()->GetString(entry, &key)
              : absl::StrCat(entry.GetReflection()->GetInt64(entry, &key));
      WriteString(name);
      out_ += pretty_ ? ": " : ":";
      WriteValue(entry, value, -1);
    }
    Close('}');
  }

  // Element `index` of a repeated field, or the field itself when -1.
  void WriteValue(const Message& message, const FieldDescriptor& field,
                  int index) {
    const Reflection& get = *message.GetReflection();
    const bool one = index < 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        absl::StrAppend(&out_,
                        one ? get.GetInt32(message, &field)
                            : get.GetRepeatedInt32(message, &field, index));
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        absl::StrAppend(&out_,
                        one ? get.GetInt64(message, &field)
                            : get.GetRepeatedInt64(message, &field, index));
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
        absl::StrAppend(&out_,
                        one ? get.GetUInt32(message, &field)
                            : get.GetRepeatedUInt32(message, &field, index));
        return;
      case FieldDescriptor::CPPTYPE_UINT64:
        absl::StrAppend(&out_,
                        one ? get.GetUInt64(message, &field)
                            : get.GetRepeatedUInt64(message, &field, index));
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        WriteNumber(one ? get.GetDouble(message, &field)
                        : get.GetRepeatedDouble(message, &field, index));
        return;
      case FieldDescriptor::CPPTYPE_FLOAT:
        WriteNumber(one ? get.GetFloat(message, &field)
                        : get.GetRepeatedFloat(message, &field, index));
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        out_ += (one ? get.GetBool(message, &field)
                     : get.GetRepeatedBool(message, &field, index))
                    ? "true"
                    : "false";
        return;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int number =
            one ? get.GetEnumValue(message, &field)
                : get.GetRepeatedEnumValue(message, &field, index);
        const auto* value = field.enum_type()->FindValueByNumber(number);
        WriteString(value != nullptr ? value->name() : absl::StrCat(number));
        return;
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string value =
            one ? get.GetString(message, &field)
                : get.GetRepeatedString(message, &field, index);
        if (field.type() != FieldDescriptor::TYPE_BYTES) {
          WriteString(value);
        } else if (absl::EndsWith(field.name(), "sha256")) {
          WriteString(Hex(value));
        } else {
          WriteString(absl::Base64Escape(value));
        }
        return;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        WriteMessage(one ? get.GetMessage(message, &field)
                         : get.GetRepeatedMessage(message, &field, index));
        return;
    }
  }

  void WriteNumber(double number) {
    // JSON has neither infinities nor NaN.
    if (number != number || number - number != 0) {
      out_ += "null";
    } else {
      absl::StrAppend(&out_, absl::StrFormat("%.9g", number));
    }
  }

  void WriteString(absl::string_view text) {
    absl::StrAppend(&out_, QuotedJson(text));
  }

  const bool pretty_;
  std::string out_;
  // Elements written so far in each open bracket.
  std::vector<int> counts_;
};

}  // namespace

const char kExitCodesHelp[] =
    "Exit codes:\n"
    "  0  done\n"
    "  1  failed\n"
    "  2  a flag, an argument or the configuration file is wrong\n"
    "  3  no such store, collection, document, version or answer\n"
    "  4  verify: the record or a citation does not check\n"
    "  5  ask: no answer, with a reason\n"
    "  6  ingest: some files failed, the others are in\n"
    "  7  no server, the store is held by another process, or time ran out\n";

CLI::App* AddCommand(CLI::App* app, CliContext* context,
                     const std::string& name, const std::string& description,
                     std::function<absl::Status()> body) {
  CLI::App* command = app->add_subcommand(name, description);
  command->fallthrough();
  command->callback([context, body] { context->run = body; });
  return command;
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    // What was to be new was named like something that is there.
    case absl::StatusCode::kAlreadyExists:
      return kExitUsage;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitUnavailable;
    default:
      return kExitFailure;
  }
}

namespace {

// What was printed may be a key or a proof that a script keeps: where it is not
// all there, nothing is done. Who stops reading has what he wants.
bool PrintedAll() {
  const bool flushed = fflush(stdout) == 0;
  const int reason = errno;
  if (flushed && ferror(stdout) == 0) return true;
  pollfd out = {STDOUT_FILENO, POLLOUT, 0};
  if (poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLNVAL)) != 0) {
    return true;
  }
  absl::FPrintF(stderr, "footnote: standard output: %s\n",
                flushed ? "not all of it could be written" : strerror(reason));
  return false;
}

}  // namespace

int FinishCommand(const CliContext& context, const absl::Status& status) {
  if (status.ok()) return PrintedAll() ? context.exit_code : kExitFailure;
  if (context.json) {
    PrintLine(absl::StrCat("{\"error\":{\"code\":",
                           QuotedJson(absl::StatusCodeToString(status.code())),
                           ",\"reason\":", QuotedJson(ErrorReason(status)),
                           ",\"message\":", QuotedJson(status.message()),
                           "}}"));
  } else {
    // Whoever put documents into a collection forgets its name once.
    const bool other_name = context.collection == "default" &&
                            ErrorReason(status) == "COLLECTION_NOT_FOUND";
    absl::FPrintF(stderr, "footnote: %s%s\n", status.message(),
                  other_name ? "; another one is named by -c" : "");
  }
  return ExitCodeOf(status);
}

std::string ToJson(const Message& message) {
  JsonWriter writer(/*pretty=*/false);
  writer.WriteMessage(message);
  return writer.Take();
}

std::string ToPrettyJson(const Message& message) {
  JsonWriter writer(/*pretty=*/true);
  writer.WriteMessage(message);
  return writer.Take();
}

void PrintLine(absl::string_view line) {
  fwrite(line.data(), 1, line.size(), stdout);
  fputc('\n', stdout);
}

}  // namespace footnote
