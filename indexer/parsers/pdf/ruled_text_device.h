// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FOOTNOTE_INDEXER_PARSERS_PDF_RULED_TEXT_DEVICE_H_
#define FOOTNOTE_INDEXER_PARSERS_PDF_RULED_TEXT_DEVICE_H_

#include <poppler/TextOutputDev.h>

#include <cstddef>
#include <vector>

namespace footnote {

// The text of a page, and the straight lines that are drawn on it: upright and
// level ones, and rectangles as thin as lines. poppler sends it a page; what it
// has then is of that page, until the next one comes.
class RuledTextDevice : public TextOutputDev {
 public:
  RuledTextDevice() : TextOutputDev(nullptr, false, 0, false, false) {}

  // In points, from the page's upper left corner.
  struct Rule {
    double x0, y0, x1, y1;
  };

  // None where the page has so many that it is a drawing.
  std::vector<Rule> rules() const;

  void startPage(int number, GfxState* state, XRef* xref) override;
  // A glyph of several letters, such as lam with alef, names them as they are
  // read. Words come as they are drawn, from the left, and are turned round.
  void drawChar(GfxState* state, double x, double y, double dx, double dy,
                double origin_x, double origin_y, CharCode code, int bytes,
                const Unicode* letters, int count) override;
  // The same of glyphs whose text stands beside them.
  void beginActualText(GfxState* state, const GooString* text) override;
  void stroke(GfxState* state) override;
  void fill(GfxState* state) override;
  void eoFill(GfxState* state) override { fill(state); }

 private:
  struct Point {
    double x, y;
  };
  static constexpr size_t kMaxRules = 4000;

  template <typename Function>
  void EachSubpath(GfxState* state, const Function& function);
  void Add(const Point& a, const Point& b);

  std::vector<Rule> rules_;
  std::vector<Point> points_;  // of one subpath
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PDF_RULED_TEXT_DEVICE_H_
