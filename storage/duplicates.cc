#include "storage/duplicates.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

constexpr size_t kNumbersOfBand = 3;
constexpr size_t kMaxBehindHash = 16;
constexpr absl::string_view kZero("\0", 1);
// Members behind a document of which this commit has spoken, before those at
// the group's beginning are looked at: a large group mostly goes by its order.
constexpr size_t kFewPassed = 64;

// First letters of keys: a document's row, documents behind a hash, members of
// a group.
std::string DocumentKey(absl::string_view collection,
                        absl::string_view document) {
  return absl::StrCat("d", collection, kZero, document);
}

std::string BigEndian(uint64_t number) {
  std::string out(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8) {
    out[static_cast<size_t>(i)] = static_cast<char>(number & 0xff);
  }
  return out;
}

uint64_t FromBigEndian(absl::string_view bytes) {
  uint64_t number = 0;
  for (const char c : bytes.substr(0, 8)) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  return number;
}

std::string BandKey(absl::string_view collection, size_t band,
                    const TextSignature& signature) {
  std::string key = absl::StrCat("h", collection, kZero);
  key.push_back(static_cast<char>('0' + band));
  for (size_t i = 0; i < kNumbersOfBand; ++i) {
    const uint16_t number = signature[band * kNumbersOfBand + i];
    key.push_back(static_cast<char>(number >> 8));
    key.push_back(static_cast<char>(number & 0xff));
  }
  return key;
}

std::string GroupsPrefix(absl::string_view collection) {
  return absl::StrCat("g", collection, kZero);
}

std::string GroupPrefix(absl::string_view collection, uint64_t group) {
  return absl::StrCat(GroupsPrefix(collection), BigEndian(group));
}

// FNV-1a of the bytes; never 0.
uint64_t HashOf(absl::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return std::max<uint64_t>(hash, 1);
}

// The row of a document: its group, then its signature.
constexpr size_t kRowBytes = 8 + 2 * std::tuple_size<TextSignature>::value;

absl::Status Damaged(absl::string_view document) {
  return absl::DataLossError(absl::StrCat(
      "table duplicates: the row of document ", document, " is damaged"));
}

bool DecodeSignature(absl::string_view row, TextSignature* signature) {
  if (row.size() != kRowBytes) return false;
  const char* at = row.data() + 8;
  for (uint16_t& number : *signature) {
    number = static_cast<uint16_t>(static_cast<unsigned char>(at[0]) << 8 |
                                   static_cast<unsigned char>(at[1]));
    at += 2;
  }
  return true;
}

std::string EncodeRow(uint64_t group, const TextSignature& signature) {
  std::string bytes = BigEndian(group);
  bytes.reserve(kRowBytes);
  for (const uint16_t number : signature) {
    bytes.push_back(static_cast<char>(number >> 8));
    bytes.push_back(static_cast<char>(number & 0xff));
  }
  return bytes;
}

// The entries of a map of hashes; RocksDB takes them faster so.
template <typename Map>
std::vector<const typename Map::value_type*> ByKey(const Map& map) {
  std::vector<const typename Map::value_type*> entries;
  entries.reserve(map.size());
  for (const auto& entry : map) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  return entries;
}

}  // namespace

double SignatureSimilarity(const TextSignature& a, const TextSignature& b) {
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

bool DuplicateTable::HasGroups(absl::string_view collection) const {
  return kv_.Iterate(kTableDuplicates, GroupsPrefix(collection))->Valid();
}

absl::StatusOr<uint64_t> DuplicateTable::GroupOf(
    absl::string_view collection, absl::string_view document) const {
  const absl::StatusOr<std::string> row =
      kv_.Get(kTableDuplicates, DocumentKey(collection, document));
  if (absl::IsNotFound(row.status())) return 0;
  RETURN_IF_ERROR(row.status());
  if (row->size() != kRowBytes) return Damaged(document);
  return FromBigEndian(*row);
}

absl::StatusOr<std::vector<DuplicateMember>> DuplicateTable::Members(
    absl::string_view collection, uint64_t group, size_t limit) const {
  const std::string prefix = GroupPrefix(collection, group);
  std::vector<DuplicateMember> members;
  const auto it = kv_.Iterate(kTableDuplicates, prefix);
  for (; it->Valid() && members.size() < limit; it->Next()) {
    members.push_back({std::string(it->key().substr(prefix.size())), 1});
  }
  RETURN_IF_ERROR(it->status());
  std::vector<std::string> keys;
  for (const DuplicateMember& member : members) {
    keys.push_back(DocumentKey(collection, member.document));
  }
  ASSIGN_OR_RETURN(const auto rows, kv_.MultiGet(kTableDuplicates, keys));
  TextSignature first;
  for (size_t i = 0; i < members.size(); ++i) {
    TextSignature signature;
    if (!rows[i].has_value() || !DecodeSignature(*rows[i], &signature)) {
      return Damaged(members[i].document);
    }
    if (i == 0) first = signature;
    members[i].similarity = SignatureSimilarity(first, signature);
  }
  return members;
}

absl::StatusOr<std::vector<uint64_t>> DuplicateTable::Groups(
    absl::string_view collection, uint64_t after, size_t limit) const {
  const std::string prefix = GroupsPrefix(collection);
  std::vector<uint64_t> groups;
  const auto it = kv_.Iterate(kTableDuplicates, prefix);
  if (after == ~uint64_t{0}) return groups;
  if (after != 0) it->Seek(GroupPrefix(collection, after + 1));
  while (it->Valid() && groups.size() < limit) {
    groups.push_back(FromBigEndian(it->key().substr(prefix.size())));
    if (groups.back() == ~uint64_t{0}) break;
    it->Seek(GroupPrefix(collection, groups.back() + 1));
  }
  RETURN_IF_ERROR(it->status());
  return groups;
}

DuplicateChanges::DuplicateChanges(const Kv* kv, absl::string_view collection)
    : kv_(*kv), collection_(collection) {}

absl::StatusOr<absl::optional<DuplicateChanges::Row>> DuplicateChanges::GetRow(
    const std::string& document) {
  const auto changed = rows_.find(document);
  if (changed != rows_.end()) return changed->second;
  const absl::StatusOr<std::string> bytes =
      kv_.Get(kTableDuplicates, DocumentKey(collection_, document));
  if (absl::IsNotFound(bytes.status())) return absl::optional<Row>();
  RETURN_IF_ERROR(bytes.status());
  Row row;
  if (!DecodeSignature(*bytes, &row.signature)) return Damaged(document);
  row.group = FromBigEndian(*bytes);
  return absl::optional<Row>(row);
}

absl::StatusOr<DuplicateChanges::Band*> DuplicateChanges::GetBand(
    const std::string& key) {
  const auto asked = bands_.find(key);
  if (asked != bands_.end()) return &asked->second;
  Band band;
  band.key = key;
  const absl::StatusOr<std::string> bytes = kv_.Get(kTableDuplicates, key);
  if (bytes.ok()) {
    band.documents = absl::StrSplit(*bytes, '\0');
  } else if (!absl::IsNotFound(bytes.status())) {
    return bytes.status();
  }
  return &bands_.emplace(key, std::move(band)).first->second;
}

absl::StatusOr<DuplicateChanges::Bands> DuplicateChanges::GetBands(
    const TextSignature& signature) {
  Bands bands;
  for (size_t i = 0; i < bands.size(); ++i) {
    ASSIGN_OR_RETURN(bands[i], GetBand(BandKey(collection_, i, signature)));
  }
  return bands;
}

// The document behind the signature's hashes that is most like it, with its
// row; "" when none is like enough.
absl::StatusOr<std::string> DuplicateChanges::FindLike(
    const TextSignature& signature, const Bands& bands, Row* like) {
  std::string best;
  double highest = 0;
  std::vector<std::string> seen;
  for (const Band* band : bands) {
    for (const std::string& document : band->documents) {
      if (std::find(seen.begin(), seen.end(), document) != seen.end()) continue;
      seen.push_back(document);
      ASSIGN_OR_RETURN(const absl::optional<Row> row, GetRow(document));
      if (!row.has_value()) continue;
      const double similarity = SignatureSimilarity(signature, row->signature);
      if (similarity < kNearDuplicate || similarity <= highest) continue;
      highest = similarity;
      best = document;
      *like = *row;
    }
    // A better one is not worth the reads.
    if (!best.empty()) break;
  }
  return best;
}

absl::StatusOr<std::string> DuplicateChanges::Put(
    const std::string& document,
    const absl::optional<TextSignature>& signature) {
  RETURN_IF_ERROR(Remove(document));
  if (!signature.has_value()) return std::string();
  Row row;
  row.signature = *signature;
  Row like;
  ASSIGN_OR_RETURN(const Bands bands, GetBands(*signature));
  ASSIGN_OR_RETURN(std::string found, FindLike(*signature, bands, &like));
  if (!found.empty()) {
    if (like.group == 0) {
      ASSIGN_OR_RETURN(like.group, NewGroup(found));
      rows_[found] = like;
      members_[absl::StrCat(GroupPrefix(collection_, like.group), found)] =
          true;
    }
    row.group = like.group;
    members_[absl::StrCat(GroupPrefix(collection_, row.group), document)] =
        true;
  }
  rows_[document] = row;
  for (Band* band : bands) {
    if (band->documents.size() >= kMaxBehindHash) continue;
    band->documents.push_back(document);
    band->is_changed = true;
  }
  return found;
}

// A group that began with the same document may still be there without it.
absl::StatusOr<uint64_t> DuplicateChanges::NewGroup(
    const std::string& document) {
  for (int attempt = 0;; ++attempt) {
    const uint64_t group = HashOf(absl::StrCat(attempt, " ", document));
    ASSIGN_OR_RETURN(const std::set<std::string> members,
                     TwoMembers(group, document));
    if (members.empty()) return group;
  }
}

absl::Status DuplicateChanges::Remove(const std::string& document) {
  ASSIGN_OR_RETURN(const absl::optional<Row> row, GetRow(document));
  if (!row.has_value()) return absl::OkStatus();
  rows_[document] = absl::nullopt;
  ASSIGN_OR_RETURN(const Bands bands, GetBands(row->signature));
  std::vector<size_t> were_full;
  for (size_t i = 0; i < bands.size(); ++i) {
    Band& band = *bands[i];
    const auto at =
        std::find(band.documents.begin(), band.documents.end(), document);
    if (at == band.documents.end()) continue;
    if (band.documents.size() == kMaxBehindHash) were_full.push_back(i);
    band.documents.erase(at);
    band.is_changed = true;
  }
  if (row->group == 0) return absl::OkStatus();
  RETURN_IF_ERROR(LeaveGroup(document, row->group));
  return Refill(document, row->group, std::move(were_full), bands);
}

// Puts members of the group that were too many into the bands that `document`
// left: who comes after all of the first have gone finds the others there.
absl::Status DuplicateChanges::Refill(const std::string& document,
                                      uint64_t group, std::vector<size_t> which,
                                      const Bands& bands) {
  // Those who are in the bands already may come first.
  constexpr size_t kMostLooked = 2 * kMaxBehindHash;
  if (which.empty()) return absl::OkStatus();
  absl::Status status;
  size_t looked = 0;
  const auto put = [&](const std::string& member) {
    const absl::StatusOr<absl::optional<Row>> row = GetRow(member);
    status = row.status();
    if (!row.ok() || !row->has_value()) return row.ok();
    const auto is_in = [&](size_t i) {
      Band& band = *bands[i];
      if (band.key != BandKey(collection_, i, (*row)->signature) ||
          std::find(band.documents.begin(), band.documents.end(), member) !=
              band.documents.end()) {
        return false;
      }
      band.documents.push_back(member);
      band.is_changed = true;
      return true;
    };
    which.erase(std::remove_if(which.begin(), which.end(), is_in), which.end());
    return !which.empty() && ++looked < kMostLooked;
  };
  const std::string prefix = GroupPrefix(collection_, group);
  RETURN_IF_ERROR(ForEachMember(prefix, document, kFewPassed, put));
  // Ids may fall with time: then the others are before it.
  looked = 0;
  if (status.ok() && !which.empty()) {
    RETURN_IF_ERROR(ForEachMember(prefix, "", kFewPassed, put));
  }
  return status;
}

// One alone is no group.
absl::Status DuplicateChanges::LeaveGroup(const std::string& document,
                                          uint64_t group) {
  const std::string prefix = GroupPrefix(collection_, group);
  members_[absl::StrCat(prefix, document)] = false;
  ASSIGN_OR_RETURN(const std::set<std::string> left,
                   TwoMembers(group, document));
  if (left.size() != 1) return absl::OkStatus();
  const std::string& last = *left.begin();
  members_[absl::StrCat(prefix, last)] = false;
  ASSIGN_OR_RETURN(absl::optional<Row> row, GetRow(last));
  if (row.has_value()) {
    row->group = 0;
    rows_[last] = *row;
  }
  return absl::OkStatus();
}

// Two members of the group, or as many as there are; such as stand behind
// `document`, if possible.
absl::StatusOr<std::set<std::string>> DuplicateChanges::TwoMembers(
    uint64_t group, const std::string& document) {
  const std::string prefix = GroupPrefix(collection_, group);
  std::set<std::string> members;
  const auto add = [&members](const std::string& member) {
    members.insert(member);
    return members.size() < 2;
  };
  RETURN_IF_ERROR(ForEachMember(prefix, document, kFewPassed, add));
  if (members.size() < 2) {
    RETURN_IF_ERROR(
        ForEachMember(prefix, "", std::numeric_limits<size_t>::max(), add));
  }
  return members;
}

// Calls `each` for members from `first` on, until it says no. Ends where it has
// passed over more than `most_passed` that left in this commit.
absl::Status DuplicateChanges::ForEachMember(
    const std::string& prefix, const std::string& first, size_t most_passed,
    const std::function<bool(const std::string&)>& each) {
  const std::string begin = absl::StrCat(prefix, first);
  size_t passed = 0;
  for (auto it = members_.lower_bound(begin);
       it != members_.end() && absl::StartsWith(it->first, prefix) &&
       passed <= most_passed;
       ++it) {
    if (!it->second) {
      ++passed;
    } else if (!each(it->first.substr(prefix.size()))) {
      return absl::OkStatus();
    }
  }
  passed = 0;
  const auto it = kv_.Iterate(kTableDuplicates, prefix);
  for (it->Seek(begin); it->Valid() && passed <= most_passed; it->Next()) {
    // What this commit says counts.
    if (members_.count(std::string(it->key())) > 0) {
      ++passed;
    } else if (!each(std::string(it->key().substr(prefix.size())))) {
      return absl::OkStatus();
    }
  }
  return it->status();
}

void DuplicateChanges::AppendTo(KvBatch* batch) const {
  for (const auto* row : ByKey(rows_)) {
    const std::string key = DocumentKey(collection_, row->first);
    if (row->second.has_value()) {
      batch->Put(kTableDuplicates, key,
                 EncodeRow(row->second->group, row->second->signature));
    } else {
      batch->Delete(kTableDuplicates, key);
    }
  }
  for (const auto& [key, is_there] : members_) {
    if (is_there) {
      batch->Put(kTableDuplicates, key, "");
    } else {
      batch->Delete(kTableDuplicates, key);
    }
  }
  for (const auto* entry : ByKey(bands_)) {
    const Band& band = entry->second;
    if (!band.is_changed) continue;
    if (band.documents.empty()) {
      batch->Delete(kTableDuplicates, band.key);
    } else {
      batch->Put(kTableDuplicates, band.key,
                 absl::StrJoin(band.documents, kZero));
    }
  }
}

}  // namespace footnote
