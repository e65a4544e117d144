# SPDX-License-Identifier: GPL-2.0-or-later
# Prints "NAME key=value ..." for each script given: its base name and what
# its header line "lkmc: key=value ..." says about it, if it has one.

FNR == 1 {
	count++
	name[count] = FILENAME
	sub(/^.*\//, "", name[count])
}

FNR <= 15 && keys[count] == "" && match($0, /lkmc: +[a-z]+=/) {
	keys[count] = " " substr($0, RSTART + 6)
}

END {
	for (i = 1; i <= count; i++)
		print name[i] keys[i]
}
