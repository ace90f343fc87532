// SPDX-License-Identifier: GPL-2.0
/*
 * ack_trace.c - the bodies of the tracepoints of early acknowledgment
 */
#define CREATE_TRACE_POINTS
#include "ack_trace.h"
