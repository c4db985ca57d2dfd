#include "retriever/repeats.h"

#include <string.h>

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "base/status_macros.h"
#include "text/word_characters.h"

namespace footnote {
namespace {

// From here on two passages say the same.
constexpr double kSameText = 0.8;

// The share of the runs of the shorter text that the longer one has, too.
double Shared(const TextRuns& a, const TextRuns& b) {
  const TextRuns& shorter = a.bytes < b.bytes ? a : b;
  const TextRuns& longer = a.bytes < b.bytes ? b : a;
  if (shorter.runs.empty()) return 0;
  size_t shared = 0;
  auto other = longer.runs.begin();
  for (const uint64_t run : shorter.runs) {
    while (other != longer.runs.end() && *other < run) ++other;
    if (other == longer.runs.end()) break;
    shared += *other == run;
  }
  return static_cast<double>(shared) / static_cast<double>(shorter.runs.size());
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

TextRuns RunsOf(absl::string_view text) {
  const std::string characters = WordCharacters(text);
  TextRuns out;
  out.bytes = characters.size();
  uint64_t run;
  for (size_t i = 0; i + sizeof(run) <= characters.size(); ++i) {
    memcpy(&run, &characters[i], sizeof(run));
    out.runs.push_back(run);
  }
  std::sort(out.runs.begin(), out.runs.end());
  out.runs.erase(std::unique(out.runs.begin(), out.runs.end()), out.runs.end());
  return out;
}

double SharedText(absl::string_view a, absl::string_view b) {
  return Shared(RunsOf(a), RunsOf(b));
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

const TextRuns& RepeatFinder::RunsOf(const Candidate& candidate) {
  const Key key = {candidate.segment, candidate.passage};
  const auto found = runs_.find(key);
  if (found != runs_.end()) return found->second;
  return runs_[key] =
             footnote::RunsOf(text_of_(candidate).value_or(std::string()));
}

bool RepeatFinder::IsRepeat(const std::vector<Candidate>& kept,
                            const Candidate& next) {
  const uint64_t group = GroupOf(next);
  if (group == 0) return false;
  return std::any_of(kept.begin(), kept.end(), [&](const Candidate& shown) {
    return GroupOf(shown) == group && DocumentOf(shown) != DocumentOf(next) &&
           Shared(RunsOf(shown), RunsOf(next)) >= kSameText;
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
