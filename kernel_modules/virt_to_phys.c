// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_to_phys - find the physical address of two kernel variables
 *
 *	# insmod /virt_to_phys.ko
 *	# cat /sys/kernel/debug/lkmc_virt_to_phys
 *	*kmalloc_ptr = 0x12345678
 *	kmalloc_ptr = ffff88000e169ae8
 *	virt_to_phys(kmalloc_ptr) = 0xe169ae8
 *	static_var = 0x12345678
 *	&static_var = ffffffffc0002308
 *	virt_to_phys(&static_var) = 0xd4a9308
 *
 * "xp 0xe169ae8" in the QEMU monitor shows 0x12345678, and so does devmem, on
 * a kernel without CONFIG_STRICT_DEVMEM. After a write by devmem the file shows
 * the new value.
 *
 * virt_to_phys() only subtracts an offset. That is right for kmalloc(), whose
 * memory is in the kernel's linear map of all RAM, but not for a module's
 * variables: modules are in a virtual area of their own, as from vmalloc(), and
 * take their pages from anywhere. The page tables know: vmalloc_to_page().
 */

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

static u32 *kmalloc_ptr;
static u32 static_var = 0x12345678;
static struct dentry *virt_to_phys_dentry;

/* Not %p: it hides the addresses, which are the lesson here. */
static int virt_to_phys_show(struct seq_file *file, void *unused)
{
	phys_addr_t phys = virt_to_phys(kmalloc_ptr);

	seq_printf(file, "*kmalloc_ptr = 0x%x\n", READ_ONCE(*kmalloc_ptr));
	seq_printf(file, "kmalloc_ptr = %lx\n",
		   (unsigned long)kmalloc_ptr);
	seq_printf(file, "virt_to_phys(kmalloc_ptr) = 0x%llx\n",
		   (unsigned long long)phys);

	phys = page_to_phys(vmalloc_to_page(&static_var)) +
	       offset_in_page(&static_var);
	seq_printf(file, "static_var = 0x%x\n", READ_ONCE(static_var));
	seq_printf(file, "&static_var = %lx\n",
		   (unsigned long)&static_var);
	seq_printf(file, "virt_to_phys(&static_var) = 0x%llx\n",
		   (unsigned long long)phys);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(virt_to_phys);

static int __init virt_to_phys_init(void)
{
	kmalloc_ptr = kmalloc(sizeof(*kmalloc_ptr), GFP_KERNEL);
	if (!kmalloc_ptr)
		return -ENOMEM;
	*kmalloc_ptr = 0x12345678;
	virt_to_phys_dentry = debugfs_create_file("lkmc_virt_to_phys", 0400,
						  NULL, NULL,
						  &virt_to_phys_fops);
	if (IS_ERR(virt_to_phys_dentry)) {
		kfree(kmalloc_ptr);
		return PTR_ERR(virt_to_phys_dentry);
	}
	return 0;
}

static void __exit virt_to_phys_exit(void)
{
	debugfs_remove(virt_to_phys_dentry);
	kfree(kmalloc_ptr);
}

module_init(virt_to_phys_init);
module_exit(virt_to_phys_exit);

MODULE_DESCRIPTION("Translate kernel virtual addresses to physical ones");
MODULE_LICENSE("GPL");
