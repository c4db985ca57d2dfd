// Kills a writing process at random moments and compares what the next start
// finds with what had been acknowledged.
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/store.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/store_fixture.h"

namespace footnote {
namespace {

constexpr char kWriterFlag[] = "--as_writer";

// What the child did, told through a pipe: before and after each step.
struct Note {
  uint32_t step;
  uint8_t done;
};

StoreOptions KeepSome() {
  StoreOptions options;
  options.keep = [](const Kv&, const std::string&) {
    KeepPolicy policy;
    policy.seconds = 86400;
    policy.bytes = 1 << 20;
    policy.generations = 5;
    return policy;
  };
  return options;
}

std::string TextOf(uint32_t step, uint32_t document) {
  std::string text = absl::StrCat("word step", step, " doc", document);
  // Some texts of more than one chunk.
  if (step % 5 == 0) {
    while (text.size() < 150000) text += absl::StrCat(" filler", text.size());
  }
  return text;
}

// Step 3k: two documents. 3k + 1: a new version of one, the other deleted.
// 3k + 2: merge, or erase.
absl::Status Step(Store* store, uint32_t step) {
  const uint32_t group = step / 3;
  const std::string a = absl::StrCat("a", group % 7);
  const std::string b = absl::StrCat("b", group);
  switch (step % 3) {
    case 0:
      return Ingest(store, {{a, TextOf(step, 0)}, {b, TextOf(step, 1)}});
    case 1:
      return Ingest(store, {{a, TextOf(step, 0)}}, {b});
    default:
      if (group % 4 == 3) return store->Erase(kTestCollection, "", nullptr);
      MergePolicy policy;
      policy.fan_in = 2;
      return store->Merge(kTestCollection, policy, nullptr).status();
  }
}

[[noreturn]] void Stop(const std::string& where, const absl::Status& status) {
  fprintf(stderr, "writer: %s: %s\n", where.c_str(), status.ToString().c_str());
  _exit(2);
}

// The writer is a program of its own: RocksDB's threads do not live on in a
// forked child.
[[noreturn]] void Write(const std::string& folder, uint32_t first, int notes) {
  auto store = Store::Open(folder, KeepSome());
  if (!store.ok()) Stop("open", store.status());
  const absl::Status finished = (*store)->FinishErasures(nullptr);
  if (!finished.ok()) Stop("finish erasures", finished);
  for (uint32_t step = first;; ++step) {
    const Note before = {step, 0};
    if (write(notes, &before, sizeof(before)) < 0) _exit(3);
    const absl::Status status = Step(store->get(), step);
    if (!status.ok()) Stop(absl::StrCat("step ", step), status);
    const Note after = {step, 1};
    if (write(notes, &after, sizeof(after)) < 0) _exit(3);
  }
}

// Live documents and their texts after `steps` steps.
std::map<std::string, std::string> Expected(uint32_t steps) {
  std::map<std::string, std::string> live;
  for (uint32_t step = 0; step < steps; ++step) {
    const uint32_t group = step / 3;
    const std::string a = absl::StrCat("a", group % 7);
    const std::string b = absl::StrCat("b", group);
    if (step % 3 == 0) {
      live[a] = TextOf(step, 0);
      live[b] = TextOf(step, 1);
    } else if (step % 3 == 1) {
      live[a] = TextOf(step, 0);
      live.erase(b);
    }
  }
  return live;
}

std::map<std::string, std::string> Found(Store* store) {
  std::map<std::string, std::string> live;
  std::string token;
  do {
    const auto page =
        store->documents()->ListDocuments(kTestCollection, 0, token);
    EXPECT_TRUE(page.ok()) << page.status();
    for (const VersionRecord& record : page->documents) {
      const auto text = store->documents()->ReadAll(record.ref());
      EXPECT_TRUE(text.ok()) << text.status();
      live[record.document] = text.value_or("");
    }
    token = page->next_page_token;
  } while (!token.empty());
  return live;
}

// Every file in STORE/segments is one that the current generation or one that
// is kept lists, and all of them open.
void ExpectNoFileIsLeftOver(const std::string& folder, Store* store,
                            uint64_t* kept) {
  std::set<std::string> listed;
  const uint64_t now = (*store->Current(kTestCollection))->number();
  const uint64_t oldest = now < 20 ? 1 : now - 20;
  for (uint64_t number = oldest; number <= now; ++number) {
    const auto older = store->Older(kTestCollection, number);
    if (absl::IsNotFound(older.status())) continue;
    ASSERT_TRUE(older.ok()) << older.status();
    for (const ManifestSegment& segment :
         older->generation->manifest.segments) {
      listed.insert(segment.name);
    }
    *kept += number < now ? 1 : 0;
  }
  std::set<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder + "/segments")) {
    files.insert(entry.path().filename().string());
  }
  ASSERT_EQ(files, listed);
}

TEST(StoreCrashTest, AKilledWriterLosesNothingThatWasAcknowledged) {
  const std::string folder = MakeTestFolder() + "/store";
  std::mt19937 random(20);
  uint32_t next_step = 0;
  int kills_while_writing = 0;
  uint64_t kept = 0;
  for (int round = 0; round < 20; ++round) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    fflush(nullptr);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipes[0]);
      execl("/proc/self/exe", "store_crash_test", kWriterFlag, folder.c_str(),
            absl::StrCat(next_step).c_str(), absl::StrCat(pipes[1]).c_str(),
            nullptr);
      _exit(1);
    }
    close(pipes[1]);
    // Let some steps pass, then a random moment more.
    const uint32_t wanted = 1 + random() % 9;
    Note note = {next_step, 0};
    Note last = note;
    for (uint32_t done = 0; done < wanted;) {
      ASSERT_EQ(read(pipes[0], &note, sizeof(note)), sizeof(note))
          << "the writer ended by itself";
      last = note;
      done += note.done;
    }
    usleep(random() % 12000);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    while (read(pipes[0], &note, sizeof(note)) == sizeof(note)) last = note;
    close(pipes[0]);

    auto store = Store::Open(folder, KeepSome());
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectNoFileIsLeftOver(folder, store->get(), &kept);
    ASSERT_TRUE((*store)->Verify().ok()) << (*store)->Verify();
    // Steps [0, known) are done; step `known`, if it had begun, is there whole
    // or not at all.
    const uint32_t known = last.done ? last.step + 1 : last.step;
    const auto found = Found(store->get());
    uint32_t steps = known;
    if (found != Expected(known)) {
      ASSERT_FALSE(last.done && known > last.step + 1);
      ASSERT_EQ(found, Expected(known + 1)) << "after step " << known;
      steps = known + 1;
    }
    kills_while_writing += last.done ? 0 : 1;
    // Search and the documents agree.
    std::vector<std::string> hits;
    for (const auto& entry : found) {
      const auto record =
          (*store)->documents()->GetLive({kTestCollection, entry.first});
      hits.push_back(absl::StrCat(entry.first, "@", record->version, ":0"));
    }
    std::sort(hits.begin(), hits.end());
    ASSERT_EQ(Search(store->get(), "word"), hits);
    next_step = steps;
  }
  printf("20 kills, %d of them inside a step, %u steps\n", kills_while_writing,
         next_step);
  EXPECT_GT(kills_while_writing, 0);
  EXPECT_GT(kept, 0);
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  if (argc == 5 && strcmp(argv[1], footnote::kWriterFlag) == 0) {
    footnote::Write(argv[2], strtoul(argv[3], nullptr, 10), atoi(argv[4]));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
