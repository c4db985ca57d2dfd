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
#include <poppler/GlobalParams.h>
#include <poppler/Outline.h>
#include <poppler/PDFDoc.h>
#include <poppler/TextOutputDev.h>
#include <poppler/UTF.h>
#include <poppler/goo/gmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "indexer/parsers/parser_process.h"
#include "indexer/parsers/pdf/page_reader.h"
#include "indexer/parsers/pdf/pdf_output.h"
#include "indexer/parsers/pdf/pdf_picture.h"
#include "indexer/parsers/pdf/right_to_left.h"
#include "indexer/parsers/pdf/ruled_text_device.h"
#include "indexer/parsers/sandbox.h"
#include "indexer/parsers/standard_input.h"

namespace footnote {
namespace {

constexpr int kMaxPages = 20000;
constexpr int kMaxOutlineDepth = 12;
constexpr int kMaxOutlineItems = 20000;

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
