#include "indexer/parsers/ocr/page_image.h"

#include <utility>
#include <vector>

#include "indexer/parsers/tiff_pages.h"

namespace footnote {
namespace {

// What a scanner or a printer may have; other numbers are mistakes.
constexpr int kMinDpi = 50;
constexpr int kMaxDpi = 2400;
// Dark is what is under this of 255; what is of no more pixels across is a
// speck, or a full stop of small print, of which there are fewer than letters.
constexpr int kDark = 128;
constexpr int kSpeckPixels = 3;
constexpr int kSpecksForEachLetter = 2;
constexpr int kMedianPixels = 3;

bool Refuse(const char* code, const std::string& reason,
            ImageRefusal* refusal) {
  refusal->code = code;
  refusal->reason = "image: " + reason;
  return false;
}

bool CheckSize(int width, int height, ImageRefusal* refusal) {
  if (width <= 0 || height <= 0) {
    return Refuse("damaged", "damaged, it has no size", refusal);
  }
  const size_t pixels =
      static_cast<size_t>(width) * static_cast<size_t>(height);
  if (pixels <= kMaxPixels) return true;
  return Refuse("large",
                std::to_string(width) + " x " + std::to_string(height) +
                    " pixels, want at most " + std::to_string(kMaxPixels) +
                    " in all",
                refusal);
}

// Counts what hangs together; 0 where that fails.
int CountParts(Pix* pix) {
  l_int32 count = 0;
  return pix != nullptr && pixCountConnComp(pix, 8, &count) == 0 ? count : 0;
}

// Of scans and faxes with salt and pepper all over them, of which Tesseract
// makes dashes and quotation marks.
void RemoveSpecks(PixPointer* pix) {
  const PixPointer dark(pixThresholdToBinary(pix->get(), kDark));
  if (dark == nullptr) return;
  const PixPointer large(pixSelectBySize(dark.get(), kSpeckPixels, kSpeckPixels,
                                         8, L_SELECT_IF_EITHER, L_SELECT_IF_GT,
                                         nullptr));
  const int letters = CountParts(large.get());
  const int specks = CountParts(dark.get()) - letters;
  if (letters == 0 || specks / kSpecksForEachLetter < letters) return;
  PixPointer clean(pixMedianFilter(pix->get(), kMedianPixels, kMedianPixels));
  if (clean != nullptr) *pix = std::move(clean);
}

}  // namespace

bool DecodePage(const std::string& bytes, int number, int dpi, PageImage* out,
                ImageRefusal* refusal) {
  setMsgSeverity(L_SEVERITY_NONE);
  const auto* const data = reinterpret_cast<const l_uint8*>(bytes.data());
  int width = 0, height = 0, depth = 0, samples = 0, mapped = 0;
  PixPointer pix;
  if (IsTiff(bytes)) {
    const std::vector<size_t> pages = TiffPages(bytes);
    if (number < 1 || static_cast<size_t>(number) > pages.size()) {
      return Refuse("damaged", "damaged, no such page in the TIFF file",
                    refusal);
    }
    int own_dpi = 0, format = 0;
    if (readHeaderMemTiff(data, bytes.size(), number - 1, &width, &height,
                          &depth, &samples, &own_dpi, &mapped, &format) != 0) {
      return Refuse("damaged", "damaged, its header cannot be read", refusal);
    }
    if (!CheckSize(width, height, refusal)) return false;
    size_t at = number == 1 ? 0 : pages[static_cast<size_t>(number) - 1];
    pix.reset(pixReadMemFromMultipageTiff(data, bytes.size(), &at));
  } else {
    int format = 0;
    if (number != 1 ||
        pixReadHeaderMem(data, bytes.size(), &format, &width, &height, &depth,
                         &samples, &mapped) != 0) {
      return Refuse("damaged", "damaged, its header cannot be read", refusal);
    }
    if (format != IFF_PNG && format != IFF_JFIF_JPEG && format != IFF_PNM) {
      return Refuse("damaged", "neither PNG nor JPEG nor TIFF", refusal);
    }
    if (!CheckSize(width, height, refusal)) return false;
    pix.reset(pixReadMem(data, bytes.size()));
  }
  if (pix == nullptr) {
    return Refuse("damaged", "damaged, it cannot be decoded", refusal);
  }
  // What was decoded is what counts, whatever the header said.
  if (!CheckSize(pixGetWidth(pix.get()), pixGetHeight(pix.get()), refusal)) {
    return false;
  }
  const int own_dpi = pixGetXRes(pix.get());
  out->dpi = dpi > 0                                    ? dpi
             : own_dpi >= kMinDpi && own_dpi <= kMaxDpi ? own_dpi
                                                        : 72;
  if (pixGetDepth(pix.get()) == 32 && pixGetSpp(pix.get()) == 4) {
    pix.reset(pixRemoveAlpha(pix.get()));
  }
  if (pix != nullptr) pix.reset(pixConvertTo8(pix.get(), 0));
  if (pix == nullptr) {
    return Refuse("damaged", "damaged, it cannot be decoded", refusal);
  }
  RemoveSpecks(&pix);
  out->pix = std::move(pix);
  return true;
}

}  // namespace footnote
