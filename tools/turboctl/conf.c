// SPDX-License-Identifier: GPL-2.0
/*
 * /etc/sched_turbo.conf
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched_turbo.h>

#include "conf.h"
#include "dev.h"
#include "fs.h"
#include "msg.h"
#include "sys.h"
#include "units.h"

static int set_bool(const char *value, bool *to)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return -EINVAL;
	*to = !strcmp(value, "yes");
	return 0;
}

static int set_time(const char *value, uint64_t unit, uint64_t min,
		    uint64_t max, uint64_t *to)
{
	if (!*value) {
		*to = 0;
		return 0;
	}
	if (parse_duration(value, unit, to) || *to < min || *to > max)
		return -EINVAL;
	return 0;
}

static int set(struct conf *c, const char *key, const char *value,
	       const char **wanted)
{
	if (!strcmp(key, "cores")) {
		*wanted = "a list of CPUs, such as 3 or 2-5,7";
		return cpus_parse_list(value, &c->cores);
	}
	if (!strcmp(key, "slice")) {
		*wanted = "a time from 100us to 10ms";
		return set_time(value, NSEC_PER_USEC, SCHED_TURBO_SLICE_MIN_NS,
				SCHED_TURBO_SLICE_MAX_NS, &c->slice_ns);
	}
	if (!strcmp(key, "period")) {
		*wanted = "a time from 10ms to 100ms";
		return set_time(value, NSEC_PER_MSEC, SCHED_TURBO_PERIOD_MIN_NS,
				SCHED_TURBO_PERIOD_MAX_NS, &c->period_ns);
	}
	*wanted = "yes or no";
	if (!strcmp(key, "isolate"))
		return set_bool(value, &c->isolate);
	if (!strcmp(key, "policy"))
		return set_bool(value, &c->policy);
	if (!strcmp(key, "strict"))
		return set_bool(value, &c->strict);
	*wanted = NULL;
	return -EINVAL;
}

static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s + strspn(s, " \t\r");
}

static int read_line(struct conf *c, char *line, unsigned int nr)
{
	const char *wanted;
	char *key, *value;

	line[strcspn(line, "#")] = '\0';
	key = trim(line);
	if (!*key)
		return 0;
	value = strchr(key, '=');
	if (!value) {
		complain(CONF_FILE ":%u: '%s' is no KEY = VALUE", nr,
			 printable(key));
		return -EINVAL;
	}
	*value++ = '\0';
	key = trim(key);
	value = trim(value);
	if (!set(c, key, value, &wanted))
		return 0;
	if (wanted)
		complain(CONF_FILE ":%u: %s '%s' is not %s", nr, key,
			 printable(value), wanted);
	else
		complain(CONF_FILE ":%u: there is no '%s', but cores, slice, isolate, period, policy and strict",
			 nr, printable(key));
	return -EINVAL;
}

int conf_read(struct conf *c)
{
	char *text, *rest, *line;
	unsigned int nr = 0;
	int err, ret = 0;

	memset(c, 0, sizeof(*c));
	c->isolate = true;
	err = fs_read(CONF_FILE, &text);
	if (err == -ENOENT)
		return 0;
	if (err) {
		complain(CONF_FILE ": %s", strerror(-err));
		return err;
	}
	/* All that is wrong at once. */
	for (rest = text; (line = strsep(&rest, "\n"));) {
		err = read_line(c, line, ++nr);
		if (err)
			ret = err;
	}
	free(text);
	return ret;
}

int conf_turbo_cores(struct cpus *cores)
{
	struct sched_turbo_core *list = NULL;
	unsigned int nr = 0;
	struct conf conf;
	int fd, err;

	cpus_clear(cores);
	/* Not everybody who edits a domain may open it. */
	fd = sys_open_device();
	if (fd >= 0) {
		err = dev_cores(fd, &list, &nr);
		close(fd);
		if (err)
			return err;
	}
	for (unsigned int i = 0; i < nr; i++)
		if (list[i].cpu < CPUS_MAX)
			cpus_add(cores, list[i].cpu);
	free(list);
	if (!cpus_empty(cores))
		return 0;
	err = conf_read(&conf);
	*cores = conf.cores;
	return err;
}
