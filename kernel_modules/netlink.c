// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink - talk with the kernel over a socket
 *
 * Each request on our netlink protocol is answered with how many came before
 * it. netlink_rcv_skb() does the tedious part: it walks through the messages,
 * checks their lengths, and sends errors and acknowledgements:
 *
 *	# insmod /netlink.ko
 *	# /netlink.out
 *	0
 *	# /netlink.out
 *	1
 *
 * Many processes may ask at once, and each gets its own number. With sleep=1
 * an answer takes a second, so that they really do:
 *
 *	# insmod /netlink.ko sleep=1
 *	# for i in `seq 16`; do /netlink.out & done
 *
 * The details stand in lkmc/netlink.h.
 */

#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/sock.h>

#include <lkmc/netlink.h>

static bool sleep;
module_param(sleep, bool, 0644);
MODULE_PARM_DESC(sleep, "take one second over each request");

static struct sock *netlink_sock;
static atomic_t netlink_count = ATOMIC_INIT(0);

/* Runs in the process that sends, once per message. */
static int netlink_request(struct sk_buff *skb, struct nlmsghdr *request,
			   struct netlink_ext_ack *ack)
{
	u32 portid = NETLINK_CB(skb).portid;
	struct nlmsghdr *answer;
	struct sk_buff *out;
	u32 count;

	if (request->nlmsg_type != LKMC_NETLINK_NEXT)
		return -EOPNOTSUPP;
	/* One message may hold many requests, for hours: do not insist. */
	if (READ_ONCE(sleep) && schedule_timeout_killable(HZ))
		return -EINTR;

	out = nlmsg_new(sizeof(count), GFP_KERNEL);
	if (!out)
		return -ENOMEM;
	answer = nlmsg_put(out, portid, request->nlmsg_seq, LKMC_NETLINK_NEXT,
			   sizeof(count), 0);
	if (!answer) {
		nlmsg_free(out);
		return -EMSGSIZE;
	}
	count = atomic_fetch_inc(&netlink_count);
	memcpy(nlmsg_data(answer), &count, sizeof(count));
	return nlmsg_unicast(netlink_sock, out, portid);
}

static void netlink_input(struct sk_buff *skb)
{
	netlink_rcv_skb(skb, netlink_request);
}

static int __init netlink_init(void)
{
	struct netlink_kernel_cfg config = {
		.input = netlink_input,
	};

	netlink_sock = netlink_kernel_create(&init_net, LKMC_NETLINK_PROTOCOL,
					     &config);
	return netlink_sock ? 0 : -ENOMEM;
}

static void __exit netlink_exit(void)
{
	netlink_kernel_release(netlink_sock);
}

module_init(netlink_init);
module_exit(netlink_exit);

MODULE_DESCRIPTION("Answer requests on a netlink protocol");
MODULE_LICENSE("GPL");
