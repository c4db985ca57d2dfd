#include "text/cjk_words.h"

#include <unicode/ubrk.h>

#include <cstdint>
#include <memory>

#include "text/scan.h"

namespace footnote {
namespace {

struct CloseIterator {
  void operator()(UBreakIterator* iterator) const { ubrk_close(iterator); }
};

// What one thread keeps between runs.
struct Cutter {
  Cutter() {
    UErrorCode status = U_ZERO_ERROR;
    // The dictionary is the same for Chinese and Japanese.
    iterator.reset(ubrk_open(UBRK_WORD, "ja", nullptr, 0, &status));
    if (U_FAILURE(status)) iterator.reset();
  }

  std::unique_ptr<UBreakIterator, CloseIterator> iterator;
  std::vector<UChar> units;
  // The byte at which each UTF-16 unit begins, and the end of the run.
  std::vector<uint32_t> bytes;
};

}  // namespace

void CjkWords(absl::string_view run, std::vector<TextSpan>* out) {
  static thread_local Cutter cutter;
  cutter.units.clear();
  cutter.bytes.clear();
  const auto* const begin = reinterpret_cast<const unsigned char*>(run.data());
  const unsigned char* const end = begin + run.size();
  for (const unsigned char* p = begin; p < end;) {
    const scan_internal::CodePoint c = scan_internal::Decode(p, end);
    const uint32_t at = static_cast<uint32_t>(p - begin);
    if (c.value < 0x10000) {
      cutter.units.push_back(static_cast<UChar>(c.value));
      cutter.bytes.push_back(at);
    } else {
      cutter.units.push_back(static_cast<UChar>(0xD7C0 + (c.value >> 10)));
      cutter.units.push_back(static_cast<UChar>(0xDC00 | (c.value & 0x3FF)));
      cutter.bytes.push_back(at);
      cutter.bytes.push_back(at);
    }
    p += c.length;
  }
  cutter.bytes.push_back(static_cast<uint32_t>(run.size()));

  UErrorCode status = U_ZERO_ERROR;
  if (cutter.iterator != nullptr) {
    ubrk_setText(cutter.iterator.get(), cutter.units.data(),
                 static_cast<int32_t>(cutter.units.size()), &status);
  }
  if (cutter.iterator == nullptr || U_FAILURE(status)) {
    // Without the dictionary (ICU built without data) every character is one.
    for (size_t i = 0; i + 1 < cutter.bytes.size(); ++i) {
      if (cutter.bytes[i] == cutter.bytes[i + 1]) continue;
      out->push_back({cutter.bytes[i], cutter.bytes[i + 1]});
    }
    return;
  }
  int32_t from = ubrk_first(cutter.iterator.get());
  for (int32_t to = ubrk_next(cutter.iterator.get()); to != UBRK_DONE;
       from = to, to = ubrk_next(cutter.iterator.get())) {
    if (cutter.bytes[from] == cutter.bytes[to]) continue;
    out->push_back({cutter.bytes[from], cutter.bytes[to]});
  }
}

}  // namespace footnote
