// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmap - share memory between the kernel and userland, without copying
 *
 * A page of the kernel appears in the address space of whoever maps
 * /proc/lkmc_mmap. What one side writes to it, the other finds there:
 *
 *	# insmod /mmap.ko
 *	# cat /proc/lkmc_mmap
 *	asdf
 *	# /mmap.out
 *	mapped: asdf
 *	read after a store: qwer
 *	mapped after a write: zxcv
 *
 * debugfs does not pass mmap on to a module, so the file is in procfs, where
 * neither an open file nor a mapping keeps the module from leaving. But the
 * page counts who uses it: it outlives the module as long as it is mapped,
 * with what it holds, and the next insmod makes another one. The details stand
 * in lkmc/mmap.h.
 */

#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/string.h>

#include <lkmc/mmap.h>

static struct page *mmap_page;

static ssize_t mmap_read(struct file *file, char __user *buf, size_t len,
			 loff_t *off)
{
	return simple_read_from_buffer(buf, len, off, page_address(mmap_page),
				       LKMC_MMAP_SIZE);
}

static ssize_t mmap_write(struct file *file, const char __user *buf,
			  size_t len, loff_t *off)
{
	if (len && *off >= LKMC_MMAP_SIZE)
		return -ENOSPC;
	return simple_write_to_buffer(page_address(mmap_page), LKMC_MMAP_SIZE,
				      off, buf, len);
}

static int mmap_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_MAYSHARE) || vma->vm_pgoff ||
	    vma->vm_end - vma->vm_start > PAGE_SIZE)
		return -EINVAL;
	return vm_insert_page(vma, vma->vm_start, mmap_page);
}

static const struct proc_ops mmap_proc_ops = {
	.proc_read = mmap_read,
	.proc_write = mmap_write,
	.proc_lseek = default_llseek,
	.proc_mmap = mmap_mmap,
};

static int __init mmap_init_module(void)
{
	mmap_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!mmap_page)
		return -ENOMEM;
	memcpy(page_address(mmap_page), "asdf", LKMC_MMAP_SIZE);
	if (!proc_create("lkmc_mmap", 0600, NULL, &mmap_proc_ops)) {
		put_page(mmap_page);
		return -ENOMEM;
	}
	return 0;
}

static void __exit mmap_exit_module(void)
{
	remove_proc_entry("lkmc_mmap", NULL);
	put_page(mmap_page);
}

module_init(mmap_init_module);
module_exit(mmap_exit_module);

MODULE_DESCRIPTION("A page in procfs that can be mapped");
MODULE_LICENSE("GPL");
