#include "model/merge/merge.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "model/merge/checkpoint.h"
#include "model/merge/narrow.h"
#include "model/template/json_value.h"

namespace footnote {
namespace {

constexpr char kEnding[] = ".safetensors";
// Small files that go with a model: its configuration, its tokenizer.
constexpr uint64_t kMaxSideBytes = 64 << 20;

bool IsFloat(TensorType type) {
  return type == TensorType::kFloat32 || type == TensorType::kFloat16 ||
         type == TensorType::kBFloat16;
}

absl::Status Errno(const std::string& path, absl::string_view what) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

// A file that appears under its name when all of it is on disk.
class Writer {
 public:
  static absl::StatusOr<std::unique_ptr<Writer>> Create(
      const std::string& path) {
    std::unique_ptr<Writer> writer(new Writer());
    writer->path_ = path;
    writer->part_ = path + ".part";
    writer->fd_ = open(writer->part_.c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (writer->fd_ < 0) return Errno(writer->part_, "create");
    return writer;
  }

  ~Writer() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(part_.c_str());
  }

  void Write(absl::string_view bytes) {
    while (status_.ok() && !bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        status_ = Errno(part_, "write");
        return;
      }
      bytes.remove_prefix(written);
      bytes_ += written;
    }
  }

  absl::Status Finish() {
    RETURN_IF_ERROR(status_);
    if (fsync(fd_) != 0 || close(fd_) != 0) return Errno(part_, "write");
    fd_ = -1;
    if (rename(part_.c_str(), path_.c_str()) != 0)
      return Errno(path_, "rename");
    return absl::OkStatus();
  }

  const absl::Status& status() const { return status_; }
  uint64_t bytes() const { return bytes_; }

 private:
  Writer() = default;

  std::string path_, part_;
  int fd_ = -1;
  uint64_t bytes_ = 0;
  absl::Status status_;
};

// Tensors of one name: of the base or of the first model, and of all models.
struct Row {
  std::string name;
  const Tensor* base = nullptr;
  std::vector<const Tensor*> models;
  const Tensor& like() const { return base != nullptr ? *base : *models[0]; }
};

absl::Status Different(const Checkpoint& checkpoint, absl::string_view name,
                       absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("merge: ", checkpoint.path(), ": tensor ", name, ": ", why));
}

absl::StatusOr<std::vector<Row>> Pair(
    const Checkpoint* base,
    const std::vector<std::unique_ptr<Checkpoint>>& models) {
  const Checkpoint& like = base != nullptr ? *base : *models[0];
  std::vector<Row> rows;
  for (const auto& [name, tensor] : like.tensors()) {
    Row row{name, base != nullptr ? &tensor : nullptr, {}};
    for (const auto& model : models) {
      const auto found = model->tensors().find(name);
      if (found == model->tensors().end()) {
        return Different(*model, name,
                         absl::StrCat("missing, but in ", like.path()));
      }
      const Tensor& other = found->second;
      if (other.shape != tensor.shape) {
        return Different(*model, name,
                         absl::StrCat("shape ", ShapeText(other.shape),
                                      ", want ", ShapeText(tensor.shape)));
      }
      if (IsFloat(tensor.type) != IsFloat(other.type)) {
        return Different(*model, name,
                         absl::StrCat("type ", TensorTypeName(other.type),
                                      ", want ", TensorTypeName(tensor.type)));
      }
      if (!IsFloat(tensor.type) && other.bytes != tensor.bytes) {
        return Different(
            *model, name,
            absl::StrCat(TensorTypeName(tensor.type),
                         " numbers that differ from those of ", like.path()));
      }
      row.models.push_back(&other);
    }
    rows.push_back(std::move(row));
  }
  for (const auto& model : models) {
    for (const auto& [name, tensor] : model->tensors()) {
      if (like.tensors().count(name) == 0) {
        return Different(*model, name, absl::StrCat("not in ", like.path()));
      }
    }
  }
  return rows;
}

// The name of a type in a file; of kOther there is none to write.
absl::StatusOr<std::string> HeaderOf(const std::vector<Row>& rows) {
  std::vector<std::string> fields;
  uint64_t at = 0;
  for (const Row& row : rows) {
    const Tensor& like = row.like();
    if (like.type == TensorType::kOther) {
      return absl::UnimplementedError(absl::StrCat(
          "merge: tensor ", row.name, ": want F32, F16, BF16, I32 or I64"));
    }
    const uint64_t bytes = like.bytes.size();
    fields.push_back(absl::StrCat(
        JsonString(row.name), ":{\"dtype\":\"", TensorTypeName(like.type),
        "\",\"shape\":[", absl::StrJoin(like.shape, ","),
        "],\"data_offsets\":[", at, ",", at + bytes, "]}"));
    at += bytes;
  }
  std::string header =
      absl::StrCat("{\"__metadata__\":{\"format\":\"pt\"}",
                   fields.empty() ? "" : ",", absl::StrJoin(fields, ","), "}");
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const uint64_t size = header.size();
  return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) +
         header;
}

absl::Status CopySideFiles(const std::string& from, const std::string& to) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(from, error)) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || absl::EndsWith(name, kEnding) ||
        absl::EndsWith(name, ".safetensors.index.json") ||
        entry.file_size() > kMaxSideBytes) {
      continue;
    }
    std::filesystem::copy_file(entry.path(), absl::StrCat(to, "/", name),
                               error);
    if (error) break;
  }
  if (!error) return absl::OkStatus();
  return absl::UnknownError(
      absl::StrCat("merge: copy from ", from, ": ", error.message()));
}

absl::Status MergeRow(const Row& row, const MergeRecipe& recipe,
                      MergeReport* report, Writer* writer) {
  const Tensor& like = row.like();
  if (!IsFloat(like.type)) {
    writer->Write(like.bytes);
    ++report->copied;
    return writer->status();
  }
  const MergeRule& rule = recipe.RuleFor(row.name);
  TensorMerge merge(rule, recipe.seed, row.name, row.base, row.models);
  bool finite = true;
  std::string bytes;
  const MergeCounts counts = merge.Run([&](const float* part, size_t count) {
    for (size_t i = 0; i < count; ++i) finite &= std::isfinite(part[i]);
    NarrowFloats(like.type, part, count, &bytes);
    writer->Write(bytes);
  });
  if (!finite) {
    return absl::DataLossError(
        absl::StrCat("merge: tensor ", row.name, ": not a number"));
  }
  report->rules[&rule - recipe.rules.data()].second.Add(counts);
  return writer->status();
}

}  // namespace

absl::StatusOr<MergeReport> MergeCheckpoints(
    const MergeRecipe& recipe, const std::string& out,
    const std::function<void(double)>& progress) {
  std::error_code ignored;
  if (std::filesystem::exists(out, ignored)) {
    return absl::FailedPreconditionError(
        absl::StrCat("merge: ", out, " is there already"));
  }
  std::unique_ptr<Checkpoint> base;
  if (!recipe.base.empty()) {
    ASSIGN_OR_RETURN(base, Checkpoint::Open(recipe.base));
  }
  std::vector<std::unique_ptr<Checkpoint>> models;
  for (const std::string& path : recipe.models) {
    ASSIGN_OR_RETURN(std::unique_ptr<Checkpoint> model, Checkpoint::Open(path));
    models.push_back(std::move(model));
  }
  std::vector<Row> rows;
  ASSIGN_OR_RETURN(rows, Pair(base.get(), models));
  ASSIGN_OR_RETURN(const std::string header, HeaderOf(rows));

  MergeReport report;
  for (const MergeRule& rule : recipe.rules) {
    report.rules.emplace_back(
        absl::StrCat(rule.pattern, ": ", MergeMethodName(rule.method)),
        MergeCounts());
  }
  const bool folder = !absl::EndsWith(out, kEnding);
  if (folder) {
    std::error_code error;
    if (!std::filesystem::create_directories(out, error)) {
      return absl::UnknownError(
          absl::StrCat("merge: create ", out, ": ", error.message()));
    }
  }
  ASSIGN_OR_RETURN(
      std::unique_ptr<Writer> writer,
      Writer::Create(folder ? absl::StrCat(out, "/model.safetensors") : out));
  writer->Write(header);
  uint64_t all = 0;
  for (const Row& row : rows) all += row.like().bytes.size();
  for (const Row& row : rows) {
    RETURN_IF_ERROR(MergeRow(row, recipe, &report, writer.get()));
    progress(all == 0
                 ? 1.0
                 : static_cast<double>(writer->bytes() - header.size()) / all);
  }
  report.bytes = writer->bytes();
  RETURN_IF_ERROR(writer->Finish());
  const Checkpoint& like = base != nullptr ? *base : *models[0];
  if (folder && like.is_folder()) {
    RETURN_IF_ERROR(CopySideFiles(like.path(), out));
  }
  return report;
}

}  // namespace footnote
