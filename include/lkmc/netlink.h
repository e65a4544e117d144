/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel_modules/netlink.c and userland/linux/netlink.c agree on.
 *
 * A request is a netlink message of type LKMC_NETLINK_NEXT with the flag
 * NLM_F_REQUEST and no payload. The answer has the same type and sequence
 * number, and as payload one __u32: 0 for the first request since the module
 * was loaded, then 1, 2 ... No two requests get the same number. With the
 * module parameter sleep=1 the kernel takes one second over each.
 *
 * Any other type is answered with NLMSG_ERROR, EOPNOTSUPP.
 *
 * "/netlink.out [COUNT]" sends so many requests at once and prints the numbers.
 */
#ifndef LKMC_NETLINK_H
#define LKMC_NETLINK_H

/* The protocol, third argument of socket(): the last one, free for private use. */
#define LKMC_NETLINK_PROTOCOL 31

/* The first message type that netlink itself does not use (NLMSG_MIN_TYPE). */
#define LKMC_NETLINK_NEXT 0x10

#endif
