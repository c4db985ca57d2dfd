// A page of an image file as grey pixels.
#ifndef FOOTNOTE_INDEXER_PARSERS_OCR_PAGE_IMAGE_H_
#define FOOTNOTE_INDEXER_PARSERS_OCR_PAGE_IMAGE_H_

#include <leptonica/allheaders.h>

#include <cstddef>
#include <memory>
#include <string>

namespace footnote {

struct FreePix {
  void operator()(Pix* pix) const { pixDestroy(&pix); }
};
using PixPointer = std::unique_ptr<Pix, FreePix>;

// A page larger than this is not decoded: A3 at 600 dpi has 70 million pixels.
// Nor is one for which memory is not left: a pixel takes up to 9 bytes, for
// samples of 16 bits up to 13.
constexpr size_t kMaxPixels = 80'000'000;

struct PageImage {
  // 8 bits a pixel.
  PixPointer pix;
  // Dots per inch; 72 where the file says nothing that can be meant: then a
  // point is a pixel.
  int dpi = 72;
};

// Why there is no page: the code is one of those of formats/pdf_layout.h.
struct ImageRefusal {
  const char* code = nullptr;
  std::string reason;
};

// Decodes page `number`, from 1, of a PNG, JPEG, TIFF or PNM file. Sizes are
// checked before anything is decoded; where there are more specks than letters,
// they are taken out. `dpi` overrides the file's; 0: its own.
// False, with `refusal` filled, where there is no such page.
bool DecodePage(const std::string& bytes, int number, int dpi, PageImage* out,
                ImageRefusal* refusal);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_OCR_PAGE_IMAGE_H_
