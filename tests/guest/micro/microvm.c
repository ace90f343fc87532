// SPDX-License-Identifier: GPL-2.0
/*
 * microvm.c - virtual machines without an OS, through the KVM API
 *
 * The guests run in long mode rather than in real mode: that's what hardware
 * without unrestricted guests can run natively, the counters are 64 bits wide,
 * and all it takes is three pages of tables.  The interrupt controller is the
 * kernel's, in x2APIC mode, which needs no mapping.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "microvm.h"

#define MEM_SIZE	(GUEST_VCPUS + MICROVM_VCPUS_MAX * VCPU_AREA)
#define LARGE_PAGE	0x200000UL

#define PTE_PRESENT	(1UL << 0)
#define PTE_WRITE	(1UL << 1)
#define PTE_LARGE	(1UL << 7)

#define CR0_PE		(1UL << 0)
#define CR0_NE		(1UL << 5)
#define CR0_PG		(1UL << 31)
#define CR4_PAE		(1UL << 5)
#define EFER_LME	(1UL << 8)
#define EFER_LMA	(1UL << 10)

#define APIC_BASE_X2APIC (1UL << 10)

#define CODE_SELECTOR	0x08
#define DATA_SELECTOR	0x10

/* The first interrupt route that is not one of the IOAPIC's. */
#define FIRST_GSI	24

/* Takes a vCPU thread out of KVM_RUN. */
#define KICK_SIGNAL	SIGUSR2

static int kvm_fd;

static int xioctl(int fd, unsigned long request, void *arg, const char *what)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		err(1, "%s", what);
	return ret;
}

static void *guest_at(struct microvm *vm, uint64_t addr)
{
	return vm->mem + addr;
}

static void build_tables(struct microvm *vm)
{
	uint64_t *pml4 = guest_at(vm, GUEST_PML4);
	uint64_t *pdpt = guest_at(vm, GUEST_PDPT);
	uint64_t *pd = guest_at(vm, GUEST_PD);
	uint64_t *gdt = guest_at(vm, GUEST_GDT);
	uint64_t *idt = guest_at(vm, GUEST_IDT);
	uint64_t handler = GUEST_CODE + (guest_irq - guest_code);
	uint64_t addr;

	pml4[0] = GUEST_PDPT | PTE_PRESENT | PTE_WRITE;
	pdpt[0] = GUEST_PD | PTE_PRESENT | PTE_WRITE;
	for (addr = 0; addr < MEM_SIZE; addr += LARGE_PAGE)
		pd[addr / LARGE_PAGE] = addr | PTE_PRESENT | PTE_WRITE | PTE_LARGE;

	gdt[CODE_SELECTOR / 8] = 0x00af9b000000ffff;
	gdt[DATA_SELECTOR / 8] = 0x00cf93000000ffff;

	/* One gate.  Anything else, a fault say, shuts the guest down. */
	idt[GUEST_VECTOR * 2] = (handler & 0xffff) | CODE_SELECTOR << 16 |
				0x8e00UL << 32 | (handler >> 16 & 0xffff) << 48;
	idt[GUEST_VECTOR * 2 + 1] = handler >> 32;

	memcpy(guest_at(vm, GUEST_CODE), guest_code, guest_code_end - guest_code);
}

static void set_cpuid(struct microvcpu *vcpu)
{
	unsigned int max = 256, i;
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + max * sizeof(cpuid->entries[0]));
	if (!cpuid)
		err(1, "calloc");
	cpuid->nent = max;
	xioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid, "KVM_GET_SUPPORTED_CPUID");
	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		/* x2APIC, and the TSC deadline timer, which isn't in the list. */
		if (e->function == 1)
			e->ecx |= 1U << 21 | 1U << 24;
	}
	xioctl(vcpu->fd, KVM_SET_CPUID2, cpuid, "KVM_SET_CPUID2");
	free(cpuid);
}

/* So that guest and host read the same TSC. */
static void clear_tsc_offset(struct microvcpu *vcpu)
{
	uint64_t offset = 0;
	struct kvm_device_attr attr = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)&offset,
	};

	xioctl(vcpu->fd, KVM_SET_DEVICE_ATTR, &attr, "KVM_VCPU_TSC_OFFSET");
}

void microvcpu_start_at(struct microvcpu *vcpu, const char *entry)
{
	struct kvm_mp_state mp = { .mp_state = KVM_MP_STATE_RUNNABLE };
	uint64_t area = GUEST_VCPUS + vcpu->index * VCPU_AREA;
	struct kvm_segment code = {
		.limit = 0xffffffff, .selector = CODE_SELECTOR, .type = 11,
		.present = 1, .s = 1, .l = 1, .g = 1,
	};
	struct kvm_segment data = {
		.limit = 0xffffffff, .selector = DATA_SELECTOR, .type = 3,
		.present = 1, .s = 1, .db = 1, .g = 1,
	};
	struct kvm_regs regs = {
		.rip = GUEST_CODE + (entry - guest_code),
		.rsp = area + VCPU_STACK_TOP,
		.rdi = area,
		.rflags = 2,
	};
	struct kvm_sregs sregs;

	xioctl(vcpu->fd, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS");
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.gdt.base = GUEST_GDT;
	sregs.gdt.limit = 3 * 8 - 1;
	sregs.idt.base = GUEST_IDT;
	sregs.idt.limit = 256 * 16 - 1;
	sregs.cr0 = CR0_PE | CR0_NE | CR0_PG;
	sregs.cr3 = GUEST_PML4;
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LME | EFER_LMA;
	sregs.apic_base |= APIC_BASE_X2APIC;
	xioctl(vcpu->fd, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS");
	xioctl(vcpu->fd, KVM_SET_REGS, &regs, "KVM_SET_REGS");
	xioctl(vcpu->fd, KVM_SET_MP_STATE, &mp, "KVM_SET_MP_STATE");
}

static void create_vcpu(struct microvm *vm, unsigned int index, const char *entry)
{
	struct microvcpu *vcpu = &vm->vcpus[index];
	int size;

	vcpu->vm = vm;
	vcpu->index = index;
	vcpu->irqfd = -1;
	vcpu->share = guest_at(vm, GUEST_VCPUS + index * VCPU_AREA);
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (long)index);
	if (vcpu->fd < 0)
		err(1, "KVM_CREATE_VCPU");
	size = xioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE");
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		err(1, "mmap of vCPU %u", index);
	set_cpuid(vcpu);
	microvcpu_start_at(vcpu, entry);
	clear_tsc_offset(vcpu);
}

void microvm_create(struct microvm *vm, unsigned int nr_vcpus, const char *entry)
{
	struct kvm_userspace_memory_region region = { .memory_size = MEM_SIZE };
	unsigned int i;

	memset(vm, 0, sizeof(*vm));
	if (!nr_vcpus || nr_vcpus > MICROVM_VCPUS_MAX)
		errx(1, "%u vCPUs: 1 to %u are possible", nr_vcpus, MICROVM_VCPUS_MAX);
	if (guest_code_end - guest_code > GUEST_CODE_SIZE)
		errx(1, "the guest's code is too long");

	kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm_fd < 0)
		err(1, "/dev/kvm");
	vm->fd = ioctl(kvm_fd, KVM_CREATE_VM, 0L);
	if (vm->fd < 0)
		err(1, "KVM_CREATE_VM");
	/* Where VMX keeps a task state segment and page tables if it needs them. */
	if (ioctl(vm->fd, KVM_SET_TSS_ADDR, 0xfffbd000UL) < 0)
		err(1, "KVM_SET_TSS_ADDR");
	xioctl(vm->fd, KVM_CREATE_IRQCHIP, NULL, "KVM_CREATE_IRQCHIP");

	vm->mem = mmap(NULL, MEM_SIZE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (vm->mem == MAP_FAILED)
		err(1, "guest memory");
	region.userspace_addr = (uintptr_t)vm->mem;
	xioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
	build_tables(vm);

	vm->nr_vcpus = nr_vcpus;
	for (i = 0; i < nr_vcpus; i++)
		create_vcpu(vm, i, entry);
	vm->tsc_khz = xioctl(vm->vcpus[0].fd, KVM_GET_TSC_KHZ, NULL, "KVM_GET_TSC_KHZ");

	pthread_mutex_init(&vm->lock, NULL);
	pthread_cond_init(&vm->changed, NULL);
}

void microvm_add_irqfds(struct microvm *vm)
{
	struct kvm_irq_routing *routing;
	struct kvm_irqfd irqfd = { 0 };
	unsigned int i;

	routing = calloc(1, sizeof(*routing) +
			 vm->nr_vcpus * sizeof(routing->entries[0]));
	if (!routing)
		err(1, "calloc");
	routing->nr = vm->nr_vcpus;
	for (i = 0; i < vm->nr_vcpus; i++) {
		struct kvm_irq_routing_entry *e = &routing->entries[i];

		e->gsi = FIRST_GSI + i;
		e->type = KVM_IRQ_ROUTING_MSI;
		e->u.msi.address_lo = 0xfee00000 | i << 12;
		e->u.msi.data = GUEST_VECTOR;
	}
	xioctl(vm->fd, KVM_SET_GSI_ROUTING, routing, "KVM_SET_GSI_ROUTING");
	free(routing);

	for (i = 0; i < vm->nr_vcpus; i++) {
		vm->vcpus[i].irqfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (vm->vcpus[i].irqfd < 0)
			err(1, "eventfd");
		irqfd.fd = vm->vcpus[i].irqfd;
		irqfd.gsi = FIRST_GSI + i;
		xioctl(vm->fd, KVM_IRQFD, &irqfd, "KVM_IRQFD");
	}
}

/* Called by a vCPU thread: says that it has come to the end of a phase. */
static void await_phase(struct microvm *vm, enum microvm_phase phase)
{
	pthread_mutex_lock(&vm->lock);
	vm->arrived++;
	pthread_cond_broadcast(&vm->changed);
	while (vm->phase < phase)
		pthread_cond_wait(&vm->changed, &vm->lock);
	pthread_mutex_unlock(&vm->lock);
}

static void await_arrivals(struct microvm *vm)
{
	pthread_mutex_lock(&vm->lock);
	while (vm->arrived < vm->nr_vcpus)
		pthread_cond_wait(&vm->changed, &vm->lock);
	pthread_mutex_unlock(&vm->lock);
}

static void enter_phase(struct microvm *vm, enum microvm_phase phase)
{
	pthread_mutex_lock(&vm->lock);
	vm->arrived = 0;
	vm->phase = phase;
	pthread_cond_broadcast(&vm->changed);
	pthread_mutex_unlock(&vm->lock);
}

static void run_guest(struct microvcpu *vcpu)
{
	/* The kernel's x2APIC timer and halts never come up here. */
	while (!__atomic_load_n(&vcpu->run->immediate_exit, __ATOMIC_ACQUIRE)) {
		if (ioctl(vcpu->fd, KVM_RUN, 0L) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			err(1, "vCPU %u: KVM_RUN", vcpu->index);
		}
		errx(1, "vCPU %u: left the guest with reason %u, suberror %u",
		     vcpu->index, vcpu->run->exit_reason,
		     vcpu->run->exit_reason == KVM_EXIT_INTERNAL_ERROR ?
		     vcpu->run->internal.suberror : 0);
	}
}

static void *vcpu_thread(void *arg)
{
	struct microvcpu *vcpu = arg;
	char name[16];

	snprintf(name, sizeof(name), "CPU %u/KVM", vcpu->index);
	pthread_setname_np(pthread_self(), name);
	vcpu->tid = gettid();

	await_phase(vcpu->vm, MICROVM_RUNNING);
	run_guest(vcpu);
	await_phase(vcpu->vm, MICROVM_GONE);
	return NULL;
}

static void kicked(int signal)
{
	(void)signal;
}

void microvm_spawn(struct microvm *vm)
{
	struct sigaction action = { .sa_handler = kicked };
	sigset_t all, old;
	unsigned int i;

	/* The threads take the kick and no other signal. */
	sigaction(KICK_SIGNAL, &action, NULL);
	sigfillset(&all);
	sigdelset(&all, KICK_SIGNAL);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (i = 0; i < vm->nr_vcpus; i++) {
		errno = pthread_create(&vm->vcpus[i].thread, NULL, vcpu_thread,
				       &vm->vcpus[i]);
		if (errno)
			err(1, "pthread_create");
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	await_arrivals(vm);
}

void microvm_run(struct microvm *vm)
{
	unsigned int i;

	enter_phase(vm, MICROVM_RUNNING);
	for (i = 0; i < vm->nr_vcpus; i++)
		while (!share_read(vm->vcpus[i].share, ready))
			usleep(1000);
}

void microvm_stop(struct microvm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		__atomic_store_n(&vm->vcpus[i].run->immediate_exit, 1, __ATOMIC_RELEASE);
		pthread_kill(vm->vcpus[i].thread, KICK_SIGNAL);
	}
	await_arrivals(vm);
}

void microvm_destroy(struct microvm *vm)
{
	unsigned int i;

	enter_phase(vm, MICROVM_GONE);
	for (i = 0; i < vm->nr_vcpus; i++) {
		pthread_join(vm->vcpus[i].thread, NULL);
		close(vm->vcpus[i].fd);
		if (vm->vcpus[i].irqfd >= 0)
			close(vm->vcpus[i].irqfd);
	}
	munmap(vm->mem, MEM_SIZE);
	close(vm->fd);
	close(kvm_fd);
}
