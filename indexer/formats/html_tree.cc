#include "indexer/formats/html_tree.h"

#include <csetjmp>
#include <cstdlib>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr size_t kChunkBytes = 256 << 10;
// Chunks that a thread keeps for its next page, instead of giving them back to
// the kernel and asking for them again.
constexpr size_t kKeptChunks = 16;

// Ordinary pages need 10 to 25 times their size.
size_t MemoryBudget(size_t source_bytes) {
  return (size_t{64} << 20) + 48 * source_bytes;
}

bool IsAsciiLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Elements that hold nothing, or that the next of their kind closes: they do
// not count as depth.
bool EndsByItself(absl::string_view name) {
  static const auto* const kNames = new absl::flat_hash_set<absl::string_view>{
      "area",   "base",  "basefont", "bgsound", "br",       "col",   "dd",
      "dt",     "embed", "frame",    "hr",      "img",      "input", "keygen",
      "li",     "link",  "meta",     "option",  "optgroup", "p",     "param",
      "source", "tbody", "td",       "tfoot",   "th",       "thead", "tr",
      "track",  "wbr",   "colgroup"};
  return kNames->contains(name);
}

// Elements whose content is not markup.
bool HoldsRawText(absl::string_view name) {
  return name == "script" || name == "style" || name == "textarea" ||
         name == "title" || name == "xmp" || name == "iframe" ||
         name == "noembed" || name == "noframes";
}

// The depth at which the tags of `utf8` nest, found without building a tree:
// gumbo looks through all open elements for many a tag, so a page that is
// 100,000 deep would take it hours.
int NestingDepth(absl::string_view utf8, int enough) {
  int depth = 0;
  int deepest = 0;
  size_t at = 0;
  while ((at = utf8.find('<', at)) != absl::string_view::npos) {
    ++at;
    if (at >= utf8.size()) break;
    if (absl::StartsWith(utf8.substr(at), "!--")) {
      const size_t end = utf8.find("-->", at);
      if (end == absl::string_view::npos) break;
      at = end;
      continue;
    }
    const bool closes = utf8[at] == '/';
    if (closes) ++at;
    size_t end = at;
    while (end < utf8.size() && (IsAsciiLetter(utf8[end]) ||
                                 (utf8[end] >= '0' && utf8[end] <= '9'))) {
      ++end;
    }
    if (end == at) continue;
    const std::string name = absl::AsciiStrToLower(utf8.substr(at, end - at));
    at = end;
    if (EndsByItself(name)) continue;
    if (closes) {
      if (depth > 0) --depth;
      continue;
    }
    if (HoldsRawText(name)) {
      const std::string end_tag = absl::StrCat("</", name);
      size_t stop = at;
      while (stop < utf8.size() &&
             !absl::StartsWithIgnoreCase(utf8.substr(stop), end_tag)) {
        stop = utf8.find('<', stop + 1);
        if (stop == absl::string_view::npos) return deepest;
      }
      at = stop + 2;
      continue;
    }
    if (++depth > deepest) deepest = depth;
    if (deepest > enough) return deepest;
  }
  return deepest;
}

}  // namespace

namespace {

// Chunks of kChunkBytes each.
struct KeptChunks {
  ~KeptChunks() {
    for (char* chunk : chunks) std::free(chunk);
  }
  std::vector<char*> chunks;
};

KeptChunks& ChunksOfThisThread() {
  thread_local KeptChunks kept;
  return kept;
}

}  // namespace

// Memory that is only ever given back as a whole. gumbo does not check what
// its allocator returns, so when the budget is spent the arena jumps out of
// the parse; gumbo is C and holds nothing but arena memory.
struct HtmlTree::Arena {
  ~Arena() {
    KeptChunks& kept = ChunksOfThisThread();
    for (const Chunk& chunk : chunks) {
      if (chunk.size == kChunkBytes && kept.chunks.size() < kKeptChunks) {
        kept.chunks.push_back(chunk.begin);
      } else {
        std::free(chunk.begin);
      }
    }
  }

  static void* Allocate(void* arena, size_t size) {
    return static_cast<Arena*>(arena)->Take(size);
  }
  static void Deallocate(void*, void*) {}

  void* Take(size_t size) {
    size = (size + 15) & ~size_t{15};
    if (size > left) {
      const size_t chunk_bytes = size > kChunkBytes ? size : kChunkBytes;
      char* chunk = chunk_bytes > budget ? nullptr : NewChunk(chunk_bytes);
      if (chunk == nullptr) std::longjmp(out_of_memory, 1);
      budget -= chunk_bytes;
      chunks.push_back({chunk, chunk_bytes});
      next = chunk;
      left = chunk_bytes;
    }
    void* taken = next;
    next += size;
    left -= size;
    return taken;
  }

  static char* NewChunk(size_t bytes) {
    std::vector<char*>& kept = ChunksOfThisThread().chunks;
    if (bytes != kChunkBytes || kept.empty()) {
      return static_cast<char*>(std::malloc(bytes));
    }
    char* const chunk = kept.back();
    kept.pop_back();
    return chunk;
  }

  struct Chunk {
    char* begin;
    size_t size;
  };
  std::vector<Chunk> chunks;
  char* next = nullptr;
  size_t left = 0;
  size_t budget = 0;
  std::jmp_buf out_of_memory;
};

HtmlTree::HtmlTree() : arena_(std::make_unique<Arena>()) {}
HtmlTree::~HtmlTree() = default;

namespace {

// Apart, because locals of the function that calls setjmp are not reliable
// after the jump.
const GumboNode* ParseInto(const GumboOptions& options, absl::string_view utf8,
                           std::jmp_buf* out_of_memory) {
  if (setjmp(*out_of_memory) != 0) return nullptr;
  return gumbo_parse_with_options(&options, utf8.data(), utf8.size())->root;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HtmlTree>> HtmlTree::Parse(
    absl::string_view utf8, const ExtractLimits& limits) {
  if (utf8.size() > limits.max_document_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("html: ", utf8.size(), " bytes, want at most ",
                     limits.max_document_bytes));
  }
  const int depth = NestingDepth(utf8, limits.max_depth);
  if (depth > limits.max_depth) {
    return absl::InvalidArgumentError(
        absl::StrCat("html: elements nested more than ", limits.max_depth,
                     " deep, want at most that"));
  }
  std::unique_ptr<HtmlTree> tree(new HtmlTree());
  Arena& arena = *tree->arena_;
  arena.budget = MemoryBudget(utf8.size());
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &Arena::Allocate;
  options.deallocator = &Arena::Deallocate;
  options.userdata = &arena;
  options.max_errors = 0;
  tree->root_ = ParseInto(options, utf8, &arena.out_of_memory);
  if (tree->root_ == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "html: ", utf8.size(), " bytes need more than ",
        MemoryBudget(utf8.size()), " bytes of memory, want a simpler page"));
  }
  return tree;
}

absl::string_view HtmlAttribute(const GumboNode& node, const char* name) {
  if (node.type != GUMBO_NODE_ELEMENT) return "";
  const GumboAttribute* attribute =
      gumbo_get_attribute(&node.v.element.attributes, name);
  return attribute == nullptr ? "" : attribute->value;
}

bool HasHtmlAttribute(const GumboNode& node, const char* name) {
  return node.type == GUMBO_NODE_ELEMENT &&
         gumbo_get_attribute(&node.v.element.attributes, name) != nullptr;
}

bool IsHtmlElement(const GumboNode& node, GumboTag tag) {
  return node.type == GUMBO_NODE_ELEMENT && node.v.element.tag == tag &&
         node.v.element.tag_namespace == GUMBO_NAMESPACE_HTML;
}

}  // namespace footnote
