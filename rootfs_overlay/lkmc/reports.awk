# SPDX-License-Identifier: GPL-2.0-or-later
# Reads kernel messages and prints "KIND MESSAGE" for each line that begins a
# report of the kernel's about a fault in it. The kinds are those that a header
# line may name: "lkmc: report=KIND,...". What userland did wrong is no report.

# The first pattern that matches says the kind.
function kind() {
	if (match($0, /BUG: K[A-Z]+: /))	# KASAN, KFENCE, KCSAN
		return tolower(substr($0, RSTART + 5, RLENGTH - 7))
	if (/KASAN: /)
		return "kasan"
	if (/UBSAN: /)
		return "ubsan"
	if (/detected (buffer overflow|field-spanning write)/)
		return "fortify"
	if (/new suspected memory leaks/)
		return "kmemleak"
	if (/WARNING: (CPU: |[^ ]+:[0-9]+ at )/)
		return "warning"
	if (/INFO: (task|rcu)|lockup/)
		return "hang"
	if (/BUG: (sleeping function|scheduling while atomic)/)
		return "atomic"
	if (/(WARNING|BUG|INFO): .*(lock|RCU|wait context)/)
		return "lockdep"
	if (/turning off the locking correctness validator/)
		return "lockdep"
	if (/\[#[0-9]+\]|kernel BUG at|[Uu]nable to handle/)
		return "oops"
	if (/BUG: kernel NULL pointer|Internal error: /)
		return "oops"
	if (/BUG [^ ]+ \(/)		# a slab cache and its taint
		return "slub"
	if (/BUG: |WARNING: /)
		return "bug"
}

kind() != "" {
	print kind() " " $0
}
