// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * proc_events - be told of every process that starts, executes and ends
 *
 * The kernel's proc connector (CONFIG_PROC_EVENTS) sends them to a netlink
 * socket. Checked by /proc_events.sh.
 *
 *	# /proc_events.out &
 *	set mcast listen ok
 *	# sleep 1
 *	fork: parent tid=48 pid=48 -> child tid=79 pid=79
 *	exec: tid=79 pid=79
 *	exit: tid=79 pid=79 exit_code=0
 *
 * An event carries numbers only; who looks in /proc may come too late.
 */

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <lkmc/check.h>
#include <sys/socket.h>
#include <unistd.h>

static void subscribe(int fd)
{
	struct {
		struct nlmsghdr netlink;
		char connector[sizeof(struct cn_msg)];
		enum proc_cn_mcast_op op;
	} __attribute__((packed, aligned(NLMSG_ALIGNTO))) message = {
		.netlink = {
			.nlmsg_len = sizeof(message),
			.nlmsg_type = NLMSG_DONE,
			.nlmsg_pid = getpid(),
		},
		.op = PROC_CN_MCAST_LISTEN,
	};
	const struct cn_msg connector = {
		.id = { .idx = CN_IDX_PROC, .val = CN_VAL_PROC },
		.len = sizeof(message.op),
	};

	memcpy(message.connector, &connector, sizeof(connector));
	CHECK(send(fd, &message, sizeof(message), 0) == sizeof(message));
}

static void print_event(const struct proc_event *event)
{
	switch (event->what) {
	case PROC_EVENT_NONE:
		CHECK(event->event_data.ack.err == 0);
		puts("set mcast listen ok");
		break;
	case PROC_EVENT_FORK:
		printf("fork: parent tid=%d pid=%d -> child tid=%d pid=%d\n",
		       event->event_data.fork.parent_pid,
		       event->event_data.fork.parent_tgid,
		       event->event_data.fork.child_pid,
		       event->event_data.fork.child_tgid);
		break;
	case PROC_EVENT_EXEC:
		printf("exec: tid=%d pid=%d\n",
		       event->event_data.exec.process_pid,
		       event->event_data.exec.process_tgid);
		break;
	case PROC_EVENT_EXIT:
		printf("exit: tid=%d pid=%d exit_code=%u\n",
		       event->event_data.exit.process_pid,
		       event->event_data.exit.process_tgid,
		       event->event_data.exit.exit_code);
		break;
	default:
		/* Changes of user, session, name ...: not shown. */
		break;
	}
	CHECK(fflush(stdout) == 0);
}

int main(void)
{
	const int fd = socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR);
	const struct sockaddr_nl self = {
		.nl_family = AF_NETLINK,
		.nl_groups = CN_IDX_PROC,
		.nl_pid = getpid(),
	};
	const size_t head = NLMSG_HDRLEN + sizeof(struct cn_msg);
	struct proc_event event;
	char message[1024];
	ssize_t size;

	CHECK(fd >= 0);
	CHECK(bind(fd, (const struct sockaddr *)&self, sizeof(self)) == 0);
	subscribe(fd);
	for (;;) {
		size = recv(fd, message, sizeof(message), 0);
		if (size == -1 && errno == ENOBUFS) {
			puts("some events were lost: too many at once");
			continue;
		}
		CHECK(size > (ssize_t)head);
		memset(&event, 0, sizeof(event));
		memcpy(&event, message + head,
		       (size_t)size - head < sizeof(event) ?
		       (size_t)size - head : sizeof(event));
		print_event(&event);
	}
}
