// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=arm,aarch64
/*
 * pmccntr - the cycle counter of an ARM CPU
 *
 * ARM has no instruction like rdtsc of x86. Its nearest relative is a register
 * of the performance monitors, PMCCNTR, which stands still until somebody
 * starts it, and which userland may not read until somebody allows that. Here
 * both is done, on each CPU, until rmmod:
 *
 *	# insmod /pmccntr.ko
 *	# cat /sys/kernel/debug/lkmc_pmccntr
 *	cpu 0
 *	pmccntr 83418
 *
 * Each CPU counts for itself, from insmod on: in 64 bits on aarch64, in 32 bits
 * on arm, where 2^32 cycles later, which at 1 GHz is every 4.3 s, it begins
 * again at 0.
 *
 * With user=1, a program may read it with "mrs x0, pmccntr_el0" (aarch64) or
 * "mrc p15, 0, r0, c9, c13, 0" (arm) instead of being killed by SIGILL. Counting
 * while perf uses the same counter disturbs both.
 */

#include <linux/cpuhotplug.h>
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/smp.h>

/* Both architectures name these registers alike, and access them by macros. */
#ifdef CONFIG_ARM64
#include <asm/sysreg.h>
#define PMCR		pmcr_el0
#define PMCNTENSET	pmcntenset_el0
#define PMCNTENCLR	pmcntenclr_el0
#define PMCCNTR		pmccntr_el0
#define PMUSERENR	pmuserenr_el0
#define PMCCFILTR	pmccfiltr_el0
#define PMCCNTR_PMU_VERSION	((read_sysreg(id_aa64dfr0_el1) >> 8) & 0xf)
#else
#include <asm/cp15.h>
#define PMCR		__ACCESS_CP15(c9, 0, c12, 0)
#define PMCNTENSET	__ACCESS_CP15(c9, 0, c12, 1)
#define PMCNTENCLR	__ACCESS_CP15(c9, 0, c12, 2)
#define PMCCNTR		__ACCESS_CP15(c9, 0, c13, 0)
#define PMUSERENR	__ACCESS_CP15(c9, 0, c14, 0)
#define PMCCFILTR	__ACCESS_CP15(c14, 0, c15, 7)
#define PMCCNTR_PMU_VERSION	((read_sysreg(__ACCESS_CP15(c0, 0, c1, 2)) >> 24) & 0xf)
#endif

#define PMCR_ENABLE		BIT(0)
#define PMCR_RESET_CYCLES	BIT(2)
#define PMCNTEN_CYCLES		BIT(31)
#define PMUSERENR_ENABLE	BIT(0)

static bool user;
module_param(user, bool, 0444);
MODULE_PARM_DESC(user, "let userland read the counter");

static enum cpuhp_state pmccntr_hotplug;
static struct dentry *pmccntr_dentry;

static int pmccntr_start(unsigned int cpu)
{
	/* Count at all exception levels but the hypervisor's. */
	write_sysreg(0, PMCCFILTR);
	write_sysreg(PMCNTEN_CYCLES, PMCNTENSET);
	write_sysreg(user ? PMUSERENR_ENABLE : 0, PMUSERENR);
	write_sysreg(read_sysreg(PMCR) | PMCR_ENABLE | PMCR_RESET_CYCLES, PMCR);
	return 0;
}

static int pmccntr_stop(unsigned int cpu)
{
	write_sysreg(0, PMUSERENR);
	write_sysreg(PMCNTEN_CYCLES, PMCNTENCLR);
	return 0;
}

static int pmccntr_show(struct seq_file *file, void *unused)
{
	unsigned int cpu = get_cpu();
	u64 count;

	isb();
	count = read_sysreg(PMCCNTR);
	put_cpu();
	seq_printf(file, "cpu %u\npmccntr %llu\n", cpu, count);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(pmccntr);

static int __init pmccntr_init(void)
{
	unsigned int version = PMCCNTR_PMU_VERSION;
	int ret;

	if (version == 0 || version == 0xf) {
		pr_err("pmccntr: this CPU has no performance monitors\n");
		return -ENODEV;
	}
	/* Starts it on each CPU that there is, and on those that come later. */
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "lkmc/pmccntr",
				pmccntr_start, pmccntr_stop);
	if (ret < 0)
		return ret;
	pmccntr_hotplug = ret;
	pmccntr_dentry = debugfs_create_file("lkmc_pmccntr", 0444, NULL, NULL,
					     &pmccntr_fops);
	if (IS_ERR(pmccntr_dentry)) {
		cpuhp_remove_state(pmccntr_hotplug);
		return PTR_ERR(pmccntr_dentry);
	}
	return 0;
}

static void __exit pmccntr_exit(void)
{
	debugfs_remove(pmccntr_dentry);
	cpuhp_remove_state(pmccntr_hotplug);
}

module_init(pmccntr_init);
module_exit(pmccntr_exit);

MODULE_DESCRIPTION("Start and show the cycle counter of ARM CPUs");
MODULE_LICENSE("GPL");
