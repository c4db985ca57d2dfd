// What Tesseract has to know of each language, as installed on this machine.
#ifndef FOOTNOTE_INDEXER_PARSERS_OCR_DATA_H_
#define FOOTNOTE_INDEXER_PARSERS_OCR_DATA_H_

namespace footnote {

// Where Debian's packages tesseract-ocr-* put the file of a model: its name
// stands between these.
inline constexpr char kOcrDataFolder[] = "/usr/share/tesseract-ocr/5/tessdata/";
inline constexpr char kOcrDataEnding[] = ".traineddata";

// The model that tells scripts apart, and which way up a page is.
inline constexpr char kScriptModel[] = "osd";

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_OCR_DATA_H_
