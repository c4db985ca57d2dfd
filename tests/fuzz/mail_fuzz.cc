// Any bytes as a message and as a header: no crash, and what format.h promises.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/utf8.h"
#include "indexer/formats/mail.h"
#include "tests/fuzz/format_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const absl::Status ignored =
      ReadMail(bytes, FuzzLimits(), [](const MailMessage& message) {
        CheckExtracted(message.document);
        for (const MailAttachment& file : message.attachments) {
          if (!IsValidUtf8(file.name)) std::abort();
        }
        return true;
      });
  (void)ignored;
  if (!IsValidUtf8(DecodeMailHeader(bytes))) std::abort();
  return 0;
}
