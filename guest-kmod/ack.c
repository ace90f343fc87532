// SPDX-License-Identifier: GPL-2.0
/*
 * ack.c - acknowledging what waits in the backlog (vTurbo, Algorithm 1)
 */
#include "turbo_guest.h"

/**
 * turbo_ack_init - nothing to set up yet
 */
int turbo_ack_init(void)
{
	return 0;
}

/**
 * turbo_ack_exit - undo turbo_ack_init()
 */
void turbo_ack_exit(void)
{
}
