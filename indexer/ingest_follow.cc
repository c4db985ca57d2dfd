#include "indexer/ingest_follow.h"

#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/first_process.h"
#include "base/status_macros.h"
#include "indexer/file_walk.h"
#include "indexer/folder_watch.h"
#include "indexer/ingest_view.h"
#include "indexer/mirror.h"

namespace footnote {
namespace {

// How long a server that is away is left alone.
constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Seconds(30);

std::atomic<FolderWatch*> watch_to_stop{nullptr};
std::atomic<bool> files_are_under_way{false};

void OnSignal(int) {
  EndFirstProcessBySignals();
  constexpr absl::string_view kRemark =
      "footnote: ends when the files under way are in; once more ends it now\n";
  FolderWatch* const watch = watch_to_stop;
  if (watch != nullptr) watch->Stop();
  if (files_are_under_way &&
      write(STDERR_FILENO, kRemark.data(), kRemark.size()) < 0) {
    // Nobody reads it.
  }
}

// Makes SIGINT and SIGTERM stop `watch` for the length of its life, each once:
// a second one ends the process.
class StopOnSignals {
 public:
  explicit StopOnSignals(FolderWatch* watch) {
    watch_to_stop = watch;
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &before_int_);
    sigaction(SIGTERM, &action, &before_term_);
  }
  ~StopOnSignals() {
    sigaction(SIGINT, &before_int_, nullptr);
    sigaction(SIGTERM, &before_term_, nullptr);
    watch_to_stop = nullptr;
  }
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;

 private:
  struct sigaction before_int_;
  struct sigaction before_term_;
};

// The files among and below `paths`. What went while it was looked at will be
// told as gone.
WalkedFiles FilesThere(const std::vector<std::string>& paths, bool scans) {
  WalkedFiles walked = WalkFiles(paths, scans);
  auto& failures = walked.failures;
  failures.erase(std::remove_if(failures.begin(), failures.end(),
                                [](const auto& failure) {
                                  struct stat info;
                                  return lstat(failure.first.c_str(), &info) !=
                                         0;
                                }),
                 failures.end());
  return walked;
}

absl::Status TakeIn(v1::Indexer::StubInterface* indexer,
                    const FollowOptions& options, const FolderChanges& changes,
                    const CliContext& context) {
  const WalkedFiles walked = FilesThere(changes.there, options.scans);
  const bool anything = !walked.files.empty() || !walked.failures.empty();
  if (!anything && !options.mirror) return absl::OkStatus();
  IngestView view(walked.files.size(), false, context);
  RETURN_IF_ERROR(view.OpenReport(options.report, true));
  if (options.mirror) view.KeepIds();
  IngestClientOptions client = options.client;
  client.on_broken = [&view](const absl::Status& status, absl::Duration pause) {
    view.OnBroken(status, pause);
  };
  client.start.set_expected_files(walked.files.size() + walked.failures.size());
  client.start.set_expected_bytes(walked.bytes);
  if (anything) {
    RETURN_IF_ERROR(IngestFiles(
        indexer, client, walked,
        [&view](const v1::IngestResponse& response) { view.On(response); }));
  }
  uint64_t deleted = 0;
  if (options.mirror) {
    MirrorScope scope;
    for (const auto* paths : {&changes.there, &changes.gone}) {
      for (const std::string& path : *paths) {
        scope.paths.push_back(DocumentIdOf(client, path));
      }
    }
    for (const WalkedFiles::File& file : walked.files) {
      scope.found.push_back(DocumentIdOf(client, file.path));
    }
    for (const auto& failure : walked.failures) {
      scope.unread.push_back(DocumentIdOf(client, failure.first));
    }
    ASSIGN_OR_RETURN(scope.reported,
                     ReportedIds(indexer, client.start.collection(), &view));
    RETURN_IF_ERROR(
        Mirror(indexer, client, std::move(scope), [&](const std::string& id) {
          view.OnDeleted(id);
          ++deleted;
        }));
  }
  RETURN_IF_ERROR(view.CloseReport());
  if (anything || deleted > 0) view.Finish(walked);
  return absl::OkStatus();
}

}  // namespace

absl::Status FollowFolders(
    const FollowOptions& options,
    const std::function<absl::Status(v1::Indexer::StubInterface*)>& once,
    CliContext* context) {
  // Before anything is read: what changes from here on is told.
  FolderWatchOptions watched;
  watched.scans = options.scans;
  ASSIGN_OR_RETURN(const std::unique_ptr<FolderWatch> watch,
                   FolderWatch::Open(options.folders, watched));
  const StopOnSignals stop(watch.get());
  files_are_under_way = true;
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  const absl::Status first = once(indexer.get());
  files_are_under_way = false;
  RETURN_IF_ERROR(first);
  if (!context->quiet && !context->json) {
    PrintLine(absl::StrCat("following ", options.folders.size(),
                           options.folders.size() == 1 ? " folder" : " folders",
                           "; ends with SIGINT or SIGTERM"));
  }
  bool again = false;
  absl::Duration pause = kFirstPause;
  while (true) {
    // Whoever reads a pipe or a file sees it now.
    fflush(stdout);
    ASSIGN_OR_RETURN(const FolderChanges changes,
                     watch->Wait(again ? pause : absl::InfiniteDuration()));
    if (changes.stopped) return absl::OkStatus();
    if (changes.empty() && !again) continue;
    files_are_under_way = true;
    const absl::Status status =
        again || changes.lost
            ? once(indexer.get())
            : TakeIn(indexer.get(), options, changes, *context);
    files_are_under_way = false;
    again = absl::IsUnavailable(status);
    if (!again) {
      RETURN_IF_ERROR(status);
      pause = kFirstPause;
      continue;
    }
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace footnote
