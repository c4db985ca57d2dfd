// Who owns which page of keys and values, and which pages hold a prompt's
// beginning that others may use.
#ifndef FOOTNOTE_MODEL_SCHEDULE_PAGES_H_
#define FOOTNOTE_MODEL_SCHEDULE_PAGES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "model/decoder/device.h"

namespace footnote {

// Positions of a page.
inline constexpr int kPageTokens = 16;

// How many pages of each kind of `shape` fit `bytes`: layers that see
// everything get what those with windows, which need few, leave.
// `rows` is how many positions a step computes at most.
std::vector<int> PagesFor(const KvShape& shape, uint64_t bytes, int rows);

// The pages of one sequence: by kind, then by page of the sequence; -1 where
// it has none any more.
struct PageTables {
  std::vector<std::vector<int32_t>> of_kind;
};

// Counts references to pages, and remembers the pages of what was computed as
// a tree: a node is a page's 16 tokens after those of its parents. Pages that
// only the tree holds go when others need them, the longest unused first, and
// when nobody has needed what is in them for long: keys and values tell the
// text that they were computed of.
// Not thread-safe.
class PageBook {
 public:
  // `pages` of each kind; a kind with a window needs its last pages only.
  PageBook(std::vector<int> pages, std::vector<int> windows, bool remembers);
  ~PageBook();
  PageBook(const PageBook&) = delete;
  PageBook& operator=(const PageBook&) = delete;

  // Pages of each kind that a sequence of `tokens` positions holds at once,
  // when a step computes up to `rows` of them.
  std::vector<int> Needed(int tokens, int rows) const;

  // Sets pages aside, so that Extend cannot fail; false when they are not
  // there now. Release gives them back.
  bool Reserve(absl::Span<const int> needed);
  void Release(absl::Span<const int> needed);
  // True when Reserve could succeed, were nothing else running.
  bool CouldReserve(absl::Span<const int> needed) const;

  // Gives an empty sequence the longest beginning of `ids` that is remembered,
  // in whole pages and never all of it. Returns how many positions.
  int Recall(absl::Span<const int32_t> ids, PageTables* tables);

  // Gives the sequence pages for positions up to `positions`.
  // REQUIRES: they were reserved.
  void Extend(int positions, PageTables* tables);

  // Positions before `computed` are final: remembers their whole pages from
  // page `first` on, and gives pages back that no later position sees.
  void Settle(absl::Span<const int32_t> ids, int first, int computed,
              PageTables* tables);

  // Gives all pages of the sequence back.
  void Drop(PageTables* tables);

  // Forgets what was neither remembered nor recalled since the call before.
  void ForgetUnused();

  // Pages of `kind` that were given back since the call before, and that nobody
  // has by now: the caller overwrites what they hold.
  std::vector<int32_t> TakeFreed(int kind);

  int used() const;  // pages that a sequence or the tree holds
  int total() const;

 private:
  struct Node;
  struct Pool {
    std::vector<int> free;
    std::vector<int32_t> freed;   // since TakeFreed; some are taken again
    std::vector<int> references;  // by page
    int reserved = 0;
  };

  int32_t Take(int kind);
  void Unref(int kind, int32_t page);
  void Evict(int kind);
  void UnrefAll(const Node& node);
  Node* Child(Node* node, absl::Span<const int32_t> ids) const;
  // The first page that position `next` and later ones see.
  int FirstSeen(int kind, int next) const;

  std::vector<Pool> pools_;
  std::vector<int> windows_;
  bool remembers_;
  uint64_t clock_ = 0;
  uint64_t forgotten_ = 0;  // the clock at the last ForgetUnused
  std::unique_ptr<Node> root_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_SCHEDULE_PAGES_H_
