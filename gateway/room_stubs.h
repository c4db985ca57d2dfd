// The way to the four rooms, wherever they are.
#ifndef FOOTNOTE_GATEWAY_ROOM_STUBS_H_
#define FOOTNOTE_GATEWAY_ROOM_STUBS_H_

#include <grpcpp/channel.h>

#include <memory>

#include "gateway/generations.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
#include "proto/footnote/v1/forecaster.grpc.pb.h"
#include "proto/footnote/v1/generator.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "proto/footnote/v1/retriever.grpc.pb.h"

namespace footnote {

// One channel per room; in one process all four are the same.
struct RoomChannels {
  std::shared_ptr<grpc::Channel> indexer;
  std::shared_ptr<grpc::Channel> retriever;
  std::shared_ptr<grpc::Channel> generator;
  std::shared_ptr<grpc::Channel> audit;
};

// Safe from many threads.
struct RoomStubs {
  explicit RoomStubs(const RoomChannels& channels)
      : indexer(v1::Indexer::NewStub(channels.indexer)),
        retriever(v1::Retriever::NewStub(channels.retriever)),
        generator(v1::Generator::NewStub(channels.generator)),
        forecaster(v1::Forecaster::NewStub(channels.generator)),
        audit(v1::Audit::NewStub(channels.audit)) {}

  std::unique_ptr<v1::Indexer::StubInterface> indexer;
  std::unique_ptr<v1::Retriever::StubInterface> retriever;
  std::unique_ptr<v1::Generator::StubInterface> generator;
  // Served by the generator's room.
  std::unique_ptr<v1::Forecaster::StubInterface> forecaster;
  std::unique_ptr<v1::Audit::StubInterface> audit;
  // What was written through this door; searches wait for it.
  mutable Generations generations;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_ROOM_STUBS_H_
