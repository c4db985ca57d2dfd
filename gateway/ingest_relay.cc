#include "gateway/ingest_relay.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "base/grpc_status.h"
#include "base/unread.h"

namespace footnote {
namespace {

grpc::Status Unreadable() {
  absl::Status status = absl::InvalidArgumentError(
      "ingest: a message that is no IngestRequest, such as one with a text "
      "that is not UTF-8");
  SetErrorReason("INVALID_REQUEST", &status);
  return ToGrpcStatus(status);
}

// Two reactors, one for each side, that hand each other the messages.
//
// Life: each side's OnDone gives up its half; the second one deletes. The
// client side must not be touched once the room has ended, which the
// server side learns from room_ended_.
class IngestRelay final {
 public:
  using May = std::function<grpc::Status(const std::string&)>;

  IngestRelay(grpc::CallbackServerContext* caller,
              v1::Indexer::StubInterface* room, Generations* generations,
              May may)
      : generations_(generations),
        may_(std::move(may)),
        to_room_(grpc::ClientContext::FromCallbackServerContext(*caller)),
        caller_side_(this),
        room_side_(this) {
    room->async()->IngestDocuments(to_room_.get(), &room_side_);
    // Released when the room has ended: until then the other side may start
    // operations here.
    room_side_.AddHold();
    room_side_.StartRead(&response_);
    room_side_.StartCall();
    ReadFromCaller();
  }

  grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse>*
  caller_side() {
    return &caller_side_;
  }

 private:
  class CallerSide final
      : public grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse> {
   public:
    explicit CallerSide(IngestRelay* relay) : relay_(relay) {}

    void OnReadDone(bool ok) override { relay_->PassRequest(ok); }
    // A caller that is gone cancels, which ends the read that this starts.
    void OnWriteDone(bool) override { relay_->ReadFromRoom(); }
    void OnCancel() override { relay_->to_room_->TryCancel(); }
    void OnDone() override { relay_->GiveUpHalf(); }

   private:
    IngestRelay* const relay_;
  };

  class RoomSide final
      : public grpc::ClientBidiReactor<v1::IngestRequest, v1::IngestResponse> {
   public:
    explicit RoomSide(IngestRelay* relay) : relay_(relay) {}

    void OnWriteDone(bool ok) override {
      if (ok) relay_->ReadFromCaller();
    }
    void OnReadDone(bool ok) override {
      if (ok) {
        relay_->NoteSummary();
        relay_->caller_side_.StartWrite(&relay_->response_);
      } else {
        relay_->EndRoom();
      }
    }
    void OnDone(const grpc::Status& status) override {
      relay_->caller_side_.Finish(relay_->refusal_.ok() ? status
                                                        : relay_->refusal_);
      relay_->GiveUpHalf();
    }

   private:
    IngestRelay* const relay_;
  };

  void PassRequest(bool ok) {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    if (room_ended_) return;
    if (ok) {
      if (request_.has_start()) {
        collection_ = request_.start().collection();
        refusal_ = may_(collection_);
        // The room ends, and with it the stream.
        if (!refusal_.ok()) return to_room_->TryCancel();
      }
      room_side_.StartWrite(&request_);
    } else if (IsUnread(request_)) {
      room_side_.StartWritesDone();
    } else {
      refusal_ = Unreadable();
      to_room_->TryCancel();
    }
  }

  void NoteSummary() {
    if (!response_.has_summary()) return;
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    generations_->Saw(collection_, response_.summary().generation());
  }

  void ReadFromCaller() {
    MarkUnread(&request_);
    caller_side_.StartRead(&request_);
  }

  void ReadFromRoom() { room_side_.StartRead(&response_); }

  void EndRoom() {
    {
      const std::lock_guard<std::recursive_mutex> lock(mutex_);
      room_ended_ = true;
    }
    room_side_.RemoveHold();
  }

  void GiveUpHalf() {
    if (--halves_ == 0) delete this;
  }

  Generations* const generations_;
  const May may_;
  const std::unique_ptr<grpc::ClientContext> to_room_;
  CallerSide caller_side_;
  RoomSide room_side_;
  v1::IngestRequest request_;
  v1::IngestResponse response_;
  // Recursive: gRPC may run a reaction inside the call that caused it.
  std::recursive_mutex mutex_;
  bool room_ended_ = false;  // guarded by mutex_
  std::string collection_;   // guarded by mutex_
  // Set before the room is told to end.
  grpc::Status refusal_;
  std::atomic<int> halves_{2};
};

}  // namespace

grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse>* NewIngestRelay(
    grpc::CallbackServerContext* caller, v1::Indexer::StubInterface* room,
    Generations* generations,
    std::function<grpc::Status(const std::string&)> may) {
  return (new IngestRelay(caller, room, generations, std::move(may)))
      ->caller_side();
}

}  // namespace footnote
