#!/usr/bin/env bash
# tools/footnote runs the program from wherever it is called, and by whatever
# name.
set -euo pipefail
checkout=$TEST_TMPDIR/checkout
mkdir -p "$checkout/tools" "$TEST_TMPDIR/bin"
cp -L tools/footnote tools/bazel_flags.sh "$checkout/tools/"
ln -s "$checkout/tools/footnote" "$TEST_TMPDIR/bin/footnote"
ln -s footnote "$TEST_TMPDIR/bin/again"
export FOOTNOTE_PROGRAM=/bin/echo
cd /
for name in "$checkout/tools/footnote" "$TEST_TMPDIR/bin/footnote" \
  "$TEST_TMPDIR/bin/again"; do
  said=$("$name" ask 'a question')
  if [ "$said" != "ask a question" ]; then
    echo "$name: \"$said\""
    exit 1
  fi
done
