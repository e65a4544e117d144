# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none
# The vocabulary of the guest tests. A test sources this file after "set -e".
#
#   fail REASON             print the reason, exit 1
#   skip REASON             this guest cannot run the test: exit 77
#   load NAME [PARAM=...]   insmod /NAME.ko; what is still loaded at the exit
#   unload NAME             of the test is removed then
#   at_exit CMD...          however the test ends, run this then
#   twice CMD               CMD, and once more
#   assert_eq WANT GOT [WHAT]
#   assert_output WANT CMD...  CMD prints this and exits with 0
#   assert_fails CMD...     CMD must exit non-zero (its output is dropped)
#   mark                    from here on is what the next words look at
#   dmesg_since_mark        the kernel messages, without time stamps
#   assert_dmesg LINE       exactly this line is among them
#   assert_no_dmesg LINE
#   wait_for SECONDS CMD... until CMD succeeds; fails after that many seconds
#   assert_reports PATTERN  the kernel has reported something (reports.awk), and
#                           nothing that this (grep -E) does not match
#   read_bytes FILE FROM COUNT      one by one
#   assert_busy NAME FILE   the module cannot leave while the file is open
#   assert_gone PATH        the module has taken it along
#   hold CMD...             start CMD, which prints a line as soon as it holds what
#                           it is to hold, and goes on when its input ends
#   assert_released WANT    let it go on; it prints this in all and exits with 0
#   load_dies NAME          insmod dies in NAME_init, between two messages
#   counts NAME             for a module that counts from 0 to 9, again and again

lkmc_name=${0##*/}
lkmc_loaded=
lkmc_cleanup=
lkmc_marks=0
. /lkmc/log.sh

fail() {
	echo "FAIL $lkmc_name: $(echo "$*" | tr '\n' ' ')"
	lkmc_said=1
	exit 1
}

skip() {
	echo "SKIP $lkmc_name: $*"
	lkmc_said=1
	exit 77
}

load() {
	lkmc_module=$1
	lkmc_out=$(shift; insmod "/$lkmc_module.ko" "$@" 2>&1) ||
		fail "insmod $*: $lkmc_out"
	lkmc_loaded="$lkmc_module $lkmc_loaded"
}

unload() {
	lkmc_out=$(rmmod "$1" 2>&1) || fail "rmmod $1: $lkmc_out"
	lkmc_rest=
	for lkmc_module in $lkmc_loaded; do
		[ "$lkmc_module" = "$1" ] || lkmc_rest="$lkmc_rest $lkmc_module"
	done
	lkmc_loaded=$lkmc_rest
}

at_exit() {
	lkmc_cleanup=$*
}

twice() {
	"$@"
	"$@"
}

assert_eq() {
	[ "$1" = "$2" ] || fail "${3:-value}: expected '$1', got '$2'"
}

# "$(CMD)" as an argument would hide the status of CMD.
assert_output() {
	lkmc_want=$1
	shift
	lkmc_out=$("$@") || fail "status $?: $*"
	assert_eq "$lkmc_want" "$lkmc_out" "output of $*"
}

assert_fails() {
	if "$@" >/dev/null 2>&1; then
		fail "succeeded, but must not: $*"
	fi
}

mark() {
	lkmc_marks=$((lkmc_marks + 1))
	lkmc_mark="lkmc mark $lkmc_name $$ $lkmc_marks."
	log_mark "$lkmc_mark"
}

dmesg_since_mark() {
	log_since "$lkmc_mark"
}

assert_dmesg() {
	dmesg_since_mark | grep -Fxq -- "$1" || fail "not in dmesg: $1"
}

assert_no_dmesg() {
	if dmesg_since_mark | grep -Fxq -- "$1"; then
		fail "in dmesg, but must not be: $1"
	fi
}

lkmc_read_uptime() {
	read -r lkmc_uptime _ </proc/uptime
	lkmc_uptime=${lkmc_uptime%.*}
}

wait_for() {
	lkmc_limit=$1
	shift
	lkmc_read_uptime
	lkmc_deadline=$((lkmc_uptime + lkmc_limit))
	until "$@"; do
		lkmc_read_uptime
		[ "$lkmc_uptime" -le "$lkmc_deadline" ] ||
			fail "not within $lkmc_limit s: $*"
		sleep 0.05
	done
}

assert_reports() {
	lkmc_out=$(log_reports "$lkmc_mark")
	[ -n "$lkmc_out" ] || fail 'the kernel reported nothing'
	if echo "$lkmc_out" | grep -Ev -- "$1"; then
		fail "the kernel reported something else than $1"
	fi
}

read_bytes() {
	dd if="$1" bs=1 skip="$2" count="$3" 2>/dev/null
}

assert_busy() {
	exec 9<"$2"
	assert_fails rmmod "$1"
	exec 9<&-
}

assert_gone() {
	[ ! -e "$1" ] || fail "$1 is still there"
}

hold() {
	lkmc_held=/tmp/$lkmc_name.held
	rm -f "$lkmc_held.input"
	mkfifo "$lkmc_held.input"
	"$@" <"$lkmc_held.input" >"$lkmc_held" &
	lkmc_holder=$!
	exec 8>"$lkmc_held.input"
	rm "$lkmc_held.input"
	wait_for 5 test -s "$lkmc_held"
}

assert_released() {
	exec 8>&-
	wait "$lkmc_holder" || fail "status $? of the program that held"
	assert_eq "$1" "$(cat "$lkmc_held")" 'what the holder printed'
	rm "$lkmc_held"
}

load_dies() {
	echo 0 >/proc/sys/kernel/panic_on_oops
	mark
	lkmc_died=0
	insmod "/$1.ko" || lkmc_died=$?
	[ "$lkmc_died" -gt 128 ] ||
		fail "insmod must die by a signal, but its status is $lkmc_died"
	assert_dmesg "$1 init"
	assert_no_dmesg "$1 after"
	dmesg_since_mark | grep -q "$1_init.*\[$1\]" ||
		fail "$1_init is not in the trace"
	assert_fails rmmod "$1"
}

lkmc_counted_past_9() {
	lkmc_out=$(dmesg_since_mark | grep -xE '[0-9]+')
	echo "$lkmc_out" | awk 'NF && $1 != (NR - 1) % 10 { wrong = 1 } END { exit wrong }' ||
		fail "counted $lkmc_out"
	[ "$(echo "$lkmc_out" | wc -l)" -ge 12 ]
}

counts() {
	mark
	load "$1" interval_ms=20
	wait_for 5 lkmc_counted_past_9
	unload "$1"

	# rmmod need not wait for a far number.
	load "$1" interval_ms=4294967295
	unload "$1"
	assert_fails insmod "/$1.ko" interval_ms=-1
}

lkmc_at_exit() {
	lkmc_status=$?
	trap - EXIT
	set +e
	for lkmc_module in $lkmc_loaded; do
		rmmod "$lkmc_module"
	done
	$lkmc_cleanup
	if [ "$lkmc_status" -ne 0 ]; then
		[ -n "$lkmc_said" ] ||
			echo "FAIL $lkmc_name: a command exited with status $lkmc_status"
		exit "$lkmc_status"
	fi
	exit 0
}

mark
trap lkmc_at_exit EXIT
