# SPDX-License-Identifier: GPL-2.0-or-later
# Reads the header lines "lkmc: key=value ... cflags=... ldflags=..." of the
# sources given before the last argument, which says what to print:
#
#   rules   for make, ";;" standing for the end of a line
#   tests   one line per program that is a test, as test_all.sh reads it:
#           NAME source=FILE key=value ...
#
# Skips what another architecture or a package that is not there asks for.

BEGIN {
	print_what = ARGV[ARGC - 1]
	delete ARGV[ARGC - 1]
	split(packages, list, " ")
	for (i in list)
		have[package_name(list[i])] = 1
	for (i = 1; i < ARGC - 1; i++) {
		read_header(ARGV[i])
		if (wanted())
			print_what == "rules" ? rules(ARGV[i]) : tests(ARGV[i])
	}
}

# BR2_PACKAGE_OPENBLAS and openblas are the same package.
function package_name(name) {
	sub(/^BR2_PACKAGE_/, "", name)
	gsub(/_/, "-", name)
	return tolower(name)
}

function read_header(file,    line, n, words, i, at) {
	split("", key)
	keys = ""
	for (n = 0; n < 15 && (getline line < file) > 0; n++)
		if (sub(/^.*lkmc: */, "", line))
			break
		else
			line = ""
	close(file)
	sub(/ *\*\/ *$/, "", line)
	key["ldflags"] = cut(line, "ldflags=")
	line = rest
	key["cflags"] = cut(line, "cflags=")
	n = split(rest, words, " ")
	for (i = 1; i <= n; i++) {
		at = index(words[i], "=")
		key[substr(words[i], 1, at - 1)] = substr(words[i], at + 1)
		keys = keys " " words[i]
	}
}

# What follows WORD in LINE; what stands before it is left in rest.
function cut(line, word,    at) {
	at = index(" " line, " " word)
	rest = at ? substr(line, 1, at - 1) : line
	return at ? substr(line, at + length(word)) : ""
}

function wanted(    n, list, i) {
	if (key["arch"] != "" && !index("," key["arch"] ",", "," arch ","))
		return 0
	n = split(key["package"], list, ",")
	for (i = 1; i <= n; i++)
		if (!(package_name(list[i]) in have))
			return 0
	return 1
}

function stem(file) {
	sub(/^.*\//, "", file)
	sub(/\.[^.]*$/, "", file)
	return file
}

function rules(file,    target) {
	target = out stem(file) ".out"
	print "programs += " target ";;"
	print target ": " file ";;"
	print target ": private cflags := " key["cflags"] ";;"
	print target ": private ldflags := " key["ldflags"] ";;"
	return 1
}

function tests(file) {
	if (key["test"] == "" || key["test"] == "own")
		print stem(file) ".out source=" file keys
	return 1
}
