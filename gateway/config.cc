#include "gateway/config.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/certificate.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "gateway/validate.h"

namespace footnote {
namespace {

constexpr size_t kConfigLimitBytes = 1 << 20;
constexpr int64_t kDayMs = 24 * 3600 * 1000;
constexpr char kDefaultListen[] = "127.0.0.1:7700";
constexpr char kEncoderFile[] = "footnote-23.enc";
constexpr char kSecondEncoderFile[] = "multilingual-e5-small.enc";

// Keeps the first mistake: later ones often follow from it.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (!message_.empty()) return;
    place_ = absl::StrCat(line + 1, ":", column + 1);
    message_ = message;
  }

  std::string Text() const { return absl::StrCat(place_, ": ", message_); }

 private:
  std::string place_;
  std::string message_;
};

std::string Environment(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string ProgramFolder() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  if (size <= 0) return ".";
  const std::string file(path, static_cast<size_t>(size));
  return file.substr(0, file.rfind('/'));
}

std::string Home() {
  const std::string home = Environment("HOME");
  if (!home.empty()) return home;
  passwd entry;
  passwd* found = nullptr;
  char buffer[4096];
  if (getpwuid_r(geteuid(), &entry, buffer, sizeof(buffer), &found) != 0 ||
      found == nullptr || entry.pw_dir[0] != '/') {
    return ".";
  }
  return entry.pw_dir;
}

std::string DefaultStore() {
  const std::string store = Environment("FOOTNOTE_STORE");
  if (!store.empty()) return store;
  const std::string data = Environment("XDG_DATA_HOME");
  if (!data.empty()) return absl::StrCat(data, "/footnote");
  return absl::StrCat(Home(), "/.local/share/footnote");
}

std::string DefaultEncoder() {
  const std::string encoder = Environment("FOOTNOTE_ENCODER");
  if (!encoder.empty()) return encoder;
  const std::string models = Environment("FOOTNOTE_MODELS");
  for (const std::string& folder :
       {models, absl::StrCat(ProgramFolder(), "/../share/footnote/models")}) {
    if (folder.empty()) continue;
    const std::string path = absl::StrCat(folder, "/", kEncoderFile);
    if (Exists(path)) return path;
  }
  return "none";
}

std::string DefaultSecondEncoder(const std::string& first) {
  const std::string second = Environment("FOOTNOTE_SECOND_ENCODER");
  if (!second.empty()) return second;
  const size_t slash = first.rfind('/');
  const std::string beside =
      absl::StrCat(slash == std::string::npos ? "." : first.substr(0, slash),
                   "/", kSecondEncoderFile);
  return first != "none" && Exists(beside) ? beside : "none";
}

std::string DefaultSecondOpinion() {
  const std::string when = Environment("FOOTNOTE_SECOND_OPINION");
  return when.empty() ? "heard" : when;
}

template <typename Number>
absl::Status CheckRange(absl::string_view key, Number value, Number least,
                        Number most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "config: ", key, ": ", value, ", want ", least, " to ", most));
}

absl::Status CheckReadable(absl::string_view key, const std::string& path) {
  if (path.empty() || access(path.c_str(), R_OK) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "config: ", key, ": ", path, ": want a file that can be read"));
}

absl::Status CheckFile(absl::string_view key, const std::string& path) {
  RETURN_IF_ERROR(CheckReadable(key, path));
  struct stat info;
  if (path.empty() || stat(path.c_str(), &info) != 0 ||
      !S_ISDIR(info.st_mode)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("config: ", key, ": ", path, ": is a folder, want a file"));
}

absl::Status CheckPair(absl::string_view key, const std::string& certificate,
                       const std::string& private_key) {
  if (certificate.empty() == private_key.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("config: ", key,
                   ": want certificate and private_key, or neither of them"));
}

// What gRPC would only say about as "the address can't be had".
absl::Status CheckPem(absl::string_view key, const std::string& path,
                      const std::string& private_key) {
  if (path.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  absl::Status status = CheckCertificate(pem);
  std::string wrong = absl::StrCat(key, ": ", path);
  if (status.ok() && !private_key.empty()) {
    ASSIGN_OR_RETURN(const std::string secret, ReadFile(private_key));
    status = CheckPrivateKey(pem, secret);
    wrong = absl::StrCat(absl::StripSuffix(key, "certificate"),
                         "private_key: ", private_key);
  }
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat("config: ", wrong, ": ", status.message()));
}

absl::Status CheckServerTls(const v1::ServerTls& server) {
  RETURN_IF_ERROR(CheckPair("tls", server.certificate(), server.private_key()));
  RETURN_IF_ERROR(CheckFile("tls.certificate", server.certificate()));
  RETURN_IF_ERROR(CheckFile("tls.private_key", server.private_key()));
  RETURN_IF_ERROR(CheckFile("tls.client_ca", server.client_ca()));
  if (!server.client_ca().empty() && server.certificate().empty()) {
    return absl::InvalidArgumentError(
        "config: tls.client_ca: want tls.certificate with it");
  }
  RETURN_IF_ERROR(
      CheckPem("tls.certificate", server.certificate(), server.private_key()));
  return CheckPem("tls.client_ca", server.client_ca(), "");
}

absl::Status CheckClientTls(const v1::ClientTls& client) {
  RETURN_IF_ERROR(
      CheckPair("client_tls", client.certificate(), client.private_key()));
  RETURN_IF_ERROR(CheckFile("client_tls.ca", client.ca()));
  RETURN_IF_ERROR(CheckFile("client_tls.certificate", client.certificate()));
  RETURN_IF_ERROR(CheckFile("client_tls.private_key", client.private_key()));
  RETURN_IF_ERROR(CheckPem("client_tls.ca", client.ca(), ""));
  return CheckPem("client_tls.certificate", client.certificate(),
                  client.private_key());
}

absl::Status CheckAddresses(const v1::Config& config) {
  RETURN_IF_ERROR(ParseAddress("listen", config.listen()).status());
  const std::pair<const char*, const std::string*> others[] = {
      {"metrics", &config.metrics()},
      {"rooms.indexer", &config.rooms().indexer()},
      {"rooms.retriever", &config.rooms().retriever()},
      {"rooms.generator", &config.rooms().generator()},
      {"rooms.audit", &config.rooms().audit()},
  };
  for (const auto& other : others) {
    if (other.second->empty()) continue;
    RETURN_IF_ERROR(ParseAddress(other.first, *other.second).status());
  }
  return absl::OkStatus();
}

// A name that no collection has would be about none: another one is meant.
absl::Status CheckCollection(absl::string_view key, const std::string& id) {
  if (IsCollectionId(id)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("config: ", key, ": \"", id,
                   "\", want a collection's id, [a-z0-9][a-z0-9_-]{0,62}"));
}

absl::Status CheckRetention(absl::string_view key, int days) {
  constexpr int kLeast = 183;
  if (days == 0 || days >= kLeast) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "config: ", key, ": ", days, ", want 0 or at least ", kLeast));
}

absl::Status CheckWitness(const v1::WitnessAddress& witness) {
  absl::string_view host = witness.url();
  if ((!absl::ConsumePrefix(&host, "https://") &&
       !absl::ConsumePrefix(&host, "http://")) ||
      host.empty() || host[0] == '/') {
    return absl::InvalidArgumentError(
        absl::StrCat("config: audit.witnesses.url: \"", witness.url(),
                     "\", want https://host or http://host"));
  }
  if (witness.public_key().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config: audit.witnesses.public_key: empty, want the key of ",
        witness.url(), ", as `footnote witness` prints it"));
  }
  return absl::OkStatus();
}

absl::Status CheckAudit(const v1::AuditConfig& audit) {
  if (audit.origin().find_first_of(" +\n") != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config: audit.origin: ", audit.origin(), ", want no space and no +"));
  }
  const int sources = !audit.master_key_file().empty() +
                      !audit.master_key_environment().empty() +
                      !audit.master_key_command().empty();
  if (sources > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("config: audit.master_key_…: ", sources,
                     " places, want one of file, environment, command"));
  }
  for (const v1::WitnessAddress& witness : audit.witnesses()) {
    RETURN_IF_ERROR(CheckWitness(witness));
  }
  RETURN_IF_ERROR(
      CheckRetention("audit.retention_days", audit.retention_days()));
  for (const v1::CollectionAudit& collection : audit.collections()) {
    RETURN_IF_ERROR(CheckCollection("audit.collections.collection",
                                    collection.collection()));
    RETURN_IF_ERROR(CheckRetention("audit.collections.retention_days",
                                   collection.retention_days()));
  }
  return absl::OkStatus();
}

absl::Status CheckIdentity(const v1::Config& config) {
  const v1::IdentityConfig& identity = config.identity();
  // They are written into records.
  if (!v1::IdentityConfig().ParseFromString(identity.SerializeAsString())) {
    return absl::InvalidArgumentError(
        "config: identity: a name in it is not UTF-8, want UTF-8");
  }
  const std::string& field = identity.tenant_field();
  if (!field.empty() && field != "O" && field != "OU") {
    return absl::InvalidArgumentError(absl::StrCat(
        "config: identity.tenant_field: ", field, ", want O, OU or nothing"));
  }
  const bool needs = !field.empty() || identity.trusted_proxies_size() > 0;
  if (needs && config.tls().client_ca().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config: identity.", field.empty() ? "trusted_proxies" : "tenant_field",
        ": want tls.client_ca with it: who shows no certificate has no name"));
  }
  for (const std::string& proxy : identity.trusted_proxies()) {
    if (proxy.empty()) {
      return absl::InvalidArgumentError(
          "config: identity.trusted_proxies: empty, want a certificate's name");
    }
  }
  std::set<std::string> owned;
  for (const v1::CollectionOwner& owner : identity.collections()) {
    if (owner.collection().empty() || owner.tenant().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "config: identity.collections: collection \"", owner.collection(),
          "\" of tenant \"", owner.tenant(), "\", want both"));
    }
    RETURN_IF_ERROR(
        CheckCollection("identity.collections.collection", owner.collection()));
    if (!owned.insert(owner.collection()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("config: identity.collections: collection \"",
                       owner.collection(), "\" twice, want one tenant"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckEncoder(const v1::EncoderConfig& encoder) {
  if (encoder.path() != "none") {
    RETURN_IF_ERROR(CheckFile("encoder.path", encoder.path()));
  }
  if (encoder.second() != "none") {
    RETURN_IF_ERROR(CheckFile("encoder.second", encoder.second()));
  }
  const std::string& precision = encoder.precision();
  if (precision != "int8" && precision != "float32") {
    return absl::InvalidArgumentError(absl::StrCat(
        "config: encoder.precision: ", precision, ", want int8 or float32"));
  }
  const std::string& when = encoder.second_opinion();
  if (when != "across" && when != "heard" && when != "always") {
    return absl::InvalidArgumentError(
        absl::StrCat("config: encoder.second_opinion: \"", when,
                     "\", want across, heard or always"));
  }
  if (when == "always" && encoder.second() == "none") {
    return absl::InvalidArgumentError(
        "config: encoder.second_opinion: always, want encoder.second: `tools/"
        "models pull multilingual-e5-small` puts it beside encoder.path");
  }
  return absl::OkStatus();
}

absl::Status CheckModel(const v1::ModelConfig& model) {
  RETURN_IF_ERROR(CheckReadable("model.path", model.path()));
  if (model.threads() < 0 || model.threads() > 1024) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config: model.threads: ", model.threads(), ", want 0 to 1024"));
  }
  if (model.cache_bytes() != 0 && model.cache_bytes() < (1 << 20)) {
    return absl::InvalidArgumentError(
        absl::StrCat("config: model.cache_bytes: ", model.cache_bytes(),
                     ", want at least 1048576"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Config> ParseConfig(absl::string_view text,
                                       absl::string_view name) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  v1::Config config;
  if (!parser.ParseFromString(std::string(text), &config)) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":", error.Text()));
  }
  return config;
}

absl::StatusOr<v1::Config> ReadConfig(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kConfigLimitBytes);
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("config: ", text.status().message()));
  }
  return ParseConfig(*text, path);
}

bool IsModel(const std::string& path) {
  return absl::EndsWith(path, ".gguf") ||
         access(absl::StrCat(path, "/config.json").c_str(), R_OK) == 0;
}

std::pair<std::string, std::string> SplitModel(absl::string_view path) {
  while (path.size() > 1 && absl::ConsumeSuffix(&path, "/")) {
  }
  const size_t slash = path.rfind('/');
  absl::string_view folder =
      slash == absl::string_view::npos ? "." : path.substr(0, slash);
  if (folder.empty()) folder = "/";
  absl::string_view name =
      slash == absl::string_view::npos ? path : path.substr(slash + 1);
  absl::ConsumeSuffix(&name, ".gguf");
  return {std::string(folder), std::string(name)};
}

v1::Config WithDefaults(v1::Config config) {
  if (config.store().empty()) config.set_store(DefaultStore());
  if (config.listen().empty()) config.set_listen(kDefaultListen);
  v1::EncoderConfig& encoder = *config.mutable_encoder();
  if (encoder.path().empty()) encoder.set_path(DefaultEncoder());
  if (encoder.precision().empty()) encoder.set_precision("int8");
  if (encoder.second().empty()) {
    encoder.set_second(DefaultSecondEncoder(encoder.path()));
  }
  if (encoder.second_opinion().empty()) {
    encoder.set_second_opinion(DefaultSecondOpinion());
  }
  v1::Resources& resources = *config.mutable_resources();
  if (resources.memory_bytes() == 0) resources.set_memory_bytes(768ull << 20);
  if (resources.threads() == 0) {
    resources.set_threads(
        std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
  }
  v1::ModelConfig& model = *config.mutable_model();
  if (model.default_name().empty() && IsModel(model.path())) {
    model.set_default_name(SplitModel(model.path()).second);
  }
  if (config.log().level().empty()) config.mutable_log()->set_level("info");
  v1::Limits& limits = *config.mutable_limits();
  if (limits.max_message_bytes() == 0) limits.set_max_message_bytes(64 << 20);
  if (limits.max_concurrent_streams() == 0) {
    limits.set_max_concurrent_streams(1000);
  }
  if (limits.max_concurrent_asks() == 0) limits.set_max_concurrent_asks(256);
  v1::Timeouts& timeouts = *config.mutable_timeouts();
  if (timeouts.ask_ms() == 0) timeouts.set_ask_ms(60000);
  if (timeouts.drain_ms() == 0) timeouts.set_drain_ms(10000);
  if (timeouts.keepalive_ms() == 0) timeouts.set_keepalive_ms(60000);
  return config;
}

absl::Status CheckClientConfig(const v1::Config& config) {
  RETURN_IF_ERROR(CheckClientTls(config.client_tls()));
  const std::string& level = config.log().level();
  if (level != "debug" && level != "info" && level != "warning" &&
      level != "error" && level != "off") {
    return absl::InvalidArgumentError(
        absl::StrCat("config: log.level: ", level,
                     ", want debug, info, warning, error or off"));
  }
  RETURN_IF_ERROR(CheckRange<uint64_t>("limits.max_message_bytes",
                                       config.limits().max_message_bytes(),
                                       2 << 20, 1 << 30));
  return CheckRange<int64_t>("timeouts.keepalive_ms",
                             config.timeouts().keepalive_ms(), 1000, kDayMs);
}

absl::Status CheckConfig(const v1::Config& config) {
  RETURN_IF_ERROR(CheckClientConfig(config));
  RETURN_IF_ERROR(CheckAddresses(config));
  RETURN_IF_ERROR(CheckServerTls(config.tls()));
  RETURN_IF_ERROR(CheckAudit(config.audit()));
  RETURN_IF_ERROR(CheckIdentity(config));
  RETURN_IF_ERROR(CheckEncoder(config.encoder()));
  RETURN_IF_ERROR(CheckModel(config.model()));
  RETURN_IF_ERROR(CheckRange<uint64_t>("resources.memory_bytes",
                                       config.resources().memory_bytes(),
                                       64ull << 20, 1ull << 50));
  RETURN_IF_ERROR(
      CheckRange("resources.threads", config.resources().threads(), 1, 1024));
  RETURN_IF_ERROR(CheckRange("limits.max_concurrent_streams",
                             config.limits().max_concurrent_streams(), 1,
                             1000000));
  RETURN_IF_ERROR(CheckRange("limits.max_concurrent_asks",
                             config.limits().max_concurrent_asks(), 1, 100000));
  RETURN_IF_ERROR(CheckRange<int64_t>("timeouts.ask_ms",
                                      config.timeouts().ask_ms(), 1, kDayMs));
  return CheckRange<int64_t>("timeouts.drain_ms", config.timeouts().drain_ms(),
                             1, kDayMs);
}

std::string ConfigText(const v1::Config& config) {
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.PrintToString(config, &text);
  return text;
}

absl::StatusOr<Address> ParseAddress(absl::string_view key,
                                     absl::string_view address) {
  const size_t colon = address.rfind(':');
  Address parsed;
  bool numbered = colon != absl::string_view::npos &&
                  absl::SimpleAtoi(address.substr(colon + 1), &parsed.port) &&
                  parsed.port >= 0 && parsed.port <= 65535;
  // A web address; "dns:///host:port" is one of gRPC's.
  numbered = numbered && !absl::StartsWith(address, "http://") &&
             !absl::StartsWith(address, "https://");
  if (numbered) parsed.host = std::string(address.substr(0, colon));
  if (!numbered || parsed.host.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("config: ", key, ": \"", address, "\", want host:port"));
  }
  return parsed;
}

}  // namespace footnote
