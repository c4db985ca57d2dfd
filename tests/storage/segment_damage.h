// What the damage test and the fuzzer do to segments.
#ifndef FOOTNOTE_TESTS_STORAGE_SEGMENT_DAMAGE_H_
#define FOOTNOTE_TESTS_STORAGE_SEGMENT_DAMAGE_H_

#include <string>
#include <vector>

#include "storage/segment_reader.h"

namespace footnote {

// The section table, as far as footer and file size allow.
std::vector<SectionEntry> SectionTable(const std::string& bytes);

// Makes all checksums right, so that damage meets the second line of defence.
void Reseal(std::string* bytes);

// Follows every view and unpacks every list. Returns false when a promise of
// segment_reader.h is broken.
bool ReadEverything(const SegmentReader& reader);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_STORAGE_SEGMENT_DAMAGE_H_
