# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Running one guest test, for /test_all.sh, which says what the words mean and
# sets ktap_arch, ktap_emulator, ktap_limit, ktap_output, and ktap_seen: the line
# of the kernel's log after which nobody has looked for reports yet.
# shellcheck disable=SC2154

. /lkmc/log.sh

# The value of $1 among the words key=value that follow.
ktap_key() {
	ktap_wanted=$1
	shift
	for ktap_word; do
		case $ktap_word in
		"$ktap_wanted="*) echo "${ktap_word#*=}" ;;
		esac
	done
}

ktap_emulator() {
	if grep -q 'M5 Simulator' /proc/cpuinfo ||
		grep -qs 'arm,vexpress' /proc/device-tree/compatible; then
		echo gem5
	else
		echo qemu
	fi
}

# Say why this guest cannot run a test with the header words "$@", if so.
ktap_obstacle() {
	ktap_is "$(ktap_key arch "$@")" "$ktap_arch" ||
		echo "only on $(ktap_key arch "$@")"
	ktap_is "$(ktap_key emulator "$@")" "$ktap_emulator" ||
		echo "only on $(ktap_key emulator "$@")"
	[ -f /proc/config.gz ] || return 0
	for ktap_option in $(ktap_key config "$@" | tr , ' '); do
		zcat /proc/config.gz | grep -q "^$ktap_option=[^n]" ||
			echo "the kernel has no $ktap_option"
	done
}

# True if the comma-separated list $1 is empty or has the word $2.
ktap_is() {
	case ",$1," in
	,, | *",$2,"*) true ;;
	*) false ;;
	esac
}

# Why the test failed: the last line that it printed itself.
ktap_reason() {
	if [ "$ktap_status" -eq 143 ] || [ "$ktap_status" -eq 137 ]; then
		echo "no end within $ktap_limit s"
		return
	fi
	grep -v '^lkmc_test_fail$' "$ktap_output" | tail -n 1 |
		sed 's/^\(FAIL\|SKIP\) [^ ]*: //'
}

# Why the kernel's messages speak against the test, which is to provoke reports of
# the kinds $1 (KIND,...) and of no other, or none at all.
ktap_objection() {
	ktap_found=$(log_reports "$ktap_seen")
	ktap_strange=$(echo "$ktap_found" |
		grep -Ev "^($(echo "${1:-none}" | tr , '|')) |^$" | head -n 1)
	if [ -n "$ktap_strange" ]; then
		echo "the kernel reported: ${ktap_strange#* }"
	elif [ -n "$1" ] && [ -z "$ktap_found" ] && [ "$ktap_status" -ne 77 ]; then
		echo "the kernel reported nothing of the kind: $1"
	fi
}

# The test's output and the kernel's last messages since it began.
ktap_details() {
	awk '{ print "# " $0 }' "$ktap_output"	# ends its last line, too
	log_since "$ktap_begun" | grep -v 'lkmc mark ' | awk '
		{ line[n++] = $0 }
		END {
			first = n > 100 ? n - 100 : 0
			if (first)
				print "# (" first " earlier kernel messages)"
			for (i = first; i < n; i++)
				print "# " line[i]
		}'
}

# Run test number $1 called $2, with the header words that follow, and print
# its result line. Returns 1 if it failed.
ktap_run() {
	ktap_number=$1 ktap_name=$2
	shift 2
	ktap_why=$(ktap_obstacle "$@" | head -n 1)
	if [ -n "$ktap_why" ]; then
		echo "ok $ktap_number $ktap_name # SKIP $ktap_why"
		return 0
	fi

	ktap_expected=$(ktap_key exit "$@")
	ktap_status=0
	ktap_begun="lkmc-test: $ktap_name ($$.$ktap_number)"
	log_mark "$ktap_begun"
	timeout -k 5 "$ktap_limit" "/$ktap_name" </dev/null >"$ktap_output" 2>&1 ||
		ktap_status=$?
	ktap_why=$(ktap_objection "$(ktap_key report "$@")")
	# What the kernel says from here on counts for the test that comes next.
	ktap_seen="lkmc-test: $ktap_name ended ($$.$ktap_number)"
	log_mark "$ktap_seen"
	if [ "$ktap_status" -eq "${ktap_expected:-0}" ] && [ -z "$ktap_why" ]; then
		echo "ok $ktap_number $ktap_name"
	elif [ "$ktap_status" -eq 77 ] && [ -z "$ktap_why" ]; then
		echo "ok $ktap_number $ktap_name # SKIP $(ktap_reason)"
	else
		ktap_why=${ktap_why:-$(ktap_reason)}
		ktap_details
		echo "not ok $ktap_number $ktap_name" \
			"# exit status $ktap_status${ktap_why:+: $ktap_why}"
		return 1
	fi
}
