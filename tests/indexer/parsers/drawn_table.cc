#include "tests/indexer/parsers/drawn_table.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr double kWidth = 595;
constexpr double kHeight = 842;
constexpr double kMargin = 60;
constexpr double kPadding = 6;
constexpr double kBetweenRows = 4;
constexpr double kBetweenParagraphs = 14;
constexpr char kFont[] = "DejaVu Sans, Lohit Devanagari, WenQuanYi Micro Hei";

cairo_status_t Append(void* out, const unsigned char* data, unsigned size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data),
                                         size);
  return CAIRO_STATUS_SUCCESS;
}

class Pen {
 public:
  Pen(cairo_t* cairo, DrawnTable* table) : cairo_(cairo), table_(table) {
    cairo_set_line_width(cairo_, .6);
  }

  // A text at (x, y), at most `width` wide; its height and its ink.
  double Text(const std::string& text, double x, double y, double width,
              bool bold, bool at_right, bool draws, DrawnCell* ink) {
    PangoLayout* const layout = pango_cairo_create_layout(cairo_);
    PangoContext* const context = pango_layout_get_context(layout);
    pango_cairo_context_set_resolution(context, 72);
    // Letters stand where the font has them, as on paper.
    pango_context_set_round_glyph_positions(context, FALSE);
    cairo_font_options_t* const options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    PangoFontDescription* const font = pango_font_description_from_string(
        absl::StrCat(kFont, bold ? " Bold" : "", " 10").c_str());
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, static_cast<int>(width * PANGO_SCALE));
    if (at_right) pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
    if (pango_layout_get_unknown_glyphs_count(layout) > 0) {
      table_->has_fonts = false;
    }
    PangoRectangle drawn, lines;
    pango_layout_get_extents(layout, &drawn, &lines);
    if (draws) {
      cairo_move_to(cairo_, x, y);
      pango_cairo_show_layout(cairo_, layout);
    }
    g_object_unref(layout);
    if (ink != nullptr) {
      ink->text = text;
      ink->x0 = x + static_cast<double>(drawn.x) / PANGO_SCALE;
      ink->y0 = y + static_cast<double>(drawn.y) / PANGO_SCALE;
      ink->x1 = ink->x0 + static_cast<double>(drawn.width) / PANGO_SCALE;
      ink->y1 = ink->y0 + static_cast<double>(drawn.height) / PANGO_SCALE;
    }
    return static_cast<double>(lines.height) / PANGO_SCALE;
  }

  void Line(double x0, double y0, double x1, double y1) {
    cairo_move_to(cairo_, x0, y0);
    cairo_line_to(cairo_, x1, y1);
    cairo_stroke(cairo_);
  }

 private:
  cairo_t* const cairo_;
  DrawnTable* const table_;
};

}  // namespace

DrawnTable DrawTable(const std::vector<std::string>& before,
                     const std::vector<std::vector<std::string>>& rows,
                     const TableLook& look,
                     const std::vector<std::string>& after) {
  DrawnTable out;
  cairo_surface_t* const surface =
      cairo_pdf_surface_create_for_stream(Append, &out.pdf, kWidth, kHeight);
  cairo_t* const cairo = cairo_create(surface);
  Pen pen(cairo, &out);
  double y = kMargin;
  const double width = kWidth - 2 * kMargin;
  const auto draw_paragraphs = [&](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      y += pen.Text(text, kMargin, y, width, false, false, true, nullptr) +
           kBetweenParagraphs;
    }
  };
  draw_paragraphs(before);
  const size_t columns = rows.empty() ? 0 : rows[0].size();
  const double column = columns == 0 ? 0 : width / static_cast<double>(columns);
  const double top = y;
  const auto level = [&] { pen.Line(kMargin, y, kMargin + width, y); };
  if (columns > 0 && look.rules != DrawnRules::kNone) level();
  for (size_t r = 0; r < rows.size(); ++r) {
    const bool bold = r == 0 && look.bold_header;
    out.rows.emplace_back();
    double height = 0;
    for (const bool draws : {false, true}) {
      for (size_t c = 0; c < columns; ++c) {
        const std::string& text = rows[r][c];
        const size_t place = look.right_to_left ? columns - 1 - c : c;
        DrawnCell cell;
        const double high = pen.Text(
            text, kMargin + column * static_cast<double>(place) + kPadding,
            y + kBetweenRows / 2, column - 2 * kPadding, bold,
            !text.empty() &&
                absl::ascii_isdigit(static_cast<unsigned char>(text[0])),
            draws, &cell);
        height = std::max(height, high);
        if (draws) out.rows.back().push_back(cell);
      }
    }
    y += height + kBetweenRows;
    if (look.rules == DrawnRules::kGrid || (look.rules == DrawnRules::kLevel &&
                                            (r == 0 || r + 1 == rows.size()))) {
      level();
    }
  }
  if (look.rules == DrawnRules::kGrid) {
    for (size_t c = 0; c <= columns; ++c) {
      const double x = kMargin + column * static_cast<double>(c);
      pen.Line(x, top, x, y);
    }
  }
  if (columns > 0) y += kBetweenParagraphs;
  draw_paragraphs(after);
  cairo_destroy(cairo);
  cairo_surface_finish(surface);
  cairo_surface_destroy(surface);
  return out;
}

}  // namespace footnote
