#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# stress keeps as many processes busy as it is told, for a given time;
# stress-ng knows many more kinds of work, and counts it.
set -e
. /lkmc/test.sh

command -v stress >/dev/null || command -v stress-ng >/dev/null ||
	skip 'no stress: scripts/build --config configs/fragments/stress.config'

# Three processes work, and one waits for them.
workers() {
	[ "$(pgrep -f 'stress -c 3 -t 60' | wc -l)" = 4 ]
}

if command -v stress >/dev/null; then
	stress -c 3 -t 60 >/dev/null &
	pid=$!
	wait_for 20 workers
	kill $pid
	assert_output '' sh -c 'stress -q -m 1 --vm-bytes 4M -t 1'
fi
if command -v stress-ng >/dev/null; then
	stress-ng --temp-path /tmp --cpu 1 --cpu-ops 20 --metrics-brief >/tmp/stress 2>&1 || fail "stress-ng: $(cat /tmp/stress)"
	awk '{ for (i = 1; i < NF; i++) if ($i == "cpu" && $(i + 1) + 0 >= 20) found = 1 } END { exit !found }' /tmp/stress ||
		fail 'stress-ng did not count 20 operations'
	rm /tmp/stress
fi
