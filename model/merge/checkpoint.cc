#include "model/merge/checkpoint.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "simdjson.h"

namespace footnote {
namespace {

constexpr char kSingle[] = "model.safetensors";
constexpr char kIndex[] = "model.safetensors.index.json";

// The shards that an index names, and the tensors with their shards.
absl::StatusOr<std::map<std::string, std::string>> ReadIndex(
    const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file, MappedFile::Open(path));
  simdjson::dom::parser parser;
  simdjson::dom::object map;
  const absl::string_view json = file->contents();
  if (parser.parse(json.data(), json.size())["weight_map"].get(map) !=
      simdjson::SUCCESS) {
    return absl::DataLossError(
        absl::StrCat("weights ", path, ": want a JSON object weight_map"));
  }
  std::map<std::string, std::string> shards;
  for (const auto field : map) {
    std::string_view shard;
    if (field.value.get(shard) != simdjson::SUCCESS || shard.empty() ||
        shard.find('/') != std::string_view::npos) {
      return absl::DataLossError(absl::StrCat("weights ", path, ": tensor ",
                                              std::string(field.key),
                                              ": want the name of a file"));
    }
    shards.emplace(field.key, shard);
  }
  return shards;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Checkpoint>> Checkpoint::Open(
    const std::string& path) {
  std::unique_ptr<Checkpoint> checkpoint = absl::WrapUnique(new Checkpoint());
  checkpoint->path_ = path;
  std::error_code ignored;
  checkpoint->is_folder_ = std::filesystem::is_directory(path, ignored);
  const std::string index = absl::StrCat(path, "/", kIndex);
  if (!checkpoint->is_folder_ || !std::filesystem::exists(index, ignored)) {
    ASSIGN_OR_RETURN(std::unique_ptr<SafeTensors> file,
                     SafeTensors::Open(checkpoint->is_folder_
                                           ? absl::StrCat(path, "/", kSingle)
                                           : path));
    checkpoint->tensors_ = file->tensors();
    checkpoint->files_.push_back(std::move(file));
    return checkpoint;
  }
  std::map<std::string, std::string> shards;
  ASSIGN_OR_RETURN(shards, ReadIndex(index));
  std::map<std::string, const SafeTensors*> open;
  for (const auto& [tensor, shard] : shards) {
    const SafeTensors*& file = open[shard];
    if (file == nullptr) {
      ASSIGN_OR_RETURN(std::unique_ptr<SafeTensors> opened,
                       SafeTensors::Open(absl::StrCat(path, "/", shard)));
      file = opened.get();
      checkpoint->files_.push_back(std::move(opened));
    }
    if (!file->Contains(tensor)) {
      return absl::DataLossError(absl::StrCat("weights ", path, "/", shard,
                                              ": tensor ", tensor,
                                              ": missing, but in the index"));
    }
    checkpoint->tensors_.emplace(tensor, file->tensors().at(tensor));
  }
  return checkpoint;
}

void ReleasePages(absl::string_view bytes) {
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t begin = reinterpret_cast<uintptr_t>(bytes.data());
  const uintptr_t first = (begin + page - 1) / page * page;
  const uintptr_t last = (begin + bytes.size()) / page * page;
  if (first < last) {
    madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
}

}  // namespace footnote
