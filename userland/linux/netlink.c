// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * netlink - ask the kernel something through a socket
 *
 * Each request gets the next number. Many can ask at once:
 *
 *	# insmod /netlink.ko sleep=1
 *	# for i in $(seq 4); do /netlink.out & done; wait
 *	0
 *	1
 *	2
 *	3
 *
 * Checked by /netlink.sh, which loads kernel_modules/netlink.c.
 */

#include <linux/netlink.h>
#include <lkmc/check.h>
#include <lkmc/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

struct reply {
	struct nlmsghdr header;
	union {
		__u32 number;
		struct nlmsgerr error;
	};
};

static void ask(int fd, unsigned int type, unsigned int sequence,
		struct reply *reply)
{
	const struct nlmsghdr request = {
		.nlmsg_len = sizeof(request),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST,
		.nlmsg_seq = sequence,
	};
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t size;

	CHECK(sendto(fd, &request, sizeof(request), 0,
		     (const struct sockaddr *)&kernel, sizeof(kernel)) ==
	      sizeof(request));
	size = recv(fd, reply, sizeof(*reply), 0);
	CHECK(size >= 0 && NLMSG_OK(&reply->header, (size_t)size));
	CHECK(reply->header.nlmsg_seq == sequence);
}

int main(void)
{
	const struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	const int fd = socket(AF_NETLINK, SOCK_RAW, LKMC_NETLINK_PROTOCOL);
	struct reply reply;

	CHECK(fd >= 0);
	CHECK(bind(fd, (const struct sockaddr *)&self, sizeof(self)) == 0);

	ask(fd, LKMC_NETLINK_NEXT, 1, &reply);
	CHECK(reply.header.nlmsg_type == LKMC_NETLINK_NEXT);
	CHECK(reply.header.nlmsg_len == NLMSG_LENGTH(sizeof(reply.number)));
	printf("%u\n", reply.number);

	ask(fd, LKMC_NETLINK_NEXT + 1, 2, &reply);
	CHECK(reply.header.nlmsg_type == NLMSG_ERROR);
	CHECK(reply.error.error == -EOPNOTSUPP);
	return 0;
}
