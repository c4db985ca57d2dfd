#include "model/schedule/pages.h"

#include <algorithm>
#include <utility>

namespace footnote {
namespace {

// Sequences whose windows fit beside each other, where memory is scarce.
constexpr int kWindowedSequences = 16;

int PagesOf(int positions) {
  return (positions + kPageTokens - 1) / kPageTokens;
}

// Pages that a sequence holds of a kind with `window`.
int WindowPages(int window, int rows) { return PagesOf(window + rows) + 2; }

}  // namespace

std::vector<int> PagesFor(const KvShape& shape, uint64_t bytes, int rows) {
  const int kinds = static_cast<int>(shape.windows.size());
  const auto page_bytes = [&](int kind) {
    return uint64_t{sizeof(float)} * shape.PageFloats(kind);
  };
  uint64_t all = 0;
  for (int kind = 0; kind < kinds; ++kind) all += page_bytes(kind);
  const int equal =
      static_cast<int>(std::min<uint64_t>(bytes / all, uint64_t{1} << 24));
  std::vector<int> pages(kinds, std::max(equal, 4));
  // What windows leave goes to the others.
  uint64_t spent = 0;
  uint64_t whole = 0;
  for (int kind = 0; kind < kinds; ++kind) {
    if (shape.windows[kind] == 0) {
      whole += page_bytes(kind);
      continue;
    }
    pages[kind] =
        std::min(pages[kind],
                 kWindowedSequences * WindowPages(shape.windows[kind], rows));
    spent += pages[kind] * page_bytes(kind);
  }
  if (whole == 0) return pages;
  for (int kind = 0; kind < kinds; ++kind) {
    if (shape.windows[kind] != 0 || spent >= bytes) continue;
    pages[kind] =
        std::max(pages[kind], static_cast<int>(std::min<uint64_t>(
                                  (bytes - spent) / whole, uint64_t{1} << 24)));
  }
  return pages;
}

struct PageBook::Node {
  Node* parent = nullptr;
  std::vector<int32_t> ids;    // the page's tokens
  std::vector<int32_t> pages;  // by kind; -1: evicted
  uint64_t used = 0;           // when, by the clock
  std::map<std::vector<int32_t>, std::unique_ptr<Node>> children;
};

PageBook::PageBook(std::vector<int> pages, std::vector<int> windows,
                   bool remembers)
    : windows_(std::move(windows)),
      remembers_(remembers),
      root_(std::make_unique<Node>()) {
  for (const int count : pages) {
    Pool pool;
    pool.references.assign(count, 0);
    for (int page = count - 1; page >= 0; --page) pool.free.push_back(page);
    pools_.push_back(std::move(pool));
  }
}

PageBook::~PageBook() = default;

int PageBook::FirstSeen(int kind, int next) const {
  const int window = windows_[kind];
  if (window == 0 || next + 1 <= window) return 0;
  return (next + 1 - window) / kPageTokens;
}

std::vector<int> PageBook::Needed(int tokens, int rows) const {
  std::vector<int> needed;
  for (const int window : windows_) {
    const int all = PagesOf(tokens);
    needed.push_back(window == 0 ? all
                                 : std::min(all, WindowPages(window, rows)));
  }
  return needed;
}

bool PageBook::CouldReserve(absl::Span<const int> needed) const {
  for (size_t kind = 0; kind < pools_.size(); ++kind) {
    if (needed[kind] > static_cast<int>(pools_[kind].references.size())) {
      return false;
    }
  }
  return true;
}

bool PageBook::Reserve(absl::Span<const int> needed) {
  for (size_t kind = 0; kind < pools_.size(); ++kind) {
    const Pool& pool = pools_[kind];
    if (pool.reserved + needed[kind] >
        static_cast<int>(pool.references.size())) {
      return false;
    }
  }
  for (size_t kind = 0; kind < pools_.size(); ++kind) {
    pools_[kind].reserved += needed[kind];
  }
  return true;
}

void PageBook::Release(absl::Span<const int> needed) {
  for (size_t kind = 0; kind < pools_.size(); ++kind) {
    pools_[kind].reserved -= needed[kind];
  }
}

void PageBook::Unref(int kind, int32_t page) {
  Pool& pool = pools_[kind];
  if (--pool.references[page] > 0) return;
  pool.free.push_back(page);
  pool.freed.push_back(page);
}

void PageBook::UnrefAll(const Node& node) {
  for (size_t kind = 0; kind < pools_.size(); ++kind) {
    if (node.pages[kind] >= 0) Unref(static_cast<int>(kind), node.pages[kind]);
  }
}

int32_t PageBook::Take(int kind) {
  Pool& pool = pools_[kind];
  if (pool.free.empty()) Evict(kind);
  const int32_t page = pool.free.back();
  pool.free.pop_back();
  pool.references[page] = 1;
  return page;
}

// Takes an eighth of the pages of `kind` that only the tree holds. A node may
// lose the page of a windowed kind alone; it loses one of the other kinds only
// with its children, from the leaves on.
void PageBook::Evict(int kind) {
  const Pool& pool = pools_[kind];
  std::vector<Node*> found;
  std::vector<Node*> stack = {root_.get()};
  while (!stack.empty()) {
    Node* node = stack.back();
    stack.pop_back();
    for (const auto& [ids, child] : node->children)
      stack.push_back(child.get());
    if (node == root_.get() || node->pages[kind] < 0) continue;
    if (pool.references[node->pages[kind]] == 1) found.push_back(node);
  }
  // Of equal age, the deeper first: it was found later.
  std::reverse(found.begin(), found.end());
  std::stable_sort(found.begin(), found.end(),
                   [](Node* a, Node* b) { return a->used < b->used; });
  const size_t wanted = std::max<size_t>(1, found.size() / 8);
  size_t freed = 0;
  for (size_t round = 0; round < 2 && freed < wanted; ++round) {
    for (Node*& node : found) {
      if (freed >= wanted) break;
      if (node == nullptr) continue;
      if (windows_[kind] > 0) {
        Unref(kind, std::exchange(node->pages[kind], -1));
        ++freed;
        node = nullptr;
        continue;
      }
      if (!node->children.empty()) continue;
      UnrefAll(*node);
      ++freed;
      Node* parent = node->parent;
      const std::vector<int32_t> key = node->ids;
      node = nullptr;
      parent->children.erase(key);
    }
  }
}

PageBook::Node* PageBook::Child(Node* node,
                                absl::Span<const int32_t> ids) const {
  const auto found =
      node->children.find(std::vector<int32_t>(ids.begin(), ids.end()));
  return found == node->children.end() ? nullptr : found->second.get();
}

int PageBook::Recall(absl::Span<const int32_t> ids, PageTables* tables) {
  const size_t kinds = pools_.size();
  tables->of_kind.assign(kinds, {});
  std::vector<Node*> path;
  Node* node = root_.get();
  // The last token is always computed: its logits are wanted.
  const size_t most = (ids.size() - 1) / kPageTokens;
  while (path.size() < most) {
    node = Child(node, ids.subspan(path.size() * kPageTokens, kPageTokens));
    if (node == nullptr) break;
    path.push_back(node);
  }
  // The longest beginning of which all pages that are still seen are there.
  const auto complete = [&](size_t length) {
    for (size_t kind = 0; kind < kinds; ++kind) {
      const size_t first = FirstSeen(static_cast<int>(kind),
                                     static_cast<int>(length) * kPageTokens);
      for (size_t p = first; p < length; ++p) {
        if (path[p]->pages[kind] < 0) return false;
      }
    }
    return true;
  };
  size_t length = path.size();
  while (length > 0 && !complete(length)) --length;
  ++clock_;
  for (size_t p = 0; p < length; ++p) path[p]->used = clock_;
  for (size_t kind = 0; kind < kinds; ++kind) {
    const size_t first = FirstSeen(static_cast<int>(kind),
                                   static_cast<int>(length) * kPageTokens);
    for (size_t p = 0; p < length; ++p) {
      const int32_t page = p < first ? -1 : path[p]->pages[kind];
      if (page >= 0) ++pools_[kind].references[page];
      tables->of_kind[kind].push_back(page);
    }
  }
  return static_cast<int>(length) * kPageTokens;
}

void PageBook::Extend(int positions, PageTables* tables) {
  tables->of_kind.resize(pools_.size());
  for (size_t kind = 0; kind < pools_.size(); ++kind) {
    std::vector<int32_t>& table = tables->of_kind[kind];
    while (static_cast<int>(table.size()) < PagesOf(positions)) {
      table.push_back(Take(static_cast<int>(kind)));
    }
  }
}

void PageBook::Settle(absl::Span<const int32_t> ids, int first, int computed,
                      PageTables* tables) {
  if (remembers_ && computed / kPageTokens > first) {
    ++clock_;
    Node* node = root_.get();
    for (int p = 0; p < computed / kPageTokens; ++p) {
      const absl::Span<const int32_t> part =
          ids.subspan(size_t{1} * p * kPageTokens, kPageTokens);
      Node* child = Child(node, part);
      if (child == nullptr) {
        // A parent was evicted: what follows could not be found.
        if (p < first) break;
        auto made = std::make_unique<Node>();
        made->parent = node;
        made->ids.assign(part.begin(), part.end());
        made->pages.assign(pools_.size(), -1);
        child = made.get();
        node->children.emplace(made->ids, std::move(made));
      }
      child->used = clock_;
      for (size_t kind = 0; p >= first && kind < pools_.size(); ++kind) {
        const int32_t page = tables->of_kind[kind][p];
        if (child->pages[kind] >= 0 || page < 0) continue;
        child->pages[kind] = page;
        ++pools_[kind].references[page];
      }
      node = child;
    }
  }
  for (size_t kind = 0; kind < pools_.size(); ++kind) {
    std::vector<int32_t>& table = tables->of_kind[kind];
    const int seen = FirstSeen(static_cast<int>(kind), computed);
    for (int p = std::min<int>(seen, table.size()) - 1; p >= 0; --p) {
      if (table[p] < 0) break;
      Unref(static_cast<int>(kind), std::exchange(table[p], -1));
    }
  }
}

void PageBook::Drop(PageTables* tables) {
  for (size_t kind = 0; kind < tables->of_kind.size(); ++kind) {
    for (const int32_t page : tables->of_kind[kind]) {
      if (page >= 0) Unref(static_cast<int>(kind), page);
    }
  }
  tables->of_kind.clear();
}

void PageBook::ForgetUnused() {
  // Whoever uses a node uses its parents: none has a child that is newer.
  std::vector<Node*> kept = {root_.get()};
  std::vector<std::unique_ptr<Node>> gone;
  while (!kept.empty()) {
    Node* const node = kept.back();
    kept.pop_back();
    for (auto it = node->children.begin(); it != node->children.end();) {
      if (it->second->used > forgotten_) {
        kept.push_back(it->second.get());
        ++it;
      } else {
        gone.push_back(std::move(it->second));
        it = node->children.erase(it);
      }
    }
  }
  while (!gone.empty()) {
    const std::unique_ptr<Node> node = std::move(gone.back());
    gone.pop_back();
    UnrefAll(*node);
    for (auto& [ids, child] : node->children) gone.push_back(std::move(child));
  }
  forgotten_ = clock_;
}

std::vector<int32_t> PageBook::TakeFreed(int kind) {
  Pool& pool = pools_[kind];
  std::vector<int32_t> freed;
  freed.swap(pool.freed);
  std::sort(freed.begin(), freed.end());
  freed.erase(std::unique(freed.begin(), freed.end()), freed.end());
  freed.erase(
      std::remove_if(freed.begin(), freed.end(),
                     [&](int32_t page) { return pool.references[page] > 0; }),
      freed.end());
  return freed;
}

int PageBook::total() const {
  int sum = 0;
  for (const Pool& pool : pools_)
    sum += static_cast<int>(pool.references.size());
  return sum;
}

int PageBook::used() const {
  int sum = total();
  for (const Pool& pool : pools_) sum -= static_cast<int>(pool.free.size());
  return sum;
}

}  // namespace footnote
