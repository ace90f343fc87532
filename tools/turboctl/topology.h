/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Room for more vCPUs in a guest's topology
 */
#ifndef TURBOCTL_TOPOLOGY_H
#define TURBOCTL_TOPOLOGY_H

enum topology_level {
	TOPOLOGY_SOCKETS,
	TOPOLOGY_DIES,
	TOPOLOGY_CLUSTERS,
	TOPOLOGY_CORES,
	TOPOLOGY_THREADS,
	TOPOLOGY_LEVELS,
};

extern const char * const topology_names[TOPOLOGY_LEVELS];

int topology_grow(unsigned int level[TOPOLOGY_LEVELS], unsigned int vcpus,
		  enum topology_level *grown);

#endif
