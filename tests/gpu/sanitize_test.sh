#!/usr/bin/env bash
# tools/gpu_sanitize with stand-ins for a device's gpu_check and for
# compute-sanitizer: what it says of each tool, and what it skips by name.
set -uo pipefail
export FOOTNOTE_GPU_CHECK=$TEST_TMPDIR/check
export FOOTNOTE_SANITIZER=$TEST_TMPDIR/sanitizer
report=$TEST_TMPDIR/report
rm -f "$report"
fail() { echo "$*"; exit 1; }
stand_in() { printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod +x "$1"; }
said=$TEST_TMPDIR/said
run() { tools/gpu_sanitize --out "$TEST_TMPDIR" "$@" > "$said" 2>&1; }
said() { grep -q "$1" "$said" || fail "want $1, got $(cat "$said")"; }

stand_in "$FOOTNOTE_GPU_CHECK" 'exit 0'
# Finds something with --tool racecheck.
stand_in "$FOOTNOTE_SANITIZER" 'case "$*" in
*racecheck*gtest_filter=Norm*) echo "RACECHECK SUMMARY: 2 hazards"; exit 9 ;;
esac
echo "ERROR SUMMARY: 0 errors"'
run --report "$report" --filter 'Norm*' && fail "a tool that finds something fails"
said '^passed memcheck: status 0, ERROR SUMMARY: 0 errors$'
said '^failed racecheck: status 9, RACECHECK SUMMARY: 2 hazards$'
said '^passed initcheck'
[ "$(grep -c '^passed gpu_sanitize/' "$report")" = 3 ] || fail "$(cat "$report")"
grep -qx 'failed gpu_sanitize/racecheck' "$report" || fail "$(cat "$report")"
run || fail "status $? where all is clean"

stand_in "$FOOTNOTE_GPU_CHECK" 'echo "no CUDA device: none"; exit 77'
run || fail "status $? without a device"
said 'skipped: no CUDA device: none'

stand_in "$FOOTNOTE_SANITIZER" "echo \"process didn't terminate successfully\"; exit 255"
run || fail "status $? where it can't start a program"
said "skipped: compute-sanitizer can't start"

FOOTNOTE_GPU_CHECK=nowhere FOOTNOTE_SANITIZER=/bin/true run || fail "no check"
said 'skipped: no gpu_check'
