// SPDX-License-Identifier: GPL-2.0
/*
 * acksoak.c - gibibytes through connections whose receivers keep getting stuck
 *
 * usage: acksoak [-6] [-c CONNECTIONS] [-s SEED] [-t SECONDS] MIB
 *
 * Each receiver reads mostly into plain memory, and every now and then into a
 * page that userfaultfd(2) guards: there it is stuck, owning its socket, for
 * 0.2 to 5 ms, while the sender goes on.  A connection carries 1 to 64 MiB and
 * is then closed and made anew, with another SO_RCVBUF.  Every byte is compared
 * with what was sent.  Senders are in the network namespace "tx" and on CPU 3,
 * receivers in "rx".  After SECONDS, or by SIGTERM, no new connection is made.
 *
 * Prints one line of NAME=VALUE; the status is 0 if all bytes came and none
 * differed.  A connection that does not move for a minute is stuck for good.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "place.h"

#define PAGE	4096UL
#define MIB	(1UL << 20)
#define CONNS_MAX 16
#define TX_CPU	3
#define PATIENCE 60

/* The stream is this over and over; the length is prime, so nothing aligns. */
#define PATTERN	16777213UL

struct conn {
	int nr, uffd, listener, rx, tx;
	char *page;
	uint64_t random;
	size_t length;		/* of this connection */
	atomic_size_t moved;	/* bytes compared, ever */
	atomic_ulong held;	/* times stuck */
	pthread_t sender, receiver, keeper;
};

static struct conn conns[CONNS_MAX];
static int nr_conns = 4, family = AF_INET;
static size_t per_conn;
static unsigned char *pattern;
static atomic_int done, over, stop;

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static struct sockaddr_storage address(const struct conn *c)
{
	struct sockaddr_storage ss = { .ss_family = family };
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&ss;
	struct sockaddr_in *four = (struct sockaddr_in *)&ss;

	if (family == AF_INET) {
		four->sin_port = htons(6000 + c->nr);
		inet_pton(AF_INET, "10.9.0.1", &four->sin_addr);
	} else {
		six->sin6_port = htons(6000 + c->nr);
		inet_pton(AF_INET6, "fd09::1", &six->sin6_addr);
	}
	return ss;
}

/* Holds each fault for a while. */
static void *keeper(void *arg)
{
	struct conn *c = arg;
	struct pollfd p = { .fd = c->uffd, .events = POLLIN };
	uint64_t random = c->random + 1;
	struct uffd_msg msg;

	on_cpu(c->nr % TX_CPU);
	while (!done) {
		struct uffdio_zeropage zero = { 0 };

		if (poll(&p, 1, 100) <= 0 ||
		    read(c->uffd, &msg, sizeof(msg)) != sizeof(msg))
			continue;
		usleep(200 + next_random(&random) % 4800);
		c->held++;
		zero.range.start = (uintptr_t)c->page;
		zero.range.len = PAGE;
		if (ioctl(c->uffd, UFFDIO_ZEROPAGE, &zero) && errno != EEXIST)
			err(2, "UFFDIO_ZEROPAGE");
	}
	return NULL;
}

static void *sender(void *arg)
{
	struct conn *c = arg;
	size_t sent = 0;

	on_cpu(TX_CPU);
	while (sent < c->length) {
		size_t at = sent % PATTERN, n = c->length - sent;
		ssize_t r;

		if (n > PATTERN - at)
			n = PATTERN - at;
		if (n > 65536)
			n = 65536;
		r = send(c->tx, pattern + at, n, MSG_NOSIGNAL);
		if (r < 0)
			err(1, "connection %d: send", c->nr);
		sent += r;
	}
	shutdown(c->tx, SHUT_WR);
	return NULL;
}

static void compare(const struct conn *c, const char *buf, size_t n, size_t at)
{
	size_t left = n, off = at % PATTERN;

	while (left) {
		size_t part = left < PATTERN - off ? left : PATTERN - off;

		if (memcmp(buf, pattern + off, part))
			errx(1, "connection %d: DIFFERS between bytes %zu and %zu",
			     c->nr, at, at + n);
		buf += part;
		left -= part;
		off = 0;
	}
}

/* One connection, from its beginning to its end. */
static void receive(struct conn *c, char *buf, size_t size)
{
	size_t got = 0;
	ssize_t n;

	for (;;) {
		bool guarded = next_random(&c->random) % 4 == 0;
		char *to = guarded ? c->page : buf;

		if (guarded && madvise(c->page, PAGE, MADV_DONTNEED))
			err(2, "madvise");
		n = recv(c->rx, to, guarded ? PAGE : size, 0);
		if (n < 0)
			err(1, "connection %d: recv", c->nr);
		if (!n)
			break;
		compare(c, to, n, got);
		got += n;
		c->moved += n;
	}
	if (got != c->length)
		errx(1, "connection %d: %zu of %zu bytes", c->nr, got,
		     c->length);
}

static void join(struct conn *c)
{
	static const int rcvbufs[] = { 0, 65536, 500000, 4000000 };
	int rcvbuf = rcvbufs[next_random(&c->random) % 4], big = 4 << 20;
	struct sockaddr_storage at = address(c);
	int one = 1;

	in_netns("rx");
	c->listener = socket(family, SOCK_STREAM, 0);
	setsockopt(c->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (rcvbuf && setsockopt(c->listener, SOL_SOCKET, SO_RCVBUFFORCE,
				 &rcvbuf, sizeof(rcvbuf)))
		err(2, "SO_RCVBUFFORCE");
	if (bind(c->listener, (void *)&at, sizeof(at)) ||
	    listen(c->listener, 1))
		err(2, "listen");
	in_netns("tx");
	c->tx = socket(family, SOCK_STREAM, 0);
	setsockopt(c->tx, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big));
	if (connect(c->tx, (void *)&at, sizeof(at)))
		err(1, "connection %d: connect", c->nr);
	c->rx = accept(c->listener, NULL, NULL);
	if (c->rx < 0)
		err(1, "accept");
	close(c->listener);
}

static void *receiver(void *arg)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct conn *c = arg;
	size_t size = 256 * 1024;
	char *buf = malloc(size);

	c->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	c->uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	reg.range.start = (uintptr_t)c->page;
	reg.range.len = PAGE;
	if (!buf || c->page == MAP_FAILED || c->uffd < 0 ||
	    ioctl(c->uffd, UFFDIO_API, &api) ||
	    ioctl(c->uffd, UFFDIO_REGISTER, &reg))
		err(2, "userfaultfd");
	pthread_create(&c->keeper, NULL, keeper, c);
	on_cpu(c->nr % TX_CPU);
	while (c->moved < per_conn && !stop) {
		c->length = MIB + next_random(&c->random) % (63 * MIB);
		if (c->length > per_conn - c->moved)
			c->length = per_conn - c->moved;
		join(c);
		pthread_create(&c->sender, NULL, sender, c);
		receive(c, buf, size);
		pthread_join(c->sender, NULL);
		close(c->rx);
		close(c->tx);
	}
	free(buf);
	over++;
	return NULL;
}

static void end(int signal)
{
	(void)signal;
	stop = 1;
}

int main(int argc, char **argv)
{
	size_t last[CONNS_MAX] = { 0 }, sum = 0, i;
	int still[CONNS_MAX] = { 0 }, c, n, seconds = 0, limit = 0;
	uint64_t seed = 1;
	unsigned long held = 0;

	while ((c = getopt(argc, argv, "6c:s:t:")) != -1) {
		switch (c) {
		case '6': family = AF_INET6; break;
		case 'c': nr_conns = atoi(optarg); break;
		case 's': seed = strtoull(optarg, NULL, 0); break;
		case 't': limit = atoi(optarg); break;
		default: return 2;
		}
	}
	if (optind + 1 != argc || nr_conns < 1 || nr_conns > CONNS_MAX)
		return 2;
	per_conn = strtoul(argv[optind], NULL, 0) * MIB / nr_conns;
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, end);
	pattern = calloc(PATTERN, 1);
	if (!pattern)
		err(2, "calloc");
	for (i = 0; i + 8 <= PATTERN; i += 8) {
		uint64_t word = next_random(&seed);

		memcpy(pattern + i, &word, 8);
	}
	for (n = 0; n < nr_conns; n++) {
		conns[n].nr = n;
		conns[n].random = next_random(&seed);
		pthread_create(&conns[n].receiver, NULL, receiver, &conns[n]);
	}
	while (over < nr_conns) {
		sleep(1);
		seconds++;
		if (limit && seconds >= limit)
			stop = 1;
		sum = 0;
		for (n = 0; n < nr_conns; n++) {
			size_t now = conns[n].moved;

			sum += now;
			still[n] = now == last[n] && now < per_conn ?
				still[n] + 1 : 0;
			last[n] = now;
			if (still[n] > PATIENCE)
				errx(1, "connection %d: STUCK at byte %zu", n,
				     now);
		}
		if (seconds % 30 == 0)
			fprintf(stderr, "# %d s: %zu MiB\n", seconds, sum / MIB);
	}
	done = 1;
	sum = 0;
	for (n = 0; n < nr_conns; n++) {
		pthread_join(conns[n].receiver, NULL);
		pthread_join(conns[n].keeper, NULL);
		sum += conns[n].moved;
		held += conns[n].held;
	}
	printf("bytes=%zu differ=0 stuck_streams=0 owner_stuck=%lu seconds=%d\n",
	       sum, held, seconds);
	return 0;
}
