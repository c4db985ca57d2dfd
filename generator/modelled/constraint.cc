#include "generator/modelled/constraint.h"

#include <algorithm>
#include <utility>

namespace footnote {
namespace {

void Forbid(int32_t id, absl::Span<uint64_t> allowed) {
  if (id < 0 || static_cast<size_t>(id) / 64 >= allowed.size()) return;
  allowed[id / 64] &= ~(uint64_t{1} << (id % 64));
}

bool IsAmong(int32_t id, const std::vector<int32_t>& ids) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Leaves those of `ids` that were allowed.
void KeepOnly(const std::vector<int32_t>& ids, absl::Span<uint64_t> allowed) {
  const std::vector<uint64_t> before(allowed.begin(), allowed.end());
  std::fill(allowed.begin(), allowed.end(), 0);
  for (const int32_t id : ids) {
    if (id < 0 || static_cast<size_t>(id) / 64 >= allowed.size()) continue;
    allowed[id / 64] |= before[id / 64] & (uint64_t{1} << (id % 64));
  }
}

}  // namespace

OutputConstraint::OutputConstraint(const Dialect* dialect, OutputRules rules)
    : dialect_(*dialect), rules_(std::move(rules)) {
  if (rules_.text != nullptr) text_trial_ = rules_.text->Copy();
  if (rules_.calls != nullptr) {
    calls_ = rules_.calls->Copy();
    calls_trial_ = rules_.calls->Copy();
  }
}

void OutputConstraint::Mask(absl::Span<uint64_t> allowed) {
  switch (place_) {
    case Place::kText:
      MaskText(allowed);
      return;
    case Place::kCalls:
      // The section's end, once it may come, and nothing but it.
      if (calls_->MayEnd()) {
        KeepOnly({dialect_.close_calls}, allowed);
        return;
      }
      dialect_.texts.Mask(*calls_, calls_trial_.get(), allowed);
      // Spelled like text in some vocabularies.
      for (const auto& special : dialect_.specials) {
        Forbid(special.first, allowed);
      }
      return;
    case Place::kBetween: {
      std::vector<int32_t> may;
      const bool tagged = dialect_.tools == Dialect::Tools::kTagged;
      if (tagged && made_ < rules_.max_calls) {
        may.push_back(dialect_.open_calls);
        if (!parted_) may.push_back(dialect_.newline);
      }
      if (!parted_)
        may.insert(may.end(), dialect_.ends.begin(), dialect_.ends.end());
      KeepOnly(may, allowed);
      return;
    }
  }
}

void OutputConstraint::MaskText(absl::Span<uint64_t> allowed) const {
  const bool must_call = rules_.must_call && made_ == 0;
  if (must_call && plan_ >= rules_.max_plan) {
    KeepOnly({dialect_.open_calls}, allowed);
    return;
  }
  const bool may_end = rules_.text == nullptr || rules_.text->MayEnd();
  if (rules_.text != nullptr) {
    dialect_.texts.Mask(*rules_.text, text_trial_.get(), allowed);
  }
  for (const auto& special : dialect_.specials) {
    const int32_t id = special.first;
    const bool calls = id == dialect_.open_calls;
    const bool closes = id == dialect_.close_calls;
    const bool answers = IsAmong(id, dialect_.open_answer);
    if (!may_end || closes || (calls && (calls_ == nullptr || answering_)) ||
        (answers && must_call)) {
      Forbid(id, allowed);
    }
  }
  for (const int32_t id : dialect_.ends) {
    if (!may_end || must_call) Forbid(id, allowed);
  }
}

void OutputConstraint::Accept(int32_t id) {
  if (place_ == Place::kCalls) {
    if (id == dialect_.close_calls) {
      place_ = Place::kBetween;
      ++made_;
    } else if (id >= 0 && static_cast<size_t>(id) < dialect_.texts.size()) {
      for (const char c : dialect_.texts.Of(id)) {
        calls_->Read(static_cast<uint8_t>(c));
      }
    }
    return;
  }
  parted_ = place_ == Place::kBetween;
  if (id == dialect_.open_calls && calls_ != nullptr) {
    place_ = Place::kCalls;
    parted_ = false;
    calls_->Assign(*rules_.calls);
    return;
  }
  ++plan_;
  if (IsAmong(id, dialect_.open_answer)) answering_ = true;
  if (rules_.text == nullptr || dialect_.specials.contains(id)) return;
  if (id < 0 || static_cast<size_t>(id) >= dialect_.texts.size()) return;
  for (const char c : dialect_.texts.Of(id)) {
    rules_.text->Read(static_cast<uint8_t>(c));
  }
}

}  // namespace footnote
