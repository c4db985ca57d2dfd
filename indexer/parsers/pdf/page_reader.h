// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FOOTNOTE_INDEXER_PARSERS_PDF_PAGE_READER_H_
#define FOOTNOTE_INDEXER_PARSERS_PDF_PAGE_READER_H_

#include <poppler/Gfx.h>
#include <poppler/Object.h>
#include <poppler/PDFDoc.h>
#include <poppler/TextOutputDev.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace footnote {

// Sends pages to a device, in their order. poppler reads a page's fonts, with
// the files in them, anew for every page, which can be half of its work; here
// pages that follow each other share them while their names and boxes agree.
class PageReader {
 public:
  // Both must outlive the reader.
  PageReader(PDFDoc* document, TextOutputDev* device)
      : document_(document), device_(device) {}

  // Sends page `number`, from 1.
  // REQUIRES: it comes after those that were read before
  void Read(int number);

 private:
  using Fonts = std::map<std::string, Ref>;
  // A document of many small ones does not keep all their fonts.
  static constexpr size_t kMaxFonts = 64;

  // The fonts that a page names; none when its Gfx is not to be shared: fonts
  // that are no objects of their own can't be told apart, and of marked content
  // that a page hides and does not end, the next page must know nothing.
  static std::optional<Fonts> FontsOf(Page* page);
  // Adds `more` unless a name would mean two fonts.
  static bool Merge(const Fonts& more, Fonts* fonts);
  // From page `first` on, as far as pages get along.
  void BeginRun(int first);
  // The destructor of a Gfx ends a page: an empty one.
  void EndRun();
  Object ResourcesWithoutFonts(Page* page) const;

  PDFDoc* const document_;
  TextOutputDev* const device_;
  // The last page of this run.
  int last_ = 0;
  Object resources_;
  // With the fonts of the run; null when each of its pages has its own.
  std::unique_ptr<Gfx> gfx_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PDF_PAGE_READER_H_
