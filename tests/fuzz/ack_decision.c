// SPDX-License-Identifier: GPL-2.0
/*
 * ack_decision.c - libFuzzer on guest-kmod/policy/ack_decision.c
 *
 * The input edits a backlog that would be acknowledged, field by field.  What
 * is then answered must keep the promise in the model of the kernels.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "ack_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *from, *end;

static u32 take(int bytes)
{
	u32 n = 0;

	while (bytes-- && from < end)
		n = n << 8 | *from++;
	return n;
}

/* An edit is small, or anything. */
static void edit(u32 *field)
{
	u32 how = take(1);

	if (how < 128)
		*field += how - 64;
	else if (how < 192)
		*field += take(2);
	else
		*field = take(4);
}

static void edit64(u64 *field)
{
	u32 low = (u32)*field;

	edit(&low);
	*field = (u64)low << (take(1) & 7);
}

static void edit_socket(struct ack_case *c)
{
	u32 *const fields[] = {
		&c->sk.rcv_nxt, &c->sk.rcv_wup, &c->sk.rcv_wnd, &c->sk.snd_una,
		&c->sk.snd_nxt, &c->sk.snd_wnd_end, &c->sk.ts_recent,
		&c->sk.rcv_mss, &c->flow.acked,
	};
	u64 *const wide[] = {
		&c->sk.rmem_alloc, &c->sk.rcvbuf, &c->sk.mem_pages,
		&c->sk.mem_promised, &c->sk.mem_low, &c->sk.mem_high,
		&c->sk.memcg_margin, &c->now_ns, &c->flow.since_ns,
		&c->flow.fresh_ns, &c->age_ns, &c->sk.traits,
	};
	u32 n = take(1) % 23;

	if (n < 9)
		edit(fields[n]);
	else if (n < 21)
		edit64(wide[n - 9]);
	else if (n == 21)
		c->flow.promised = take(1) & 1;
	else
		c->sk.rcv_wscale = take(1) % 15;
}

static void edit_segment(struct ack_case *c)
{
	u32 i = take(1) % ACK_SEGS_MAX;
	struct turbo_ack_seg *s = &c->seg[i];

	switch (take(1) % 11) {
	case 0: edit(&s->seq); break;
	case 1: edit(&s->end_seq); break;
	case 2: edit(&s->ack_seq); break;
	case 3: edit(&s->tsval); break;
	case 4: edit(&s->flags); break;
	case 5: edit(&s->dsfield); break;
	case 6: s->options = (enum turbo_ack_options)(take(1) % 3); break;
	case 7: s->csum_ok = take(1) & 1; break;
	case 8: s->pfmemalloc = take(1) & 1; break;
	case 9: s->psp = take(1) & 1; break;
	case 10: c->nr = (int)(take(1) % (ACK_SEGS_MAX + 1)); break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ack_meanwhile m;
	struct ack_case c;
	const char *wrong;
	u64 limit;
	int i;

	from = data;
	end = data + size;
	c = ack_good(take(4), take(1) & 1);
	for (i = 3; i < ACK_SEGS_MAX; i++) {
		/* more segments that follow, not in use yet */
		c.seg[i] = c.seg[i - 1];
		c.seg[i].seq = c.seg[i - 1].end_seq;
		c.seg[i].end_seq = c.seg[i].seq + ACK_MSS;
		c.truesize[i] = c.truesize[0];
	}
	while (from < end) {
		if (take(1) & 1)
			edit_socket(&c);
		else
			edit_segment(&c);
	}
	/* what the stack keeps true of itself */
	if ((int)(c.sk.rcv_nxt - c.sk.rcv_wup) < 0 || c.sk.rcv_wnd > 1U << 30 ||
	    (int)(c.sk.snd_nxt - c.sk.snd_una) < 0)
		return 0;
	c.sk.backlog_len = 0;
	for (i = 0; i < c.nr; i++)
		c.sk.backlog_len += c.truesize[i];

	limit = c.sk.mem_high / 2 < c.sk.mem_low ? c.sk.mem_high / 2 :
						   c.sk.mem_low;
	m.others_pages = c.sk.mem_high - limit;
	m.send_ack = size & 2;
	m.more_window = size & 4 ? 1000 : 0;
	m.read_bytes = size & 8 ? 5000 : 0;
	wrong = ack_wrong(&c, &m);
	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		abort();
	}
	return 0;
}
