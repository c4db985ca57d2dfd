// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "indexer/parsers/pdf/ruled_text_device.h"

#include <poppler/GfxState.h>
#include <poppler/UTF.h>
#include <poppler/goo/GooString.h>
#include <poppler/goo/gmem.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "indexer/parsers/pdf/right_to_left.h"

namespace footnote {
namespace {

constexpr double kMaxThickness = 2.5;
constexpr double kMinLength = 4;

}  // namespace

std::vector<RuledTextDevice::Rule> RuledTextDevice::rules() const {
  return rules_.size() <= kMaxRules ? rules_ : std::vector<Rule>();
}

void RuledTextDevice::startPage(int number, GfxState* state, XRef* xref) {
  rules_.clear();
  TextOutputDev::startPage(number, state, xref);
}

void RuledTextDevice::drawChar(GfxState* state, double x, double y, double dx,
                               double dy, double origin_x, double origin_y,
                               CharCode code, int bytes, const Unicode* letters,
                               int count) {
  std::vector<Unicode> drawn;
  if (count > 1) drawn.assign(letters, letters + count);
  if (IsOnlyRightToLeft(drawn)) {
    std::reverse(drawn.begin(), drawn.end());
    letters = drawn.data();
  }
  TextOutputDev::drawChar(state, x, y, dx, dy, origin_x, origin_y, code, bytes,
                          letters, count);
}

void RuledTextDevice::beginActualText(GfxState* state, const GooString* text) {
  Unicode* made = nullptr;
  const int count = TextStringToUCS4(text->toStr(), &made);
  const std::vector<Unicode> letters(made, made + count);
  gfree(made);
  if (!IsOnlyRightToLeft(letters)) {
    TextOutputDev::beginActualText(state, text);
    return;
  }
  std::string drawn = "\xFE\xFF";
  for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
    drawn.push_back(static_cast<char>(*letter >> 8));
    drawn.push_back(static_cast<char>(*letter & 0xFF));
  }
  const GooString turned(drawn);
  TextOutputDev::beginActualText(state, &turned);
}

template <typename Function>
void RuledTextDevice::EachSubpath(GfxState* state, const Function& function) {
  const GfxPath* const path = state->getPath();
  for (int i = 0; i < path->getNumSubpaths(); ++i) {
    if (rules_.size() > kMaxRules) return;
    const GfxSubpath& subpath = *path->getSubpath(i);
    points_.clear();
    for (int k = 0; k < subpath.getNumPoints(); ++k) {
      if (subpath.getCurve(k)) break;
      Point point;
      state->transform(subpath.getX(k), subpath.getY(k), &point.x, &point.y);
      points_.push_back(point);
    }
    if (static_cast<int>(points_.size()) == subpath.getNumPoints()) {
      function(points_);
    }
  }
}

void RuledTextDevice::stroke(GfxState* state) {
  EachSubpath(state, [this](const std::vector<Point>& points) {
    for (size_t i = 1; i < points.size(); ++i) {
      Add(points[i - 1], points[i]);
    }
  });
}

void RuledTextDevice::fill(GfxState* state) {
  EachSubpath(state, [this](const std::vector<Point>& points) {
    if (points.size() < 4 || points.size() > 5) return;
    Add(points[0], points[2]);
  });
}

void RuledTextDevice::Add(const Point& a, const Point& b) {
  const double width = std::fabs(a.x - b.x);
  const double height = std::fabs(a.y - b.y);
  // NaN is no line.
  if (!(std::min(width, height) <= kMaxThickness &&
        std::max(width, height) >= kMinLength)) {
    return;
  }
  rules_.push_back({std::min(a.x, b.x), std::min(a.y, b.y), std::max(a.x, b.x),
                    std::max(a.y, b.y)});
}

}  // namespace footnote
