#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest's ssh server lets root in without a password; here from the guest itself.
set -e
. /lkmc/test.sh

[ -x /usr/sbin/sshd ] || skip 'no sshd: scripts/build --config configs/fragments/openssh.config'

/sshd.sh >/dev/null
call="ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@127.0.0.1"
assert_output "root on $(hostname)" sh -c "$call 'echo \"\$(id -un) on \$(hostname)\"'"
$call exit 7 && fail 'the status of a remote command is lost'
kill "$(cat /run/sshd.pid)"
