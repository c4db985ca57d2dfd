#include "retriever/filter/filter.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/numeric/bits.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/types.pb.h"
#include "retriever/segment_matches.h"
#include "text/language.h"

namespace footnote {
namespace {

using StringIds = absl::flat_hash_set<uint32_t>;

// The numbers that a segment gives to `values`; those that it does not know
// occur in none of its documents.
template <typename Values>
StringIds IdsOf(const SegmentReader& reader, const Values& values) {
  StringIds ids;
  for (const std::string& value : values) {
    const absl::optional<uint32_t> id = reader.FindString(value);
    if (id.has_value()) ids.insert(*id);
  }
  return ids;
}

// One condition on metadata, in one segment's numbers.
struct Condition {
  uint32_t key = 0;
  bool key_known = false;
  bool any_value = false;
  StringIds values;

  bool Holds(absl::Span<const uint32_t> metadata) const {
    if (!key_known) return false;
    for (size_t i = 0; i + 1 < metadata.size(); i += 2) {
      if (metadata[i] != key) continue;
      if (any_value || values.contains(metadata[i + 1])) return true;
    }
    return false;
  }
};

using Languages = std::array<bool, kLanguageCount>;

absl::StatusOr<Languages> LanguagesOf(const v1::Filter& filter) {
  Languages wanted = {};
  for (const std::string& code : filter.languages()) {
    ASSIGN_OR_RETURN(const Language language, ParseLanguage(code));
    wanted[static_cast<size_t>(language)] = true;
  }
  return wanted;
}

// A filter in the numbers of one segment.
class SegmentFilter {
 public:
  SegmentFilter(const v1::Filter& filter, const SegmentReader& reader)
      : filter_(filter),
        reader_(reader),
        documents_(IdsOf(reader, filter.documents())),
        labels_(IdsOf(reader, filter.access_labels())) {
    for (const v1::Filter::Condition& wanted : filter.conditions()) {
      Condition condition;
      const absl::optional<uint32_t> key = reader.FindString(wanted.key());
      condition.key_known = key.has_value();
      condition.key = key.value_or(0);
      condition.any_value = wanted.any_of().empty();
      condition.values = IdsOf(reader, wanted.any_of());
      conditions_.push_back(std::move(condition));
    }
  }

  bool Allows(const DocumentRow& row) const {
    if (!MayRead(row)) return false;
    if (!filter_.documents().empty() && !documents_.contains(row.id)) {
      return false;
    }
    if (!absl::StartsWith(reader_.DocumentId(row), filter_.document_prefix())) {
      return false;
    }
    const absl::Span<const uint32_t> metadata = reader_.Metadata(row);
    return std::all_of(conditions_.begin(), conditions_.end(),
                       [&](const Condition& c) { return c.Holds(metadata); });
  }

 private:
  bool MayRead(const DocumentRow& row) const {
    const absl::Span<const uint32_t> labels = reader_.Labels(row);
    return labels.empty() ||
           std::any_of(labels.begin(), labels.end(),
                       [&](uint32_t label) { return labels_.contains(label); });
  }

  const v1::Filter& filter_;
  const SegmentReader& reader_;
  const StringIds documents_;
  const StringIds labels_;
  std::vector<Condition> conditions_;
};

bool HasLabels(const SegmentReader& reader) {
  const auto documents = reader.documents();
  return std::any_of(
      documents.begin(), documents.end(),
      [](const DocumentRow& row) { return row.label_count > 0; });
}

bool ForbidsNothing(const v1::Filter& filter) {
  return filter.languages().empty() && filter.documents().empty() &&
         filter.document_prefix().empty() && filter.conditions().empty();
}

AllowedPassages AllLive(const LiveSegment& segment) {
  AllowedPassages allowed;
  allowed.passages = segment.reader->passage_count();
  allowed.count = segment.live_count;
  allowed.bits = segment.live_passages;
  return allowed;
}

AllowedPassages Filtered(const LiveSegment& segment, const v1::Filter& filter,
                         const Languages& languages) {
  const SegmentReader& reader = *segment.reader;
  const SegmentFilter documents(filter, reader);
  AllowedPassages allowed;
  allowed.passages = reader.passage_count();
  allowed.bits.assign((allowed.passages + 63) / 64, 0);
  const bool any_language = filter.languages().empty();
  for (const DocumentRow& row : reader.documents()) {
    if (!documents.Allows(row)) continue;
    for (uint32_t i = 0; i < row.passage_count; ++i) {
      const uint32_t passage = row.first_passage + i;
      const uint8_t language = reader.passages()[passage].language;
      if (!segment.IsLive(passage)) continue;
      if (!any_language &&
          !(language < languages.size() && languages[language])) {
        continue;
      }
      allowed.bits[passage / 64] |= uint64_t{1} << (passage % 64);
      ++allowed.count;
    }
  }
  return allowed;
}

std::shared_ptr<const LanguageBits> ByLanguage(const SegmentReader& reader) {
  auto by_language = std::make_shared<LanguageBits>();
  const absl::Span<const PassageRow> rows = reader.passages();
  for (size_t passage = 0; passage < rows.size(); ++passage) {
    if (rows[passage].language >= kLanguageCount) continue;
    auto& bits = (*by_language)[rows[passage].language];
    if (bits.empty()) bits.assign((rows.size() + 63) / 64, 0);
    bits[passage / 64] |= uint64_t{1} << (passage % 64);
  }
  return by_language;
}

}  // namespace

PassageFilter::PassageFilter(std::shared_ptr<const Generation> generation,
                             const PassageFilter* before)
    : generation_(std::move(generation)) {
  const SegmentMatches matches(
      *generation_, before == nullptr ? nullptr : before->generation_.get());
  for (size_t s = 0; s < generation_->segments.size(); ++s) {
    const int same = matches.Before(s);
    const SegmentReader& reader = *generation_->segments[s].reader;
    labelled_.push_back(same >= 0 ? before->labelled_[same]
                                  : HasLabels(reader));
    in_language_.push_back(same >= 0 ? before->in_language_[same]
                                     : ByLanguage(reader));
  }
}

std::vector<AllowedPassages> PassageFilter::InLanguage(
    Language language, absl::Span<const AllowedPassages> allowed) const {
  std::vector<AllowedPassages> inside(allowed.size());
  for (size_t s = 0; s < allowed.size(); ++s) {
    const auto& bits = (*in_language_[s])[static_cast<size_t>(language)];
    inside[s].passages = allowed[s].passages;
    inside[s].bits = bits;
    // No bits would be all of them.
    inside[s].bits.resize((allowed[s].passages + 63) / 64, 0);
    for (size_t word = 0; word < inside[s].bits.size(); ++word) {
      inside[s].bits[word] &= allowed[s].Word(word);
      inside[s].count += absl::popcount(inside[s].bits[word]);
    }
  }
  return inside;
}

absl::StatusOr<std::vector<AllowedPassages>> PassageFilter::Apply(
    const v1::Filter& filter) const {
  ASSIGN_OR_RETURN(const Languages languages, LanguagesOf(filter));
  const bool nothing = ForbidsNothing(filter);
  std::vector<AllowedPassages> allowed;
  allowed.reserve(labelled_.size());
  for (size_t s = 0; s < labelled_.size(); ++s) {
    const LiveSegment& segment = generation_->segments[s];
    allowed.push_back(nothing && !labelled_[s]
                          ? AllLive(segment)
                          : Filtered(segment, filter, languages));
  }
  return allowed;
}

}  // namespace footnote
