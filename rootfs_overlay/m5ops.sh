#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: emulator=qemu
# The program that talks to gem5 knows when nobody listens.
set -e
. /lkmc/test.sh

# status_of WANT ARGUMENTS...
status_of() {
	want=$1
	shift
	status=0
	said=$(/m5ops.out "$@" 2>&1) || status=$?
	assert_eq "$want" "$status" "status of m5ops.out $*"
}

for operation in c d r e f; do
	status_of 77 "$operation"
	assert_eq 'this is not gem5' "$said" "message of m5ops.out $operation"
done
status_of 77 f 3
for wrong in '' x dump; do
	status_of 2 "$wrong"
done
status_of 2
status_of 2 f 256
status_of 2 f many
status_of 2 f 1 2
