# Sourced by the tools: one way to call Bazel and to find what it built.
#
#   FOOTNOTE_BAZEL_STARTUP  Bazel's startup options, such as --output_base=DIR
#   FOOTNOTE_BAZEL_FLAGS    Bazel's command options, such as --disk_cache=DIR
# shellcheck shell=bash

# run_bazel COMMAND ARGUMENT...
run_bazel() {
  local command=$1
  shift
  # Words of the two variables are options each.
  # shellcheck disable=SC2086
  bazel ${FOOTNOTE_BAZEL_STARTUP:-} "$command" ${FOOTNOTE_BAZEL_FLAGS:-} "$@"
}

# Prints where the program is or will be. FOOTNOTE_PROGRAM names another.
program_path() {
  if [ -n "${FOOTNOTE_PROGRAM:-}" ]; then
    printf '%s\n' "$FOOTNOTE_PROGRAM"
    return
  fi
  local root bin
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  bin=$root/bazel-bin
  if [ ! -e "$bin" ] || [ -n "${FOOTNOTE_BAZEL_STARTUP:-}" ]; then
    bin=$(cd "$root" && run_bazel info bazel-bin 2> /dev/null || true)
  fi
  printf '%s\n' "$bin/gateway/footnote"
}
