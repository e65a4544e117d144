# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Running one guest test, for /test_all.sh, which says what the words mean and
# sets ktap_arch, ktap_emulator, ktap_limit, ktap_config: the kernel's
# configuration if it can tell it, and the files ktap_output, ktap_log and
# ktap_whole_log: what the test printed, and what the kernel said since the test
# before, and since it came up.
# Functions set variables rather than print: under emulation a process costs
# more than most of what a test does.
# shellcheck disable=SC2154

. /lkmc/log.sh

ktap_emulator() {
	if grep -q 'M5 Simulator' /proc/cpuinfo ||
		grep -qs 'arm,vexpress' /proc/device-tree/compatible; then
		echo gem5
	else
		echo qemu
	fi
}

# Move the messages that dmesg has not shown yet into ktap_log. The fewer dmesg
# shows, the faster are the tests, which look at it again and again.
ktap_read_log() {
	dmesg -c | tee -a "$ktap_whole_log" >"$ktap_log"
}

# Set what the header words "$@" ask for.
ktap_read_header() {
	ktap_arches='' ktap_emulators='' ktap_options='' ktap_kinds='' ktap_expected=0
	for ktap_word; do
		case $ktap_word in
		arch=*) ktap_arches=${ktap_word#*=} ;;
		emulator=*) ktap_emulators=${ktap_word#*=} ;;
		config=*) ktap_options=${ktap_word#*=} ;;
		report=*) ktap_kinds=${ktap_word#*=} ;;
		exit=*) ktap_expected=${ktap_word#*=} ;;
		esac
	done
}

# Set ktap_why to the reason why this guest cannot run such a test, if so.
ktap_obstacle() {
	ktap_why=
	if ! ktap_has "$ktap_arches" "$ktap_arch"; then
		ktap_why="only on $ktap_arches"
	elif ! ktap_has "$ktap_emulators" "$ktap_emulator"; then
		ktap_why="only on $ktap_emulators"
	elif [ -s "$ktap_config" ]; then
		while [ -n "$ktap_options" ]; do
			ktap_option=${ktap_options%%,*}
			ktap_options=${ktap_options#"$ktap_option"}
			ktap_options=${ktap_options#,}
			grep -q "^$ktap_option=[^n]" "$ktap_config" ||
				ktap_why="the kernel has no $ktap_option"
		done
	fi
}

# True if the comma-separated list $1 is empty or has the word $2.
ktap_has() {
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

# Set ktap_why if the kernel's messages speak against the test, which is to
# provoke reports of the kinds in ktap_kinds and of no other, or none at all.
ktap_objection() {
	ktap_why=
	ktap_found=$(log_plain <"$ktap_log" | awk -f /lkmc/reports.awk)
	if [ -z "$ktap_found" ]; then
		[ -z "$ktap_kinds" ] || [ "$ktap_status" -eq 77 ] ||
			ktap_why="the kernel reported nothing of the kind: $ktap_kinds"
		return
	fi
	ktap_strange=$(echo "$ktap_found" |
		grep -Ev "^($(echo "${ktap_kinds:-none}" | tr , '|')) " | head -n 1)
	[ -z "$ktap_strange" ] || ktap_why="the kernel reported: ${ktap_strange#* }"
}

# The test's output and the kernel's last messages.
ktap_details() {
	awk '{ print "# " $0 }' "$ktap_output"	# ends its last line, too
	log_plain <"$ktap_log" | grep -v 'lkmc mark ' | awk '
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
	ktap_read_header "$@"
	ktap_obstacle
	if [ -n "$ktap_why" ]; then
		echo "ok $ktap_number $ktap_name # SKIP $ktap_why"
		return 0
	fi

	ktap_status=0
	timeout -k 5 "$ktap_limit" "/$ktap_name" </dev/null >"$ktap_output" 2>&1 ||
		ktap_status=$?
	# What the kernel says from here on counts for the test that comes next.
	ktap_read_log
	ktap_objection
	if [ "$ktap_status" -eq "$ktap_expected" ] && [ -z "$ktap_why" ]; then
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
