/* SPDX-License-Identifier: GPL-2.0 */
/* ack_model.h - what the kernels do with a backlog: written from their code */
#ifndef ACK_MODEL_H
#define ACK_MODEL_H

#include "ack_decision.h"

#define ACK_SEGS_MAX	8
#define ACK_MSS		1448U
#define ACK_AGE_NS	150000ULL

/* A whole question: socket, backlog, history, time. */
struct ack_case {
	struct turbo_ack_sock sk;
	struct turbo_ack_flow flow;
	struct turbo_ack_seg seg[ACK_SEGS_MAX];
	u32 truesize[ACK_SEGS_MAX];
	int nr;
	u64 now_ns, age_ns;
};

/* What the owner and the others do before the backlog is drained. */
struct ack_meanwhile {
	u64 others_pages;	/* other sockets take so much memory */
	bool send_ack;		/* the owner acknowledges what it had */
	u32 more_window;	/* and opens the window by so much */
	u32 read_bytes;		/* it frees so much of the receive queue */
};

enum ack_kernel { ACK_6_1, ACK_6_12, ACK_7_2, ACK_KERNELS };

/* Three full segments, a window of ten, just enough memory, an old backlog. */
struct ack_case ack_good(u32 base, bool tstamp);

/* Asks the code under test. */
enum turbo_ack_reason ack_ask(const struct ack_case *c,
			      struct turbo_ack_plan *plan,
			      struct turbo_ack_chain *chain);

/*
 * Drains the backlog the way tcp_rcv_established() of @kernel does; after a
 * shutdown tcp_rcv_state_process() does the same.  Returns rcv_nxt afterwards.
 */
u32 ack_drain(const struct ack_case *c, const struct ack_meanwhile *m,
	      enum ack_kernel kernel);

/*
 * Does what was answered keep the promise on all kernels, and the right edge?
 * Returns NULL, or what is wrong.
 */
const char *ack_wrong(const struct ack_case *c, const struct ack_meanwhile *m);

#endif /* ACK_MODEL_H */
