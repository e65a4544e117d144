#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the first programs print, with a C library, with C++, and with nothing.
set -e
. /lkmc/test.sh

assert_output hello /hello.out
assert_output 'hello cpp' /hello_cpp.out
assert_output hello /hello_asm.out
assert_output hello /hello_freestanding.out
assert_output 2 /asm_hello.out
