// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// footnote-pdf: reads a PDF document from standard input and writes its pages
// to standard output as indexer/formats/pdf_layout.h tells. See README.md.
//
//   footnote-pdf MEMORY_BYTES CPU_SECONDS < FILE.pdf > PAGES
//   footnote-pdf MEMORY_BYTES CPU_SECONDS picture PAGE < FILE.pdf > PICTURE
//
// With "picture" it writes page PAGE, from 1, as it looks: a line "I DPI" and a
// grey image as PGM has it, or a line E.
#include <poppler/Annot.h>
#include <poppler/Catalog.h>
#include <poppler/Gfx.h>
#include <poppler/GlobalParams.h>
#include <poppler/Outline.h>
#include <poppler/PDFDoc.h>
#include <poppler/PDFDocEncoding.h>
#include <poppler/Page.h>
#include <poppler/SplashOutputDev.h>
#include <poppler/TextOutputDev.h>
#include <poppler/UTF.h>
#include <poppler/goo/gmem.h>
#include <poppler/splash/SplashBitmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "indexer/parsers/parser_process.h"
#include "indexer/parsers/sandbox.h"
#include "indexer/parsers/standard_input.h"

namespace footnote {
namespace {

constexpr int kMaxPages = 20000;
constexpr int kMaxOutlineDepth = 12;
constexpr int kMaxOutlineItems = 20000;

// Of pictures: what character recognition reads best. Larger pages than A2 get
// fewer dots an inch, and none is worth reading with too few.
constexpr int kPictureDpi = 300;
constexpr int kMinPictureDpi = 100;
constexpr double kMaxPicturePixels = 36e6;
constexpr double kMaxPictureSide = 30000;
constexpr double kPointsPerInch = 72;

void AppendUtf8(uint32_t c, std::string* out) {
  if (c < 0x20) c = ' ';
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
    return;
  }
  if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | c >> 6));
  } else {
    if (c < 0x10000) {
      out->push_back(static_cast<char>(0xE0 | c >> 12));
    } else {
      out->push_back(static_cast<char>(0xF0 | c >> 18));
      out->push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
    }
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
  }
  out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
}

// Output is collected here: poppler's own work on a page is a millisecond, so
// printf would be much of the whole.
class Output {
 public:
  ~Output() { Flush(); }

  void Text(const char* text) { buffer_.append(text); }
  void Text(const std::string& text) { buffer_.append(text); }
  void Space() { buffer_.push_back(' '); }

  void Bytes(const unsigned char* bytes, size_t size) {
    buffer_.append(reinterpret_cast<const char*>(bytes), size);
    if (buffer_.size() >= kWriteBytes) Flush();
  }

  void Integer(int64_t value) {
    char digits[24];
    char* const end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    buffer_.append(digits, static_cast<size_t>(end - digits));
  }

  // With one digit behind the point.
  void Number(double value) {
    if (!(std::fabs(value) < kMaxCoordinate)) value = 0;
    int64_t tenths = std::llround(value * 10);
    if (tenths < 0) {
      buffer_.push_back('-');
      tenths = -tenths;
    }
    Integer(tenths / 10);
    buffer_.push_back('.');
    buffer_.push_back(static_cast<char>('0' + tenths % 10));
  }

  void EndLine() {
    buffer_.push_back('\n');
    if (buffer_.size() >= kWriteBytes) Flush();
  }

  void Flush() {
    const char* at = buffer_.data();
    size_t left = buffer_.size();
    while (left > 0) {
      const ssize_t written = write(STDOUT_FILENO, at, left);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) _exit(1);
      at += written;
      left -= static_cast<size_t>(written);
    }
    buffer_.clear();
  }

 private:
  static constexpr double kMaxCoordinate = 1e9;
  static constexpr size_t kWriteBytes = 60 << 10;
  std::string buffer_;
};

// One line of output: without line breaks.
std::string OneLine(const Unicode* text, int length) {
  std::string out;
  for (int i = 0; i < length; ++i) {
    uint32_t c = text[i];
    if ((c >= 0xD800 && c < 0xE000) || c > 0x10FFFF) c = 0xFFFD;
    AppendUtf8(c, &out);
  }
  return out;
}

void Refuse(const char* code, const std::string& why, Output* out) {
  out->Text("E ");
  out->Text(code);
  out->Space();
  out->Text(why);
  out->EndLine();
}

bool IsRightToLeft(Unicode c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFF);
}

// Digits of Arabic and Persian: numbers are read from the left.
bool IsArabicDigit(Unicode c) {
  return (c >= 0x0660 && c <= 0x0669) || (c >= 0x06F0 && c <= 0x06F9);
}

// Several letters that are read from the right, with marks and signs at most.
bool IsOnlyRightToLeft(const std::vector<Unicode>& letters) {
  return letters.size() > 1 &&
         std::any_of(letters.begin(), letters.end(), IsRightToLeft) &&
         std::all_of(letters.begin(), letters.end(), [](Unicode c) {
           return (IsRightToLeft(c) && !IsArabicDigit(c)) ||
                  (c < 0x80 && std::isalnum(static_cast<int>(c)) == 0) ||
                  (c >= 0x2000 && c <= 0x206F);
         });
}

// Words of right-to-left scripts come as they are drawn, from the left; the
// text of the page tells how they are read. Where it has both ways round, as of
// lam with alef, a word of nothing else is read from the right.
std::string InReadingOrder(const TextWord& word, const std::string& page) {
  std::vector<Unicode> text(word.getChar(0),
                            word.getChar(0) + word.getLength());
  const std::string drawn = OneLine(text.data(), word.getLength());
  if (text.size() < 2) return drawn;
  const bool only = IsOnlyRightToLeft(text);
  if (!only && page.find(drawn) != std::string::npos) return drawn;
  std::reverse(text.begin(), text.end());
  const std::string reversed = OneLine(text.data(), word.getLength());
  return page.find(reversed) != std::string::npos ? reversed : drawn;
}

// By the names that fonts have: of TeX's, Computer Modern's bold extended ones
// are "CMBX10" and "SFBX1000", the bold Times is "NimbusRomNo9L-Medi".
bool IsBold(const std::string& font) {
  for (const char* const name : {"Bold", "Black", "Heavy", "CMBX", "SFBX"}) {
    if (font.find(name) != std::string::npos) return true;
  }
  const size_t medi = font.find("-Medi");
  return medi != std::string::npos && font.compare(medi, 7, "-Medium") != 0;
}

// The words in reading order, as poppler's columns and lines have them.
void WriteWords(TextOutputDev* page, double width, double height, Output* out) {
  const std::unique_ptr<TextWordList> words = page->makeWordList();
  std::string text;
  // Of the word before: most words of a page are of one font.
  const GooString* font = nullptr;
  bool bold = false;
  for (int i = 0; words != nullptr && i < words->getLength(); ++i) {
    const TextWord& word = *words->get(i);
    const int length = word.getLength();
    if (length <= 0) continue;
    std::string shown;
    if (std::any_of(word.getChar(0), word.getChar(0) + length, IsRightToLeft)) {
      if (text.empty()) {
        const std::unique_ptr<GooString> whole(
            page->getText(0, 0, width, height));
        text = whole->toStr();
      }
      shown = InReadingOrder(word, text);
    } else {
      shown = OneLine(word.getChar(0), length);
    }
    double x0, y0, x1, y1;
    word.getBBox(&x0, &y0, &x1, &y1);
    if (word.getFontName(0) != font) {
      font = word.getFontName(0);
      bold = font != nullptr && IsBold(font->toStr());
    }
    out->Text("W ");
    for (const double number : {x0, y0, x1, y1, word.getFontSize()}) {
      out->Number(number);
      out->Space();
    }
    out->Text(bold ? "1 " : "0 ");
    out->Text(word.hasSpaceAfter() ? "1 " : "0 ");
    out->Text(shown);
    out->EndLine();
  }
}

// The text of a page, and the straight lines that are drawn on it: upright and
// level ones, and rectangles as thin as lines.
class RuledTextDevice : public TextOutputDev {
 public:
  RuledTextDevice() : TextOutputDev(nullptr, false, 0, false, false) {}

  struct Rule {
    double x0, y0, x1, y1;
  };

  // Of the page that was read last; none where it has so many that it is a
  // drawing.
  std::vector<Rule> rules() const {
    return rules_.size() <= kMaxRules ? rules_ : std::vector<Rule>();
  }

  void startPage(int number, GfxState* state, XRef* xref) override {
    rules_.clear();
    TextOutputDev::startPage(number, state, xref);
  }

  // A glyph of several letters, such as lam with alef, names them as they are
  // read. Words come as they are drawn, from the left, and are turned round.
  void drawChar(GfxState* state, double x, double y, double dx, double dy,
                double origin_x, double origin_y, CharCode code, int bytes,
                const Unicode* letters, int count) override {
    std::vector<Unicode> drawn;
    if (count > 1) drawn.assign(letters, letters + count);
    if (IsOnlyRightToLeft(drawn)) {
      std::reverse(drawn.begin(), drawn.end());
      letters = drawn.data();
    }
    TextOutputDev::drawChar(state, x, y, dx, dy, origin_x, origin_y, code,
                            bytes, letters, count);
  }

  // The same of glyphs whose text stands beside them.
  void beginActualText(GfxState* state, const GooString* text) override {
    Unicode* made = nullptr;
    const int count = TextStringToUCS4(text->toStr(), &made);
    const std::vector<Unicode> letters(made, made + count);
    gfree(made);
    if (!IsOnlyRightToLeft(letters)) {
      TextOutputDev::beginActualText(state, text);
      return;
    }
    std::string drawn = "\xFE\xFF";
    for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
      drawn.push_back(static_cast<char>(*letter >> 8));
      drawn.push_back(static_cast<char>(*letter & 0xFF));
    }
    const GooString turned(drawn);
    TextOutputDev::beginActualText(state, &turned);
  }

  void stroke(GfxState* state) override {
    EachSubpath(state, [this](const std::vector<Point>& points) {
      for (size_t i = 1; i < points.size(); ++i) {
        Add(points[i - 1], points[i]);
      }
    });
  }

  void fill(GfxState* state) override {
    EachSubpath(state, [this](const std::vector<Point>& points) {
      if (points.size() < 4 || points.size() > 5) return;
      Add(points[0], points[2]);
    });
  }

  void eoFill(GfxState* state) override { fill(state); }

 private:
  struct Point {
    double x, y;
  };
  static constexpr size_t kMaxRules = 4000;
  static constexpr double kMaxThickness = 2.5;
  static constexpr double kMinLength = 4;

  template <typename Function>
  void EachSubpath(GfxState* state, const Function& function) {
    const GfxPath* const path = state->getPath();
    for (int i = 0; i < path->getNumSubpaths(); ++i) {
      if (rules_.size() > kMaxRules) return;
      const GfxSubpath& subpath = *path->getSubpath(i);
      points_.clear();
      for (int k = 0; k < subpath.getNumPoints(); ++k) {
        if (subpath.getCurve(k)) break;
        Point point;
        state->transform(subpath.getX(k), subpath.getY(k), &point.x, &point.y);
        points_.push_back(point);
      }
      if (static_cast<int>(points_.size()) == subpath.getNumPoints()) {
        function(points_);
      }
    }
  }

  void Add(const Point& a, const Point& b) {
    const double width = std::fabs(a.x - b.x);
    const double height = std::fabs(a.y - b.y);
    // NaN is no line.
    if (!(std::min(width, height) <= kMaxThickness &&
          std::max(width, height) >= kMinLength)) {
      return;
    }
    rules_.push_back({std::min(a.x, b.x), std::min(a.y, b.y),
                      std::max(a.x, b.x), std::max(a.y, b.y)});
  }

  std::vector<Rule> rules_;
  std::vector<Point> points_;  // of one subpath
};

void WriteRules(const RuledTextDevice& page, Output* out) {
  for (const RuledTextDevice::Rule& rule : page.rules()) {
    out->Text("L");
    for (const double number : {rule.x0, rule.y0, rule.x1, rule.y1}) {
      out->Space();
      out->Number(number);
    }
    out->EndLine();
  }
}

// Sends pages to a device, in their order. poppler reads a page's fonts, with
// the files in them, anew for every page, which can be half of its work; here
// pages that follow each other share them while their names and boxes agree.
class PageReader {
 public:
  PageReader(PDFDoc* document, TextOutputDev* device)
      : document_(document), device_(device) {}

  void Read(int number) {
    if (number > last_) BeginRun(number);
    if (gfx_ == nullptr) {
      document_->displayPageSlice(device_, number, 72, 72, /*rotate=*/0,
                                  /*useMediaBox=*/false, /*crop=*/true,
                                  /*printing=*/false, -1, -1, -1, -1);
      return;
    }
    // What Page::displaySlice does with a Gfx of its own.
    Page* const page = document_->getPage(number);
    device_->startPage(number, gfx_->getState(), document_->getXRef());
    device_->updateAll(gfx_->getState());
    Object contents = page->getContents();
    if (!contents.isNull()) {
      Object rest = ResourcesWithoutFonts(page);
      gfx_->saveState();
      gfx_->pushResources(rest.getDict());
      gfx_->display(&contents);
      gfx_->popResources();
      gfx_->restoreState();
    }
    for (Annot* const annotation : page->getAnnots()->getAnnots()) {
      annotation->draw(gfx_.get(), /*printing=*/false);
    }
    device_->endPage();
  }

 private:
  using Fonts = std::map<std::string, Ref>;
  // A document of many small ones does not keep all their fonts.
  static constexpr size_t kMaxFonts = 64;

  // The fonts that a page names; none when its Gfx is not to be shared: fonts
  // that are no objects of their own can't be told apart, and of marked content
  // that a page hides and does not end, the next page must know nothing.
  static std::optional<Fonts> FontsOf(Page* page) {
    Dict* const resources =
        page != nullptr && page->isOk() ? page->getResourceDict() : nullptr;
    if (resources == nullptr || resources->hasKey("Properties")) return {};
    const Object named = resources->lookup("Font");
    Fonts fonts;
    if (named.isNull()) return fonts;
    if (!named.isDict()) return {};
    for (int i = 0; i < named.dictGetLength(); ++i) {
      const Object& font = named.dictGetValNF(i);
      if (!font.isRef()) return {};
      fonts.emplace(named.dictGetKey(i), font.getRef());
    }
    return fonts;
  }

  static bool SameFrame(Page* a, Page* b) {
    const PDFRectangle& box = *a->getCropBox();
    const PDFRectangle& other = *b->getCropBox();
    return a->getRotate() == b->getRotate() && box.x1 == other.x1 &&
           box.y1 == other.y1 && box.x2 == other.x2 && box.y2 == other.y2;
  }

  // Adds `more` unless a name would mean two fonts.
  static bool Merge(const Fonts& more, Fonts* fonts) {
    Fonts merged = *fonts;
    for (const auto& font : more) {
      if (merged.insert(font).first->second != font.second) return false;
    }
    if (merged.size() > kMaxFonts) return false;
    fonts->swap(merged);
    return true;
  }

  // From page `first` on, as far as pages get along.
  void BeginRun(int first) {
    if (gfx_ != nullptr) EndRun();
    last_ = first;
    Page* const page = document_->getPage(first);
    std::optional<Fonts> fonts = FontsOf(page);
    if (!fonts.has_value()) return;
    while (last_ < document_->getNumPages()) {
      Page* const next = document_->getPage(last_ + 1);
      const std::optional<Fonts> more = FontsOf(next);
      if (!more.has_value() || !SameFrame(page, next) ||
          !Merge(*more, &*fonts)) {
        break;
      }
      ++last_;
    }
    if (last_ == first) return;
    XRef* const xref = document_->getXRef();
    Dict* const named = new Dict(xref);
    for (const auto& font : *fonts) {
      named->add(font.first.c_str(), Object(font.second));
    }
    resources_ = Object(new Dict(xref));
    resources_.dictAdd("Font", Object(named));
    gfx_ = std::make_unique<Gfx>(
        document_, device_, first, resources_.getDict(), 72, 72,
        page->getCropBox(), /*cropBox=*/nullptr, page->getRotate());
  }

  // Its destructor ends a page: an empty one.
  void EndRun() {
    device_->startPage(last_, gfx_->getState(), document_->getXRef());
    gfx_.reset();
  }

  Object ResourcesWithoutFonts(Page* page) const {
    Dict* const rest = new Dict(document_->getXRef());
    Dict* const all = page->getResourceDict();
    for (int i = 0; i < all->getLength(); ++i) {
      const char* const key = all->getKey(i);
      if (std::string(key) != "Font") rest->add(key, all->getValNF(i).copy());
    }
    return Object(rest);
  }

  PDFDoc* const document_;
  TextOutputDev* const device_;
  // The last page of this run.
  int last_ = 0;
  Object resources_;
  // With the fonts of the run; null when each of its pages has its own.
  std::unique_ptr<Gfx> gfx_;
};

void WritePages(PDFDoc* document, Output* out) {
  RuledTextDevice device;
  PageReader reader(document, &device);
  for (int i = 1; i <= document->getNumPages(); ++i) {
    double width = document->getPageCropWidth(i);
    double height = document->getPageCropHeight(i);
    if (document->getPageRotate(i) % 180 != 0) std::swap(width, height);
    out->Text("P ");
    out->Number(width);
    out->Space();
    out->Number(height);
    out->EndLine();
    reader.Read(i);
    WriteWords(&device, width, height, out);
    WriteRules(device, out);
  }
}

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

void WriteOutline(PDFDoc* document, Output* out) {
  Outline* const outline = document->getOutline();
  if (outline == nullptr || outline->getItems() == nullptr) return;
  std::vector<std::pair<OutlineItem*, int>> stack;
  const auto push = [&stack](const std::vector<OutlineItem*>& items,
                             int depth) {
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      stack.push_back({*item, depth});
    }
  };
  push(*outline->getItems(), 1);
  for (int items = 0; !stack.empty() && items < kMaxOutlineItems; ++items) {
    const auto [item, depth] = stack.back();
    stack.pop_back();
    out->Text("T ");
    out->Integer(depth);
    out->Space();
    out->Text(OneLine(item->getTitle(), item->getTitleLength()));
    out->EndLine();
    if (depth >= kMaxOutlineDepth || !item->hasKids()) continue;
    item->open();
    if (item->getKids() != nullptr) push(*item->getKids(), depth + 1);
  }
}

void WriteProperties(PDFDoc* document, Output* out) {
  for (const auto& [key, name] :
       {std::pair<const char*, const char*>{"Title", "title"},
        {"Author", "author"},
        {"Subject", "subject"},
        {"CreationDate", "created"},
        {"ModDate", "modified"}}) {
    const std::unique_ptr<GooString> entry =
        document->getDocInfoStringEntry(key);
    if (entry == nullptr) continue;
    Unicode* text = nullptr;
    const int length = TextStringToUCS4(entry->toStr(), &text);
    const std::string value = OneLine(text, length);
    gfree(text);
    if (value.empty()) continue;
    out->Text("M ");
    out->Text(name);
    out->Space();
    out->Text(value);
    out->EndLine();
  }
}

int Main(int argc, char** argv) {
  const bool draws = argc == 5 && strcmp(argv[3], "picture") == 0;
  if (argc != 3 && !draws) {
    fprintf(stderr,
            "usage: footnote-pdf MEMORY_BYTES CPU_SECONDS [picture PAGE] < "
            "FILE.pdf\n"
            "Reads a PDF document for the indexer of Footnote, which runs "
            "it.\n");
    return 2;
  }
  SandboxLimits limits;
  limits.memory_bytes = strtoull(argv[1], nullptr, 10);
  limits.cpu_seconds = atoi(argv[2]);
  std::set_new_handler([] { _exit(kParserOutOfMemory); });
  // The character maps of East Asian fonts, which poppler opens when a document
  // asks for one (package poppler-data).
  limits.readable_folder = "/usr/share/poppler";
  setErrorCallback([](ErrorCategory, Goffset, const char*) {});
  globalParams = std::make_unique<GlobalParams>();
  if (!EnterSandbox(limits)) return 1;
  std::string bytes = ReadStandardInput();
  Output out;
  PDFDoc document(new MemStream(
      &bytes[0], 0, static_cast<Goffset>(bytes.size()), Object(objNull)));
  if (document.getErrorCode() == errEncrypted) {
    Refuse("locked", "PDF: encrypted with a password, want it open", &out);
  } else if (!document.isOk()) {
    Refuse("damaged", "PDF: damaged, it cannot be opened", &out);
  } else if (document.getNumPages() > kMaxPages) {
    Refuse("large", "PDF: over 20000 pages, want at most that many", &out);
  } else if (draws) {
    WritePicture(&document, atoi(argv[4]), &out);
  } else {
    WriteProperties(&document, &out);
    WriteOutline(&document, &out);
    WritePages(&document, &out);
  }
  // The pages are all the work there is: what poppler holds ends with us.
  out.Flush();
  _exit(0);
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
