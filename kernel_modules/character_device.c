// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * character_device - a device number, and a device file made by hand
 *
 * The kernel picks a free major number and lists it in /proc/devices. Nobody
 * makes a file for it; userland does so with mknod:
 *
 *	# insmod /character_device.ko
 *	# grep lkmc_character_device /proc/devices
 *	245 lkmc_character_device
 *	# mknod /tmp/device c 245 0
 *	# cat /tmp/device
 *	abcd
 *
 * Every minor number leads here. After rmmod the file is still there, but to
 * open it is ENXIO. See character_device_create for a file that comes and goes
 * with its module.
 */

#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#define CHARACTER_DEVICE_NAME "lkmc_character_device"

static int character_device_major;

static int character_device_show(struct seq_file *file, void *unused)
{
	seq_puts(file, "abcd\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(character_device);

static int __init character_device_init(void)
{
	int ret;

	ret = register_chrdev(0, CHARACTER_DEVICE_NAME, &character_device_fops);
	if (ret < 0)
		return ret;
	character_device_major = ret;
	return 0;
}

static void __exit character_device_exit(void)
{
	unregister_chrdev(character_device_major, CHARACTER_DEVICE_NAME);
}

module_init(character_device_init);
module_exit(character_device_exit);

MODULE_DESCRIPTION("Character device to be used with mknod");
MODULE_LICENSE("GPL");
