# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none
# The vocabulary of the guest tests. A test sources this file after "set -e".
#
#   fail REASON             print the reason, exit 1
#   skip REASON             this guest cannot run the test: exit 77
#   load NAME [PARAM=...]   insmod /NAME.ko; what is still loaded at the exit
#   unload NAME             of the test is removed then
#   twice CMD               CMD, and once more
#   assert_eq WANT GOT [WHAT]
#   assert_output WANT CMD...  CMD prints this and exits with 0
#   assert_fails CMD...     CMD must exit non-zero (its output is dropped)
#   mark                    from here on is what the next words look at
#   dmesg_since_mark        the kernel messages, without time stamps
#   assert_dmesg LINE       exactly this line is among them
#   assert_no_dmesg LINE
#   wait_for SECONDS CMD... until CMD succeeds; fails after that many seconds
#   expect_report PATTERN   (grep -E) a kernel report that this test provokes
#
# A test also fails when the kernel printed a report (BUG:, WARNING:, ...)
# meanwhile that no expect_report announced.

lkmc_name=${0##*/}
lkmc_loaded=
lkmc_expected=
lkmc_marks=0
lkmc_reports='BUG: |kernel BUG at|WARNING: |INFO: (task|rcu|possible)|Oops|UBSAN: |detected buffer overflow|[0-9]+ new suspected memory leaks'

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
	echo "<6>$lkmc_mark" >/dev/kmsg
}

# When the mark has left the kernel's buffer, all that is there came after it.
lkmc_dmesg_since() {
	dmesg | awk -v mark="$1" '
		index($0, mark) { n = 0; next }
		{ sub(/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? /, ""); line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }'
}

dmesg_since_mark() {
	lkmc_dmesg_since "$lkmc_mark"
}

assert_dmesg() {
	dmesg_since_mark | grep -Fxq -- "$1" || fail "not in dmesg: $1"
}

assert_no_dmesg() {
	if dmesg_since_mark | grep -Fxq -- "$1"; then
		fail "in dmesg, but must not be: $1"
	fi
}

lkmc_uptime() {
	cut -d . -f 1 /proc/uptime
}

wait_for() {
	lkmc_limit=$1
	shift
	lkmc_deadline=$(($(lkmc_uptime) + lkmc_limit))
	until "$@"; do
		[ "$(lkmc_uptime)" -le "$lkmc_deadline" ] ||
			fail "not within $lkmc_limit s: $*"
		sleep 0.05
	done
}

expect_report() {
	lkmc_expected="${lkmc_expected:+$lkmc_expected|}$1"
}

lkmc_at_exit() {
	lkmc_status=$?
	trap - EXIT
	set +e
	for lkmc_module in $lkmc_loaded; do
		rmmod "$lkmc_module"
	done
	if [ "$lkmc_status" -ne 0 ]; then
		[ -n "$lkmc_said" ] ||
			echo "FAIL $lkmc_name: a command exited with status $lkmc_status"
		exit "$lkmc_status"
	fi
	lkmc_out=$(lkmc_dmesg_since "$lkmc_start" | grep -E "$lkmc_reports" |
		grep -Ev "${lkmc_expected:-^$}" | head -n 1)
	[ -z "$lkmc_out" ] || fail "the kernel reported: $lkmc_out"
	exit 0
}

mark
lkmc_start=$lkmc_mark
trap lkmc_at_exit EXIT
