// What the indexer and a parser program that stays say to each other, over a
// socket for each way: a MarkupRequest and its text; a MarkupReply and its
// document. Several requests may come before the first reply, which are in
// their order.
#ifndef FOOTNOTE_INDEXER_PARSERS_MARKUP_FRAMES_H_
#define FOOTNOTE_INDEXER_PARSERS_MARKUP_FRAMES_H_

#include <cstdint>

namespace footnote {

// The third argument of a program that is to stay.
constexpr char kStay[] = "stay";

struct MarkupRequest {
  // The reply to this text repeats it.
  uint64_t number;
  uint64_t text_bytes;
  // ExtractLimits.
  uint64_t max_document_bytes;
  int32_t max_depth;
  // A Format.
  uint32_t format;
};

// Behind it stands a ParsedDocument, as AppendParsed writes it.
struct MarkupReply {
  uint64_t number;
  uint64_t bytes;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_MARKUP_FRAMES_H_
