#include "gateway/rooms.h"

#include <errno.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "audit/audit_service.h"
#include "base/file.h"
#include "base/log.h"
#include "base/private_folder.h"
#include "base/status_macros.h"
#include "base/temporary_folder.h"
#include "gateway/config.h"
#include "gateway/store_owner.h"
#include "generator/forecaster_service.h"
#include "generator/generator_service.h"
#include "indexer/indexer_service.h"
#include "model/encoder/e5_encoder.h"
#include "model/encoder/open.h"
#include "retriever/retriever_service.h"
#include "storage/store.h"
#include "text/language.h"

namespace footnote {
namespace {

// How soon a process that only reads sees what another one wrote.
constexpr std::chrono::milliseconds kRefresh(200);

// Refreshes a store until its end.
class Refresher {
 public:
  explicit Refresher(Store* store)
      : store_(store), thread_([this] { Run(); }) {}
  ~Refresher() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

 private:
  void Run() {
    bool failing = false;
    std::unique_lock<std::mutex> lock(mutex_);
    while (!wake_.wait_for(lock, kRefresh, [this] { return stopping_; })) {
      const absl::Status status = store_->Refresh();
      if (!status.ok() && !failing) {
        Log(Severity::kWarning, "the store can't be refreshed",
            {{"error", std::string(status.message())}});
      }
      failing = !status.ok();
    }
  }

  Store* const store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<Encoder>> OpenConfiguredEncoder(
    const v1::EncoderConfig& config) {
  if (config.path() == "none") return std::unique_ptr<Encoder>();
  EncoderOptions options;
  if (config.precision() == "float32") {
    options.precision = EncoderPrecision::kFloat32;
  }
  return OpenEncoder(config.path(), options);
}

// Null: there is none. What is always asked is opened now, so that what is
// wrong with it is said now.
absl::StatusOr<std::unique_ptr<LazyE5>> SecondEncoder(
    const v1::EncoderConfig& config) {
  if (config.second() == "none") return std::unique_ptr<LazyE5>();
  if (config.second_opinion() != "always") {
    return std::make_unique<LazyE5>(config.second());
  }
  ASSIGN_OR_RETURN(E5Encoders encoders, OpenE5(config.second()));
  return std::make_unique<LazyE5>(std::move(encoders));
}

// Where encoders may be named: who runs a command may open any file; of a
// server, those beside its own.
std::string EncodersFolder(const v1::Config& config) {
  if (config.backups() == "/") return "/";
  const std::string& path = config.encoder().path();
  const size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "" : path.substr(0, slash);
}

// No store is made among other files: a path that was mistaken for another
// would strew databases over somebody's documents.
absl::Status CheckIsNoOtherFolder(const std::string& folder) {
  std::error_code error;
  const bool exists =
      std::filesystem::exists(absl::StrCat(folder, "/FORMAT"), error);
  // What can't be looked at is told by who opens it.
  if (exists || error) return absl::OkStatus();
  for (std::filesystem::directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    // FORMAT.tmp is all that a kill leaves of a store's first moment.
    if (name[0] == '.' || absl::StartsWith(name, "audit.keys") ||
        absl::StartsWith(name, "FORMAT.tmp.") ||
        !it->is_regular_file(ignored)) {
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("store ", folder, ": holds no store but other files (",
                     name, "), want a store, or a new or empty folder"));
  }
  return absl::OkStatus();
}

// A path that can't be one is a mistake of who named it; a full disk is none.
absl::Status MakeStoreFolder(const std::string& folder) {
  const absl::Status made = MakePrivateFolder(folder);
  if (made.ok() || absl::IsResourceExhausted(made)) return made;
  return absl::InvalidArgumentError(
      absl::StrCat("store ", folder, ": can't be made (", made.message(),
                   "), want a folder that is there or can be"));
}

bool IsThere(const std::string& folder) {
  struct stat info;
  return stat(absl::StrCat(folder, "/FORMAT").c_str(), &info) == 0 ||
         (errno != ENOENT && errno != ENOTDIR);
}

absl::Status CheckIsThere(const std::string& folder) {
  if (IsThere(folder)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(
      "no store at ", folder,
      ", want --store with the folder of one, --server, or documents first "
      "(footnote ingest)"));
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const v1::Config& config,
                                                 bool writes,
                                                 const StoreUse& use) {
  if (writes) {
    RETURN_IF_ERROR(CheckIsNoOtherFolder(config.store()));
    if (use.no_store == NoStore::kIsAnError) {
      RETURN_IF_ERROR(CheckIsThere(config.store()));
    }
    RETURN_IF_ERROR(MakeStoreFolder(config.store()));
  }
  StoreOptions options;
  options.mode = writes ? KvMode::kPrimary : KvMode::kSecondary;
  options.keep = IndexerKeepRule();
  options.reads_when_full = use.reads_when_full;
  return Store::Open(config.store(), options);
}

absl::StatusOr<std::vector<Language>> OcrLanguagesOf(const v1::Config& config) {
  if (config.ocr().empty()) return std::vector<Language>();
  ASSIGN_OR_RETURN(OcrLanguages ocr, ParseOcrLanguages(config.ocr()));
  if (config.ocr() == "all") {
    Log(Severity::kInfo, "scanned pages are read",
        {{"languages", absl::StrJoin(ocr.languages, ",",
                                     [](std::string* out, Language language) {
                                       absl::StrAppend(out,
                                                       LanguageCode(language));
                                     })}});
  }
  if (!ocr.tells_scripts) {
    Log(Severity::kWarning,
        "scanned pages that lie on their side are not turned, and scripts are "
        "told by trying each, want Debian's package tesseract-ocr-osd");
  }
  return std::move(ocr.languages);
}

AuditOptions AuditOptionsOf(const v1::Config& config) {
  const v1::AuditConfig& audit = config.audit();
  AuditOptions options;
  options.origin = audit.origin();
  options.backups = config.backups();
  options.keyring = audit.keyring();
  options.master_key_file = audit.master_key_file();
  options.master_key_environment = audit.master_key_environment();
  options.master_key_command = audit.master_key_command();
  options.retention.default_days = audit.retention_days();
  for (const v1::CollectionAudit& collection : audit.collections()) {
    if (collection.retention_days() == 0) continue;
    options.retention.days[collection.collection()] =
        collection.retention_days();
  }
  for (const v1::WitnessAddress& witness : audit.witnesses()) {
    absl::string_view url = witness.url();
    while (absl::ConsumeSuffix(&url, "/")) {
    }
    options.witnesses.emplace_back(std::string(url), witness.public_key());
  }
  return options;
}

GeneratorOptions GeneratorOptionsOf(const v1::Config& config) {
  const v1::ModelConfig& model = config.model();
  GeneratorOptions options;
  options.models_folder =
      IsModel(model.path()) ? SplitModel(model.path()).first : model.path();
  options.default_model = model.default_name();
  options.model_threads = model.threads();
  options.model_cache_bytes = model.cache_bytes();
  return options;
}

GeneratorOptions::SecondAtHome SecondAtHomeOf(const v1::Config& config) {
  const std::string& when = config.encoder().second_opinion();
  if (when == "always") return GeneratorOptions::SecondAtHome::kAlways;
  if (when == "heard") return GeneratorOptions::SecondAtHome::kHeard;
  return GeneratorOptions::SecondAtHome::kNever;
}

// Ends from the last member to the first: services before their store.
class OpenRooms final : public Rooms {
 public:
  absl::Status Open(const v1::Config& given, const std::set<Room>& which,
                    const StoreUse& use) {
    v1::Config config = given;
    if (use.no_store == NoStore::kHasStandIn && !IsThere(given.store())) {
      RETURN_IF_ERROR(CheckIsNoOtherFolder(given.store()));
      ASSIGN_OR_RETURN(stand_in_, TemporaryFolder::Make("footnote-dry"));
      config.set_store(absl::StrCat(stand_in_->path(), "/store"));
      // Its keys go with it, and nobody is asked to sign what is in it.
      config.clear_audit();
    }
    const auto has = [&which](Room room) { return which.count(room) > 0; };
    std::vector<Language> ocr;
    if (has(Room::kIndexer)) {
      ASSIGN_OR_RETURN(ocr, OcrLanguagesOf(config));
    }
    if (has(Room::kIndexer) || has(Room::kRetriever) || has(Room::kGenerator)) {
      ASSIGN_OR_RETURN(encoder_, OpenConfiguredEncoder(config.encoder()));
    }
    if (has(Room::kRetriever) || has(Room::kGenerator)) {
      ASSIGN_OR_RETURN(second_, SecondEncoder(config.encoder()));
    }
    if (has(Room::kIndexer) || has(Room::kRetriever) || has(Room::kAudit)) {
      const bool writes = has(Room::kIndexer);
      owner_ = std::make_unique<StoreOwner>(config.store());
      ASSIGN_OR_RETURN(store_, OpenStore(config, writes, use));
      if (!writes) refresher_ = std::make_unique<Refresher>(store_.get());
    }
    if (has(Room::kIndexer)) {
      IndexerOptions options;
      options.memory_bytes = config.resources().memory_bytes();
      options.threads = config.resources().threads();
      options.ocr_languages = std::move(ocr);
      options.ann_builder = RetrieverAnnBuilder();
      options.backups = config.backups();
      options.encoders = EncodersFolder(config);
      options.is_stopping = [this] { return is_stopping_.load(); };
      // A process killed while it purged promised that the bytes would go. A
      // full disk must not keep the store from being read; merging tries again.
      const absl::Status erased = store_->FinishErasures(options.ann_builder);
      if (!erased.ok()) {
        Log(Severity::kError, "a purge could not be finished",
            {{"reason", std::string(erased.message())}});
      }
      Add("footnote.v1.Indexer",
          NewIndexerService(store_.get(), encoder_.get(), options));
    }
    if (has(Room::kRetriever)) {
      Add("footnote.v1.Retriever",
          NewRetrieverService(store_.get(), encoder_.get(), {second_.get()}));
    }
    if (has(Room::kGenerator)) {
      GeneratorOptions options = GeneratorOptionsOf(config);
      options.second_at_home = SecondAtHomeOf(config);
      options.second = second_.get();
      GeneratorRoom room = NewGenerator(encoder_.get(), options);
      Add("footnote.v1.Generator", std::move(room.service));
      if (use.hears_ahead && store_ != nullptr && room.hear != nullptr) {
        read_ahead_ = std::make_unique<ReadAhead>(
            store_.get(), ReadAhead::Listener{std::move(room.hear),
                                              std::move(room.forget_unheard)});
      }
      Add("footnote.v1.Forecaster", NewForecasterService());
    }
    if (has(Room::kAudit)) {
      AuditOptions options = AuditOptionsOf(config);
      options.reads_when_full = use.reads_when_full;
      options.is_stopping = [this] { return is_stopping_.load(); };
      ASSIGN_OR_RETURN(
          AuditRoom audit,
          NewAuditService(store_.get(), store_->audit_folder(), options));
      recording_ = std::move(audit.recording);
      Add("footnote.v1.Audit", std::move(audit.service));
    }
    return absl::OkStatus();
  }

  std::vector<NamedService> services() const override { return named_; }

  void BeginToStop() override { is_stopping_ = true; }

  absl::Status Recording() const override {
    return recording_ == nullptr ? absl::OkStatus() : recording_();
  }

  absl::Status Storing() const override {
    return store_ == nullptr ? absl::OkStatus() : store_->kv()->Writable();
  }

 private:
  void Add(const std::string& name, std::unique_ptr<grpc::Service> service) {
    named_.push_back({name, service.get()});
    services_.push_back(std::move(service));
  }

  std::atomic<bool> is_stopping_{false};
  std::unique_ptr<TemporaryFolder> stand_in_;
  std::unique_ptr<StoreOwner> owner_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<LazyE5> second_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Refresher> refresher_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::vector<NamedService> named_;
  std::function<absl::Status()> recording_;
  std::unique_ptr<ReadAhead> read_ahead_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Rooms>> Rooms::Open(const v1::Config& config,
                                                   const std::set<Room>& which,
                                                   const StoreUse& use) {
  auto rooms = std::make_unique<OpenRooms>();
  RETURN_IF_ERROR(rooms->Open(config, which, use));
  return rooms;
}

}  // namespace footnote
