#include "storage/purge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/record_codec.h"
#include "storage/store_tables.h"
#include "storage/unproved_purges.h"

namespace footnote {
namespace {

constexpr char kPurgePrefix[] = "purge/";
// Collection -> the number up to which all are proved. Older releases leave
// these alone, and what they purge has higher numbers.
constexpr char kProvedPrefix[] = "proved/";
constexpr uint64_t kPurgeVersion = 1;

std::string Prefix(absl::string_view collection) {
  std::string key = kPurgePrefix;
  if (!collection.empty()) AppendKeyPart(collection, &key);
  return key;
}

std::string ProvedKey(absl::string_view collection) {
  std::string key = kProvedPrefix;
  AppendKeyPart(collection, &key);
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

// Calls `each` for the purges of a collection after its last that is known to
// be proved, which it returns; 0: none is.
template <typename Each>
absl::StatusOr<uint32_t> AfterProved(const Kv& kv,
                                     const std::string& collection, Each each) {
  uint32_t proved = 0;
  const absl::StatusOr<std::string> known =
      kv.Get(kTableMeta, ProvedKey(collection));
  if (known.ok()) {
    proved = static_cast<uint32_t>(RecordReader(*known).NumberUpTo(UINT32_MAX));
  } else if (!absl::IsNotFound(known.status())) {
    return known.status();
  }
  const std::string prefix = Prefix(collection);
  std::string first = prefix;
  AppendKeyNumber(proved + 1, &first);
  const auto it = kv.Iterate(kTableMeta, prefix);
  for (it->Seek(first); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(Purge purge, Decode(it->key(), it->value()));
    each(std::move(purge));
  }
  RETURN_IF_ERROR(it->status());
  return proved;
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
  uint32_t last = 0;
  ASSIGN_OR_RETURN(
      const uint32_t proved,
      AfterProved(kv, std::string(collection),
                  [&last](const Purge& purge) { last = purge.number; }));
  return std::max(proved, last) + 1;
}

absl::StatusOr<std::vector<Purge>> ListUnproved(const Kv& kv, KvBatch* proved) {
  std::vector<Purge> unproved;
  const auto it = kv.Iterate(kTableMeta, kPurgePrefix);
  while (it->Valid()) {
    absl::string_view key = it->key();
    key.remove_prefix(sizeof(kPurgePrefix) - 1);
    std::string collection;
    if (!TakeKeyPart(&key, &collection)) {
      return absl::DataLossError("purge: a record is damaged");
    }
    uint32_t all_up_to = 0;
    const size_t before = unproved.size();
    ASSIGN_OR_RETURN(const uint32_t known,
                     AfterProved(kv, collection, [&](Purge purge) {
                       if (purge.state != PurgeState::kProved) {
                         unproved.push_back(std::move(purge));
                       } else if (unproved.size() == before) {
                         all_up_to = purge.number;
                       }
                     }));
    if (all_up_to > known) {
      std::string bytes;
      RecordWriter(&bytes).Number(all_up_to);
      proved->Put(kTableMeta, ProvedKey(collection), bytes);
    }
    it->Seek(PrefixEnd(Prefix(collection)));
  }
  RETURN_IF_ERROR(it->status());
  return unproved;
}

}  // namespace footnote
