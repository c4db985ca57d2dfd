#include "indexer/formats/code.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "indexer/formats/block_writer.h"

namespace footnote {
namespace {

struct Name {
  absl::string_view end;
  absl::string_view language;
};

constexpr Name kEnds[] = {
    {".c", "C"},
    {".h", "C"},
    {".cc", "C++"},
    {".cpp", "C++"},
    {".cxx", "C++"},
    {".hh", "C++"},
    {".hpp", "C++"},
    {".cu", "CUDA"},
    {".cs", "C#"},
    {".java", "Java"},
    {".kt", "Kotlin"},
    {".scala", "Scala"},
    {".go", "Go"},
    {".rs", "Rust"},
    {".swift", "Swift"},
    {".py", "Python"},
    {".pyi", "Python"},
    {".rb", "Ruby"},
    {".pl", "Perl"},
    {".pm", "Perl"},
    {".php", "PHP"},
    {".lua", "Lua"},
    {".r", "R"},
    {".jl", "Julia"},
    {".js", "JavaScript"},
    {".mjs", "JavaScript"},
    {".ts", "TypeScript"},
    {".tsx", "TypeScript"},
    {".jsx", "JavaScript"},
    {".sh", "Shell"},
    {".bash", "Shell"},
    {".sql", "SQL"},
    {".hs", "Haskell"},
    {".ml", "OCaml"},
    {".ex", "Elixir"},
    {".erl", "Erlang"},
    {".clj", "Clojure"},
    {".lisp", "Lisp"},
    {".el", "Emacs Lisp"},
    {".f90", "Fortran"},
    {".proto", "Protocol Buffers"},
    {".bzl", "Starlark"},
    {".cmake", "CMake"},
    {".css", "CSS"},
};
constexpr Name kNames[] = {
    {"makefile", "Make"},
    {"dockerfile", "Dockerfile"},
    {"cmakelists.txt", "CMake"},
    {"build.bazel", "Starlark"},
};

}  // namespace

absl::string_view ProgrammingLanguageOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  const absl::string_view name =
      slash == absl::string_view::npos ? path : path.substr(slash + 1);
  for (const Name& known : kNames) {
    if (absl::EqualsIgnoreCase(name, known.end)) return known.language;
  }
  for (const Name& known : kEnds) {
    if (name.size() > known.end.size() &&
        absl::EndsWithIgnoreCase(name, known.end)) {
      return known.language;
    }
  }
  return "";
}

absl::StatusOr<Extracted> ExtractCode(absl::string_view utf8,
                                      const ExtractLimits& limits) {
  BlockWriter writer(limits);
  writer.Begin(BlockKind::kCode, 1);
  writer.Text(utf8);
  writer.End();
  Extracted out;
  RETURN_IF_ERROR(writer.Finish(&out));
  out.format = Format::kCode;
  return out;
}

}  // namespace footnote
