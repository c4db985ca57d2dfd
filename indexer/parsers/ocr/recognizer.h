// The words of a page image, by Tesseract.
#ifndef FOOTNOTE_INDEXER_PARSERS_OCR_RECOGNIZER_H_
#define FOOTNOTE_INDEXER_PARSERS_OCR_RECOGNIZER_H_

#include <string>
#include <vector>

#include "indexer/parsers/ocr/page_image.h"

namespace footnote {

struct RecognizedWord {
  std::string text;  // UTF-8, in logical order
  // Pixels from the page's top left.
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  // Of its line, in pixels; lines that differ little have one.
  float size = 0;
  bool space_after = true;
};

struct RecognizedPage {
  // The model that was taken.
  std::string model;
  // How sure Tesseract is, 0 to 100: the mean over all characters.
  int confidence = 0;
  // Of its characters the share that stands in words that the model's
  // dictionary has, 0 to 1. Of what no dictionary can be asked for (single
  // letters, text that is written without spaces) `confidence` is the share.
  double known_words = 0;
  // The page was turned by so many degrees, clockwise, to stand upright: sizes
  // and boxes are those of the page as it stands.
  int turn = 0;
  int width = 0, height = 0;
  // In reading order.
  std::vector<RecognizedWord> words;
};

// Recognises the words of `image` with the one of `models` (mapped by
// MapModels) that fits best: of those of the page's script, on a part of it,
// the one that is surest and knows the most words; of equals the first. False
// when none of them could be loaded.
bool RecognizePage(const PageImage& image,
                   const std::vector<std::string>& models, RecognizedPage* out);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_OCR_RECOGNIZER_H_
