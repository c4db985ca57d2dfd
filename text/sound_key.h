// Names across scripts: how a word sounds, as far as its consonants tell.
#ifndef FOOTNOTE_TEXT_SOUND_KEY_H_
#define FOOTNOTE_TEXT_SOUND_KEY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/span.h"

namespace footnote {

// The consonants of a word in Latin, Cyrillic, Greek, Hebrew, Arabic,
// Devanagari, Katakana, Hangul or Han, each as the letter of its class:
// "Люксембург", "Luxembourg", "لوكسمبورغ" and "ルクセンブルク" but for its n
// all are "LKSMPLK". Voiced and unvoiced are one class, and so are l and r;
// vowels and what languages write as vowels (h, w, y) are left out, and so are
// doubles. Of Han, only what stands for the sounds of foreign names is known:
// a word with another character has no key. Empty for other scripts.
// Any bytes are accepted. Safe from many threads.
std::string SoundKey(absl::string_view word);

// The letters that keys are made of.
constexpr absl::string_view kSoundClasses = "PFTKSLMN";

// A key of fewer consonants says nothing.
constexpr size_t kMinSounds = 3;

// How likely two keys are one name, 0 to 1: more so the longer they are, less
// when one of them has a consonant more, less or other. An l or r that one of
// them lacks counts as half of that: many languages do not write the r of
// "Halford".
float SoundLikeness(absl::string_view a, absl::string_view b);

// Where names in Han may stand: runs of two to eight characters that stand for
// the sounds of foreign names. Dictionaries cut such names in pieces. Many a
// common character is among them, so a run may be no name, or hold more.
std::vector<TextSpan> HanNames(absl::string_view text);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_SOUND_KEY_H_
