#include "audit/page/sheet.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr double kWidth = 595.28;
constexpr double kHeight = 841.89;
constexpr double kMargin = 56;
constexpr double kBar = 10;
// One family for all; what it lacks, fontconfig finds elsewhere.
constexpr char kFamily[] = "Noto Serif, Noto Serif CJK SC, serif";

PangoLayout* NewLayout(cairo_t* cairo, const std::string& markup, double size,
                       double width) {
  PangoLayout* const layout = pango_cairo_create_layout(cairo);
  PangoFontDescription* const font =
      pango_font_description_from_string(kFamily);
  pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_width(layout, static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_auto_dir(layout, TRUE);
  pango_layout_set_markup(layout, markup.c_str(),
                          static_cast<int>(markup.size()));
  return layout;
}

}  // namespace

std::string Escape(absl::string_view text) {
  std::string clean;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte != 0x7F) {
      clean.push_back(c);
    } else if (c == '\n' || c == '\t') {
      clean.push_back(c);
    }
  }
  char* const valid =
      g_utf8_make_valid(clean.data(), static_cast<gssize>(clean.size()));
  char* const escaped = g_markup_escape_text(valid, -1);
  std::string result = escaped;
  g_free(escaped);
  g_free(valid);
  return result;
}

Sheet::Sheet(const std::string& path)
    : path_(path),
      surface_(cairo_pdf_surface_create(path.c_str(), kWidth, kHeight)),
      cairo_(cairo_create(surface_)),
      y_(kMargin) {}

Sheet::~Sheet() {
  cairo_destroy(cairo_);
  cairo_surface_destroy(surface_);
}

void Sheet::NumberSheet() {
  PangoLayout* const layout =
      NewLayout(cairo_, absl::StrCat(number_), 8, kWidth - 2 * kMargin);
  pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
  cairo_set_source_rgb(cairo_, .4, .4, .4);
  cairo_move_to(cairo_, kMargin, kHeight - kMargin / 2 - 8);
  pango_cairo_show_layout(cairo_, layout);
  g_object_unref(layout);
}

// Begins a new sheet where `height` does not fit on this one.
void Sheet::TurnTo(double height) {
  if (y_ + height <= kHeight - kMargin || y_ <= kMargin) return;
  NumberSheet();
  cairo_show_page(cairo_);
  ++number_;
  y_ = kMargin;
}

void Sheet::Add(const std::string& markup, const Style& style) {
  const double left = kMargin + style.indent + (style.bar ? kBar : 0);
  PangoLayout* const layout =
      NewLayout(cairo_, markup, style.size, kWidth - kMargin - left);
  y_ += style.space;
  PangoLayoutIter* const lines = pango_layout_get_iter(layout);
  do {
    PangoRectangle box;
    pango_layout_iter_get_line_extents(lines, nullptr, &box);
    const double height = static_cast<double>(box.height) / PANGO_SCALE;
    TurnTo(height);
    if (style.bar) {
      cairo_set_source_rgb(cairo_, .7, .7, .7);
      cairo_rectangle(cairo_, kMargin + style.indent, y_, 2, height);
      cairo_fill(cairo_);
    }
    const double baseline =
        static_cast<double>(pango_layout_iter_get_baseline(lines) - box.y) /
        PANGO_SCALE;
    cairo_set_source_rgb(cairo_, 0, 0, 0);
    cairo_move_to(cairo_, left + static_cast<double>(box.x) / PANGO_SCALE,
                  y_ + baseline);
    pango_cairo_show_layout_line(cairo_,
                                 pango_layout_iter_get_line_readonly(lines));
    y_ += height;
  } while (pango_layout_iter_next_line(lines));
  pango_layout_iter_free(lines);
  g_object_unref(layout);
}

void Sheet::Rule() {
  TurnTo(12);
  y_ += 8;
  cairo_set_source_rgb(cairo_, .6, .6, .6);
  cairo_rectangle(cairo_, kMargin, y_, kWidth - 2 * kMargin, .6);
  cairo_fill(cairo_);
  y_ += 4;
}

absl::Status Sheet::Finish() {
  NumberSheet();
  cairo_show_page(cairo_);
  cairo_surface_finish(surface_);
  const cairo_status_t status = cairo_surface_status(surface_);
  if (status == CAIRO_STATUS_SUCCESS) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("write ", path_, ": ", cairo_status_to_string(status)));
}

}  // namespace footnote
