// SPDX-License-Identifier: GPL-2.0
/*
 * ackstuck.c - a TCP connection whose receiver is stuck while it owns the socket
 *
 * The receiver reads into memory that userfaultfd(2) guards, so it sleeps in
 * the copy, within tcp_recvmsg(), for as long as we want.  Meanwhile the peer
 * sends; how much of that is acknowledged is what this is about.  Then the
 * fault is resolved and every byte is compared.  Or (-U) it owns nothing, and
 * just does not come to read.
 *
 * Sender and receiver are in the network namespaces "tx" and "rx".  Prints
 * what took how long, and one line of NAME=VALUE; the status is 0 if all bytes
 * came as they were sent (or, where the connection is made to break, if those
 * that came did).
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
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
#include <time.h>
#include <unistd.h>

#include "place.h"

#define PAGE	4096
#define REGION	(16 * PAGE)
#define POKE	1000
#define SPOIL	5000	/* too large to be copied into a packet's head */
#define TIMESTAMP 8	/* the option of TCP */

static struct {
	int family, rounds, tx_cpu, wait_ms;
	size_t bytes;
	int rcvbuf, lower;
	bool md5, late, spoil, unread, mixed;
	int flood;
	const char *end, *hook, *hook_after, *kind;
} opt = {
	.family = AF_INET, .rounds = 3, .tx_cpu = 3, .wait_ms = 3000,
	.bytes = 200000, .end = "read", .kind = "hole",
};

static int rx, tx, uffd;
static char *region;
static atomic_int stuck, resolve, done, gone, lowerer;
static atomic_size_t received;
static size_t sent;
static uint64_t seed;

/* Byte @i of the stream of this run. */
static unsigned char byte_at(size_t i)
{
	uint64_t z = seed + (i / 8 + 1) * 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) >> 8 * (i % 8);
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static void set_int(int fd, int level, int name, int val)
{
	if (setsockopt(fd, level, name, &val, sizeof(val)))
		err(2, "setsockopt %d %d", level, name);
}

static void guard(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		err(2, "userfaultfd");
	region = mmap(NULL, REGION, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (uintptr_t)region;
	reg.range.len = REGION;
	if (region == MAP_FAILED || ioctl(uffd, UFFDIO_REGISTER, &reg))
		err(2, "UFFDIO_REGISTER");
}

/* Holds each fault until told to resolve it. */
static void *keeper(void *arg)
{
	struct pollfd p = { .fd = uffd, .events = POLLIN };
	struct uffd_msg msg;

	(void)arg;
	on_cpu(0);
	while (!done) {
		struct uffdio_zeropage zero = { 0 };

		if (poll(&p, 1, 50) <= 0 ||
		    read(uffd, &msg, sizeof(msg)) != sizeof(msg))
			continue;
		stuck = 1;
		while (!resolve && !done)
			usleep(200);
		zero.range.start = msg.arg.pagefault.address & ~(PAGE - 1ULL);
		zero.range.len = PAGE;
		if (ioctl(uffd, UFFDIO_ZEROPAGE, &zero) && errno != EEXIST)
			err(2, "UFFDIO_ZEROPAGE");
	}
	return NULL;
}

static void compare(const char *buf, ssize_t n)
{
	ssize_t i;

	for (i = 0; i < n && !opt.flood; i++) {
		if ((unsigned char)buf[i] != byte_at(received + i)) {
			printf("DIFFERS at byte %zu\n", received + i);
			exit(1);
		}
	}
	received += n;
}

static atomic_size_t target;	/* what the receiver is to read up to */
static atomic_int round_nr;

/* Each round: once into the guarded region, then the rest as it comes. */
static void *receiver(void *arg)
{
	static char plain[65536];
	int seen = 0;

	(void)arg;
	on_cpu(1);
	while (!done) {
		char *buf = plain;
		ssize_t n;

		if (round_nr > seen) {
			seen = round_nr;
			buf = region;
			if (madvise(region, REGION, MADV_DONTNEED))
				err(2, "madvise");
			n = recv(rx, region, REGION, 0);
		} else if (received < target) {
			n = recv(rx, plain, sizeof(plain), MSG_DONTWAIT);
			if (n < 0 && errno == EAGAIN) {
				usleep(200);
				continue;
			}
		} else {
			usleep(200);
			continue;
		}
		if (n <= 0) {
			gone = n < 0 ? errno : -1;
			return NULL;
		}
		compare(buf, n);
		if (!strcmp(opt.end, "close")) {
			close(rx);
			gone = -1;
			return NULL;
		}
	}
	return NULL;
}

/* What comes next of the stream, made before the clock runs. */
static unsigned char *prepare(size_t bytes)
{
	unsigned char *buf = malloc(bytes);
	size_t i;

	if (!buf)
		err(2, "malloc");
	for (i = 0; i < bytes; i++)
		buf[i] = byte_at(sent + i);
	return buf;
}

/* Sends @bytes of it, or with MSG_DONTWAIT as much as goes at once. */
static void send_some(const unsigned char *buf, size_t bytes, int flags)
{
	size_t all = 0;

	while (all < bytes) {
		ssize_t r = send(tx, buf + all, bytes - all,
				 flags | MSG_NOSIGNAL);

		if (r < 0 && errno == EAGAIN)
			break;
		if (r < 0) {
			if (strcmp(opt.end, "read"))
				break;	/* it was to break */
			err(1, "send");
		}
		sent += r;
		all += r;
	}
}

static struct tcp_info info(int fd)
{
	struct tcp_info ti = { 0 };
	socklen_t len = sizeof(ti);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &len))
		err(2, "TCP_INFO");
	return ti;
}

static void sign(int fd, const struct sockaddr_storage *peer)
{
	struct tcp_md5sig md5 = { .tcpm_keylen = 6, .tcpm_key = "secret" };

	memcpy(&md5.tcpm_addr, peer, sizeof(*peer));
	if (setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &md5, sizeof(md5)))
		err(2, "TCP_MD5SIG");
}

static struct sockaddr_storage address(const char *text, int port)
{
	struct sockaddr_storage ss = { .ss_family = opt.family };
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&ss;
	struct sockaddr_in *four = (struct sockaddr_in *)&ss;

	if (opt.family == AF_INET) {
		four->sin_port = htons(port);
		inet_pton(AF_INET, text, &four->sin_addr);
	} else {
		six->sin6_port = htons(port);
		inet_pton(AF_INET6, text, &six->sin6_addr);
	}
	return ss;
}

static void join(void)
{
	bool four = opt.family == AF_INET;
	struct sockaddr_storage at = address(four ? "10.9.0.1" : "fd09::1", 5001);
	struct sockaddr_storage from = address(four ? "10.9.0.2" : "fd09::2", 0);
	int l;

	in_netns("rx");
	l = socket(opt.family, SOCK_STREAM, 0);
	set_int(l, SOL_SOCKET, SO_REUSEADDR, 1);
	if (opt.rcvbuf)
		set_int(l, SOL_SOCKET, SO_RCVBUF, opt.rcvbuf);
	if (opt.md5)
		sign(l, &from);
	if (bind(l, (void *)&at, sizeof(at)) || listen(l, 1))
		err(2, "listen");
	in_netns("tx");
	tx = socket(opt.family, SOCK_STREAM, 0);
	set_int(tx, SOL_SOCKET, SO_SNDBUF, 8 << 20);
	if (opt.md5)
		sign(tx, &at);
	if (connect(tx, (void *)&at, sizeof(at)))
		err(2, "connect");
	rx = accept(l, NULL, NULL);
	if (rx < 0)
		err(2, "accept");
	close(l);
	set_int(tx, IPPROTO_TCP, TCP_NODELAY, 1);
}

static int sniffer;

/* Sees what the sender's device sends from now on. */
static void sniff(void)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
	};

	in_netns("tx");
	sniffer = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	ll.sll_ifindex = if_nametoindex("vtx");
	if (sniffer < 0 || bind(sniffer, (void *)&ll, sizeof(ll)))
		err(2, "AF_PACKET");
}

static uint32_t sum(const unsigned char *p, size_t n, uint32_t s)
{
	for (; n > 1; n -= 2, p += 2)
		s += p[0] << 8 | p[1];
	return n ? s + (p[0] << 8) : s;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons(~s & 0xffff);
}

/* What has last been sent, as a frame, and its parts. */
static struct {
	unsigned char frame[14 + 20 + 60 + SPOIL];
	struct iphdr *ip;
	struct tcphdr *th;
	size_t hl;
	uint32_t next;
} last;

static void sniffed(void)
{
	static unsigned char buf[70000];
	struct sockaddr_ll ll;
	socklen_t len;
	ssize_t n;

	last.ip = (void *)(last.frame + 14);
	last.th = (void *)(last.frame + 34);
	for (;;) {
		struct iphdr *i = (void *)(buf + 14);
		struct tcphdr *t = (void *)(buf + 34);
		size_t data;

		len = sizeof(ll);
		n = recvfrom(sniffer, buf, sizeof(buf), MSG_DONTWAIT,
			     (void *)&ll, &len);
		if (n < 0)
			break;
		if (ll.sll_pkttype != PACKET_OUTGOING || n < 54 ||
		    i->version != 4 || i->protocol != IPPROTO_TCP)
			continue;
		data = ntohs(i->tot_len) - 20 - t->doff * 4;
		if (!data)
			continue;
		last.hl = t->doff * 4;
		memcpy(last.frame, buf, 34 + last.hl);
		last.next = ntohl(t->seq) + data;
	}
	if (!last.hl)
		errx(2, "nothing was sniffed");
}

/* Sends the last one once more, with @data bytes that begin at @seq. */
static void forge(uint32_t seq, size_t data)
{
	uint32_t s;

	last.ip->tot_len = htons(20 + last.hl + data);
	last.ip->check = 0;
	last.ip->check = fold(sum((void *)last.ip, 20, 0));
	last.th->seq = htonl(seq);
	last.th->psh = 1;
	last.th->check = 0;
	s = sum((void *)&last.ip->saddr, 8, IPPROTO_TCP + last.hl + data);
	last.th->check = fold(sum((void *)last.th, last.hl + data, s));
	if (send(sniffer, last.frame, 34 + last.hl + data, 0) < 0)
		err(2, "send by AF_PACKET");
}

/*
 * The hostile peer: a segment that follows on the last one, with the same
 * options, so that it is merged into it, and acknowledges what was never sent.
 */
static void spoil(void)
{
	sniffed();
	last.th->ack_seq = htonl(ntohl(last.th->ack_seq) + 1000000);
	forge(last.next, SPOIL);
}

/*
 * A flood of segments of a byte: with holes between them, or ("tiny") none, but
 * each with a timestamp of its own, so that the stack merges none into another.
 */
static void flood(void)
{
	bool tiny = !strcmp(opt.kind, "tiny");
	unsigned char *ts = last.frame + 34 + sizeof(*last.th);
	uint64_t start;
	uint32_t val;
	int i;

	sniffed();
	/* NOP, NOP, timestamp: as Linux sends it */
	if (last.hl != 32 || ts[2] != TIMESTAMP)
		errx(2, "no timestamps");
	memcpy(&val, ts + 4, 4);
	val = ntohl(val);
	start = now_us();
	for (i = 0; i < opt.flood; i++) {
		uint32_t be = htonl(val + i);

		memcpy(ts + 4, &be, 4);
		forge(last.next + (tiny ? i : 100 + 2 * i), 1);
	}
	printf("# flood of %d: %llu ns each\n", opt.flood,
	       (unsigned long long)(now_us() - start) * 1000 / opt.flood);
}

static void *lower(void *arg)
{
	(void)arg;
	on_cpu(2);
	lowerer = (int)syscall(SYS_gettid);
	/* sleeps until the receiver lets go */
	set_int(rx, SOL_SOCKET, SO_RCVBUF, opt.lower);
	lowerer = 0;
	return NULL;
}

static void run_hook(const char *hook)
{
	if (hook && system(hook))
		errx(2, "%s: failed", hook);
}

/* Waits until @what is set, or the receiver is gone. */
static void wait_for(atomic_int *what)
{
	uint64_t until = now_us() + 20000000;

	while (!*what && !gone) {
		if (now_us() > until)
			errx(1, "the receiver does not move: %zu of %zu bytes",
			     (size_t)received, sent);
		usleep(100);
	}
}

int main(int argc, char **argv)
{
	uint64_t worst = 0, stuck_acked = 0, until;
	int c, i, all_acked = 0, none_acked = 0;
	unsigned int again = 0;	/* sent again by then */
	pthread_t k, r, s;

	while ((c = getopt(argc, argv, "6r:b:w:R:L:lme:H:A:SF:K:UX")) != -1) {
		switch (c) {
		case '6': opt.family = AF_INET6; break;
		case 'r': opt.rounds = atoi(optarg); break;
		case 'b': opt.bytes = strtoul(optarg, NULL, 0); break;
		case 'w': opt.wait_ms = atoi(optarg); break;
		case 'R': opt.rcvbuf = atoi(optarg); break;
		case 'L': opt.lower = atoi(optarg); break;
		case 'l': opt.late = true; break;	/* -L when acknowledged */
		case 'S': opt.spoil = true; break;
		case 'U': opt.unread = true; break; /* not stuck: does not read */
		case 'X': opt.mixed = true; break; /* every other round is stuck */
		case 'F': opt.flood = atoi(optarg); break; /* instead of sending */
		case 'K': opt.kind = optarg; break;	/* of the flood */
		case 'm': opt.md5 = true; break;
		case 'e': opt.end = optarg; break;
		case 'H': opt.hook = optarg; break;	/* stuck, before sending */
		case 'A': opt.hook_after = optarg; break; /* before resolving */
		default: return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = now_us();
	guard();
	join();
	if (opt.spoil || opt.flood)
		sniff();
	on_cpu(opt.tx_cpu);
	pthread_create(&k, NULL, keeper, NULL);
	pthread_create(&r, NULL, receiver, NULL);
	for (i = 0; i < opt.rounds && !gone; i++) {
		uint64_t base, start, took = 0;
		unsigned char *buf;
		struct tcp_info ti;

		resolve = 0;
		stuck = 0;
		if (opt.mixed)
			opt.unread = i % 2;
		if (!opt.unread) {
			round_nr++;
			buf = prepare(POKE);
			send_some(buf, POKE, 0);
			free(buf);
			wait_for(&stuck);
		}
		usleep(20000);	/* what was due for the poke is acknowledged */
		base = info(tx).tcpi_bytes_acked;
		run_hook(opt.hook);
		if (opt.lower && !opt.late) {
			pthread_create(&s, NULL, lower, NULL);
			wait_for(&lowerer);
			until_it_waits(lowerer);
		}
		if (opt.flood) {
			/* the stream is spoiled, and is not read */
			flood();
			resolve = 1;
			usleep(100000);
			return 0;
		}
		buf = prepare(opt.bytes);
		start = now_us();
		send_some(buf, opt.bytes, MSG_DONTWAIT);
		printf("# sent in %llu us\n",
		       (unsigned long long)(now_us() - start));
		until = start + opt.wait_ms * 1000ULL;
		do {
			ti = info(tx);
			took = now_us() - start;
			if (!ti.tcpi_unacked)
				break;
		} while (now_us() < until);
		free(buf);
		ti = info(tx);
		stuck_acked += ti.tcpi_bytes_acked - base;
		again = ti.tcpi_total_retrans;
		if (ti.tcpi_unacked == 0 && ti.tcpi_bytes_acked > base)
			all_acked++;
		if (ti.tcpi_bytes_acked == base)
			none_acked++;
		if (took > worst)
			worst = took;
		printf("# acknowledged %llu bytes in %llu us\n",
		       (unsigned long long)ti.tcpi_bytes_acked - base,
		       (unsigned long long)took);
		run_hook(opt.hook_after);
		if (opt.lower && opt.late) {
			pthread_create(&s, NULL, lower, NULL);
			wait_for(&lowerer);
			until_it_waits(lowerer);
		}
		if (opt.spoil) {
			spoil();
			resolve = 1;
			usleep(100000);
			break;
		}
		if (!strcmp(opt.end, "rst")) {
			struct linger now = { 1, 0 };

			setsockopt(tx, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
			close(tx);
			usleep(20000);
			resolve = 1;
			break;
		}
		if (!strcmp(opt.end, "fin")) {
			shutdown(tx, SHUT_WR);
			usleep(20000);
		}
		resolve = 1;
		if (opt.lower)
			pthread_join(s, NULL);
		target = sent;
		until = now_us() + 30000000;
		while (received < sent && !gone) {
			if (now_us() > until) {
				printf("stuck_stream=1 received=%zu sent=%zu\n",
				       (size_t)received, sent);
				return 1;
			}
			usleep(200);
		}
		if (strcmp(opt.end, "read"))
			break;
	}
	if (!strcmp(opt.end, "rst") || !strcmp(opt.end, "close")) {
		until = now_us() + 10000000;
		target = sent + 1;
		while (!gone && now_us() < until)
			usleep(200);
	}
	done = 1;
	pthread_join(k, NULL);
	pthread_join(r, NULL);
	printf("rounds=%d all_acked=%d none_acked=%d acked=%llu again=%u worst_us=%llu sent=%zu received=%zu gone=%d\n",
	       i, all_acked, none_acked, (unsigned long long)stuck_acked, again,
	       (unsigned long long)worst, sent, (size_t)received, (int)gone);
	if (!opt.spoil && (!strcmp(opt.end, "read") || !strcmp(opt.end, "fin")))
		return received == sent ? 0 : 1;
	return 0;
}
