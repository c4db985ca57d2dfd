#include "storage/purge.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/record_codec.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

constexpr char kPurgePrefix[] = "purge/";
constexpr uint64_t kPurgeVersion = 1;

std::string Prefix(absl::string_view collection) {
  std::string key = kPurgePrefix;
  if (!collection.empty()) AppendKeyPart(collection, &key);
  return key;
}

void WriteNames(const std::vector<std::string>& names, RecordWriter* writer) {
  writer->Number(names.size());
  for (const std::string& name : names) writer->Bytes(name);
}

std::vector<std::string> ReadNames(RecordReader* reader) {
  std::vector<std::string> names;
  for (uint64_t left = reader->Count(); left > 0; --left) {
    names.push_back(reader->String());
  }
  return names;
}

absl::StatusOr<Purge> Decode(absl::string_view key, absl::string_view bytes) {
  Purge purge;
  RecordReader reader(bytes);
  if (reader.Number() > kPurgeVersion) {
    return absl::UnimplementedError("purge: written by a newer release");
  }
  purge.state = static_cast<PurgeState>(reader.NumberUpTo(4));
  purge.documents = ReadNames(&reader);
  purge.segments = ReadNames(&reader);
  purge.files = ReadNames(&reader);
  purge.begun_us = reader.Signed();
  purge.proved_us = reader.Signed();
  key.remove_prefix(sizeof(kPurgePrefix) - 1);
  if (!reader.done() || !TakeKeyPart(&key, &purge.collection) ||
      !TakeKeyNumber(&key, &purge.number)) {
    return absl::DataLossError("purge: a record is damaged");
  }
  return purge;
}

}  // namespace

absl::string_view PurgeStateName(PurgeState state) {
  switch (state) {
    case PurgeState::kHidden:
      return "HIDDEN";
    case PurgeState::kRewritten:
      return "REWRITTEN";
    case PurgeState::kCompacted:
      return "COMPACTED";
    case PurgeState::kProved:
      return "PROVED";
  }
  return "UNKNOWN";
}

void AppendPurge(const Purge& purge, KvBatch* batch) {
  std::string key = Prefix(purge.collection);
  AppendKeyNumber(purge.number, &key);
  std::string bytes;
  RecordWriter writer(&bytes);
  writer.Number(kPurgeVersion);
  writer.Number(static_cast<uint64_t>(purge.state));
  WriteNames(purge.documents, &writer);
  WriteNames(purge.segments, &writer);
  WriteNames(purge.files, &writer);
  writer.Signed(purge.begun_us);
  writer.Signed(purge.proved_us);
  batch->Put(kTableMeta, key, bytes);
}

absl::StatusOr<std::vector<Purge>> ListPurges(const Kv& kv,
                                              absl::string_view collection) {
  std::vector<Purge> purges;
  auto it = kv.Iterate(kTableMeta, Prefix(collection));
  for (; it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(Purge purge, Decode(it->key(), it->value()));
    purges.push_back(std::move(purge));
  }
  RETURN_IF_ERROR(it->status());
  return purges;
}

absl::StatusOr<uint32_t> NextPurge(const Kv& kv, absl::string_view collection) {
  ASSIGN_OR_RETURN(const std::vector<Purge> purges, ListPurges(kv, collection));
  return purges.empty() ? 1 : purges.back().number + 1;
}

}  // namespace footnote
