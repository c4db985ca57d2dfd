// Any bytes as the main part of an office document or e-book (the first byte
// says of which), and as the archive itself: no crash, and what format.h
// promises.

#include <cstddef>
#include <cstdint>
#include <string>

#include "indexer/formats/docx.h"
#include "indexer/formats/epub.h"
#include "indexer/formats/office.h"
#include "indexer/formats/opendocument.h"
#include "indexer/formats/pptx.h"
#include "indexer/formats/xlsx.h"
#include "tests/fuzz/format_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  if (size == 0) return 0;
  const std::string part(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ExtractLimits limits = FuzzLimits();
  switch (data[0] % 6) {
    case 0:
      CheckExtracted(ExtractDocx(
          {{"word/document.xml", part}, {"word/styles.xml", part}}, limits));
      break;
    case 1:
      CheckExtracted(ExtractXlsx(
          {{"xl/workbook.xml",
            "<w xmlns:r='r'><sheets><s name='S' r:id='1'/></sheets></w>"},
           {"xl/_rels/workbook.xml.rels", "<R><R Id='1' Target='s.xml'/></R>"},
           {"xl/styles.xml", part},
           {"xl/s.xml", part}},
          limits));
      break;
    case 2:
      CheckExtracted(ExtractPptx(
          {{"ppt/presentation.xml",
            "<p xmlns:r='r'><sldIdLst><s r:id='1'/></sldIdLst></p>"},
           {"ppt/_rels/presentation.xml.rels",
            "<R><R Id='1' Target='s.xml'/></R>"},
           {"ppt/s.xml", part}},
          limits));
      break;
    case 3:
      CheckExtracted(ExtractOpenDocument(
          {{"content.xml", part}, {"meta.xml", part}}, limits));
      break;
    case 4:
      CheckExtracted(ExtractEpub(
          {{"META-INF/container.xml", "<c><rootfile full-path='p'/></c>"},
           {"p", part}},
          limits));
      break;
    case 5:
      CheckExtracted(ExtractOffice(part, limits));
      break;
  }
  return 0;
}
