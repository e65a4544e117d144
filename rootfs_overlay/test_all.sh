#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none
# Runs the guest tests and prints their results as KTAP. Exits 1 if one failed.
#
#	/test_all.sh                  all of them
#	/test_all.sh hello 'kthread*' those with these names, patterns of the shell
#	/test_all.sh -k hello a b     those of them that there are
#	/test_all.sh -l               only their names
#
# A test is a script /NAME.sh or a program /NAME.out (/lkmc/userland.tests says
# which) whose header line has no test=: one that needs a hand, or kills the
# guest, is left to the host, and one with test=own, which leaves the guest
# damaged, runs only under its full name. A name or pattern that fits no test is
# an error, with status 125, before any of them runs.
# Exit status 77 means that a test cannot run here. It also fails when the kernel
# reported a fault meanwhile (BUG:, WARNING:, ...; /lkmc/reports.awk) unless its
# header line has report=KIND,..., and then it must.
# Before a failed test's line stand, as "# " lines, what it printed and what the
# kernel did meanwhile, which does not go to the console as it comes. All that the
# kernel said is at the end in /tmp/test_all.log: dmesg begins anew at each test.
# LKMC_TEST_LIMIT is the time limit of one test in seconds.

. /lkmc/ktap.sh

ktap_output=/tmp/lkmc-test.$$
ktap_log=$ktap_output.log
ktap_whole_log=/tmp/test_all.log
ktap_config=$ktap_output.config
ktap_limit=${LKMC_TEST_LIMIT:-60}
ktap_emulator=$(ktap_emulator)
case $(uname -m) in
arm*) ktap_arch=arm ;;
*) ktap_arch=$(uname -m) ;;
esac

list_only=
keep_going=
while true; do
	case $1 in
	-k) keep_going=1 ;;
	-l) list_only=1 ;;
	*) break ;;
	esac
	shift
done

last_last() {
	awk '/ test=last/ { last[n++] = $0; next } { print } END { for (i = 0; i < n; i++) print last[i] }'
}

tests=$(
	{
		awk -f /lkmc/headers.awk /*.sh
		cat /lkmc/userland.tests
	} | grep -v -e ' test=host' -e ' test=none' | sort | last_last | while read -r name keys; do
		own=
		case " $keys" in
		*' test=own'*) own=1 ;;
		esac
		[ $# -gt 0 ] || [ -n "$own" ] || echo "$name $keys"
		for pattern; do
			[ -z "$own" ] || [ "$pattern" = "$name" ] || continue
			# shellcheck disable=SC2254 # it is a pattern
			case $name in
			$pattern | $pattern.sh | $pattern.out)
				echo "$name $keys"
				break
				;;
			esac
		done
	done
)

# Print those of the patterns that fit none of the tests.
unmatched() {
	names=$(echo "$tests" | cut -d ' ' -f 1)
	for pattern; do
		for name in $names; do
			# shellcheck disable=SC2254 # it is a pattern
			case $name in
			$pattern | $pattern.sh | $pattern.out) continue 2 ;;
			esac
		done
		printf " '%s'" "$pattern"
	done
}

wrong=
if [ -z "$tests" ]; then
	wrong=" '$*'"
elif [ -z "$keep_going" ]; then
	wrong=$(unmatched "$@")
fi
if [ -n "$wrong" ]; then
	echo "test_all.sh: no test is called$wrong; /test_all.sh -l prints the names" \
		"of all but those that damage the guest, which need their full ones" >&2
	exit 125
fi
if [ -n "$list_only" ]; then
	echo "$tests" | cut -d ' ' -f 1
	exit 0
fi

read -r console_level _ </proc/sys/kernel/printk
dmesg -n 1
expedited=
if [ -w /sys/kernel/rcu_expedited ]; then
	read -r expedited </sys/kernel/rcu_expedited
	echo 1 >/sys/kernel/rcu_expedited	# else each module waits some ticks as it comes and goes
fi
echo 'KTAP version 1'
echo "1..$(echo "$tests" | wc -l)"
zcat /proc/config.gz >"$ktap_config" 2>/dev/null || true
ktap_read_log
number=0
failed=0
# The list comes by descriptor 3, out of the reach of the tests.
while read -r name keys <&3; do
	number=$((number + 1))
	# shellcheck disable=SC2086 # words
	ktap_run $number "$name" $keys 3<&- || failed=1
done 3<<END
$tests
END
rm -f "$ktap_output" "$ktap_log" "$ktap_config"
dmesg -n "$console_level"
[ -z "$expedited" ] || echo "$expedited" >/sys/kernel/rcu_expedited
exit $failed
