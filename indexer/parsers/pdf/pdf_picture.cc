// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "indexer/parsers/pdf/pdf_picture.h"

#include <poppler/SplashOutputDev.h>
#include <poppler/splash/SplashBitmap.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

namespace footnote {
namespace {

// Of pictures: what character recognition reads best. Larger pages than A2 get
// fewer dots an inch, and none is worth reading with too few.
constexpr int kPictureDpi = 300;
constexpr int kMinPictureDpi = 100;
constexpr double kMaxPicturePixels = 36e6;
constexpr double kMaxPictureSide = 30000;
constexpr double kPointsPerInch = 72;

// At how many dots an inch a page is drawn; false, and it is refused, where it
// has no size or so large a one that there would be too few.
bool ChooseDpi(const std::string& name, double width, double height, int* dpi,
               Output* out) {
  // Each condition is written so that NaN is refused.
  if (!(width > 0 && height > 0)) {
    Refuse("damaged",
           name + std::to_string(width) + " x " + std::to_string(height) +
               " inches, want both above 0",
           out);
    return false;
  }
  const double longest = std::max(width, height);
  if (!(longest * kMinPictureDpi <= kMaxPictureSide)) {
    Refuse("large",
           name + std::to_string(longest) +
               " inches on its longer side, want at most " +
               std::to_string(std::lround(kMaxPictureSide / kMinPictureDpi)) +
               " to recognise its words",
           out);
    return false;
  }
  const double area = width * height;
  if (!(area * kMinPictureDpi * kMinPictureDpi <= kMaxPicturePixels)) {
    Refuse("large",
           name + std::to_string(area) + " square inches, want at most " +
               std::to_string(std::lround(kMaxPicturePixels / kMinPictureDpi /
                                          kMinPictureDpi)) +
               " to recognise its words",
           out);
    return false;
  }
  *dpi = static_cast<int>(
      std::min<double>({kPictureDpi, std::sqrt(kMaxPicturePixels / area),
                        kMaxPictureSide / longest}));
  return true;
}

// Without memory for it, poppler draws one pixel.
bool IsAsLargeAs(const SplashBitmap& bitmap, double width, double height) {
  return bitmap.getDataPtr() != nullptr &&
         std::fabs(bitmap.getWidth() - std::max(width, 1.0)) <= 1 &&
         std::fabs(bitmap.getHeight() - std::max(height, 1.0)) <= 1;
}

}  // namespace

void WritePicture(PDFDoc* document, int number, Output* out) {
  if (number < 1 || number > document->getNumPages()) {
    return Refuse("damaged",
                  "PDF: no page " + std::to_string(number) + ", want 1 to " +
                      std::to_string(document->getNumPages()),
                  out);
  }
  const std::string name = "page " + std::to_string(number) + ": ";
  double width = document->getPageCropWidth(number) / kPointsPerInch;
  double height = document->getPageCropHeight(number) / kPointsPerInch;
  if (document->getPageRotate(number) % 180 != 0) std::swap(width, height);
  int dpi = 0;
  if (!ChooseDpi(name, width, height, &dpi, out)) return;
  SplashColor white = {0xFF, 0xFF, 0xFF};
  SplashOutputDev device(splashModeMono8, /*bitmapRowPad=*/1,
                         /*reverseVideo=*/false, white);
  device.startDoc(document);
  document->displayPage(&device, number, dpi, dpi, /*rotate=*/0,
                        /*useMediaBox=*/false, /*crop=*/true,
                        /*printing=*/false);
  const SplashBitmap* const bitmap = device.getBitmap();
  if (bitmap == nullptr || !IsAsLargeAs(*bitmap, width * dpi, height * dpi)) {
    return Refuse("large",
                  name + "no memory for a picture of " +
                      std::to_string(std::lround(width * dpi)) + " x " +
                      std::to_string(std::lround(height * dpi)) +
                      " pixels, want fewer",
                  out);
  }
  out->Text("I ");
  out->Integer(dpi);
  out->Text("\nP5\n");
  out->Integer(bitmap->getWidth());
  out->Space();
  out->Integer(bitmap->getHeight());
  out->Text("\n255\n");
  for (int y = 0; y < bitmap->getHeight(); ++y) {
    out->Bytes(
        bitmap->getDataPtr() + static_cast<ptrdiff_t>(y) * bitmap->getRowSize(),
        static_cast<size_t>(bitmap->getWidth()));
  }
}

}  // namespace footnote
