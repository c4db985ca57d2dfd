// The Forecaster service: RPC in, Status out.
#ifndef FOOTNOTE_GENERATOR_FORECASTER_SERVICE_H_
#define FOOTNOTE_GENERATOR_FORECASTER_SERVICE_H_

#include <memory>

namespace grpc {
class Service;
}

namespace footnote {

// See proto/footnote/v1/forecaster.proto. Safe from many threads; keeps
// nothing between calls.
std::unique_ptr<grpc::Service> NewForecasterService();

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_FORECASTER_SERVICE_H_
