#include "indexer/parsers/ocr/recognizer.h"

#include <tesseract/baseapi.h>
#include <tesseract/resultiterator.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

#include "indexer/parsers/ocr/models.h"

namespace footnote {
namespace {

using ::tesseract::PageIteratorLevel;
using ::tesseract::ResultIterator;
using ::tesseract::TessBaseAPI;

// With the model of another script than the page's, Tesseract is sure to 20 to
// 60; with another language's of the same script to 80 or more.
constexpr int kSureOfScript = 75;
// A layout that was found wrong reads so too; the page is then taken for one
// column, and that is believed when so much more of it is read.
constexpr int kSureOfLayout = 75;
constexpr double kMoreOfIt = 1.1;
// Its letters are small blocks that often pass for columns from top to bottom,
// or for no text at all.
constexpr char kKorean[] = "kor";
// With so few characters a script is guessed.
constexpr char kFewestCharacters[] = "20";
// Models are compared on so many characters from the middle of the page.
constexpr size_t kSampleCharacters = 200;
// Lines whose sizes differ by less are of one size: Tesseract measures each.
constexpr float kOneSize = .15f;

struct Box {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

// Scripts as the script model calls them.
struct ModelScript {
  const char* model;
  const char* script;
};
constexpr ModelScript kScripts[] = {
    {"ara", "Arabic"},     {"fas", "Arabic"},  {"rus", "Cyrillic"},
    {"ukr", "Cyrillic"},   {"ell", "Greek"},   {"heb", "Hebrew"},
    {"hin", "Devanagari"}, {"chi_sim", "Han"}, {"chi_tra", "Han"},
    {"jpn", "Japanese"},   {"kor", "Korean"},
};

std::string ScriptOf(const std::string& model) {
  for (const ModelScript& entry : kScripts) {
    if (model == entry.model) return entry.script;
  }
  return "Latin";
}

// Tesseract opens no files: everything is mapped.
bool Load(const std::string& model, tesseract::OcrEngineMode mode,
          TessBaseAPI* api) {
  return HasModel(model) &&
         api->Init(nullptr, 0, model.c_str(), mode, nullptr, 0, nullptr,
                   nullptr, false, ReadModel) == 0;
}

// What the script model says of a page; false when it cannot tell.
bool DetectScript(const PageImage& image, int* turn, std::string* script) {
  TessBaseAPI api;
  if (!Load(kScriptModel, tesseract::OEM_TESSERACT_ONLY, &api)) return false;
  api.SetVariable("min_characters_to_try", kFewestCharacters);
  api.SetPageSegMode(tesseract::PSM_OSD_ONLY);
  api.SetImage(image.pix.get());
  api.SetSourceResolution(image.dpi);
  float turn_confidence = 0, script_confidence = 0;
  const char* name = nullptr;
  if (!api.DetectOrientationScript(turn, &turn_confidence, &name,
                                   &script_confidence)) {
    return false;
  }
  *script = name == nullptr ? "" : name;
  if (*script == "Hangul") *script = "Korean";
  if (*script == "Katakana" || *script == "Hiragana") *script = "Japanese";
  if (*script == "Fraktur") *script = "Latin";
  return true;
}

uint32_t LastCodePoint(const std::string& text) {
  size_t at = text.size();
  while (at > 0 && (text[at - 1] & 0xC0) == 0x80) --at;
  if (at == 0) return 0;
  const auto lead = static_cast<unsigned char>(text[at - 1]);
  uint32_t c = lead < 0x80   ? lead
               : lead < 0xE0 ? lead & 0x1Fu
               : lead < 0xF0 ? lead & 0x0Fu
                             : lead & 0x07u;
  for (size_t i = at; i < text.size(); ++i) {
    c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  return c;
}

uint32_t FirstCodePoint(const std::string& text) {
  size_t end = 1;
  while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
  return LastCodePoint(text.substr(0, end));
}

// Written without spaces: Han, kana and their punctuation.
bool IsUnspaced(uint32_t c) {
  return (c >= 0x3000 && c < 0x3130) || (c >= 0x31F0 && c < 0xA000) ||
         (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF00 && c < 0xFFA0) ||
         (c >= 0x20000 && c < 0x32000);
}

// Such text is one run, unless the page has a gap there.
bool JoinsRun(const RecognizedWord& before, const RecognizedWord& word) {
  return IsUnspaced(LastCodePoint(before.text)) &&
         IsUnspaced(FirstCodePoint(word.text)) &&
         word.x0 - before.x1 < 1.5f * std::max(before.size, word.size);
}

// The text of a line, in which words are looked for in their order. Of scripts
// that Tesseract splits where its dictionary has words, it alone tells where
// there is white space.
class LineText {
 public:
  void Begin(const ResultIterator& it) {
    const std::unique_ptr<char[]> text(it.GetUTF8Text(tesseract::RIL_TEXTLINE));
    text_ = text == nullptr ? "" : text.get();
    at_ = 0;
  }

  // True where `word` stands right behind the one before.
  bool JoinsBefore(const std::string& word) {
    const size_t found = text_.find(word, at_);
    if (found == std::string::npos) return false;
    const bool joins = found == at_;
    at_ = found + word.size();
    return joins;
  }

 private:
  std::string text_;
  size_t at_ = 0;
};

size_t CodePoints(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// As a dictionary has it.
std::string WithoutPunctuation(const std::string& word) {
  const auto is_mark = [](char c) {
    return ispunct(static_cast<unsigned char>(c)) != 0;
  };
  size_t begin = 0, end = word.size();
  while (begin < end && is_mark(word[begin])) ++begin;
  while (begin < end && is_mark(word[end - 1])) --end;
  return word.substr(begin, end - begin);
}

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\n") == std::string::npos;
}

// Each line is measured by itself; headings are told by size.
void EvenSizes(std::vector<RecognizedWord>* words) {
  std::vector<float> sizes;
  for (const RecognizedWord& word : *words) sizes.push_back(word.size);
  std::sort(sizes.begin(), sizes.end());
  while (!sizes.empty()) {
    const float middle = sizes[sizes.size() / 2];
    const auto close = [middle](float size) {
      return std::fabs(size - middle) <= middle * kOneSize;
    };
    for (RecognizedWord& word : *words) {
      if (close(word.size)) word.size = middle;
    }
    sizes.erase(std::remove_if(sizes.begin(), sizes.end(), close), sizes.end());
  }
}

// Where Tesseract took the line for smaller than its words are.
void RaiseSizes(size_t line, std::vector<RecognizedWord>* words) {
  std::vector<int> heights;
  for (size_t i = line; i < words->size(); ++i) {
    heights.push_back((*words)[i].y1 - (*words)[i].y0);
  }
  if (heights.empty()) return;
  std::sort(heights.begin(), heights.end());
  const auto least = static_cast<float>(heights[heights.size() / 2]);
  for (size_t i = line; i < words->size(); ++i) {
    (*words)[i].size = std::max((*words)[i].size, least);
  }
}

// The words that `api` found, and how sure it is.
void TakeWords(TessBaseAPI* api, RecognizedPage* out) {
  out->words.clear();
  out->confidence = 0;
  out->known_words = 0;
  // Characters of the words that a dictionary can be asked for.
  size_t asked = 0, known = 0;
  const std::unique_ptr<ResultIterator> it(api->GetIterator());
  if (it == nullptr || it->Empty(tesseract::RIL_WORD)) return;
  double sum = 0;
  size_t characters = 0;
  size_t line = 0;
  LineText line_text;
  do {
    if (it->IsAtBeginningOf(tesseract::RIL_TEXTLINE)) line_text.Begin(*it);
    const bool ends =
        it->IsAtFinalElement(tesseract::RIL_TEXTLINE, tesseract::RIL_WORD);
    const std::unique_ptr<char[]> text(it->GetUTF8Text(tesseract::RIL_WORD));
    RecognizedWord word;
    if (text != nullptr) word.text = text.get();
    if (!IsBlank(word.text) && it->BoundingBox(tesseract::RIL_WORD, &word.x0,
                                               &word.y0, &word.x1, &word.y1)) {
      float descenders = 0, ascenders = 0;
      it->RowAttributes(&word.size, &descenders, &ascenders);
      const size_t count = CodePoints(word.text);
      sum += it->Confidence(tesseract::RIL_WORD) * static_cast<double>(count);
      characters += count;
      const std::string bare = WithoutPunctuation(word.text);
      if (CodePoints(bare) >= 2 && !IsUnspaced(FirstCodePoint(bare))) {
        asked += count;
        if (api->IsValidWord(bare.c_str()) != 0) known += count;
      }
      RecognizedWord* const before =
          out->words.size() == line ? nullptr : &out->words.back();
      const bool joins = line_text.JoinsBefore(word.text);
      if (before != nullptr && (joins || JoinsRun(*before, word))) {
        before->text += word.text;
        before->x0 = std::min(before->x0, word.x0);
        before->y0 = std::min(before->y0, word.y0);
        before->x1 = std::max(before->x1, word.x1);
        before->y1 = std::max(before->y1, word.y1);
      } else {
        out->words.push_back(std::move(word));
      }
    }
    if (ends) {
      RaiseSizes(line, &out->words);
      line = out->words.size();
    }
  } while (it->Next(tesseract::RIL_WORD));
  EvenSizes(&out->words);
  if (characters == 0) return;
  const double confidence = sum / static_cast<double>(characters);
  out->confidence = static_cast<int>(std::lround(confidence));
  const auto unasked = static_cast<double>(characters - asked);
  out->known_words = (static_cast<double>(known) + unasked * confidence / 100) /
                     static_cast<double>(characters);
}

// Neighbours read each other's letters with almost the same confidence; their
// dictionaries differ.
double Fit(const RecognizedPage& page) {
  return page.confidence / 100.0 + page.known_words;
}

// How much of a page was read, and how surely.
double Amount(const RecognizedPage& page) {
  double characters = 0;
  for (const RecognizedWord& word : page.words) {
    characters += static_cast<double>(CodePoints(word.text));
  }
  return characters * page.confidence;
}

// A model that is loaded, on one page.
class PageReader {
 public:
  explicit PageReader(const PageImage& image) : image_(image) {}

  bool LoadModel(const std::string& model) {
    if (model == model_) return true;
    api_.End();
    model_.clear();
    if (!Load(model, tesseract::OEM_LSTM_ONLY, &api_)) return false;
    model_ = model;
    // There are no models of columns that run from the top to the bottom, and
    // Hangul is often taken for such.
    api_.SetVariable("textord_tabfind_vertical_text", "0");
    return true;
  }

  // How well the model fits a part of the page.
  double TrySample(const Box& sample) {
    Begin(tesseract::PSM_SINGLE_BLOCK);
    api_.SetRectangle(sample.x0, sample.y0, sample.x1 - sample.x0,
                      sample.y1 - sample.y0);
    api_.Recognize(nullptr);
    RecognizedPage page;
    TakeWords(&api_, &page);
    return Fit(page);
  }

  RecognizedPage ReadAll() {
    RecognizedPage page;
    page.model = model_;
    page.width = pixGetWidth(image_.pix.get());
    page.height = pixGetHeight(image_.pix.get());
    Begin(tesseract::PSM_AUTO);
    api_.Recognize(nullptr);
    TakeWords(&api_, &page);
    if (page.confidence < kSureOfLayout || model_ == kKorean) {
      RecognizedPage column = page;
      Begin(tesseract::PSM_SINGLE_COLUMN);
      api_.Recognize(nullptr);
      TakeWords(&api_, &column);
      if (Amount(column) > Amount(page) * kMoreOfIt) page = std::move(column);
    }
    return page;
  }

 private:
  void Begin(tesseract::PageSegMode mode) {
    api_.SetPageSegMode(mode);
    api_.SetImage(image_.pix.get());
    api_.SetSourceResolution(image_.dpi);
  }

  const PageImage& image_;
  TessBaseAPI api_;
  std::string model_;
};

// Around words from the middle of the page.
Box SampleOf(const RecognizedPage& page) {
  const size_t middle = page.words.size() / 2;
  size_t begin = middle, end = middle;
  size_t characters = 0;
  while (characters < kSampleCharacters &&
         (begin > 0 || end < page.words.size())) {
    if (begin > 0) characters += CodePoints(page.words[--begin].text);
    if (end < page.words.size()) {
      characters += CodePoints(page.words[end++].text);
    }
  }
  Box box = {page.width, page.height, 0, 0};
  int margin = 0;
  for (size_t i = begin; i < end; ++i) {
    const RecognizedWord& word = page.words[i];
    box.x0 = std::min(box.x0, word.x0);
    box.y0 = std::min(box.y0, word.y0);
    box.x1 = std::max(box.x1, word.x1);
    box.y1 = std::max(box.y1, word.y1);
    margin = std::max(margin, static_cast<int>(word.size / 4));
  }
  return {std::max(box.x0 - margin, 0), std::max(box.y0 - margin, 0),
          std::min(box.x1 + margin, page.width),
          std::min(box.y1 + margin, page.height)};
}

// Of a page that one model has read, the model that fits best.
class ModelChoice {
 public:
  ModelChoice(PageReader* reader, const RecognizedPage& page)
      : reader_(reader), sample_(SampleOf(page)), best_(page.model) {
    best_fit_ = reader_->TrySample(sample_);
  }

  // The first of those that fit as well stays.
  void Try(const std::vector<std::string>& models) {
    for (const std::string& model : models) {
      if (model == best_ || !reader_->LoadModel(model)) continue;
      const double fit = reader_->TrySample(sample_);
      if (fit <= best_fit_) continue;
      best_ = model;
      best_fit_ = fit;
    }
  }

  const std::string& best() const { return best_; }

 private:
  PageReader* const reader_;
  const Box sample_;
  std::string best_;
  double best_fit_;
};

// The first model of each script, that of `script` before the others.
std::vector<std::string> OneOfEach(const std::vector<std::string>& models,
                                   const std::string& script) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const std::string& model : models) {
    if (!HasModel(model) || !seen.insert(ScriptOf(model)).second) continue;
    out.insert(ScriptOf(model) == script ? out.begin() : out.end(), model);
  }
  return out;
}

std::vector<std::string> ModelsOfScript(const std::vector<std::string>& models,
                                        const std::string& script) {
  std::vector<std::string> out;
  std::copy_if(models.begin(), models.end(), std::back_inserter(out),
               [&script](const std::string& model) {
                 return ScriptOf(model) == script;
               });
  return out;
}

bool RecognizeUpright(const PageImage& image,
                      const std::vector<std::string>& models,
                      const std::string& script, RecognizedPage* out) {
  const std::vector<std::string> candidates = OneOfEach(models, script);
  PageReader reader(image);
  if (candidates.empty() || !reader.LoadModel(candidates[0])) return false;
  *out = reader.ReadAll();
  if (models.size() == 1 || out->words.empty()) return true;
  ModelChoice choice(&reader, *out);
  if (out->confidence < kSureOfScript) choice.Try(candidates);
  choice.Try(ModelsOfScript(models, ScriptOf(choice.best())));
  if (choice.best() == out->model || !reader.LoadModel(choice.best())) {
    return true;
  }
  RecognizedPage page = reader.ReadAll();
  if (Fit(page) > Fit(*out)) *out = std::move(page);
  return true;
}

}  // namespace

bool RecognizePage(const PageImage& image,
                   const std::vector<std::string>& models,
                   RecognizedPage* out) {
  int turn = 0;
  std::string script;
  // What it takes a page of few words for is seldom right.
  const bool detected = DetectScript(image, &turn, &script);
  if (!detected || turn == 0) {
    return RecognizeUpright(image, models, script, out);
  }
  PageImage turned;
  turned.dpi = image.dpi;
  // The text is turned by so much, counted clockwise; it is turned back.
  turn = (360 - turn) % 360;
  turned.pix.reset(pixRotateOrth(image.pix.get(), turn / 90));
  if (turned.pix == nullptr) {
    return RecognizeUpright(image, models, script, out);
  }
  if (!RecognizeUpright(turned, models, script, out)) return false;
  out->turn = turn;
  if (out->confidence >= kSureOfScript) return true;
  RecognizedPage as_it_was;
  if (RecognizeUpright(image, models, script, &as_it_was) &&
      as_it_was.confidence > out->confidence) {
    *out = std::move(as_it_was);
  }
  return true;
}

}  // namespace footnote
