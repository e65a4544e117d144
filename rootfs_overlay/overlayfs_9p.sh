#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# OverlayFS over 9P makes a folder of the host writable, without writing to it.
# What changes on the host is seen after the overlay is mounted anew.
set -e
. /lkmc/test.sh

share=/mnt/9p/data
grep -q " $share 9p " /proc/mounts || skip "no 9P share at $share"
grep -q '\soverlay$' /proc/filesystems || modprobe overlay 2>/dev/null ||
	skip 'the kernel has no OverlayFS'

dir=/tmp/overlayfs_9p
lower=$share/overlayfs_9p.$$

merge() {
	mount -t overlay overlay -o lowerdir=$lower,upperdir=$dir/upper,workdir=$dir/work $dir/merged
}

check() {
	mkdir -p $dir $lower
	mount -t tmpfs tmpfs $dir
	mkdir $dir/upper $dir/work $dir/merged
	echo host >$lower/file
	echo other >$lower/other
	merge

	assert_eq host "$(cat $dir/merged/file)" merged/file
	echo guest >$dir/merged/file
	rm $dir/merged/other
	assert_eq guest "$(cat $dir/merged/file)" 'merged/file after the write'
	assert_eq host "$(cat $lower/file)" "the host's file"
	assert_eq other "$(cat $lower/other)" "the host's file that was removed"

	# A program from the host runs in the merged folder.
	printf '#!/bin/sh\necho new\n' >$lower/program
	chmod +x $lower/program
	umount $dir/merged
	merge
	assert_eq new "$($dir/merged/program)" 'output of the new program'
	assert_eq guest "$(cat $dir/merged/file)" 'merged/file after the mount'

	umount $dir/merged
	umount $dir
	rmdir $dir
	rm -r $lower
}
twice check
