// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "ovs.h"
#include "scene.h"

#define PATTERN		"/tmp/vrouter-bench-XXXXXX"

static char dir[] = PATTERN;
static pid_t switchd, watcher;
static int lifeline = -1;

static pid_t read_pid(const char *name)
{
	char path[64];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.pid", dir, name);
	f = fopen(path, "r");
	if (f && fscanf(f, "%d", &pid) != 1)
		pid = 0;
	if (f)
		fclose(f);
	return pid;
}

/* Ends the daemons once nobody holds the other end of a pipe, however that came. */
static void watch(int fd)
{
	static const char *const names[] = { "vswitchd", "db" };
	pid_t pid;
	char c;
	int i;

	setsid();
	while (read(fd, &c, 1) > 0)
		;
	for (i = 0; i < 2; i++) {
		pid = read_pid(names[i]);
		if (pid)
			kill(pid, SIGTERM);
		while (pid && !kill(pid, 0))
			usleep(10000);
	}
	execlp("rm", "rm", "-rf", dir, NULL);
	_exit(1);
}

static void start_watcher(void)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	watcher = fork();
	if (watcher < 0)
		die("fork: %s", strerror(errno));
	if (!watcher) {
		close(fd[1]);
		watch(fd[0]);
	}
	close(fd[0]);
	lifeline = fd[1];
}

static void set_macs(void)
{
	setenv("MAC_OURS", SCENE_MAC_OURS, 1);
	setenv("MAC_REMOTE", SCENE_MAC_REMOTE, 1);
	setenv("MAC_GATEWAY", SCENE_MAC_GATEWAY, 1);
	setenv("MAC_TENANT", SCENE_MAC_TENANT, 1);
	setenv("MAC_UPLINK", SCENE_MAC_UPLINK, 1);
	setenv("MAC_UNDERLAY", SCENE_MAC_UNDERLAY, 1);
}

static int other_cpu(void)
{
	return (settings.cpu + 1) % (int)sysconf(_SC_NPROCESSORS_ONLN);
}

bool ovs_start(bool decap, const char **why)
{
	const char *here = getenv("BENCH_SOURCE");
	char cmd[256];
	int status;

	if (!here) {
		*why = "BENCH_SOURCE does not say where ovs.sh is";
		return false;
	}
	memcpy(dir, PATTERN, sizeof(dir));
	if (!mkdtemp(dir))
		die("%s: %s", dir, strerror(errno));
	start_watcher();
	set_macs();
	snprintf(cmd, sizeof(cmd), "%s/ovs.sh %s %s %d >&2", here, dir,
		 decap ? "decap" : "encap", other_cpu());
	status = system(cmd);
	switchd = read_pid("vswitchd");
	if (status || !switchd) {
		*why = "did not start; the messages before this tell why";
		ovs_stop();
		return false;
	}
	return true;
}

uint64_t ovs_cpu_ns(void)
{
	unsigned long long sum = 0, v;
	char pattern[64];
	glob_t threads;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/proc/%d/task/*/schedstat", switchd);
	if (glob(pattern, 0, NULL, &threads))
		die("Open vSwitch is gone");
	for (i = 0; i < threads.gl_pathc; i++) {
		FILE *f = fopen(threads.gl_pathv[i], "r");

		if (f && fscanf(f, "%llu", &v) == 1)
			sum += v;
		if (f)
			fclose(f);
	}
	globfree(&threads);
	return sum;
}

void ovs_stop(void)
{
	if (lifeline < 0)
		return;
	close(lifeline);
	lifeline = -1;
	waitpid(watcher, NULL, 0);
}
