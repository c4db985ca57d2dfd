// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// footnote-pdf: reads a PDF document from standard input and writes its pages
// to standard output as indexer/formats/pdf_layout.h tells. See README.md.
//
//   footnote-pdf MEMORY_BYTES CPU_SECONDS < FILE.pdf > PAGES
#include <iconv.h>
#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-global.h>
#include <poppler/cpp/poppler-page.h>
#include <poppler/cpp/poppler-toc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "indexer/parsers/parser_process.h"
#include "indexer/parsers/sandbox.h"

namespace footnote {
namespace {

constexpr size_t kReadBytes = 1 << 20;
constexpr int kMaxPages = 20000;
constexpr int kMaxOutlineDepth = 12;
constexpr int kMaxOutlineItems = 20000;

std::string ReadInput() {
  std::string bytes;
  while (true) {
    const size_t at = bytes.size();
    bytes.resize(at + kReadBytes);
    const ssize_t got = read(STDIN_FILENO, &bytes[at], kReadBytes);
    bytes.resize(at + static_cast<size_t>(got > 0 ? got : 0));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return bytes;
  }
}

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

// One line of output: without line breaks. (poppler's own to_utf8 asks iconv,
// which opens files.)
std::string OneLine(const poppler::ustring& utf16) {
  std::string out;
  for (size_t i = 0; i < utf16.size(); ++i) {
    uint32_t c = utf16[i];
    if (c >= 0xD800 && c < 0xE000) {
      const bool pair = c < 0xDC00 && i + 1 < utf16.size() &&
                        utf16[i + 1] >= 0xDC00 && utf16[i + 1] < 0xE000;
      c = pair ? 0x10000 + ((c - 0xD800) << 10) + (utf16[++i] - 0xDC00)
               : 0xFFFD;
    }
    AppendUtf8(c, &out);
  }
  return out;
}

void Refuse(const char* code, const std::string& why) {
  printf("E %s %s\n", code, why.c_str());
}

bool IsRightToLeft(unsigned c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFF);
}

// Words of right-to-left scripts come as they are drawn, from the left; the
// text of the page tells how they are read.
poppler::ustring InReadingOrder(const poppler::ustring& word,
                                const poppler::ustring& page) {
  if (word.size() < 2 ||
      std::none_of(word.begin(), word.end(), IsRightToLeft) ||
      page.find(word) != poppler::ustring::npos) {
    return word;
  }
  poppler::ustring reversed = word;
  std::reverse(reversed.begin(), reversed.end());
  return page.find(reversed) != poppler::ustring::npos ? reversed : word;
}

void WritePage(const poppler::page& page) {
  const poppler::rectf box = page.page_rect();
  printf("P %.1f %.1f\n", box.width(), box.height());
  const std::vector<poppler::text_box> words =
      page.text_list(poppler::page::text_list_include_font);
  poppler::ustring text;
  bool text_known = false;
  for (const poppler::text_box& word : words) {
    poppler::ustring shown = word.text();
    if (std::any_of(shown.begin(), shown.end(), IsRightToLeft)) {
      if (!text_known) text = page.text();
      text_known = true;
      shown = InReadingOrder(shown, text);
    }
    const std::string utf8 = OneLine(shown);
    if (utf8.empty()) continue;
    const poppler::rectf at = word.bbox();
    const bool has_font = word.has_font_info();
    const std::string font = has_font ? word.get_font_name() : "";
    const bool bold = font.find("Bold") != std::string::npos ||
                      font.find("Black") != std::string::npos;
    printf("W %.1f %.1f %.1f %.1f %.1f %d %d %s\n", at.left(), at.top(),
           at.right(), at.bottom(), has_font ? word.get_font_size() : 0.0,
           bold ? 1 : 0, word.has_space_after() ? 1 : 0, utf8.c_str());
  }
}

void WriteOutline(const poppler::document& document) {
  const std::unique_ptr<poppler::toc> toc(document.create_toc());
  if (toc == nullptr || toc->root() == nullptr) return;
  std::vector<std::pair<const poppler::toc_item*, int>> stack = {
      {toc->root(), 0}};
  int items = 0;
  while (!stack.empty() && items++ < kMaxOutlineItems) {
    const auto [item, depth] = stack.back();
    stack.pop_back();
    if (depth > 0) printf("T %d %s\n", depth, OneLine(item->title()).c_str());
    if (depth >= kMaxOutlineDepth) continue;
    const std::vector<poppler::toc_item*> children = item->children();
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      stack.push_back({*child, depth + 1});
    }
  }
}

void WriteProperties(const poppler::document& document) {
  for (const auto& [key, name] :
       {std::pair<const char*, const char*>{"Title", "title"},
        {"Author", "author"},
        {"Subject", "subject"},
        {"CreationDate", "created"},
        {"ModDate", "modified"}}) {
    const std::string value = OneLine(document.info_key(key));
    if (!value.empty()) printf("M %s %s\n", name, value.c_str());
  }
}

int Main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr,
            "usage: footnote-pdf MEMORY_BYTES CPU_SECONDS < FILE.pdf\n"
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
  // poppler makes its strings with iconv, whose modules are files: they have to
  // be here before none can be opened any more, and stay.
  if (iconv_open("UTF-16", "UTF-8") == reinterpret_cast<iconv_t>(-1) ||
      poppler::ustring::from_utf8("a").empty()) {
    fprintf(stderr, "footnote-pdf: no conversion to UTF-16\n");
    return 1;
  }
  if (!EnterSandbox(limits)) return 1;
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  const std::string bytes = ReadInput();
  const std::unique_ptr<poppler::document> document(
      poppler::document::load_from_raw_data(bytes.data(),
                                            static_cast<int>(bytes.size())));
  if (document == nullptr) {
    Refuse("damaged", "PDF: damaged, it cannot be opened");
  } else if (document->is_locked()) {
    Refuse("locked", "PDF: encrypted with a password, want it open");
  } else if (document->pages() > kMaxPages) {
    Refuse("large", "PDF: over 20000 pages, want at most that many");
  } else {
    WriteProperties(*document);
    WriteOutline(*document);
    for (int i = 0; i < document->pages(); ++i) {
      const std::unique_ptr<poppler::page> page(document->create_page(i));
      if (page != nullptr) {
        WritePage(*page);
      } else {
        printf("P 0 0\n");
      }
    }
  }
  return fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
