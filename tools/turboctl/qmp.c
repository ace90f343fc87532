// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU threads of a QEMU process, by its monitor
 *
 * What comes from there is not to be trusted: whoever runs QEMU could name the
 * threads of somebody else.  Only those of the process at the other end are
 * taken.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json_tokener.h>

#include "fs.h"
#include "json.h"
#include "msg.h"
#include "qmp.h"
#include "units.h"

/* QEMU answers at once, unless somebody else has its monitor. */
#define TIMEOUT_S	5
/* But while it starts; it may have much memory to touch. */
#define START_TIMEOUT_S	600
/* A line for each of many CPUs. */
#define ANSWER_MAX	(4U << 20)

struct qmp {
	const char *socket;
	int fd;
	int timeout_s;
	struct timespec end;
	char *buf;
	size_t len;
	size_t size;
};

/* A process that is about to have the socket, if @child is one, or not. */
static bool may_come(const struct qmp *q, pid_t child)
{
	siginfo_t info = {};
	struct timespec now;
	bool ended;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!child || now.tv_sec >= q->end.tv_sec)
		return false;
	ended = !waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) &&
		info.si_pid == child;
	if (!ended)
		usleep(10000);
	return !ended;
}

static int try_connect(struct qmp *q, const struct sockaddr_un *addr)
{
	q->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (q->fd < 0)
		return -errno;
	return connect(q->fd, (struct sockaddr *)addr, sizeof(*addr)) ?
	       -errno : 0;
}

static int qmp_connect(struct qmp *q, pid_t child, pid_t *pid)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct ucred peer;
	socklen_t len = sizeof(peer);
	bool again;
	int err;

	if (strlen(q->socket) >= sizeof(addr.sun_path)) {
		complain("%s: the name is too long for a socket", q->socket);
		return -ENAMETOOLONG;
	}
	memcpy(addr.sun_path, q->socket, strlen(q->socket) + 1);
	clock_gettime(CLOCK_MONOTONIC, &q->end);
	q->end.tv_sec += q->timeout_s;
	do {
		/* Asked first, so that what it made before it ended is seen. */
		again = may_come(q, child);
		if (q->fd >= 0)
			close(q->fd);
		err = try_connect(q, &addr);
	} while (again && (err == -ENOENT || err == -ECONNREFUSED));
	if (!err && getsockopt(q->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		err = -errno;
	if (err && child)
		complain("QEMU has ended, or has no monitor");
	else if (err)
		complain("%s: %s (is it the socket of -qmp unix:PATH,server=on,wait=off?)",
			 q->socket, strerror(-err));
	else
		*pid = peer.pid;
	return err;
}

static int wait_for_more(struct qmp *q)
{
	struct pollfd p = { .fd = q->fd, .events = POLLIN };
	struct timespec now;
	ssize_t n;
	int left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (q->end.tv_sec - now.tv_sec) * 1000 +
	       (q->end.tv_nsec - now.tv_nsec) / 1000000;
	if (left <= 0 || !poll(&p, 1, left)) {
		complain("%s: no answer in %d s (one program at a time has a monitor: is another one there? QEMU takes several -qmp)",
			 q->socket, q->timeout_s);
		return -ETIMEDOUT;
	}
	if (q->size - q->len < 4096) {
		q->size += 65536;
		q->buf = xalloc(q->buf, q->size, 1);
	}
	n = recv(q->fd, q->buf + q->len, q->size - q->len - 1, 0);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0 || q->len + n > ANSWER_MAX) {
		complain("%s: %s", q->socket, n < 0 ? strerror(errno) :
			 n ? "the answer is too long" : "QEMU has hung up");
		return -EIO;
	}
	q->len += n;
	return 0;
}

/* The next line, which is an object; the caller puts it. */
static struct json_object *next_object(struct qmp *q)
{
	struct json_object *obj;
	char *end;

	while (!q->buf || !(end = memchr(q->buf, '\n', q->len)))
		if (wait_for_more(q))
			return NULL;
	*end = '\0';
	obj = json_tokener_parse(q->buf);
	q->len -= end + 1 - q->buf;
	memmove(q->buf, end + 1, q->len);
	if (!json_object_is_type(obj, json_type_object)) {
		complain("%s: this is no monitor of QEMU's with QMP",
			 q->socket);
		json_object_put(obj);
		return NULL;
	}
	return obj;
}

/* What @command returns; NULL @command for the greeting.  Events are skipped. */
static struct json_object *ask(struct qmp *q, const char *command)
{
	const char *key = command ? "return" : "QMP";
	struct json_object *obj, *value = NULL;

	if (command) {
		char *line = xprintf("{\"execute\":\"%s\"}\n", command);
		size_t len = strlen(line);

		/* It is short, and nothing is on its way. */
		if (send(q->fd, line, len, MSG_NOSIGNAL) != (ssize_t)len) {
			complain("%s: %m", q->socket);
			free(line);
			return NULL;
		}
		free(line);
	}
	while ((obj = next_object(q))) {
		if (json_object_object_get_ex(obj, key, &value)) {
			json_object_get(value);
			json_object_put(obj);
			return value;
		}
		if (!json_object_object_get_ex(obj, "event", NULL)) {
			complain("%s: QEMU refuses %s: %s", q->socket,
				 command ? command : "to talk",
				 json_object_to_json_string(obj));
			json_object_put(obj);
			return NULL;
		}
		json_object_put(obj);
	}
	return NULL;
}

static int pick(const struct qmp *q, struct json_object *list, pid_t pid,
		unsigned int nr, struct tids *tids)
{
	struct cpus there = {};
	uint64_t index, tid;
	char *path, *text;
	bool ours;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *cpu = json_object_array_get_idx(list, i);

		if (!json_get_u64(cpu, "cpu-index", &index) ||
		    !json_get_u64(cpu, "thread-id", &tid) || index >= CPUS_MAX)
			continue;
		cpus_add(&there, index);
		if (index != nr)
			continue;
		path = xprintf("/proc/%d/task/%llu", pid,
			       (unsigned long long)tid);
		ours = fs_exists(path);
		free(path);
		if (!ours) {
			complain("%s: thread %llu of vCPU %u is none of process %d, which has the monitor (turboctl attach --tid TID... if you know better)",
				 q->socket, (unsigned long long)tid, nr, pid);
			return -ESRCH;
		}
		tids_add(tids, tid);
		return 0;
	}
	text = cpus_list(&there);
	complain("%s: there is no vCPU %u, only %s", q->socket, nr, text);
	free(text);
	return -ENOENT;
}

int qmp_threads(const char *socket, const struct cpus *vcpus, pid_t child,
		struct tids *tids, pid_t *pid)
{
	static const char * const commands[] = {
		NULL, "qmp_capabilities", "query-cpus-fast",
	};
	struct qmp q = {
		.socket = socket,
		.fd = -1,
		.timeout_s = child ? START_TIMEOUT_S : TIMEOUT_S,
	};
	struct json_object *answer = NULL;
	unsigned int nr;
	int err;

	err = qmp_connect(&q, child, pid);
	for (size_t i = 0; !err && i < ARRAY_SIZE(commands); i++) {
		json_object_put(answer);
		answer = ask(&q, commands[i]);
		if (!answer)
			err = -EIO;
	}
	if (!err && !json_object_is_type(answer, json_type_array)) {
		complain("%s: QEMU's answer is no list of CPUs", socket);
		err = -EIO;
	}
	for_each_cpu(nr, vcpus)
		if (!err)
			err = pick(&q, answer, *pid, nr, tids);
	json_object_put(answer);
	free(q.buf);
	if (q.fd >= 0)
		close(q.fd);
	return err;
}
