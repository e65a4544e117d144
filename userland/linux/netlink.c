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
 * The argument says how many requests go into one message (default 1).
 * Checked by /netlink.sh, which loads kernel_modules/netlink.c.
 */

#include <linux/netlink.h>
#include <lkmc/check.h>
#include <lkmc/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT_MAX 100	/* whose answers the socket's buffer has room for */

struct reply {
	struct nlmsghdr header;
	union {
		__u32 number;
		struct nlmsgerr error;
	};
};

static void send_requests(int fd, unsigned int type, unsigned int count)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr requests[COUNT_MAX];
	const size_t size = count * sizeof(requests[0]);

	for (unsigned int i = 0; i < count; i++)
		requests[i] = (struct nlmsghdr) {
			.nlmsg_len = sizeof(requests[i]),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST,
			.nlmsg_seq = i,
		};
	CHECK(sendto(fd, requests, size, 0, (const struct sockaddr *)&kernel,
		     sizeof(kernel)) == (ssize_t)size);
}

static void receive(int fd, unsigned int sequence, struct reply *reply)
{
	const ssize_t size = recv(fd, reply, sizeof(*reply), 0);

	CHECK(size >= 0 && NLMSG_OK(&reply->header, (size_t)size));
	CHECK(reply->header.nlmsg_seq == sequence);
}

int main(int argc, char **argv)
{
	const unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	const struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	const int fd = socket(AF_NETLINK, SOCK_RAW, LKMC_NETLINK_PROTOCOL);
	struct reply reply;

	CHECK(count >= 1 && count <= COUNT_MAX);
	CHECK(fd >= 0);
	CHECK(bind(fd, (const struct sockaddr *)&self, sizeof(self)) == 0);

	send_requests(fd, LKMC_NETLINK_NEXT, count);
	for (unsigned int i = 0; i < count; i++) {
		receive(fd, i, &reply);
		CHECK(reply.header.nlmsg_type == LKMC_NETLINK_NEXT);
		CHECK(reply.header.nlmsg_len ==
		      NLMSG_LENGTH(sizeof(reply.number)));
		printf("%u\n", reply.number);
	}

	send_requests(fd, LKMC_NETLINK_NEXT + 1, 1);
	receive(fd, 0, &reply);
	CHECK(reply.header.nlmsg_type == NLMSG_ERROR);
	CHECK(reply.error.error == -EOPNOTSUPP);
	return 0;
}
