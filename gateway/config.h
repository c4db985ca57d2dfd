// The configuration: a file, then flags, then defaults, to one checked
// v1::Config (proto/footnote/v1/config.proto says what each key means).
//
// Every function may be called from many threads.
#ifndef FOOTNOTE_GATEWAY_CONFIG_H_
#define FOOTNOTE_GATEWAY_CONFIG_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

// Reads a textproto.
//   InvalidArgument  a file that can't be read; or "config.textproto:12:3: ..."
//                    for the first mistake: an unknown key, a value of the
//                    wrong type, a key given twice
absl::StatusOr<v1::Config> ReadConfig(const std::string& path);

// The same of `text`; `name` stands for the path in messages.
absl::StatusOr<v1::Config> ParseConfig(absl::string_view text,
                                       absl::string_view name);

// Fills what is unset from the environment and the documented defaults.
v1::Config WithDefaults(v1::Config config);

// Checks every value and that the files that it names can be read.
// InvalidArgument names the first key that is wrong, its value and what was
// wanted. REQUIRES: WithDefaults was applied.
absl::Status CheckConfig(const v1::Config& config);

// The part of that which a program needs that only calls a server: its own
// side of TLS, its log, its messages. Weights, models and the server's keys
// are not for it to have.
absl::Status CheckClientConfig(const v1::Config& config);

// `config` as text, for people.
std::string ConfigText(const v1::Config& config);

// "host:port" taken apart; the host may be [IPv6]. InvalidArgument names
// `key`.
struct Address {
  std::string host;
  int port = 0;
};
absl::StatusOr<Address> ParseAddress(absl::string_view key,
                                     absl::string_view address);

// Whether `path` is a language model itself, and no folder of them: a *.gguf
// file or a folder with config.json.
bool IsModel(const std::string& path);
// The folder that a model is in, and its name there.
std::pair<std::string, std::string> SplitModel(absl::string_view path);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_CONFIG_H_
