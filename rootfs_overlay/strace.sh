#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# strace shows the system calls of a program as it makes them: hello.out opens
# the C library and writes one line.
set -e
. /lkmc/test.sh

command -v strace >/dev/null || skip 'no strace: scripts/build --config configs/fragments/strace.config'

log=/tmp/strace.log
assert_output hello strace -f -o $log /hello.out
grep -q 'execve("/hello.out", \["/hello.out"\]' $log || fail 'no execve of /hello.out'
grep -q 'write(1, "hello\\n", 6) *= 6' $log || fail 'no write of hello'
grep -q '+++ exited with 0 +++' $log || fail 'no exit'

# A call made to fail, without touching the program.
if strace -o $log -e inject=openat:error=ENOMEM:when=1+ /bin/cat /proc/version >/dev/null 2>&1; then
	fail 'cat opens a file although openat fails'
fi
grep -q 'openat(.*= -1 ENOMEM (.*) (INJECTED)' $log || fail 'no injected error'
rm $log
