// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and times as people write them
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/sched_turbo.h>

#include "msg.h"
#include "units.h"

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", NSEC_PER_USEC },
	{ "ms", NSEC_PER_MSEC },
	{ "s", NSEC_PER_SEC },
};

/* Decimal digits only: no sign, no blanks, no other base. */
int parse_number(const char *text, unsigned int max, unsigned int *value)
{
	uint64_t n = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		n = n * 10 + (*text - '0');
		if (n > max)
			return -ERANGE;
	}
	*value = n;
	return 0;
}

/*
 * "100us", "0.1ms", "100": a number without a unit counts @plain_unit_ns.
 * Times that are no whole number of nanoseconds are refused, not rounded.
 */
int parse_duration(const char *text, uint64_t plain_unit_ns, uint64_t *ns)
{
	uint64_t whole = 0, fraction = 0, scale = 1, unit = 0;
	const char *s = text;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	for (; isdigit((unsigned char)*s); s++) {
		whole = whole * 10 + (*s - '0');
		if (whole > UINT64_MAX / 100)
			return -ERANGE;
	}
	if (*s == '.') {
		if (!isdigit((unsigned char)*++s))
			return -EINVAL;
		for (; isdigit((unsigned char)*s); s++) {
			if (scale < NSEC_PER_SEC) {
				fraction = fraction * 10 + (*s - '0');
				scale *= 10;
			} else if (*s != '0') {
				return -EINVAL;
			}
		}
	}
	if (!*s)
		unit = plain_unit_ns;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(s, units[i].name))
			unit = units[i].ns;
	if (!unit || fraction * unit % scale)
		return -EINVAL;
	if (whole > (UINT64_MAX - unit) / unit)
		return -ERANGE;
	*ns = whole * unit + fraction * unit / scale;
	return 0;
}

/* A number of something.  Complains itself. */
int parse_count(const char *what, const char *text, unsigned int max,
		       unsigned int *value)
{
	if (!parse_number(text, max, value) && *value)
		return 0;
	complain("%s '%s' is no number from 1 to %u", what, text, max);
	return -EINVAL;
}

/* A turbo slice.  Complains itself, so that the range is told at one place. */
int parse_slice(const char *text, uint64_t *ns)
{
	char min[DURATION_LEN], max[DURATION_LEN];
	int err;

	format_duration(SCHED_TURBO_SLICE_MIN_NS, min);
	format_duration(SCHED_TURBO_SLICE_MAX_NS, max);
	err = parse_duration(text, NSEC_PER_USEC, ns);
	if (err == -EINVAL) {
		complain("slice '%s' is not a time: write 100us, 0.1ms or a number of us, from %s to %s",
			 text, min, max);
		return err;
	}
	if (err || *ns < SCHED_TURBO_SLICE_MIN_NS ||
	    *ns > SCHED_TURBO_SLICE_MAX_NS) {
		complain("slice %s is out of range: from %s to %s", text, min,
			 max);
		return -ERANGE;
	}
	return 0;
}

/* Exact, in the largest unit that needs no more than three decimals. */
char *format_duration(uint64_t ns, char buf[DURATION_LEN])
{
	int i = ARRAY_SIZE(units) - 1;
	char *end;

	while (i && (ns < units[i].ns || ns % (units[i].ns / 1000)))
		i--;
	snprintf(buf, DURATION_LEN, "%llu.%03llu",
		 (unsigned long long)(ns / units[i].ns),
		 (unsigned long long)(ns % units[i].ns * 1000 / units[i].ns));
	end = buf + strlen(buf);
	while (end[-1] == '0')
		end--;
	if (end[-1] == '.')
		end--;
	memcpy(end, units[i].name, strlen(units[i].name) + 1);
	return buf;
}

/* QEMU's name for a vCPU thread, "CPU 3/KVM". */
int parse_vcpu_name(const char *comm, unsigned int *vcpu)
{
	char number[16];
	size_t digits;

	if (strncmp(comm, "CPU ", 4))
		return -EINVAL;
	comm += 4;
	digits = strspn(comm, "0123456789");
	if (!digits || digits >= sizeof(number) || strcmp(comm + digits, "/KVM"))
		return -EINVAL;
	memcpy(number, comm, digits);
	number[digits] = '\0';
	return parse_number(number, UINT32_MAX, vcpu);
}
