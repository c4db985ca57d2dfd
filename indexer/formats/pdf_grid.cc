#include "indexer/formats/pdf_grid.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace footnote {
namespace {

constexpr float kThickness = 3;
// Ends that are so near to each other, or to a line, touch.
constexpr float kTouch = 3;
// Double lines are one.
constexpr float kDouble = 4;
// Of a side of a cell, what a line covers of it.
constexpr float kCovered = .6f;
// A page with more crossings is a drawing.
constexpr size_t kMaxPairs = 250000;
constexpr size_t kMaxCells = 4000;

std::vector<PdfRule> Join(std::vector<PdfRule> rules) {
  std::sort(rules.begin(), rules.end(),
            [](const PdfRule& a, const PdfRule& b) { return a.at < b.at; });
  std::vector<PdfRule> out;
  for (size_t first = 0; first < rules.size();) {
    size_t end = first + 1;
    while (end < rules.size() && rules[end].at - rules[end - 1].at < 1) ++end;
    std::sort(
        rules.begin() + first, rules.begin() + end,
        [](const PdfRule& a, const PdfRule& b) { return a.from < b.from; });
    const size_t done = out.size();
    for (; first < end; ++first) {
      if (out.size() > done && rules[first].from <= out.back().to + kTouch) {
        out.back().to = std::max(out.back().to, rules[first].to);
      } else {
        out.push_back(rules[first]);
      }
    }
  }
  return out;
}

// Sets that are joined pair by pair.
class Sets {
 public:
  explicit Sets(size_t count) : parents_(count) {
    std::iota(parents_.begin(), parents_.end(), 0);
  }
  size_t Find(size_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  void Join(size_t a, size_t b) { parents_[Find(a)] = Find(b); }

 private:
  std::vector<size_t> parents_;
};

std::vector<float> Positions(std::vector<float> at) {
  std::sort(at.begin(), at.end());
  std::vector<float> out;
  for (const float position : at) {
    if (out.empty() || position - out.back() > kDouble) out.push_back(position);
  }
  return out;
}

// Adds the ends that half of `rules` share: tables are open at their sides, or
// at the top and bottom, too.
void AddEnds(const std::vector<PdfRule>& rules, std::vector<float>* positions) {
  for (float PdfRule::*const end : {&PdfRule::from, &PdfRule::to}) {
    std::vector<float> ends;
    for (const PdfRule& rule : rules) ends.push_back(rule.*end);
    std::nth_element(ends.begin(), ends.begin() + ends.size() / 2, ends.end());
    const float middle = ends[ends.size() / 2];
    const auto share = std::count_if(
        ends.begin(), ends.end(),
        [middle](float other) { return std::fabs(other - middle) <= kTouch; });
    if (static_cast<size_t>(share) * 2 >= ends.size()) {
      positions->push_back(middle);
    }
  }
}

size_t Nearest(const std::vector<float>& positions, float at) {
  size_t best = 0;
  for (size_t i = 1; i < positions.size(); ++i) {
    if (std::fabs(positions[i] - at) < std::fabs(positions[best] - at)) {
      best = i;
    }
  }
  return best;
}

// covered[line * (ends - 1) + i]: true where a rule at position `line` covers
// the way from ends[i] to ends[i + 1].
std::vector<bool> Covered(const std::vector<PdfRule>& rules,
                          const std::vector<float>& positions,
                          const std::vector<float>& ends) {
  std::vector<float> length(positions.size() * (ends.size() - 1));
  for (const PdfRule& rule : rules) {
    const size_t line = Nearest(positions, rule.at);
    for (size_t i = 0; i + 1 < ends.size(); ++i) {
      length[line * (ends.size() - 1) + i] += std::max(
          0.f, std::min(rule.to, ends[i + 1]) - std::max(rule.from, ends[i]));
    }
  }
  std::vector<bool> out(length.size());
  for (size_t n = 0; n < out.size(); ++n) {
    const size_t i = n % (ends.size() - 1);
    out[n] = length[n] >= kCovered * (ends[i + 1] - ends[i]);
  }
  return out;
}

// Fills in the cells; false when one is no rectangle, or they are a frame.
bool FindCells(const std::vector<PdfRule>& level,
               const std::vector<PdfRule>& upright, PdfGrid* grid) {
  const size_t rows = grid->ys.size() - 1;
  const size_t columns = grid->xs.size() - 1;
  const std::vector<bool> sides = Covered(upright, grid->xs, grid->ys);
  const std::vector<bool> floors = Covered(level, grid->ys, grid->xs);
  // A frame around words that go on over a line is open at the left above, and
  // at the right below; or the other way round.
  const size_t right = columns * rows;
  if (sides[0] != sides[rows - 1] && sides[0] == sides[right + rows - 1] &&
      sides[rows - 1] == sides[right]) {
    return false;
  }
  Sets sets(rows * columns);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      const size_t cell = r * columns + c;
      if (c + 1 < columns && !sides[(c + 1) * rows + r]) {
        sets.Join(cell, cell + 1);
      }
      if (r + 1 < rows && !floors[(r + 1) * columns + c]) {
        sets.Join(cell, cell + columns);
      }
    }
  }
  std::map<size_t, size_t> known;
  std::vector<size_t> area;
  for (size_t n = 0; n < rows * columns; ++n) {
    const size_t r = n / columns;
    const size_t c = n % columns;
    const auto found = known.emplace(sets.Find(n), grid->cells.size());
    if (found.second) {
      grid->cells.push_back({r, c, 1, 1});
      area.push_back(0);
    }
    PdfGridCell& cell = grid->cells[found.first->second];
    if (c < cell.column) return false;
    cell.rows = std::max(cell.rows, r - cell.row + 1);
    cell.columns = std::max(cell.columns, c - cell.column + 1);
    ++area[found.first->second];
  }
  for (size_t i = 0; i < area.size(); ++i) {
    if (area[i] != grid->cells[i].rows * grid->cells[i].columns) return false;
  }
  return true;
}

}  // namespace

std::vector<PdfRule> LevelRules(const std::vector<PdfBox>& rules) {
  std::vector<PdfRule> out;
  for (const PdfBox& box : rules) {
    if (box.height() <= kThickness && box.width() > box.height()) {
      out.push_back({(box.y0 + box.y1) / 2, box.x0, box.x1});
    }
  }
  return Join(std::move(out));
}

std::vector<PdfRule> UprightRules(const std::vector<PdfBox>& rules) {
  std::vector<PdfRule> out;
  for (const PdfBox& box : rules) {
    if (box.width() <= kThickness && box.height() > box.width()) {
      out.push_back({(box.x0 + box.x1) / 2, box.y0, box.y1});
    }
  }
  return Join(std::move(out));
}

std::vector<PdfGrid> GridsOf(const std::vector<PdfRule>& level,
                             const std::vector<PdfRule>& upright) {
  std::vector<PdfGrid> grids;
  if (level.size() * upright.size() > kMaxPairs) return grids;
  Sets sets(level.size() + upright.size());
  for (size_t i = 0; i < level.size(); ++i) {
    for (size_t k = 0; k < upright.size(); ++k) {
      const PdfRule& flat = level[i];
      const PdfRule& high = upright[k];
      if (high.at >= flat.from - kTouch && high.at <= flat.to + kTouch &&
          flat.at >= high.from - kTouch && flat.at <= high.to + kTouch) {
        sets.Join(i, level.size() + k);
      }
    }
  }
  struct Crossing {
    std::vector<PdfRule> level, upright;
  };
  std::map<size_t, Crossing> crossings;
  for (size_t i = 0; i < level.size(); ++i) {
    crossings[sets.Find(i)].level.push_back(level[i]);
  }
  for (size_t k = 0; k < upright.size(); ++k) {
    crossings[sets.Find(level.size() + k)].upright.push_back(upright[k]);
  }
  for (const auto& entry : crossings) {
    const Crossing& of = entry.second;
    if (of.level.empty() || of.upright.empty()) continue;
    std::vector<float> xs, ys;
    for (const PdfRule& rule : of.level) ys.push_back(rule.at);
    for (const PdfRule& rule : of.upright) xs.push_back(rule.at);
    AddEnds(of.level, &xs);
    AddEnds(of.upright, &ys);
    PdfGrid grid;
    grid.xs = Positions(std::move(xs));
    grid.ys = Positions(std::move(ys));
    if (grid.xs.size() < 2 || grid.ys.size() < 2) continue;
    if ((grid.xs.size() - 1) * (grid.ys.size() - 1) > kMaxCells) continue;
    if (FindCells(of.level, of.upright, &grid) && grid.cells.size() > 1) {
      grids.push_back(std::move(grid));
    }
  }
  return grids;
}

}  // namespace footnote
