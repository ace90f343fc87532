// SPDX-License-Identifier: GPL-2.0
/*
 * What a libvirt domain says of SCHED_TURBO
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sched_turbo.h>

#include "domain.h"
#include "units.h"

xmlNode *domain_root(const struct xml_text *x)
{
	if (!strcmp((const char *)x->root->name, "domstatus"))
		return xml_child(x->root, "domain", NULL);
	return strcmp((const char *)x->root->name, "domain") ? NULL : x->root;
}

static int read_turbo(const struct xml_text *x, struct domain *d)
{
	char *text = xml_attr(d->node, "vcpus");
	int err = 0;

	if (!text)
		return xml_refuse(x, d->node, "<%s:domain> has no vcpus='...': which of them are turbo vCPUs?",
				  DOMAIN_PREFIX);
	if (!*text || cpus_parse_list(text, &d->turbo) || cpus_empty(&d->turbo))
		err = xml_refuse(x, d->node, "vcpus '%s' is no list of vCPUs: write 1, 1,3 or 1-3",
				 printable(text));
	free(text);
	return err;
}

static int read_slice(const struct xml_text *x, struct domain *d)
{
	char *text = xml_attr(d->node, "slice");
	int err = 0;

	if (text && (parse_duration(text, NSEC_PER_USEC, &d->slice_ns) ||
		     d->slice_ns < SCHED_TURBO_SLICE_MIN_NS ||
		     d->slice_ns > SCHED_TURBO_SLICE_MAX_NS))
		err = xml_refuse(x, d->node, "slice '%s' is no time from 100us to 10ms",
				 printable(text));
	free(text);
	return err;
}

/* Shares have a wider range with cgroup v1 than weights have. */
static int read_weight(const struct xml_text *x, xmlNode *root,
		       struct domain *d)
{
	xmlNode *shares = xml_child(xml_child(root, "cputune", NULL), "shares",
				    NULL);
	char *text;
	int err;

	err = xml_number(x, d->node, "weight", SCHED_TURBO_WEIGHT_MAX,
			 &d->weight);
	d->own_weight = d->weight;
	if (err || d->weight || !shares)
		return err;
	text = xml_content(shares);
	if (parse_number(text, SCHED_TURBO_WEIGHT_MAX, &d->weight) ||
	    !d->weight) {
		xml_note(x, shares, "shares %s are no weight from 1 to %u: the weight is the default, %u",
			 printable(text), SCHED_TURBO_WEIGHT_MAX,
			 SCHED_TURBO_WEIGHT_DEFAULT);
		d->weight = 0;
	}
	free(text);
	return 0;
}

static int read_vcpus(const struct xml_text *x, xmlNode *root, struct domain *d)
{
	xmlNode *vcpu = xml_child(root, "vcpu", NULL);
	unsigned int nr = 1, now, last = 0, cpu, count = 0;
	int err = 0;

	if (vcpu)
		err = xml_number(x, vcpu, NULL, CPUS_MAX, &nr);
	now = nr;
	if (!err && vcpu)
		err = xml_number(x, vcpu, "current", CPUS_MAX, &now);
	if (err)
		return err;
	for_each_cpu(cpu, &d->turbo) {
		last = cpu;
		count++;
	}
	if (last >= nr)
		return xml_refuse(x, d->node, "there is no vCPU %u, only 0 to %u",
				  last, nr - 1);
	if (count >= now)
		return xml_refuse(x, d->node, "no regular vCPU would be left of %u",
				  now);
	return 0;
}

int domain_read(const struct xml_text *x, struct domain *d)
{
	xmlNode *root = domain_root(x), *metadata;
	int err;

	memset(d, 0, sizeof(*d));
	if (!root)
		return xml_refuse(x, x->root, "<%s> is no <domain>",
				  x->root->name);
	metadata = xml_child(root, "metadata", NULL);
	d->node = xml_child(metadata, "domain", DOMAIN_NS);
	if (!d->node)
		return 0;
	if (xml_next(d->node, "domain", DOMAIN_NS))
		return xml_refuse(x, xml_next(d->node, "domain", DOMAIN_NS),
				  "a second <%s:domain>", DOMAIN_PREFIX);
	err = read_turbo(x, d);
	if (!err)
		err = read_slice(x, d);
	if (!err)
		err = read_weight(x, root, d);
	if (!err)
		err = read_vcpus(x, root, d);
	return err;
}
