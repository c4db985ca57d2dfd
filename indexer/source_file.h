// What the indexer is given, and what it answers.
#ifndef FOOTNOTE_INDEXER_SOURCE_FILE_H_
#define FOOTNOTE_INDEXER_SOURCE_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace footnote {

// A file with what its sender says of it; or a part of a JSON-lines file that
// ends with a line.
struct SourceFile {
  // The document's id, or the prefix of the ids of a JSON-lines file.
  std::string document;
  // For people; empty: the same as `document`.
  std::string path;
  // ISO 639-1; empty: identified.
  std::string language;
  // Empty: taken from the file.
  std::string title;
  // Comes before what the file says of itself; of equal keys these count.
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> labels;
  // Empty: detected.
  std::string media_type;
  std::string bytes;
  // Of JSON lines: the number of lines in the parts before.
  uint32_t lines_before = 0;
  // Its sender's; the parts of a file have the same.
  uint64_t number = 0;
  // Filled by Pipeline::Add. When its first and its last document came, Unix
  // time; those of the job's next file came later.
  int64_t came_us = 0;
  int64_t last_came_us = 0;
};

// What became of one document.
struct DocumentResult {
  // kWouldIndex: of a dry run.
  enum class State { kIndexed, kUnchanged, kFailed, kWouldIndex };

  std::string document;
  std::string path;  // of the file that it came from
  State state = State::kFailed;
  // Of kFailed: the thing, the value, what was wanted.
  std::string reason;
  uint32_t version = 0;
  std::string sha256;  // 32 raw bytes
  uint32_t passages = 0;
  std::string language;
  uint64_t text_bytes = 0;
  std::vector<std::string> warnings;
  // Of kIndexed: a document that says nearly the same; or empty.
  std::string duplicate_of;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_SOURCE_FILE_H_
