#!/usr/bin/env bash
# gpu_check as it is, with kernels that are emulated: the report, its files, and
# a part that fails.
set -uo pipefail
program=tests/gpu/gpu_check_emulated
out=$TEST_TMPDIR
fail() { echo "$*"; cat "$out"/gpu_check.*; exit 1; }

"$program" --table --out="$out" --seconds=600 > "$out/said" ||
  fail "status $?, want 0"
cmp -s "$out/said" "$out/gpu_check.md" || fail "the file is not what was printed"
for row in "memory: read / copy kernel |  | [0-9.]* / [0-9.]* GB/s" \
  "tiny, int4, 2 requests, context 60: decode |  | [0-9.]* ms a step" \
  "step of 3 guesses .* when all hold" "prompt 150, 10 of it cached: first token, wgmma" \
  "wgmma beside mma.sync | same bits | same bits: prompts use it" \
  "sentence encoder: 3 texts of 5 tokens" "vectors: 300 x 1024 int8" \
  "[0-9.]* s in all"; do
  grep -q "$row" "$out/said" || fail "no row $row"
done
if grep -q "failed\|not measured" "$out/said"; then fail "a row failed"; fi
grep -q "== sentence encoder.*ended well" "$out/gpu_check.log" ||
  fail "the log does not know its parts"

# No memory: rows say so or fail, each for itself, and the report goes on.
FOOTNOTE_EMULATED_MEMORY=70000 "$program" --table --out="$out" > "$out/said"
status=$?
[ "$status" -le 1 ] || fail "status $status"
grep -q "memory: .*GB/s" "$out/said" || fail "the first row fits"
grep -q "bf16, 2 requests.*does not fit" "$out/said" || fail "does not fit"
[ "$(grep -c '^| ' "$out/said")" = 12 ] || fail "a row is missing"

# Out of time.
"$program" --seconds=0 --out="$out" > "$out/said" || fail "status $?"
grep -q "MatmulTest, [0-9]* | not run: out of time" "$out/said" || fail "tests"
grep -q "memory: .*not measured: out of time" "$out/said" || fail "rows"

# What is asked for and can't be written is said, and measured all the same.
"$program" --seconds=0 --out="$out/nowhere" > "$out/said" 2> "$out/error"
[ $? = 1 ] || fail "want status 1"
grep -q "nowhere: no files can be written" "$out/error" || fail "no reason"
grep -q "memory: " "$out/said" || fail "no report"

# A suite that fails is its own line, and the status says so.
FOOTNOTE_EMULATED_MEMORY=64 "$program" --tests --seconds=300 --out="$out" \
  > "$out/said"
[ $? = 1 ] || fail "want status 1"
grep -q "RowsTest, [0-9]* | \*\*failed\*\*" "$out/said" || fail "no failed suite"
grep -q "$(printf '^| %s' SsmBankTest)" "$out/said" || fail "it did not go on"

"$program" --gtest_filter=NormTest.IsTheScalarTwin > "$out/said" ||
  fail "a test by name"
grep -q "PASSED.*1 test" "$out/said" || fail "$(cat "$out/said")"
"$program" --nonsense 2> /dev/null
[ $? = 2 ] || fail "want status 2"
