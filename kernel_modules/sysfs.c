// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysfs - directories and files in /sys, and the kobjects behind them
 *
 * A kobject is a directory in sysfs, and a reference count on the object that
 * it is embedded in. Here are two of them, one within the other. Each has a
 * file foo, which holds one int of its own:
 *
 *	# insmod /sysfs.ko
 *	# cat /sys/kernel/lkmc_sysfs/foo
 *	0
 *	# echo 12 >/sys/kernel/lkmc_sysfs/child/foo
 *	# cat /sys/kernel/lkmc_sysfs/child/foo
 *	12
 *
 * An object goes with its last reference, and a child holds one on its parent.
 * So the parent goes last, although the module drops it first:
 *
 *	# rmmod sysfs
 *	release child
 *	release lkmc_sysfs
 *
 * sysfs takes no file operations, only a show and a store: no mmap, no ioctl.
 */

#include <linux/err.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

struct lkmc_sysfs_obj {
	struct kobject kobj;
	int foo;
};

static struct lkmc_sysfs_obj *lkmc_sysfs_parent;
static struct lkmc_sysfs_obj *lkmc_sysfs_child;

static struct lkmc_sysfs_obj *lkmc_sysfs_from(struct kobject *kobj)
{
	return container_of(kobj, struct lkmc_sysfs_obj, kobj);
}

static ssize_t lkmc_sysfs_foo_show(struct kobject *kobj,
				   struct kobj_attribute *attr, char *buf)
{
	struct lkmc_sysfs_obj *obj = lkmc_sysfs_from(kobj);

	return sysfs_emit(buf, "%d\n", READ_ONCE(obj->foo));
}

static ssize_t lkmc_sysfs_foo_store(struct kobject *kobj,
				    struct kobj_attribute *attr,
				    const char *buf, size_t count)
{
	struct lkmc_sysfs_obj *obj = lkmc_sysfs_from(kobj);
	int foo;
	int ret = kstrtoint(buf, 0, &foo);

	if (ret)
		return ret;
	WRITE_ONCE(obj->foo, foo);
	return count;
}

static struct kobj_attribute lkmc_sysfs_foo =
	__ATTR(foo, 0644, lkmc_sysfs_foo_show, lkmc_sysfs_foo_store);

static struct attribute *lkmc_sysfs_attrs[] = {
	&lkmc_sysfs_foo.attr,
	NULL,
};
ATTRIBUTE_GROUPS(lkmc_sysfs);

static void lkmc_sysfs_release(struct kobject *kobj)
{
	pr_info("release %s\n", kobject_name(kobj));
	kfree(lkmc_sysfs_from(kobj));
}

static const struct kobj_type lkmc_sysfs_ktype = {
	.release = lkmc_sysfs_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = lkmc_sysfs_groups,
};

static struct lkmc_sysfs_obj *
lkmc_sysfs_create(struct kobject *parent, const char *name)
{
	struct lkmc_sysfs_obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	int ret;

	if (!obj)
		return ERR_PTR(-ENOMEM);
	ret = kobject_init_and_add(&obj->kobj, &lkmc_sysfs_ktype, parent, "%s",
				   name);
	if (ret) {
		/* Never kfree(): somebody may already hold a reference. */
		kobject_put(&obj->kobj);
		return ERR_PTR(ret);
	}
	return obj;
}

static int __init lkmc_sysfs_init(void)
{
	lkmc_sysfs_parent = lkmc_sysfs_create(kernel_kobj, "lkmc_sysfs");
	if (IS_ERR(lkmc_sysfs_parent))
		return PTR_ERR(lkmc_sysfs_parent);
	lkmc_sysfs_child = lkmc_sysfs_create(&lkmc_sysfs_parent->kobj, "child");
	if (IS_ERR(lkmc_sysfs_child)) {
		kobject_put(&lkmc_sysfs_parent->kobj);
		return PTR_ERR(lkmc_sysfs_child);
	}
	return 0;
}

static void __exit lkmc_sysfs_exit(void)
{
	kobject_put(&lkmc_sysfs_parent->kobj);
	kobject_put(&lkmc_sysfs_child->kobj);
}

module_init(lkmc_sysfs_init);
module_exit(lkmc_sysfs_exit);

MODULE_DESCRIPTION("Two kobjects with a file in sysfs");
MODULE_LICENSE("GPL");
