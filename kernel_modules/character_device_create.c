// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * character_device_create - a character device whose file makes itself
 *
 * The module tells the driver core of a device, and devtmpfs makes the file:
 *
 *	# insmod /character_device_create.ko
 *	# ls -l /dev/lkmc_character_device_create
 *	crw------- 1 root root 245, 0 ... /dev/lkmc_character_device_create
 *	# cat /dev/lkmc_character_device_create
 *	abcd
 *
 * /sys/class/lkmc_character_device_create shows the same device to udev and
 * mdev. rmmod takes all of it away. A driver that needs a single minor number
 * gets all this in one call, misc_register().
 */

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#define CHARACTER_DEVICE_CREATE_NAME "lkmc_character_device_create"

static dev_t character_device_create_dev;
static struct cdev character_device_create_cdev;

static struct class character_device_create_class = {
	.name = CHARACTER_DEVICE_CREATE_NAME,
};

static int character_device_create_show(struct seq_file *file, void *unused)
{
	seq_puts(file, "abcd\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(character_device_create);

static int __init character_device_create_init(void)
{
	struct device *device;
	int ret;

	ret = alloc_chrdev_region(&character_device_create_dev, 0, 1,
				  CHARACTER_DEVICE_CREATE_NAME);
	if (ret)
		return ret;

	cdev_init(&character_device_create_cdev, &character_device_create_fops);
	character_device_create_cdev.owner = THIS_MODULE;
	ret = cdev_add(&character_device_create_cdev,
		       character_device_create_dev, 1);
	if (ret)
		goto out_unregister_region;

	ret = class_register(&character_device_create_class);
	if (ret)
		goto out_del_cdev;

	device = device_create(&character_device_create_class, NULL,
			       character_device_create_dev, NULL,
			       CHARACTER_DEVICE_CREATE_NAME);
	if (IS_ERR(device)) {
		ret = PTR_ERR(device);
		goto out_unregister_class;
	}
	return 0;

out_unregister_class:
	class_unregister(&character_device_create_class);
out_del_cdev:
	cdev_del(&character_device_create_cdev);
out_unregister_region:
	unregister_chrdev_region(character_device_create_dev, 1);
	return ret;
}

static void __exit character_device_create_exit(void)
{
	device_destroy(&character_device_create_class,
		       character_device_create_dev);
	class_unregister(&character_device_create_class);
	cdev_del(&character_device_create_cdev);
	unregister_chrdev_region(character_device_create_dev, 1);
}

module_init(character_device_create_init);
module_exit(character_device_create_exit);

MODULE_DESCRIPTION("Character device with a file in /dev");
MODULE_LICENSE("GPL");
