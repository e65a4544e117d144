# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The guest's side of the runner's channels, sourced by the scripts beside it.
#
#   payload   host to guest: a disk with the serial number lkmc.payload, which holds 64 KiB of zeros, so that
#             nothing looks like a partition table, a line with the payload's length in bytes, the payload
#   status    guest to host: a virtio-serial port with the name lkmc.status, which takes a line
#             "status N" once the payload has ended; in a run that is recorded (scripts/run --record), where a port
#             cannot be, a disk with that serial number
#   orders    host to guest, when a saved state is brought to life (scripts/run --instant): a port lkmc.orders,
#             from which /restored.out takes the time, a seed, assignments as on the kernel's command line, and the
#             payload
#   shares    both ways, with scripts/run --snapshots or --disk2: a port lkmc.shares, to which /lkmc/shares listens
#   disk2     host to guest, with scripts/run --disk2: a disk with the serial number lkmc.disk2 and ext4 on it
#   gem5      has no such ports: the kernel command line names the payload's disk (lkmc_gem5=vdb), which brings the
#             orders in the payload's place, and m5 writes the status into a file of the host
#   results   guest to host: another such port, lkmc.ktap, where scripts/test-guest hears the tests

# Load the drivers that this kernel has as modules; an init of our own may come before any mount.
guest_drivers() {
	if [ ! -c /dev/null ]; then
		mount -t devtmpfs devtmpfs /dev
	fi
	if [ -f /etc/modules ]; then
		xargs modprobe -a < /etc/modules
	fi
	if [ -n "$lkmc_screen" ]; then
		modprobe -a virtio_gpu virtio_input 2> /dev/null	# a kernel that has them inside has no such module
	fi
}

# On a read-only root, let these folders be written: in memory, and with what is in them.
guest_writable() {
	for folder; do
		if [ -d "$folder" ] && ! touch "$folder" 2> /dev/null; then
			mkdir -p "/run/lkmc-writable${folder%/*}"
			cp -a "$folder" "/run/lkmc-writable$folder"
			mount --bind "/run/lkmc-writable$folder" "$folder"
		fi
	done
}

# Write into a table like /etc/fstab that each of the host's shared folders belongs to /mnt/9p/TAG.
guest_share_table=/run/lkmc-shares
guest_find_shares() {
	for file in /sys/bus/virtio/drivers/9pnet_virtio/virtio*/mount_tag; do
		if [ -f "$file" ]; then
			read -r tag < "$file"	# which ends in a NUL, not in a line's end
			mkdir -p "/mnt/9p/$tag"
			echo "$tag /mnt/9p/$tag 9p trans=virtio,version=9p2000.L,msize=131072"
		fi
	done > "$guest_share_table"
}

guest_mount_shares() {
	mount -a -T "$guest_share_table"
}

# Mount the second disk, where there is one; its name depends on how many others there are.
guest_disk2=/mnt/disk2
guest_mount_disk2() {
	if disk=$(guest_find serial lkmc.disk2 /sys/block/*); then
		mkdir -p "$guest_disk2"
		mount -t ext4 "/dev/$disk" "$guest_disk2"
	fi
}

# x86 measures its time stamp counter for a second after the boot: wait for that, which else each restored guest has
# to see through.
guest_settle() {
	source=tsc-early
	while [ "$source" = tsc-early ]; do
		sleep 0.1
		read -r source < /sys/devices/system/clocksource/clocksource0/current_clocksource
	done
}

# What a restored guest was told.
guest_orders=/run/lkmc-orders
if [ -f "$guest_orders" ]; then
	. "$guest_orders"
fi

# guest_find FILE WORD FOLDER...: print the name of the first folder whose FILE holds WORD.
guest_find() {
	file=$1 word=$2
	shift 2
	for folder; do
		found=
		if [ -f "$folder/$file" ]; then
			read -r found < "$folder/$file"		# perhaps without a line's end
		fi
		if [ "$found" = "$word" ]; then
			echo "${folder##*/}"
			return
		fi
	done
	return 1
}

# Copy the payload into $guest_payload, whole or not at all; /run has to be mounted.
guest_payload=/run/lkmc-payload
guest_receive() {
	disk=${lkmc_gem5:-$(guest_find serial lkmc.payload /sys/block/*)}
	[ -b "/dev/$disk" ] || {
		echo "lkmc: no payload disk: was this emulator started by scripts/run?" >&2
		return 1
	}
	{
		dd of=/dev/null bs=65536 count=1 2> /dev/null
		read -r length && head -c "$length" > "$guest_payload"
	} < "/dev/$disk"
	if [ "$(wc -c < "$guest_payload")" != "$length" ]; then
		echo "lkmc: the payload did not arrive whole: no room in memory? (scripts/run --memory)" >&2
		return 1
	fi
}

# Print the name in /dev of the virtio-serial port that the emulator calls $1.
guest_port() {
	tries=200	# the kernel learns the names of ports some time after its boot
	until guest_find name "$1" /sys/class/virtio-ports/*; do
		tries=$((tries - 1))
		if [ "$tries" = 0 ]; then
			echo "lkmc: no port $1: was this emulator started by scripts/run?" >&2
			return 1
		fi
		sleep 0.01
	done
}

# guest_session WORD...: run the shell with these words in a session of its own on the real terminal, where Ctrl-C ends
# it. What a terminal has not put out yet is thrown away when the first process of its session ends: so that is another
# one, which waits for the shell and for its output.
guest_session() {
	# shellcheck disable=SC2016
	setsid cttyhack sh -c 'trap : INT QUIT; sh "$@"; status=$?; stty onlcr; exit $status' sh "$@"
}

# Tell the host that the payload ended with status $1.
guest_report() {
	if [ -n "$lkmc_gem5" ]; then
		echo "status $1" > /run/lkmc-status
		m5 writefile /run/lkmc-status status > /dev/null 2>&1 ||
			echo "lkmc: m5 cannot report: is this gem5, and gem5-m5 in this root file system?" >&2
		return
	fi
	if disk=$(guest_find serial lkmc.status /sys/block/*); then
		echo "status $1" > "/dev/$disk"
	else
		port=$(guest_port lkmc.status) && echo "status $1" > "/dev/$port"
	fi
}

guest_poweroff() {
	sync
	# Setting a terminal waits until all output has left it.
	stty onlcr < /dev/console
	if [ -n "$lkmc_gem5" ]; then
		m5 exit
	fi
	poweroff -f
}
