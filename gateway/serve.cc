#include "gateway/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/certificate.h"
#include "base/file.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "base/version.h"
#include "gateway/accept_watch.h"
#include "gateway/answers_service.h"
#include "gateway/channel.h"
#include "gateway/config.h"
#include "gateway/health.h"
#include "gateway/identity.h"
#include "gateway/proxy.h"
#include "gateway/readiness.h"
#include "gateway/room_stubs.h"
#include "gateway/rooms.h"
#include "gateway/server.h"

namespace footnote {
namespace {

// Where signals are written to; set before any comes.
int signal_pipe = -1;

// When the first signal came that ends the server; 0: none has.
std::atomic<int64_t> first_ms(0);

// Notes that a signal came; the milliseconds since the first one, which is 0.
int64_t SinceFirst() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t now_ms = now.tv_sec * int64_t{1000} + now.tv_nsec / 1000000 + 1;
  int64_t before_ms = 0;
  if (first_ms.compare_exchange_strong(before_ms, now_ms)) return 0;
  return now_ms - before_ms;
}

// Ends the process by a signal that comes a second after the first or later.
// Sooner it is the same once more: timeout(1) says it to the process and again
// to its group.
void EndBySecond(int signal) {
  if (SinceFirst() < 1000) return;
  // The first process of a container is not ended by what it does not handle.
  if (getpid() == 1) _exit(128 + signal);
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  raise(signal);
}

void OnSignal(int signal) {
  const int before = errno;
  // A terminal that hangs up may say so more than once.
  if (signal != SIGHUP) EndBySecond(signal);
  const char byte = static_cast<char>(signal);
  if (write(signal_pipe, &byte, 1) < 0) {
    // It is full of others.
  }
  errno = before;
}

// SIGTERM, SIGINT and SIGHUP, kept for Wait from now on. Handlers rather than a
// mask: libraries have threads from before main, which would not have it.
class StopSignals {
 public:
  StopSignals() {
    if (pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) != 0) abort();
    signal_pipe = pipe_[1];
    Handle(SIGTERM, OnSignal);
    Handle(SIGINT, OnSignal);
    struct sigaction hang_up;
    const bool is_ignored = sigaction(SIGHUP, nullptr, &hang_up) == 0 &&
                            hang_up.sa_handler == SIG_IGN;
    if (!is_ignored) Handle(SIGHUP, OnSignal);
  }

  // Calls `look` once a second until one that ends the process comes, or `look`
  // gives an error.
  absl::StatusOr<int> Wait(const std::function<absl::Status()>& look) const {
    constexpr int kSecondMs = 1000;
    while (true) {
      RETURN_IF_ERROR(look());
      pollfd came = {pipe_[0], POLLIN, 0};
      char signal = 0;
      if (poll(&came, 1, kSecondMs) <= 0 || read(pipe_[0], &signal, 1) != 1) {
        continue;
      }
      if (signal == SIGHUP && !has_terminal_) {
        Log(Severity::kWarning,
            "SIGHUP: nothing is read anew, want a restart for that");
        continue;
      }
      SinceFirst();
      return signal;
    }
  }

 private:
  static void Handle(int signal, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
  }

  static bool HasTerminal() {
    const int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (terminal >= 0) close(terminal);
    return terminal >= 0;
  }

  const bool has_terminal_ = HasTerminal();
  int pipe_[2] = {-1, -1};
};

// Whoever reads the log may end, or a site that is read from: that is an error
// of a write, and not the end. A handler: programs that the server starts would
// inherit that it is ignored.
void OutliveClosedPipes() {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  sigaction(SIGPIPE, &action, nullptr);
}

const char* SignalName(int signal) {
  if (signal == SIGHUP) return "SIGHUP";
  return signal == SIGTERM ? "SIGTERM" : "SIGINT";
}

// What one process serves. Ends from the last member to the first: the door
// closes before the rooms do, so that a question under way reaches them.
struct House {
  std::unique_ptr<Rooms> rooms;
  std::unique_ptr<Server> inside;
  // To rooms that are other processes.
  RoomChannels apart;
  std::unique_ptr<RoomStubs> stubs;
  std::unique_ptr<AnswersService> answers;
  std::vector<std::unique_ptr<grpc::Service>> proxies;
  std::unique_ptr<MetricsServer> metrics;
  std::unique_ptr<Server> door;
};

std::set<Room> RoomsOf(const std::string& name) {
  if (name == "indexer") return {Room::kIndexer};
  if (name == "retriever") return {Room::kRetriever};
  if (name == "generator") return {Room::kGenerator};
  if (name == "audit") return {Room::kAudit};
  return {Room::kIndexer, Room::kRetriever, Room::kGenerator, Room::kAudit};
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> ChannelTo(
    const char* room, const std::string& address, const v1::Config& config) {
  if (!address.empty()) return OpenChannel(address, config);
  return absl::InvalidArgumentError(
      absl::StrCat("serve gateway: --", room, " (or rooms.", room,
                   ") is missing, want host:port"));
}

absl::StatusOr<RoomChannels> ConnectRooms(const v1::Config& config) {
  const v1::RoomAddresses& at = config.rooms();
  RoomChannels channels;
  ASSIGN_OR_RETURN(channels.indexer,
                   ChannelTo("indexer", at.indexer(), config));
  ASSIGN_OR_RETURN(channels.retriever,
                   ChannelTo("retriever", at.retriever(), config));
  ASSIGN_OR_RETURN(channels.generator,
                   ChannelTo("generator", at.generator(), config));
  ASSIGN_OR_RETURN(channels.audit, ChannelTo("audit", at.audit(), config));
  return channels;
}

// The audit room's service, as a door shows it.
NamedService AddAuditProxy(const IdentityRules& rules, House* house) {
  house->proxies.push_back(NewAuditProxy(house->stubs.get(), rules));
  return {"footnote.v1.Audit", house->proxies.back().get()};
}

std::vector<NamedService> AddProxies(const IdentityRules& rules, House* house) {
  house->proxies.push_back(NewIndexerProxy(house->stubs.get(), rules));
  house->proxies.push_back(NewRetrieverProxy(house->stubs.get(), rules));
  house->proxies.push_back(
      NewGeneratorProxy(house->stubs.get(), rules, house->answers->load()));
  house->proxies.push_back(NewForecasterProxy(house->stubs.get()));
  return {{"footnote.v1.Indexer", house->proxies[0].get()},
          {"footnote.v1.Retriever", house->proxies[1].get()},
          {"footnote.v1.Generator", house->proxies[2].get()},
          {"footnote.v1.Forecaster", house->proxies[3].get()},
          AddAuditProxy(rules, house)};
}

// What is asked of the generator in this process, past the answers, is work
// that the door must know of too.
void CountTokens(const IdentityRules& rules, House* house,
                 std::vector<NamedService>* services) {
  house->proxies.push_back(
      NewGeneratorProxy(house->stubs.get(), rules, house->answers->load()));
  for (NamedService& service : *services) {
    if (service.name == "footnote.v1.Generator") {
      service.service = house->proxies.back().get();
    }
  }
}

// Where collections are somebody's, or callers are of several tenants, the
// rooms of this process are reached through who asks whose.
void GuardCollections(const IdentityRules& rules, House* house,
                      std::vector<NamedService>* services) {
  const bool owned = !rules.owners.empty();
  for (NamedService& service : *services) {
    if (service.name == "footnote.v1.Indexer" &&
        (owned || TellsTenantsApart(rules))) {
      house->proxies.push_back(NewIndexerProxy(house->stubs.get(), rules));
    } else if (service.name == "footnote.v1.Retriever" && owned) {
      house->proxies.push_back(NewRetrieverProxy(house->stubs.get(), rules));
    } else {
      continue;
    }
    service.service = house->proxies.back().get();
  }
}

absl::Status Open(const v1::Config& config, const std::string& room,
                  House* house) {
  const bool asks = room == "all" || room == "gateway";
  const IdentityRules rules = IdentityRulesOf(config, /*for_gateways=*/!asks);
  std::vector<NamedService> services;
  if (room == "gateway") {
    ASSIGN_OR_RETURN(house->apart, ConnectRooms(config));
    house->stubs = std::make_unique<RoomStubs>(house->apart);
  } else {
    StoreUse use;
    use.hears_ahead = true;
    ASSIGN_OR_RETURN(house->rooms, Rooms::Open(config, RoomsOf(room), use));
    services = house->rooms->services();
  }
  if (room == "all" || room == "audit") {
    ASSIGN_OR_RETURN(house->inside, Server::Start(config, "", services));
    const auto inside = house->inside->channel();
    house->stubs = std::make_unique<RoomStubs>(
        RoomChannels{inside, inside, inside, inside});
    // It comes last.
    services.back() = AddAuditProxy(rules, house);
  }
  if (asks) {
    // Who watches them can't tell the first from one that was there before.
    for (const char* const how : {"withheld", "shown"}) {
      Count("unrecorded_answers", how, 0);
    }
    house->answers = std::make_unique<AnswersService>(
        house->stubs.get(), AnswersOptionsOf(config, rules));
  }
  if (room == "gateway") services = AddProxies(rules, house);
  if (room == "all") {
    CountTokens(rules, house, &services);
    GuardCollections(rules, house, &services);
  }
  if (house->answers != nullptr) {
    services.push_back({"footnote.v1.Answers", house->answers.get()});
  }
  if (!config.metrics().empty()) {
    ASSIGN_OR_RETURN(house->metrics, MetricsServer::Start(config.metrics()));
  }
  ASSIGN_OR_RETURN(house->door,
                   Server::Start(config, config.listen(), services));
  return absl::OkStatus();
}

absl::StatusOr<std::string> Bound(const std::string& address, int port) {
  ASSIGN_OR_RETURN(const Address parsed, ParseAddress("listen", address));
  return absl::StrCat(parsed.host, ":", port);
}

// A server serves whether or not that is heard.
void Tell(const std::string& state) {
  const absl::Status told = TellStarter(state);
  if (told.ok()) return;
  Log(Severity::kWarning, "who started the server can't be told",
      {{"error", std::string(told.message())}});
}

absl::Status Announce(const v1::Config& config, const ServeOptions& options,
                      const House& house) {
  ASSIGN_OR_RETURN(const std::string address,
                   Bound(config.listen(), house.door->port()));
  std::string metrics;
  if (house.metrics != nullptr) {
    ASSIGN_OR_RETURN(metrics, Bound(config.metrics(), house.metrics->port()));
  }
  if (options.json) {
    printf("{\"room\":\"%s\",\"listening\":\"%s\",\"metrics\":\"%s\"}\n",
           options.room.c_str(), address.c_str(), metrics.c_str());
  } else {
    printf("listening on %s\n", address.c_str());
    if (!metrics.empty()) printf("metrics on %s\n", metrics.c_str());
  }
  fflush(stdout);
  Log(Severity::kInfo, "serving",
      {{"room", options.room},
       {"listen", address},
       {"metrics", metrics},
       {"version", std::string(ProgramVersion())},
       {"commit", std::string(BuildCommit())}});
  Tell(absl::StrCat("READY=1\nSTATUS=listening on ", address));
  return absl::OkStatus();
}

// Says, each time it changes, whether answers can be recorded and documents
// stored: to the health service, to /metrics, in the log.
class WritingWatch {
 public:
  explicit WritingWatch(const House& house) : house_(house) {}

  void Look() {
    if (house_.rooms == nullptr) return;
    const absl::Status recording = house_.rooms->Recording();
    SetGauge("audit", "recording", recording.ok() ? 1 : 0);
    if (recording.ok() != recording_) {
      recording_ = recording.ok();
      Say("footnote.v1.Audit", "answers are recorded again",
          "no answer can be recorded", recording);
    }
    const absl::Status storing = house_.rooms->Storing();
    SetGauge("indexer", "storing", storing.ok() ? 1 : 0);
    if (storing.ok() != storing_) {
      storing_ = storing.ok();
      Say("footnote.v1.Indexer", "documents are stored again",
          "no document can be stored", storing);
    }
  }

 private:
  void Say(const char* service, const char* again, const char* no_more,
           const absl::Status& status) const {
    house_.door->SetServing(service, status.ok());
    if (status.ok()) {
      Log(Severity::kInfo, again);
    } else {
      Log(Severity::kError, no_more,
          {{"error", std::string(status.message())}});
    }
  }

  const House& house_;
  bool recording_ = true;
  bool storing_ = true;
};

// Says of rooms that are other processes what they say of themselves, each time
// it changes: by the gateway's health service, and in its log.
class RoomsWatch {
 public:
  explicit RoomsWatch(const House& house) : house_(house) {
    if (house.apart.indexer == nullptr) return;
    rooms_ = {{"footnote.v1.Indexer", house.apart.indexer},
              {"footnote.v1.Retriever", house.apart.retriever},
              {"footnote.v1.Generator", house.apart.generator},
              {"footnote.v1.Forecaster", house.apart.generator},
              {"footnote.v1.Audit", house.apart.audit}};
  }

  void Look() {
    constexpr absl::Duration kPatience = absl::Seconds(1);
    // A room that has much to do may be late once.
    constexpr int kMostMisses = 2;
    bool can_answer = true;
    for (Room& room : rooms_) {
      const absl::StatusOr<bool> health =
          IsServing(room.channel, room.service, kPatience);
      room.misses = health.ok() && *health ? 0 : room.misses + 1;
      const bool serving =
          room.misses == 0 || (room.serving && room.misses <= kMostMisses);
      if (room.service == "footnote.v1.Retriever" ||
          room.service == "footnote.v1.Generator") {
        can_answer = can_answer && serving;
      }
      if (serving == room.serving) continue;
      room.serving = serving;
      house_.door->SetServing(room.service, serving);
      if (serving) {
        Log(Severity::kInfo, "a room serves again", {{"room", room.service}});
      } else {
        Log(Severity::kError, "a room does not serve",
            {{"room", room.service},
             {"error", health.ok() ? "it says so"
                                   : std::string(health.status().message())}});
      }
    }
    if (!rooms_.empty()) {
      house_.door->SetServing("footnote.v1.Answers", can_answer);
    }
  }

 private:
  struct Room {
    std::string service;
    std::shared_ptr<grpc::Channel> channel;
    bool serving = true;
    int misses = 0;
  };

  const House& house_;
  std::vector<Room> rooms_;
};

void RemarkOpenDoor(const v1::Config& config) {
  if (!config.tls().certificate().empty()) return;
  const std::string host =
      config.listen().substr(0, config.listen().rfind(':'));
  if (host == "localhost" || host == "[::1]" || host.rfind("127.", 0) == 0) {
    return;
  }
  Log(Severity::kWarning, "serving other machines without TLS",
      {{"listen", config.listen()}});
}

// Says of the certificate that the server began with, each time it changes,
// whether callers take it, and two weeks before they won't.
class CertificateWatch {
 public:
  explicit CertificateWatch(const v1::Config& config)
      : path_(config.tls().certificate()) {
    if (path_.empty()) return;
    absl::StatusOr<std::string> pem = ReadFile(path_);
    if (pem.ok()) pem_ = *std::move(pem);
  }

  void Look() {
    if (pem_.empty()) return;
    const absl::Time now = absl::Now();
    const absl::StatusOr<std::string> why = WhyNotValid(pem_, now);
    if (why.ok() && !why->empty() && *why != told_) {
      Log(Severity::kError, "callers will not take the server's certificate",
          {{"certificate", path_}, {"error", *why}});
      told_ = *why;
    }
    if (warned_ || !why.ok() || !why->empty()) return;
    const auto then = WhyNotValid(pem_, now + absl::Hours(14 * 24));
    warned_ = then.ok() && !then->empty();
    if (!warned_) return;
    Log(Severity::kWarning,
        "the server's certificate ends in two weeks or less",
        {{"certificate", path_}, {"then", *then}});
  }

 private:
  const std::string path_;
  std::string pem_;
  std::string told_;
  bool warned_ = false;
};

}  // namespace

absl::Status Serve(const v1::Config& config, const ServeOptions& options) {
  const StopSignals signals;
  OutliveClosedPipes();
  RaiseOpenFiles();
  House house;
  RETURN_IF_ERROR(Open(config, options.room, &house));
  RemarkOpenDoor(config);
  CertificateWatch certificate(config);
  certificate.Look();
  RETURN_IF_ERROR(Announce(config, options, house));
  WritingWatch writing(house);
  RoomsWatch rooms(house);
  AcceptWatch accepting(house.door->port());
  const absl::StatusOr<int> signal = signals.Wait([&] {
    writing.Look();
    rooms.Look();
    certificate.Look();
    const std::string why = accepting.Look();
    if (why.empty()) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("listen: ", config.listen(), ": ", why));
  });
  Log(Severity::kInfo, "stopping",
      {{"signal", signal.ok() ? SignalName(*signal) : "none"}});
  Tell("STOPPING=1");
  if (house.rooms != nullptr) house.rooms->BeginToStop();
  house.door->Stop(absl::Milliseconds(config.timeouts().drain_ms()));
  Log(Severity::kInfo, "stopped");
  return signal.status();
}

}  // namespace footnote
