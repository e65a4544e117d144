#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none
# Brings up the network and an ssh server that lets root in without a password.
# Needs OpenSSH in the guest. Arguments go to sshd.

if ! [ -x /usr/sbin/sshd ]; then
	echo 'sshd.sh: no sshd here: build with BR2_PACKAGE_OPENSSH=y' >&2
	exit 1
fi
ifup -a || exit
ssh-keygen -A || exit
# The server that init has started asks for a password, and has the port.
if read -r pid 2>/dev/null </run/sshd.pid && kill "$pid" 2>/dev/null; then
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.1
	done
fi
# sshd starts itself again for each connection, and wants to know where it is.
exec /usr/sbin/sshd -o PermitRootLogin=yes -o PermitEmptyPasswords=yes "$@"
