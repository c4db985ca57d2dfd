#ifndef FOOTNOTE_AUDIT_PAGE_SHEET_H_
#define FOOTNOTE_AUDIT_PAGE_SHEET_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// Cairo's own, so that who draws nothing needs none of its headers.
struct _cairo;
struct _cairo_surface;

namespace footnote {

// Paragraphs on sheets of A4, one below the other; a paragraph that does not
// fit goes on on the next sheet. One thread.
class Sheet {
 public:
  // Points of 1/72 inch.
  struct Style {
    double size = 10.5;
    double indent = 0;
    // Left free above it.
    double space = 4;
    // Of a line at the paragraph's edge, as a quote has it.
    bool bar = false;
  };

  explicit Sheet(const std::string& path);
  ~Sheet();
  Sheet(const Sheet&) = delete;
  Sheet& operator=(const Sheet&) = delete;

  // Adds a paragraph of Pango's markup; see Escape.
  void Add(const std::string& markup, const Style& style);
  // A thin line across.
  void Rule();

  // Writes the last sheet. Call once.
  absl::Status Finish();

 private:
  void TurnTo(double height);
  void NumberSheet();

  const std::string path_;
  _cairo_surface* surface_;
  _cairo* cairo_;
  double y_;
  int number_ = 1;
};

// `text` as it may stand in markup; what is no character is left out.
std::string Escape(absl::string_view text);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_PAGE_SHEET_H_
