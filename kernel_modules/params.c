// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * params - module parameters: set at insmod, read and changed through sysfs
 *
 * The file lkmc_params in debugfs shows what the module itself sees:
 *
 *	# insmod /params.ko i=1 j=2
 *	# cat /sys/kernel/debug/lkmc_params
 *	1 2
 *	# echo 3 >/sys/module/params/parameters/i
 *	# cat /sys/kernel/debug/lkmc_params
 *	3 2
 *
 * Both are 0 when not given. modprobe takes defaults from its configuration,
 * in this guest "i=12 j=34" from /etc/modprobe.conf. A value which is no int
 * is refused, at insmod and at run time. "modinfo /params.ko" prints the
 * descriptions.
 */

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static int i;
module_param(i, int, 0644);
MODULE_PARM_DESC(i, "my favorite int");

static int j;
module_param(j, int, 0644);
MODULE_PARM_DESC(j, "my second favorite int");

static struct dentry *params_file;

static int params_show(struct seq_file *file, void *unused)
{
	seq_printf(file, "%d %d\n", READ_ONCE(i), READ_ONCE(j));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(params);

static int __init params_init(void)
{
	params_file = debugfs_create_file("lkmc_params", 0444, NULL, NULL,
					  &params_fops);
	return PTR_ERR_OR_ZERO(params_file);
}

static void __exit params_exit(void)
{
	debugfs_remove(params_file);
}

module_init(params_init);
module_exit(params_exit);

MODULE_DESCRIPTION("Two int parameters, shown in debugfs");
MODULE_LICENSE("GPL");
