// footnote-ocr: recognises the words of one page of a scanned document, an
// image on standard input, and writes them to standard output with their boxes.
// The indexer runs it; what it may do is in ../sandbox.h.
//
//   footnote-ocr MEMORY_BYTES CPU_SECONDS PAGE DPI MODELS < IMAGE > WORDS
//
// IMAGE is PNG, JPEG, TIFF or PNM. PAGE counts from 1, in TIFF. DPI is what the
// image does not say of itself, or 0. MODELS are those of Tesseract that may be
// taken ("deu,eng,ell"): the page's script decides, and of one script the model
// that fits best. ../scan_reader.h tells what it writes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "indexer/parsers/ocr/models.h"
#include "indexer/parsers/ocr/page_image.h"
#include "indexer/parsers/ocr/recognizer.h"
#include "indexer/parsers/parser_limits.h"
#include "indexer/parsers/sandbox.h"
#include "indexer/parsers/standard_input.h"

namespace footnote {
namespace {

constexpr double kPointsPerInch = 72;

std::vector<std::string> SplitNames(const std::string& list) {
  std::vector<std::string> names;
  size_t begin = 0;
  while (begin <= list.size()) {
    const size_t end = std::min(list.find(',', begin), list.size());
    if (end > begin) names.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

int Refuse(const char* code, const std::string& reason) {
  printf("E %s %s\n", code, reason.c_str());
  return fflush(stdout) == 0 ? 0 : 1;
}

int WritePage(const PageImage& image, const RecognizedPage& page) {
  const double points = kPointsPerInch / image.dpi;
  printf("O %d %s\n", page.confidence, page.model.c_str());
  printf("P %.1f %.1f\n", page.width * points, page.height * points);
  if (page.turn != 0) printf("R %d\n", page.turn);
  for (const RecognizedWord& word : page.words) {
    printf("W %.1f %.1f %.1f %.1f %.1f 0 %d %s\n", word.x0 * points,
           word.y0 * points, word.x1 * points, word.y1 * points,
           word.size * points, word.space_after ? 1 : 0, word.text.c_str());
  }
  return fflush(stdout) == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  if (argc != 6) {
    fprintf(stderr,
            "usage: footnote-ocr MEMORY_BYTES CPU_SECONDS PAGE DPI MODELS < "
            "IMAGE\n"
            "Recognises a scanned page for the indexer of Footnote, which runs "
            "it.\n");
    return 2;
  }
  // Tesseract's threads would each be another process to the sandbox, and
  // OpenMP reads this when it is loaded.
  const char* const threads = getenv("OMP_THREAD_LIMIT");
  if (threads == nullptr || strcmp(threads, "1") != 0) {
    fprintf(stderr, "footnote-ocr: want OMP_THREAD_LIMIT=1\n");
    return 2;
  }
  SandboxLimits limits;
  limits.memory_bytes = strtoull(argv[1], nullptr, 10);
  limits.cpu_seconds = atoi(argv[2]);
  const int number = atoi(argv[3]);
  const int dpi = atoi(argv[4]);
  const std::vector<std::string> models = SplitNames(argv[5]);
  std::set_new_handler([] { _exit(kParserOutOfMemory); });
  MapModels(models);
  if (!EnterSandbox(limits)) return 1;
  PageImage image;
  ImageRefusal refusal;
  if (!DecodePage(ReadStandardInput(), number, dpi, &image, &refusal)) {
    return Refuse(refusal.code, refusal.reason);
  }
  RecognizedPage page;
  if (!RecognizePage(image, models, &page)) {
    return Refuse("missing", "none of the models " + std::string(argv[5]));
  }
  return WritePage(image, page);
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
