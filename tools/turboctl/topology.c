// SPDX-License-Identifier: GPL-2.0
/*
 * Room for more vCPUs in a guest's topology
 *
 * libvirt and QEMU want the product of all levels to be the number of vCPUs
 * that there may be.
 */
#include <errno.h>
#include <stdint.h>

#include "topology.h"

const char * const topology_names[TOPOLOGY_LEVELS] = {
	"sockets", "dies", "clusters", "cores", "threads",
};

static uint64_t product(const unsigned int level[TOPOLOGY_LEVELS])
{
	uint64_t n = 1;

	for (int i = 0; i < TOPOLOGY_LEVELS; i++)
		n *= level[i];
	return n;
}

/**
 * topology_grow() - make room for vCPUs by changing one level
 * @level: the levels, none of them 0; one is changed
 * @vcpus: how many vCPUs there have to be in all
 * @grown: out: which one was changed
 *
 * One socket gets more cores, as guests that are licensed or scheduled by
 * sockets should not see another; several sockets get more of them.  Threads
 * and what is between stay: a lone sibling would not be one.
 *
 * Return: 0, or -ERANGE if neither gives that number.
 */
int topology_grow(unsigned int level[TOPOLOGY_LEVELS], unsigned int vcpus,
		  enum topology_level *grown)
{
	static const enum topology_level by_core[] = {
		TOPOLOGY_CORES, TOPOLOGY_SOCKETS,
	};
	static const enum topology_level by_socket[] = {
		TOPOLOGY_SOCKETS, TOPOLOGY_CORES,
	};
	const enum topology_level *order;

	order = level[TOPOLOGY_SOCKETS] == 1 ? by_core : by_socket;
	for (int i = 0; i < 2; i++) {
		uint64_t rest = product(level) / level[order[i]];

		if (!rest || vcpus % rest)
			continue;
		level[order[i]] = vcpus / rest;
		*grown = order[i];
		return 0;
	}
	return -ERANGE;
}
