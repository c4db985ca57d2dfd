#include "indexer/parsers/ocr/page_image.h"

#include <cstdlib>
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
// More than half of no page with dark letters is dark.
constexpr l_float32 kMostDark = 0.5f;
// No page has so many letters, and to look at each part takes memory.
constexpr int kMostParts = 300000;

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

// What the header of an image says.
struct Header {
  int format = 0, width = 0, height = 0, bits = 0, samples = 0, mapped = 0;

  size_t pixels() const {
    return static_cast<size_t>(width) * static_cast<size_t>(height);
  }
};

// Bytes that a pixel takes while it is decoded, beside the file: in what
// leptonica makes of it, in the decoder's rows and in the grey page.
size_t BytesOfPixel(const Header& header) {
  const size_t grey = 1;
  const bool coloured = header.samples > 1 || header.mapped != 0;
  const size_t sample = header.bits > 8 ? 2 : 1;
  const size_t decoded = coloured ? 4 : sample;
  switch (header.format) {
    case IFF_PNG:
      return decoded + static_cast<size_t>(header.samples) * sample + grey;
    case IFF_JFIF_JPEG:
    case IFF_PNM:
      return decoded + grey;
    default:
      return decoded * 2 + grey;
  }
}

// A progressive JPEG image is decoded as a whole, from coefficients.
size_t BytesOfCoefficients(const Header& header) {
  return header.format == IFF_JFIF_JPEG
             ? size_t{2} * static_cast<size_t>(header.samples)
             : 0;
}

// Leptonica and what it calls do not all bear that memory ends.
bool HasMemory(size_t bytes) {
  auto* const probe = static_cast<volatile char*>(malloc(bytes));
  if (probe == nullptr) return false;
  // Else the compiler may leave both calls out.
  *probe = 0;
  free(const_cast<char*>(probe));
  return true;
}

bool RefuseForMemory(const Header& header, size_t bytes_of_pixel,
                     ImageRefusal* refusal) {
  return Refuse("large",
                std::to_string(header.width) + " x " +
                    std::to_string(header.height) + " pixels of " +
                    std::to_string(header.samples) + " x " +
                    std::to_string(header.bits) + " bits take " +
                    std::to_string((header.pixels() * bytes_of_pixel) >> 20) +
                    " MiB to decode, want at most what is left of the memory "
                    "for a page",
                refusal);
}

bool CheckMemory(const Header& header, ImageRefusal* refusal) {
  const size_t each = BytesOfPixel(header);
  return HasMemory(header.pixels() * each) ||
         RefuseForMemory(header, each, refusal);
}

// Of 32 bits with transparency, as on white paper: what pixRemoveAlpha and
// pixConvertTo8 do with three times the memory.
PixPointer GreyOnWhite(Pix* pix) {
  PixPointer grey(pixCreate(pixGetWidth(pix), pixGetHeight(pix), 8));
  if (grey == nullptr) return grey;
  const l_uint32* from = pixGetData(pix);
  l_uint32* to = pixGetData(grey.get());
  for (int y = 0; y < pixGetHeight(pix); ++y) {
    for (int x = 0; x < pixGetWidth(pix); ++x) {
      l_int32 red = 0, green = 0, blue = 0, alpha = 0;
      extractRGBAValues(from[x], &red, &green, &blue, &alpha);
      const int light = (3 * red + 5 * green + 2 * blue) / 10;
      SET_DATA_BYTE(to, x, 255 - (255 - light) * alpha / 255);
    }
    from += pixGetWpl(pix);
    to += pixGetWpl(grey.get());
  }
  return grey;
}

// Counts what hangs together; 0 where that fails.
int CountParts(Pix* pix) {
  l_int32 count = 0;
  return pix != nullptr && pixCountConnComp(pix, 8, &count) == 0 ? count : 0;
}

void Smooth(PixPointer* pix) {
  PixPointer smooth(pixMedianFilter(pix->get(), kMedianPixels, kMedianPixels));
  if (smooth != nullptr) *pix = std::move(smooth);
}

// Of scans and faxes with salt and pepper all over them, of which Tesseract
// makes dashes and quotation marks.
void RemoveSpecks(PixPointer* pix) {
  const PixPointer dark(pixThresholdToBinary(pix->get(), kDark));
  l_float32 share = 0;
  if (dark == nullptr || pixForegroundFraction(dark.get(), &share) != 0) return;
  // Light letters: what they enclose would be taken for specks.
  if (share > kMostDark) return;
  const int parts = CountParts(dark.get());
  if (parts > kMostParts) {
    Smooth(pix);
    return;
  }
  const PixPointer large(pixSelectBySize(dark.get(), kSpeckPixels, kSpeckPixels,
                                         8, L_SELECT_IF_EITHER, L_SELECT_IF_GT,
                                         nullptr));
  const int letters = CountParts(large.get());
  const int specks = parts - letters;
  if (letters == 0 || specks / kSpecksForEachLetter < letters) return;
  Smooth(pix);
}

}  // namespace

bool DecodePage(const std::string& bytes, int number, int dpi, PageImage* out,
                ImageRefusal* refusal) {
  setMsgSeverity(L_SEVERITY_NONE);
  const auto* const data = reinterpret_cast<const l_uint8*>(bytes.data());
  Header header;
  PixPointer pix;
  if (IsTiff(bytes)) {
    const std::vector<size_t> pages = TiffPages(bytes);
    if (number < 1 || static_cast<size_t>(number) > pages.size()) {
      return Refuse("damaged",
                    "no page " + std::to_string(number) +
                        " in the TIFF file, want 1 to " +
                        std::to_string(pages.size()),
                    refusal);
    }
    int own_dpi = 0;
    if (readHeaderMemTiff(data, bytes.size(), number - 1, &header.width,
                          &header.height, &header.bits, &header.samples,
                          &own_dpi, &header.mapped, &header.format) != 0) {
      return Refuse("damaged", "damaged, its header cannot be read", refusal);
    }
    if (!CheckSize(header.width, header.height, refusal) ||
        !CheckMemory(header, refusal)) {
      return false;
    }
    size_t at = number == 1 ? 0 : pages[static_cast<size_t>(number) - 1];
    pix.reset(pixReadMemFromMultipageTiff(data, bytes.size(), &at));
  } else {
    if (number != 1 ||
        pixReadHeaderMem(data, bytes.size(), &header.format, &header.width,
                         &header.height, &header.bits, &header.samples,
                         &header.mapped) != 0) {
      return Refuse("damaged", "damaged, its header cannot be read", refusal);
    }
    if (header.format != IFF_PNG && header.format != IFF_JFIF_JPEG &&
        header.format != IFF_PNM) {
      return Refuse("damaged", "of another kind, want PNG, JPEG or TIFF",
                    refusal);
    }
    if (!CheckSize(header.width, header.height, refusal) ||
        !CheckMemory(header, refusal)) {
      return false;
    }
    pix.reset(pixReadMem(data, bytes.size()));
  }
  if (pix == nullptr) {
    const size_t most = BytesOfPixel(header) + BytesOfCoefficients(header);
    if (!HasMemory(header.pixels() * most)) {
      return RefuseForMemory(header, most, refusal);
    }
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
  const bool transparent =
      pixGetDepth(pix.get()) == 32 && pixGetSpp(pix.get()) == 4;
  PixPointer grey = transparent ? GreyOnWhite(pix.get())
                                : PixPointer(pixConvertTo8(pix.get(), 0));
  if (grey == nullptr) {
    return RefuseForMemory(header, BytesOfPixel(header), refusal);
  }
  pix = std::move(grey);
  RemoveSpecks(&pix);
  out->pix = std::move(pix);
  return true;
}

}  // namespace footnote
