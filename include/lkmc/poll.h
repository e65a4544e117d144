/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel_modules/poll.c and userland/linux/poll.c agree on.
 *
 * The file is /sys/kernel/debug/lkmc_poll. Once per interval (module parameter
 * interval_ms, 1000 when not given) new data arrive: the jiffies of that moment
 * as one line of decimal text, at most LKMC_POLL_MAX bytes with the newline.
 *
 * poll() says POLLIN | POLLRDNORM while this opener has not read the newest
 * line, a read returns it, and then waits for the next one, or fails with
 * EAGAIN when the file is O_NONBLOCK. The first line comes one interval after
 * insmod. A buffer too small for the line is EINVAL. Lines that nobody
 * collected in time are lost.
 *
 * "/poll.out [COUNT]" polls the file and prints COUNT lines as they come, or all
 * until it is killed.
 */
#ifndef LKMC_POLL_H
#define LKMC_POLL_H

#define LKMC_POLL_MAX 24

#endif
