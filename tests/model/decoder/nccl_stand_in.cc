// A library with NCCL's names for tests: its devices are the emulator's, all in
// the host's memory. FOOTNOTE_TEST_NCCL makes it an old or a broken one.
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

struct Communicator {
  int rank;
};

struct Wanted {
  const float* from;
  float* to;
  size_t count;
  int rank;
};

std::vector<Wanted> wanted;
int devices = 0;
int in_group = 0;

bool Is(const char* what) {
  const char* said = std::getenv("FOOTNOTE_TEST_NCCL");
  return said != nullptr && std::strcmp(said, what) == 0;
}

}  // namespace

extern "C" {

int ncclGetVersion(int* version) {
  *version = Is("old") ? 2708 : 22107;
  return 0;
}

int ncclCommInitAll(void** communicators, int count, const int* numbers) {
  if (Is("broken")) return 2;
  devices = count;
  for (int d = 0; d < count; ++d) {
    communicators[d] = new Communicator{numbers[d]};
  }
  return 0;
}

int ncclCommDestroy(void* communicator) {
  delete static_cast<Communicator*>(communicator);
  return 0;
}

int ncclGroupStart() {
  ++in_group;
  return 0;
}

int ncclAllReduce(const void* from, void* to, size_t count, int type, int sum,
                  void* communicator, void*) {
  if (type != 7 || sum != 0 || in_group != 1) return 4;
  wanted.push_back({static_cast<const float*>(from), static_cast<float*>(to),
                    count, static_cast<Communicator*>(communicator)->rank});
  return 0;
}

int ncclGroupEnd() {
  --in_group;
  std::vector<Wanted> all;
  all.swap(wanted);
  if (all.empty()) return 0;
  if (static_cast<int>(all.size()) != devices) return 5;
  std::vector<float> sum(all[0].count, 0);
  for (size_t d = 0; d < all.size(); ++d) {
    if (all[d].count != sum.size() || all[d].rank != static_cast<int>(d)) {
      return 4;
    }
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += all[d].from[i];
  }
  for (const Wanted& one : all) {
    std::memcpy(one.to, sum.data(), sum.size() * sizeof(float));
  }
  return 0;
}

const char* ncclGetErrorString(int error) {
  return error == 2 ? "unhandled system error" : "wrong use";
}

}  // extern "C"
