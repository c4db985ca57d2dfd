#include "model/decoder/cuda_nccl.h"

#include <dlfcn.h>

#include <cstdlib>
#include <type_traits>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Of NCCL's interface, as all releases of version 2 have it.
constexpr int kFloat32 = 7;
constexpr int kSum = 0;
constexpr int kOldest = 21000;  // 2.10: numbered as the later ones

}  // namespace

struct Nccl::Functions {
  int (*get_version)(int*);
  int (*comm_init_all)(void**, int, const int*);
  int (*comm_destroy)(void*);
  int (*all_reduce)(const void*, void*, size_t, int, int, void*, void*);
  int (*group_start)();
  int (*group_end)();
  const char* (*get_error_string)(int);
};

absl::StatusOr<std::unique_ptr<Nccl>> Nccl::Open(const std::string& path,
                                                 int devices) {
  std::string name = path;
  if (name.empty()) {
    const char* named = std::getenv("FOOTNOTE_NCCL");
    name = named == nullptr || *named == '\0' ? "libnccl.so.2" : named;
  }
  const auto unavailable = [&](absl::string_view why) {
    return absl::UnavailableError(absl::StrCat(
        "NCCL ", name, ": ", why, "; ", devices,
        " CUDA devices want version 2.10 or later (FOOTNOTE_NCCL names it), "
        "one device wants none"));
  };
  std::unique_ptr<Nccl> nccl = absl::WrapUnique(new Nccl);
  nccl->library_ = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (nccl->library_ == nullptr) {
    const char* why = dlerror();
    return unavailable(why == nullptr ? "not found" : why);
  }
  nccl->functions_ = std::make_unique<Functions>();
  Functions& functions = *nccl->functions_;
  const char* missing = nullptr;
  const auto find = [&](const char* symbol, auto* function) {
    void* found = dlsym(nccl->library_, symbol);
    if (found == nullptr && missing == nullptr) missing = symbol;
    *function = reinterpret_cast<std::decay_t<decltype(*function)>>(found);
  };
  find("ncclGetVersion", &functions.get_version);
  find("ncclCommInitAll", &functions.comm_init_all);
  find("ncclCommDestroy", &functions.comm_destroy);
  find("ncclAllReduce", &functions.all_reduce);
  find("ncclGroupStart", &functions.group_start);
  find("ncclGroupEnd", &functions.group_end);
  find("ncclGetErrorString", &functions.get_error_string);
  if (missing != nullptr) {
    return unavailable(absl::StrCat("no function ", missing));
  }
  RETURN_IF_ERROR(
      nccl->Check(functions.get_version(&nccl->version_), "version"));
  if (nccl->version_ < kOldest) {
    return unavailable(absl::StrCat("version ", nccl->version_));
  }
  std::vector<int> numbers;
  for (int d = 0; d < devices; ++d) numbers.push_back(d);
  std::vector<void*> made(devices, nullptr);
  RETURN_IF_ERROR(
      nccl->Check(functions.comm_init_all(made.data(), devices, numbers.data()),
                  "ncclCommInitAll"));
  nccl->communicators_ = std::move(made);
  return nccl;
}

Nccl::~Nccl() {
  for (void* communicator : communicators_) {
    functions_->comm_destroy(communicator);
  }
  if (library_ != nullptr) dlclose(library_);
}

absl::Status Nccl::Check(int result, const char* what) const {
  if (result == 0) return absl::OkStatus();
  const char* why = functions_->get_error_string(result);
  return absl::InternalError(absl::StrCat(
      "NCCL: ", what, ": ", why == nullptr ? "unknown error" : why));
}

absl::Status Nccl::Sum(absl::Span<float* const> floats, size_t count,
                       absl::Span<cuda::Stream* const> streams) {
  // One thread speaks for all devices: so in a group, or the first would wait
  // for the others.
  RETURN_IF_ERROR(Check(functions_->group_start(), "ncclGroupStart"));
  absl::Status status;
  for (size_t d = 0; d < communicators_.size() && status.ok(); ++d) {
    status = Check(
        functions_->all_reduce(floats[d], floats[d], count, kFloat32, kSum,
                               communicators_[d], cuda::RawStream(streams[d])),
        "ncclAllReduce");
  }
  const absl::Status ended = Check(functions_->group_end(), "ncclGroupEnd");
  return status.ok() ? ended : status;
}

}  // namespace footnote
