#include "retriever/repeats.h"

#include <algorithm>

#include "base/status_macros.h"
#include "text/word_characters.h"

namespace footnote {
namespace {

// From here on two passages say the same.
constexpr double kSameText = 0.8;
constexpr size_t kRunBytes = 8;

absl::flat_hash_set<absl::string_view> Runs(absl::string_view text) {
  absl::flat_hash_set<absl::string_view> runs;
  for (size_t i = 0; i + kRunBytes <= text.size(); ++i) {
    runs.insert(text.substr(i, kRunBytes));
  }
  return runs;
}

bool AnyAllowed(const LiveSegment& segment, const AllowedPassages& allowed,
                absl::string_view document) {
  for (const uint32_t d : segment.reader->FindDocument(document)) {
    const DocumentRow& row = segment.reader->documents()[d];
    for (uint32_t i = 0; i < row.passage_count; ++i) {
      if (allowed.Has(row.first_passage + i)) return true;
    }
  }
  return false;
}

}  // namespace

double SharedText(absl::string_view a, absl::string_view b) {
  const std::string first = WordCharacters(a);
  const std::string second = WordCharacters(b);
  const auto some = Runs(first.size() < second.size() ? first : second);
  const auto others = Runs(first.size() < second.size() ? second : first);
  if (some.empty()) return 0;
  size_t shared = 0;
  for (const absl::string_view run : some) shared += others.contains(run);
  return static_cast<double>(shared) / static_cast<double>(some.size());
}

RepeatFinder::RepeatFinder(
    Store* store, const Generation* generation,
    std::function<absl::StatusOr<std::string>(const Candidate&)> text_of)
    : store_(store), generation_(generation), text_of_(std::move(text_of)) {}

absl::string_view RepeatFinder::DocumentOf(const Candidate& candidate) const {
  const SegmentReader& reader =
      *generation_->segments[candidate.segment].reader;
  return reader.DocumentId(
      reader.Document(reader.passages()[candidate.passage]));
}

uint64_t RepeatFinder::GroupOf(const Candidate& candidate) {
  const SegmentReader& reader =
      *generation_->segments[candidate.segment].reader;
  const Key key = {candidate.segment,
                   reader.passages()[candidate.passage].document};
  const auto found = groups_.find(key);
  if (found != groups_.end()) return found->second;
  return groups_[key] = store_->duplicates()
                            .GroupOf(generation_->manifest.collection,
                                     DocumentOf(candidate))
                            .value_or(0);
}

const std::string& RepeatFinder::TextOf(const Candidate& candidate) {
  const Key key = {candidate.segment, candidate.passage};
  const auto found = texts_.find(key);
  if (found != texts_.end()) return found->second;
  return texts_[key] = text_of_(candidate).value_or(std::string());
}

bool RepeatFinder::IsRepeat(const std::vector<Candidate>& kept,
                            const Candidate& next) {
  const uint64_t group = GroupOf(next);
  if (group == 0) return false;
  return std::any_of(kept.begin(), kept.end(), [&](const Candidate& shown) {
    return GroupOf(shown) == group && DocumentOf(shown) != DocumentOf(next) &&
           SharedText(TextOf(shown), TextOf(next)) >= kSameText;
  });
}

absl::StatusOr<std::vector<std::string>> RepeatFinder::OthersOf(
    const Candidate& candidate, const std::vector<Candidate>& shown,
    const std::vector<AllowedPassages>& allowed, size_t limit) {
  // Some may not be allowed.
  constexpr size_t kMostMembers = 1000;
  const uint64_t group = GroupOf(candidate);
  std::vector<std::string> others;
  if (group == 0) return others;
  absl::flat_hash_set<absl::string_view> left_out = {DocumentOf(candidate)};
  for (const Candidate& one : shown) {
    if (GroupOf(one) == group) left_out.insert(DocumentOf(one));
  }
  ASSIGN_OR_RETURN(const std::vector<DuplicateMember> members,
                   store_->duplicates().Members(
                       generation_->manifest.collection, group, kMostMembers));
  for (const DuplicateMember& member : members) {
    if (others.size() == limit) break;
    if (left_out.contains(member.document)) continue;
    for (size_t s = 0; s < generation_->segments.size(); ++s) {
      if (!AnyAllowed(generation_->segments[s], allowed[s], member.document)) {
        continue;
      }
      others.push_back(member.document);
      break;
    }
  }
  return others;
}

}  // namespace footnote
