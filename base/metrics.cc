#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <exception>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

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

}  // namespace

void Count(absl::string_view name, absl::string_view kind, double by) {
  prometheus::BuildCounter()
      .Name(absl::StrCat("footnote_", name, "_total"))
      .Register(*Registry())
      .Add(Kind(kind))
      .Increment(by);
}

void SetGauge(absl::string_view name, absl::string_view kind, double value) {
  prometheus::BuildGauge()
      .Name(absl::StrCat("footnote_", name))
      .Register(*Registry())
      .Add(Kind(kind))
      .Set(value);
}

void Observe(absl::string_view name, absl::string_view kind,
             absl::Duration duration) {
  prometheus::BuildHistogram()
      .Name(absl::StrCat("footnote_", name, "_seconds"))
      .Register(*Registry())
      .Add(Kind(kind), Boundaries())
      .Observe(absl::ToDoubleSeconds(duration));
}

struct MetricsServer::Exposer {
  std::unique_ptr<prometheus::Exposer> http;
};

MetricsServer::MetricsServer() : exposer_(std::make_unique<Exposer>()) {}
MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const std::string& address) {
  std::unique_ptr<MetricsServer> server(new MetricsServer);
  try {
    server->exposer_->http = std::make_unique<prometheus::Exposer>(address, 1);
    server->exposer_->http->RegisterCollectable(Registry());
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        absl::StrCat("metrics at ", address, ": ", error.what()));
  }
  return server;
}

int MetricsServer::port() const {
  return exposer_->http->GetListeningPorts().front();
}

std::string MetricsText() {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, Registry()->Collect());
  return out.str();
}

}  // namespace footnote
