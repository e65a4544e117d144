#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# OverlayFS shows two folders as one, and writes only to the upper one.
set -e
. /lkmc/test.sh

grep -q '\soverlay$' /proc/filesystems || modprobe overlay 2>/dev/null ||
	skip 'the kernel has no OverlayFS'

dir=/tmp/overlayfs

check() {
	mkdir -p $dir
	mount -t tmpfs tmpfs $dir
	mkdir $dir/lower $dir/upper $dir/work $dir/merged $dir/lower/sub
	for name in kept changed removed sub/deep; do
		echo "lower $name" >$dir/lower/$name
	done
	echo upper >$dir/upper/new
	mount -t overlay overlay -o lowerdir=$dir/lower,upperdir=$dir/upper,workdir=$dir/work $dir/merged

	assert_eq 'changed kept new removed sub' "$(cd $dir/merged && echo *)" merged
	assert_eq 'lower kept' "$(cat $dir/merged/kept)" merged/kept

	# A write copies the file up first.
	[ ! -e $dir/upper/changed ] || fail 'upper/changed is there before the write'
	echo more >>$dir/merged/changed
	assert_eq 'lower changed more ' "$(tr '\n' ' ' <$dir/upper/changed)" upper/changed
	assert_eq 'lower changed' "$(cat $dir/lower/changed)" lower/changed

	# A removal leaves a whiteout in the upper folder: the device 0, 0.
	rm $dir/merged/removed
	assert_gone $dir/merged/removed
	assert_eq 'character special file 0 0' "$(stat -c '%F %t %T' $dir/upper/removed)" upper/removed
	assert_eq 'lower removed' "$(cat $dir/lower/removed)" lower/removed

	# A folder made anew hides what the lower one holds.
	rm -r $dir/merged/sub
	mkdir $dir/merged/sub
	assert_eq '' "$(ls $dir/merged/sub)" merged/sub
	assert_eq 'lower sub/deep' "$(cat $dir/lower/sub/deep)" lower/sub/deep

	umount $dir/merged
	umount $dir
	rmdir $dir
}
twice check
