#include "base/metrics.h"

#include <microhttpd.h>
#include <netdb.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <system_error>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace footnote {
namespace {

constexpr unsigned int kTimeoutSeconds = 5;
constexpr unsigned int kMostConnections = 32;

const std::shared_ptr<prometheus::Registry>& Registry() {
  static const auto* registry = new std::shared_ptr<prometheus::Registry>(
      std::make_shared<prometheus::Registry>());
  return *registry;
}

prometheus::Labels Kind(absl::string_view kind) {
  return {{"kind", std::string(kind)}};
}

const prometheus::Histogram::BucketBoundaries& Boundaries() {
  static const auto* boundaries = new prometheus::Histogram::BucketBoundaries{
      .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05,
      .1,    .25,    .5,    1,    2.5,   5,    10,  30,   60};
  return *boundaries;
}

struct Help {
  absl::string_view name;
  absl::string_view text;
};

// What a page of /metrics says of each. A name that is not here has no help.
constexpr Help kHelp[] = {
    {"asks_refused_total",
     "Questions that were turned away, by what was short."},
    {"audit", "1 while answers can be recorded, else 0."},
    {"dropped_sentences_total",
     "Sentences without a source that were dropped, by writer."},
    {"indexer", "1 while the store takes documents, else 0."},
    {"indexer_documents_total", "Documents by what became of them."},
    {"load", "What the door has to do, and what it expects to have."},
    {"load_forecast_error", "What that expectation erred by, lately."},
    {"load_forecast_relative_error",
     "What it erred by as a share of what repeating the last value would."},
    {"load_last_value_error",
     "What repeating the last value would have erred by, lately."},
    {"reading_ahead", "Passages that are still to be heard ahead."},
    {"rpc_seconds", "How long calls took, by method."},
    {"rpc_total", "Calls that ended, by method and status."},
    {"searches_not_reranked_total",
     "Searches that kept their first order, by which room did not answer."},
    {"stage_seconds",
     "How long the stages of questions and of ingestion took."},
    {"unrecorded_answers_total",
     "Answers that could not be recorded, by what became of them."},
};

// A family of `builder`'s kind, its name after "footnote_".
template <typename Builder>
auto& Family(Builder builder, const std::string& name) {
  builder.Name(absl::StrCat("footnote_", name));
  for (const Help& help : kHelp) {
    if (help.name == name) builder.Help(std::string(help.text));
  }
  return builder.Register(*Registry());
}

// What `make` gave for this name and kind the first time: the registry takes
// microseconds to find it again. None is ever removed.
template <typename Metric, typename Make>
Metric& Known(absl::string_view name, absl::string_view kind, Make make) {
  static auto* const mutex = new std::mutex;
  static auto* const known = new absl::flat_hash_map<std::string, Metric*>;
  const std::string key = absl::StrCat(name, "\n", kind);
  const std::lock_guard<std::mutex> lock(*mutex);
  Metric*& metric = (*known)[key];
  if (metric == nullptr) metric = &make();
  return *metric;
}

}  // namespace

void Count(absl::string_view name, absl::string_view kind, double by) {
  Known<prometheus::Counter>(name, kind, [&]() -> prometheus::Counter& {
    return Family(prometheus::BuildCounter(), absl::StrCat(name, "_total"))
        .Add(Kind(kind));
  }).Increment(by);
}

void SetGauge(absl::string_view name, absl::string_view kind, double value) {
  Family(prometheus::BuildGauge(), std::string(name))
      .Add(Kind(kind))
      .Set(value);
}

void Observe(absl::string_view name, absl::string_view kind,
             absl::Duration duration) {
  Known<prometheus::Histogram>(name, kind, [&]() -> prometheus::Histogram& {
    return Family(prometheus::BuildHistogram(), absl::StrCat(name, "_seconds"))
        .Add(Kind(kind), Boundaries());
  }).Observe(absl::ToDoubleSeconds(duration));
}

// libmicrohttpd rather than prometheus::Exposer: the latter's civetweb gives
// threads 100 KiB of stack, and printf, once libquadmath (of OpenBLAS) is in
// the process, needs more.
struct MetricsServer::Exposer {
  ~Exposer() {
    if (daemon != nullptr) MHD_stop_daemon(daemon);
  }

  MHD_Daemon* daemon = nullptr;
};

namespace {

MHD_Result Answer(void* /*context*/, MHD_Connection* connection,
                  const char* url, const char* method, const char* /*version*/,
                  const char* /*upload*/, size_t* /*upload_size*/,
                  void** /*state*/) {
  const absl::string_view asked = method;
  // libmicrohttpd leaves the body out for HEAD.
  const bool found =
      absl::string_view(url) == "/metrics" &&
      (asked == MHD_HTTP_METHOD_GET || asked == MHD_HTTP_METHOD_HEAD);
  std::string body = found ? MetricsText() : "want GET /metrics\n";
  MHD_Response* response = MHD_create_response_from_buffer(
      body.size(), &body[0], MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                          "text/plain; version=0.0.4; charset=utf-8");
  const MHD_Result queued = MHD_queue_response(
      connection, found ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

MetricsServer::MetricsServer() : exposer_(std::make_unique<Exposer>()) {}
MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const std::string& address) {
  const auto failed = [&address](absl::string_view why) {
    return absl::UnavailableError(
        absl::StrCat("metrics at ", address, ": ", why));
  };
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return failed("want host:port");
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(),
                                &hints, &found);
  if (error != 0) return failed(gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> to(found,
                                                              &freeaddrinfo);
  unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO;
  if (to->ai_family == AF_INET6) flags |= MHD_USE_IPv6;
  std::unique_ptr<MetricsServer> server(new MetricsServer);
  errno = 0;
  server->exposer_->daemon = MHD_start_daemon(
      flags, 0, nullptr, nullptr, &Answer, nullptr, MHD_OPTION_SOCK_ADDR,
      to->ai_addr, MHD_OPTION_CONNECTION_TIMEOUT, kTimeoutSeconds,
      MHD_OPTION_CONNECTION_LIMIT, kMostConnections, MHD_OPTION_END);
  if (server->exposer_->daemon == nullptr) {
    return failed(errno == 0 ? "can't listen" : std::strerror(errno));
  }
  return server;
}

int MetricsServer::port() const {
  return MHD_get_daemon_info(exposer_->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

namespace {

// What Prometheus's own clients say of their process, under the same names.
std::string ProcessText() {
  std::string out;
  const auto add = [&out](absl::string_view name, absl::string_view help,
                          absl::string_view type, double value) {
    absl::StrAppendFormat(
        &out, "# HELP process_%s %s\n# TYPE process_%s %s\nprocess_%s %.17g\n",
        name, help, name, type, name, value);
  };
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    add("max_fds", "Files that may be open.", "gauge",
        static_cast<double>(files.rlim_cur));
  }
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (!error) {
    // Without the one that reads them.
    add("open_fds", "Files that are open.", "gauge",
        static_cast<double>(std::distance(begin(open), end(open)) - 1));
  }
  rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + 1e-6 * time.tv_usec;
    };
    add("cpu_seconds_total", "Processor time that was taken.", "counter",
        seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }
  std::ifstream memory("/proc/self/statm");
  double pages = 0;
  if (memory >> pages >> pages) {
    add("resident_memory_bytes", "Memory that is taken.", "gauge",
        pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
  }
  return out;
}

}  // namespace

std::string MetricsText() {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, Registry()->Collect());
  return absl::StrCat(out.str(), ProcessText());
}

}  // namespace footnote
