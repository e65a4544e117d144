// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: config=CONFIG_KPROBES
/*
 * kprobe_example - run code of ours at an instruction of the kernel
 *
 * A kprobe replaces the first instruction of kernel_clone(), which makes every
 * new process, by a trap. Our handlers run before and after that instruction:
 *
 *	# insmod /kprobe_example.ko
 *	# sleep 4 & sleep 4 &
 *	<kernel_clone> pre_handler: p->addr = 00000000e1360063, ip = ffffffff810531d1, flags = 0x246
 *	<kernel_clone> post_handler: p->addr = 00000000e1360063, flags = 0x246
 *	...
 *
 * p->addr is hashed, as %p always is. Another function can be named with
 * "insmod /kprobe_example.ko symbol=do_exit"; one that does not exist or must
 * not be probed is refused.
 */

#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>

static char *symbol = "kernel_clone";
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "kernel function to put the probe on");

/* The processor's flags, as each architecture calls them. */
static unsigned long kprobe_example_flags(const struct pt_regs *regs)
{
#if defined(CONFIG_X86)
	return regs->flags;
#elif defined(CONFIG_ARM64)
	return regs->pstate;
#else
	return regs->ARM_cpsr;
#endif
}

static int kprobe_example_pre(struct kprobe *p, struct pt_regs *regs)
{
	pr_info("<%s> pre_handler: p->addr = %p, ip = %lx, flags = 0x%lx\n",
		p->symbol_name, p->addr, instruction_pointer(regs),
		kprobe_example_flags(regs));
	return 0;
}

static void kprobe_example_post(struct kprobe *p, struct pt_regs *regs,
				unsigned long flags)
{
	pr_info("<%s> post_handler: p->addr = %p, flags = 0x%lx\n",
		p->symbol_name, p->addr, kprobe_example_flags(regs));
}

static struct kprobe kprobe_example_probe = {
	.pre_handler = kprobe_example_pre,
	.post_handler = kprobe_example_post,
};

static int __init kprobe_example_init(void)
{
	kprobe_example_probe.symbol_name = symbol;
	return register_kprobe(&kprobe_example_probe);
}

static void __exit kprobe_example_exit(void)
{
	unregister_kprobe(&kprobe_example_probe);
}

module_init(kprobe_example_init);
module_exit(kprobe_example_exit);

MODULE_DESCRIPTION("Print a line whenever a kernel function is called");
MODULE_LICENSE("GPL");
