#!/usr/bin/env bash
# gpu_check where there is no device: a sentence and status 77; and that it
# would start elsewhere: small, and no library beyond glibc's own.
set -uo pipefail
program=tests/gpu/gpu_check

if [ -e /dev/nvidia0 ]; then
  echo "this machine has a device: nothing to see here"
  exit 0
fi
said=$("$program")
status=$?
echo "$said"
[ "$status" = 77 ] || { echo "status $status, want 77"; exit 1; }
case $said in
  *"no CUDA device: "*) ;;
  *) echo "want: no CUDA device: …"; exit 1 ;;
esac

size=$(stat -Lc %s "$program")
[ "$size" -lt 50000000 ] || { echo "$size bytes, want below 50,000,000"; exit 1; }
libraries=$(ldd "$program" | awk '{print $1}' |
  grep -Ev '^(linux-vdso|libc|libm|libdl|librt|libpthread|/lib64/ld-linux-x86-64)\.so')
[ -z "$libraries" ] || { echo "wants libraries of its own: $libraries"; exit 1; }
newest=$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
echo "$size bytes, $newest"
[ "$(printf '%s\n' GLIBC_2.36 "$newest" | sort -V | tail -1)" = GLIBC_2.36 ] ||
  { echo "wants $newest, want at most GLIBC_2.36"; exit 1; }
