#include "gateway/embedded.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "gateway/answers_service.h"
#include "gateway/identity.h"
#include "gateway/proxy.h"
#include "gateway/room_stubs.h"
#include "gateway/rooms.h"
#include "gateway/server.h"

namespace footnote {
namespace {

// Ends from the last member to the first: a server before what it serves.
// Two servers, so that a question under way still reaches the rooms while the
// door is being closed.
struct House {
  std::unique_ptr<Rooms> rooms;
  std::unique_ptr<Server> inside;
  std::unique_ptr<RoomStubs> stubs;
  std::unique_ptr<grpc::Service> audit;
  std::unique_ptr<AnswersService> answers;
  std::unique_ptr<Server> door;
};

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenEmbedded(
    const v1::Config& config, NoStore no_store, bool hears_ahead) {
  auto house = std::make_shared<House>();
  v1::Config own = config;
  // Who runs the command could copy the files himself.
  if (own.backups().empty()) own.set_backups("/");
  StoreUse use;
  use.reads_when_full = true;
  use.no_store = no_store;
  use.hears_ahead = hears_ahead;
  ASSIGN_OR_RETURN(house->rooms, Rooms::Open(own,
                                             {Room::kIndexer, Room::kRetriever,
                                              Room::kGenerator, Room::kAudit},
                                             use));
  std::vector<NamedService> services = house->rooms->services();
  ASSIGN_OR_RETURN(house->inside, Server::Start(config, "", services));
  const std::shared_ptr<grpc::Channel> inside = house->inside->channel();
  house->stubs =
      std::make_unique<RoomStubs>(RoomChannels{inside, inside, inside, inside});
  // Who runs the command has the files: he says himself whose answers to see.
  IdentityRules rules;
  rules.tenant = config.identity().tenant();
  house->audit = NewAuditProxy(house->stubs.get(), rules);
  services.back() = {"footnote.v1.Audit", house->audit.get()};
  house->answers = std::make_unique<AnswersService>(
      house->stubs.get(), AnswersOptionsOf(config, rules));
  services.push_back({"footnote.v1.Answers", house->answers.get()});
  ASSIGN_OR_RETURN(house->door, Server::Start(config, "", services));
  const std::shared_ptr<grpc::Channel> channel = house->door->channel();
  return std::shared_ptr<grpc::Channel>(house, channel.get());
}

}  // namespace footnote
