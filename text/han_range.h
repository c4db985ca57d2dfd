#ifndef FOOTNOTE_TEXT_HAN_RANGE_H_
#define FOOTNOTE_TEXT_HAN_RANGE_H_

namespace footnote {

// [kHanBegin, kHanEnd): the Han characters that have a simplified form, those
// of extension A and of the basic block.
constexpr char32_t kHanBegin = 0x3400;
constexpr char32_t kHanEnd = 0xA000;

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_HAN_RANGE_H_
