// SPDX-License-Identifier: GPL-2.0
/*
 * What the refusals of /dev/sched_turbo mean, and what to do next
 */
#include <errno.h>
#include <string.h>

#include "dev.h"
#include "msg.h"
#include "units.h"

void dev_refused_open(int err)
{
	switch (-err) {
	case ENODEV:
		complain("the module is not loaded: there is no %s (modprobe sched_turbo, then turboctl core add CPU; or modprobe sched_turbo turbo_cpus=CPU[,CPU...])",
			 SCHED_TURBO_DEVICE);
		break;
	case EPERM:
	case EACCES:
		complain("%s may be opened with CAP_SYS_NICE only: run turboctl as root",
			 SCHED_TURBO_DEVICE);
		break;
	default:
		complain("%s: %s (lsmod tells whether sched_turbo is loaded, dmesg what became of it)",
			 SCHED_TURBO_DEVICE, strerror(-err));
	}
}

/* What any call may answer.  @what is the thread or the CPU that was meant. */
static void refused(const char *what, unsigned int nr, uint64_t slice_ns,
		    int err)
{
	char slice[DURATION_LEN], min[DURATION_LEN], max[DURATION_LEN];

	switch (-err) {
	case ERANGE:
		complain("%s %u: slice %s is out of range: from %s to %s",
			 what, nr, format_duration(slice_ns, slice),
			 format_duration(SCHED_TURBO_SLICE_MIN_NS, min),
			 format_duration(SCHED_TURBO_SLICE_MAX_NS, max));
		break;
	case EINVAL:
	case EMSGSIZE:
	case E2BIG:
	case ENOTTY:
		complain("%s %u: the module does not understand this turboctl: %s (compare the two with turboctl version, install those of one release)",
			 what, nr, strerror(-err));
		break;
	case ENOMEM:
		complain("%s %u: the kernel is out of memory (free some and try again)",
			 what, nr);
		break;
	default:
		complain("%s %u: %s (the kernel log has the reason: dmesg | tail)",
			 what, nr, strerror(-err));
	}
}

void dev_refused_attach(pid_t tid, uint64_t slice_ns, int err)
{
	switch (-err) {
	case ESRCH:
		complain("thread %d: no such thread (ls /proc/PID/task lists those of process PID)",
			 tid);
		break;
	case EOPNOTSUPP:
		complain("thread %d: it is a kernel thread, or has a policy that could not be given back to it (chrt -p %d shows the policy, chrt -o -p 0 %d changes it)",
			 tid, tid, tid);
		break;
	case EALREADY:
		complain("thread %d: already under SCHED_TURBO (turboctl detach --tid %d first)",
			 tid, tid);
		break;
	case ENODEV:
		complain("thread %d: there is no turbo core to run it on (turboctl core add CPU first)",
			 tid);
		break;
	default:
		refused("thread", tid, slice_ns, err);
	}
}

void dev_refused_detach(pid_t tid, int err)
{
	switch (-err) {
	case ESRCH:
		complain("thread %d: no such thread (turboctl stat lists those under SCHED_TURBO)",
			 tid);
		break;
	case ENOENT:
		complain("thread %d: not under SCHED_TURBO (turboctl stat lists those that are)",
			 tid);
		break;
	default:
		refused("thread", tid, 0, err);
	}
}

void dev_refused_core(unsigned int cpu, uint64_t slice_ns, int err)
{
	switch (-err) {
	case ENXIO:
		complain("CPU %u: there is no such CPU, or it is offline (lscpu --extended lists them; echo 1 > /sys/devices/system/cpu/cpu%u/online)",
			 cpu, cpu);
		break;
	case EEXIST:
		complain("CPU %u: a turbo core already (turboctl slice --cpu %u changes its slice; turboctl core del %u first to isolate it anew)",
			 cpu, cpu, cpu);
		break;
	case EBUSY:
		complain("CPU %u: the last CPU left for everything else (turboctl core list shows the turbo cores; delete one first)",
			 cpu);
		break;
	case ENOENT:
		complain("CPU %u: not a turbo core (turboctl core list shows those that are)",
			 cpu);
		break;
	default:
		refused("CPU", cpu, slice_ns, err);
	}
}

void dev_refused_vm(pid_t pid, int err)
{
	switch (-err) {
	case ESRCH:
		complain("process %d: no such process (turboctl vm list lists the VMs)",
			 pid);
		break;
	case EREMOTE:
		complain("process %d: this is a thread of another process (ps -o tgid= -q %d tells which)",
			 pid, pid);
		break;
	case ENOENT:
		complain("process %d: not a VM, or not one that vm add has added (turboctl vm list lists the VMs)",
			 pid);
		break;
	case EALREADY:
		complain("process %d: added already (turboctl vm set --pid %d changes it)",
			 pid, pid);
		break;
	case EOPNOTSUPP:
		complain("process %d: it is a kernel thread", pid);
		break;
	default:
		refused("process", pid, 0, err);
	}
}
