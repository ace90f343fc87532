// SPDX-License-Identifier: GPL-2.0
/*
 * st_eventinj.c - keep QEMU's TCG from delivering injected interrupts twice
 *
 * For KVM/SVM in a test host that QEMU emulates.  When VMRUN injects an external
 * interrupt, QEMU (all versions up to 11.1; helper_vmrun() in svm_helper.c)
 * delivers it at once, but leaves its vector in the CPU's exception_index.  If
 * next thing the CPU's thread is asked to leave its loop, it takes that for an
 * exception that is still to be raised and the guest gets the interrupt again,
 * interrupts enabled or not: a timer interrupt in the first instructions of a
 * timer interrupt's entry, say, with the wrong GS base.  Under -icount, where
 * that loop is left at every timer and at each turn of another CPU, a guest
 * with some load lives for seconds.
 *
 * Any exit to the hypervisor or exception clears the variable.  So let every
 * entry that injects an interrupt end before the guest's first instruction: with
 * a self-IPI that is pending when the guest is entered.
 */
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/percpu.h>

static void nothing(struct irq_work *work)
{
}

static DEFINE_PER_CPU(struct irq_work, kick);

/* Context: interrupts are off, and stay off until the guest is entered. */
static int before_run(struct kprobe *p, struct pt_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)regs_get_kernel_argument(regs, 0);

	if (vcpu->arch.interrupt.injected)
		irq_work_queue(this_cpu_ptr(&kick));
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "svm_vcpu_run",
	.pre_handler = before_run,
};

static int __init eventinj_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		*per_cpu_ptr(&kick, cpu) = IRQ_WORK_INIT_HARD(nothing);
	return register_kprobe(&probe);
}

static void __exit eventinj_exit(void)
{
	int cpu;

	unregister_kprobe(&probe);
	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&kick, cpu));
}

module_init(eventinj_init);
module_exit(eventinj_exit);
MODULE_DESCRIPTION("Test helper: work around QEMU TCG's VMRUN event injection");
MODULE_LICENSE("GPL");
