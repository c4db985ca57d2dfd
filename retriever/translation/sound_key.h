// Names across scripts: how a word sounds, as far as its consonants tell.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_SOUND_KEY_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_SOUND_KEY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

// The consonants of a word in Latin, Cyrillic, Greek, Hebrew, Arabic or
// Devanagari letters, each as the letter of its class: "Люксембург",
// "Luxembourg" and "لوكسمبورغ" all are "LKSMPRK". Voiced and unvoiced are one
// class, vowels and what languages write as vowels (h, w, y) are left out, and
// so are doubles. Empty for words in other scripts.
// Any bytes are accepted. Safe from many threads.
std::string SoundKey(absl::string_view word);

// Whether two keys may be one name: the same, of three consonants at least, or
// with one more, less or other where both have four and more.
bool SoundAlike(absl::string_view a, absl::string_view b);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_TRANSLATION_SOUND_KEY_H_
