# SPDX-License-Identifier: GPL-2.0-or-later
# Reads the header lines "lkmc: key=value ... cflags=... ldflags=..." of the
# sources and prints rules for make, ";;" standing for the end of a line.
# Skips what is for another architecture (arch) or C library (libc).

function value(line, key,    found) {
	if (!match(" " line, " " key "=[^ ]*"))
		return ""
	found = substr(" " line, RSTART, RLENGTH)
	sub(/^[^=]*=/, "", found)
	return found
}

# What follows WORD on the line, which keeps what stands before it.
function cut(word,    at, rest) {
	at = index(" " line, " " word)
	if (!at)
		return ""
	rest = substr(line, at + length(word))
	line = substr(line, 1, at - 1)
	return rest
}

function wanted(list, have) {
	return list == "" || index("," list ",", "," have ",")
}

BEGIN {
	for (i = 1; i < ARGC; i++) {
		file = ARGV[i]
		line = ""
		for (n = 0; n < 15 && (getline text < file) > 0; n++)
			if (sub(/^.*lkmc: */, "", text)) {
				line = text
				break
			}
		close(file)
		sub(/ *\*\/ *$/, "", line)
		ldflags = cut("ldflags=")
		cflags = cut("cflags=")
		if (!wanted(value(line, "arch"), arch) || !wanted(value(line, "libc"), libc))
			continue
		target = out file
		sub(/\.[^.]*$/, ".elf", target)
		print "programs += " target ";;"
		print target ": " file ";;"
		print target ": private cflags := " cflags ";;"
		print target ": private ldflags := " ldflags ";;"
		if (file ~ /no_bootloader/)
			print target ": private library :=;;"
		if (value(line, "image") == "raw") {
			sub(/\.elf$/, ".bin", target)
			print "images += " target ";;"
		}
	}
}
