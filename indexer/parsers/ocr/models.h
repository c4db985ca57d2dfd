// Tesseract's models as bytes in memory, so that a sandboxed program needs no
// files.
#ifndef FOOTNOTE_INDEXER_PARSERS_OCR_MODELS_H_
#define FOOTNOTE_INDEXER_PARSERS_OCR_MODELS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "indexer/parsers/ocr_data.h"

namespace footnote {

// Maps the files of these models ("deu"), and of kScriptModel, for the life of
// the process; what is not read costs no memory. Models that are not installed
// are left out. Call it before the process enters its sandbox, and once.
void MapModels(const std::vector<std::string>& names);

// True when it was mapped.
bool HasModel(const std::string& name);

// What Tesseract calls instead of opening files: copies the mapped model to
// `data`. False for other files.
bool ReadModel(const char* path, std::vector<char>* data);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_OCR_MODELS_H_
