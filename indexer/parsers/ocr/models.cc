#include "indexer/parsers/ocr/models.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

namespace footnote {
namespace {

struct MappedFile {
  const char* data = nullptr;
  size_t bytes = 0;
};

std::map<std::string, MappedFile>& Mapped() {
  static auto* const mapped = new std::map<std::string, MappedFile>();
  return *mapped;
}

void MapModel(const std::string& name) {
  // A name is no path.
  if (name.find('/') != std::string::npos) return;
  const int fd = open((kOcrDataFolder + name + kOcrDataEnding).c_str(),
                      O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  struct stat file;
  if (fstat(fd, &file) == 0 && file.st_size > 0) {
    const auto bytes = static_cast<size_t>(file.st_size);
    void* const at = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at != MAP_FAILED) {
      Mapped()[name] = {static_cast<const char*>(at), bytes};
    }
  }
  close(fd);
}

}  // namespace

void MapModels(const std::vector<std::string>& names) {
  MapModel(kScriptModel);
  for (const std::string& name : names) MapModel(name);
}

bool HasModel(const std::string& name) { return Mapped().count(name) > 0; }

bool ReadModel(const char* path, std::vector<char>* data) {
  std::string name = path;
  name.erase(0, name.rfind('/') + 1);
  const size_t ending = name.rfind(kOcrDataEnding);
  if (ending == std::string::npos) return false;
  const auto found = Mapped().find(name.substr(0, ending));
  if (found == Mapped().end()) return false;
  const MappedFile& file = found->second;
  data->assign(file.data, file.data + file.bytes);
  return true;
}

}  // namespace footnote
