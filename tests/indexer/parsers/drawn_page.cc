#include "tests/indexer/parsers/drawn_page.h"

#include <leptonica/allheaders.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace footnote {
namespace {

constexpr int kWidth = 1600;
constexpr int kMargin = 150;
constexpr int kBetweenParagraphs = 120;
// DejaVu has no Han, and what it has of Devanagari is nothing.
constexpr char kFont[] =
    "DejaVu Serif, DejaVu Sans, Lohit Devanagari, WenQuanYi Micro Hei 11";

struct FreePix {
  void operator()(Pix* pix) const { pixDestroy(&pix); }
};
using PixPointer = std::unique_ptr<Pix, FreePix>;

PixPointer ToPix(const DrawnPage& page) {
  PixPointer pix(pixCreate(page.width, page.height, 8));
  for (int y = 0; y < page.height; ++y) {
    for (int x = 0; x < page.width; ++x) {
      pixSetPixel(pix.get(), x, y,
                  static_cast<unsigned char>(
                      page.grey[static_cast<size_t>(y) * page.width + x]));
    }
  }
  return pix;
}

std::string TakeBytes(l_uint8* data, size_t size) {
  std::string out(reinterpret_cast<const char*>(data), size);
  free(data);
  return out;
}

PangoLayout* NewLayout(cairo_t* cairo, const std::string& text) {
  PangoLayout* const layout = pango_cairo_create_layout(cairo);
  pango_cairo_context_set_resolution(pango_layout_get_context(layout),
                                     kDrawnDpi);
  PangoFontDescription* const font = pango_font_description_from_string(kFont);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_width(layout, (kWidth - 2 * kMargin) * PANGO_SCALE);
  pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
  return layout;
}

// The words of `text`, which `layout` draws at `top`.
void AppendWords(PangoLayout* layout, const std::string& text, int top,
                 std::vector<DrawnWord>* words) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_not_of(' ', at);
    if (begin == std::string::npos) break;
    const size_t end = std::min(text.find(' ', begin), text.size());
    DrawnWord word;
    word.text = text.substr(begin, end - begin);
    word.x0 = word.y0 = 1 << 30;
    for (size_t i = begin; i < end; ++i) {
      if ((text[i] & 0xC0) == 0x80) continue;
      PangoRectangle at_character;
      pango_layout_index_to_pos(layout, static_cast<int>(i), &at_character);
      const int left = at_character.x / PANGO_SCALE;
      // Of letters from right to left it is negative.
      const int right = (at_character.x + at_character.width) / PANGO_SCALE;
      word.x0 = std::min(word.x0, kMargin + std::min(left, right));
      word.x1 = std::max(word.x1, kMargin + std::max(left, right));
      word.y0 = std::min(word.y0, top + at_character.y / PANGO_SCALE);
      word.y1 = std::max(
          word.y1, top + (at_character.y + at_character.height) / PANGO_SCALE);
    }
    words->push_back(std::move(word));
    at = end;
  }
}

}  // namespace

DrawnPage DrawPage(const std::vector<std::string>& paragraphs) {
  DrawnPage page;
  page.width = kWidth;
  // Once to measure, once to draw.
  for (const bool draws : {false, true}) {
    cairo_surface_t* const surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, kWidth, draws ? page.height : 1);
    cairo_t* const cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_set_source_rgb(cairo, 0, 0, 0);
    int top = kMargin;
    for (const std::string& text : paragraphs) {
      PangoLayout* const layout = NewLayout(cairo, text);
      int height = 0;
      pango_layout_get_pixel_size(layout, nullptr, &height);
      if (pango_layout_get_unknown_glyphs_count(layout) > 0) {
        page.has_fonts = false;
      }
      if (draws) {
        cairo_move_to(cairo, kMargin, top);
        pango_cairo_show_layout(cairo, layout);
        AppendWords(layout, text, top, &page.words);
      }
      g_object_unref(layout);
      top += height + kBetweenParagraphs;
    }
    page.height = top - kBetweenParagraphs + kMargin;
    if (draws) {
      cairo_surface_flush(surface);
      const unsigned char* const data = cairo_image_surface_get_data(surface);
      const int stride = cairo_image_surface_get_stride(surface);
      for (int y = 0; y < page.height; ++y) {
        for (int x = 0; x < page.width; ++x) {
          page.grey.push_back(static_cast<char>(data[y * stride + 4 * x + 1]));
        }
      }
    }
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
  }
  return page;
}

DrawnPage TurnPage(const DrawnPage& page, int degrees) {
  DrawnPage out = page;
  for (int turned = 0; turned < degrees; turned += 90) {
    const DrawnPage before = out;
    out.width = before.height;
    out.height = before.width;
    for (int y = 0; y < before.height; ++y) {
      for (int x = 0; x < before.width; ++x) {
        out.grey[static_cast<size_t>(x) * out.width + before.height - 1 - y] =
            before.grey[static_cast<size_t>(y) * before.width + x];
      }
    }
    for (size_t i = 0; i < out.words.size(); ++i) {
      const DrawnWord& was = before.words[i];
      out.words[i].x0 = before.height - was.y1;
      out.words[i].x1 = before.height - was.y0;
      out.words[i].y0 = was.x0;
      out.words[i].y1 = was.x1;
    }
  }
  return out;
}

std::string ToPng(const DrawnPage& page) {
  l_uint8* data = nullptr;
  size_t size = 0;
  pixWriteMemPng(&data, &size, ToPix(page).get(), 0);
  return TakeBytes(data, size);
}

std::string ToTransparentPng(const DrawnPage& page) {
  const PixPointer pix(pixCreate(page.width, page.height, 32));
  pixSetSpp(pix.get(), 4);
  l_uint32* row = pixGetData(pix.get());
  const char* grey = page.grey.data();
  for (int y = 0; y < page.height; ++y) {
    for (int x = 0; x < page.width; ++x) {
      const auto alpha = 255u - static_cast<unsigned char>(*grey++);
      row[x] = alpha << L_ALPHA_SHIFT;
    }
    row += pixGetWpl(pix.get());
  }
  l_uint8* data = nullptr;
  size_t size = 0;
  pixWriteMemPng(&data, &size, pix.get(), 0);
  return TakeBytes(data, size);
}

std::string ToJpeg(const DrawnPage& page) {
  l_uint8* data = nullptr;
  size_t size = 0;
  pixWriteMemJpeg(&data, &size, ToPix(page).get(), 90, 0);
  return TakeBytes(data, size);
}

std::string ToTiff(const std::vector<DrawnPage>& pages) {
  Pixa* pixa = pixaCreate(static_cast<int>(pages.size()));
  for (const DrawnPage& page : pages) {
    PixPointer pix = ToPix(page);
    pixSetResolution(pix.get(), kDrawnDpi, kDrawnDpi);
    pixaAddPix(pixa, pix.release(), L_INSERT);
  }
  l_uint8* data = nullptr;
  size_t size = 0;
  pixaWriteMemMultipageTiff(&data, &size, pixa);
  pixaDestroy(&pixa);
  return TakeBytes(data, size);
}

std::string ToScannedPdf(const std::vector<DrawnPage>& pages) {
  std::vector<std::string> objects = {"<</Type/Catalog/Pages 2 0 R>>", ""};
  std::string kids;
  for (const DrawnPage& page : pages) {
    const size_t number = objects.size() + 1;
    absl::StrAppend(&kids, number, " 0 R ");
    const double width = page.width * 72.0 / kDrawnDpi;
    const double height = page.height * 72.0 / kDrawnDpi;
    const std::string content =
        absl::StrCat("q ", width, " 0 0 ", height, " 0 0 cm /I Do Q");
    objects.push_back(absl::StrCat("<</Type/Page/Parent 2 0 R/MediaBox[0 0 ",
                                   width, " ", height,
                                   "]/Resources<</XObject<</I ", number + 1,
                                   " 0 R>>>>/Contents ", number + 2, " 0 R>>"));
    objects.push_back(absl::StrCat(
        "<</Type/XObject/Subtype/Image/Width ", page.width, "/Height ",
        page.height, "/ColorSpace/DeviceGray/BitsPerComponent 8/Length ",
        page.grey.size(), ">>\nstream\n", page.grey, "\nendstream"));
    objects.push_back(absl::StrCat("<</Length ", content.size(), ">>\nstream\n",
                                   content, "\nendstream"));
  }
  objects[1] =
      absl::StrCat("<</Type/Pages/Kids[", kids, "]/Count ", pages.size(), ">>");
  std::string out = "%PDF-1.4\n";
  std::string table = "0000000000 65535 f \n";
  for (size_t i = 0; i < objects.size(); ++i) {
    absl::StrAppendFormat(&table, "%010d 00000 n \n", out.size());
    absl::StrAppend(&out, i + 1, " 0 obj\n", objects[i], "\nendobj\n");
  }
  const size_t at = out.size();
  absl::StrAppend(&out, "xref\n0 ", objects.size() + 1, "\n", table,
                  "trailer\n<</Root 1 0 R/Size ", objects.size() + 1,
                  ">>\nstartxref\n", at, "\n%%EOF\n");
  return out;
}

}  // namespace footnote
