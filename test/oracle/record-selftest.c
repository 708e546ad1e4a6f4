/*
 * record-selftest - the kernel's tools/testing/selftests/iommu/iommufd.c, with each call that matters printed as JSON lines.
 *
 *     [THIN=1] record-selftest [OPTIONS OF THE SELFTEST]
 *
 * The selftest itself is compiled as it is. This file is linked to it with -Wl,--wrap=... (build-selftest has the list), so
 * that system calls on /dev/iommu, and what changes the memory of a process, come through here. Each test is a trace of its
 * own: a header, then its lines. docs/conformance.md describes them. The selftest's own report goes to standard error.
 * THIN makes it shorter (record-selftest-thin.h).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/iommufd_test.h>
#include <linux/vfio.h>
#include "record-selftest-lines.h"
#include "record-selftest-memory.h"
#include "record-selftest-ioctls.h"
#include "record-selftest-thin.h"

/* ---- open files ---- */

static enum { OTHER, IOMMU, HANDED_OUT } files[1024];

static int kind_of(int fd) { return fd >= 0 && fd < (int)LEN(files) ? files[fd] : OTHER; }
static void learn(int64_t fd, int kind) { if (fd >= 0 && fd < (int)LEN(files)) files[fd] = kind; }

/* ---- the calls ---- */

static size_t argument_size(const struct known_ioctl *known, const void *arg)
{
	uint32_t size = *(const uint32_t *)arg;

	size = size > known->size ? size : known->size;
	return size > 512 ? 512 : size;
}

int __wrap_ioctl(int fd, unsigned long cmd, ...)
{
	unsigned char before[512];
	const struct known_ioctl *known;
	struct region *region;
	const char *name;
	size_t size = 0;
	void *arg;
	va_list list;
	int ret, error;

	va_start(list, cmd);
	arg = va_arg(list, void *);
	va_end(list);
	if (kind_of(fd) != IOMMU)
		return __real_ioctl(fd, cmd, arg);
	known = known_ioctl(cmd);
	region = known->number ? NULL : region_at((uintptr_t)arg);
	name = known->name;
	if (region && skipped(cmd, arg))
		return __real_ioctl(fd, cmd, arg);
	watched.length = 0;
	each_change(say_store);
	if (region) {
		size = argument_size(known, arg);
		memcpy(before, arg, size);
		if (cmd == IOMMU_TEST_CMD)
			name = test_name(arg);
		watch(pointer_of(cmd, arg), bytes_of(cmd, arg));
	}
	ret = __real_ioctl(fd, cmd, arg);
	error = errno;
	say("{\"seq\":%lu", shared->seq++);
	if (process > 0)
		say(",\"process\":%d", process);
	say(",\"fd\":%d,\"name\":\"%s\",\"cmd\":%lu,\"in\":\"", fd, name, cmd);
	say_hex(before, size);
	say("\"");
	say_result(ret, error);
	say(",\"out\":\"");
	say_hex(arg, size);
	say("\"");
	if (region)
		say(",\"arg\":\"%#lx\"", (uintptr_t)arg);
	else
		say(",\"value\":%u", (unsigned)(uintptr_t)arg);
	buffers = 0;
	if (watched.length)
		say_buffer(watched.address, watched.before, watched.length);
	each_change(say_buffer);
	if (buffers)
		say("]");
	if (left_out(cmd, arg, ret))
		length = 0;
	else
		end_line();
	if (ret == 0 && cmd == IOMMU_FAULT_QUEUE_ALLOC)
		learn(((struct iommu_fault_alloc *)arg)->out_fault_fd, HANDED_OUT);
	if (ret == 0 && is_test(cmd, arg, IOMMU_TEST_OP_CREATE_ACCESS))
		learn(((struct iommu_test_cmd *)arg)->create_access.out_access_fd, HANDED_OUT);
	errno = error;
	return ret;
}

/* The line of a call that has no argument struct. */
static void start_call(const char *op, const char *format, ...)
{
	va_list list;

	each_change(say_store);
	say_held();
	say("{\"seq\":%lu,\"op\":\"%s\"", shared->seq++, op);
	if (process > 0)
		say(",\"process\":%d", process);
	va_start(list, format);
	length += vsnprintf(text + length, sizeof(text) - length, format, list);
	va_end(list);
}

/* The end of such a line. */
static void say_bytes(const void *bytes, ssize_t count, long ret, int error)
{
	if (count >= 0) {
		say(",\"data\":\"");
		say_hex(bytes, count);
		say("\"");
	}
	say_result(ret, error);
	end_line();
	errno = error;
}

int __wrap_open(const char *path, int flags, ...)
{
	int fd = __real_open(path, flags, 0600), error = errno;

	learn(fd, OTHER);
	if (strcmp(path, "/dev/iommu") != 0)
		return fd;
	if (process < 0) {
		say("{\"trace\":1,\"kernel\":\"%s\",\"machine\":\"x86_64\",\"page_size\":4096,\"profile\":\"selftest\","
		    "\"test\":\"%s\"", kernel, test);
		end_line();
		process = 0;
		for (unsigned i = 0; i < region_count; i++) {
			say_mapping(&regions[i]);
			/* What an earlier test left in memory that it shares with this one does not matter to this one. */
			if (regions[i].known) {
				memset(regions[i].known, 0, regions[i].length);
				memset((void *)regions[i].start, 0, regions[i].length);
			}
		}
	}
	learn(fd, IOMMU);
	start_call("open", ",\"path\":\"%s\"", path);
	say_bytes(NULL, -1, fd, error);
	return fd;
}

int __wrap_close(int fd)
{
	int ret = __real_close(fd), error = errno;

	if (kind_of(fd) != OTHER) {
		learn(fd, OTHER);
		start_call("close", ",\"fd\":%d", fd);
		say_bytes(NULL, -1, ret, error);
	}
	return ret;
}

ssize_t __wrap_read(int fd, void *bytes, size_t count)
{
	ssize_t ret = __real_read(fd, bytes, count);
	int error = errno;

	if (kind_of(fd) == HANDED_OUT) {
		start_call("read", ",\"fd\":%d,\"len\":%zu", fd, count);
		say_bytes(bytes, ret > 0 ? ret : 0, ret, error);
	}
	return ret;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t count)
{
	ssize_t ret = __real_write(fd, bytes, count);
	int error = errno;

	if (kind_of(fd) == HANDED_OUT) {
		start_call("write", ",\"fd\":%d,\"len\":%zu", fd, count);
		say_bytes(bytes, count, ret, error);
	}
	return ret;
}

/* ---- what changes memory and processes ---- */

void *__wrap_mmap(void *start, size_t count, int prot, int flags, int fd, off_t offset)
{
	void *got = __real_mmap(start, count, prot, flags, fd, offset);

	/* What the harness maps for itself before the test is of no interest. */
	if (got != failed && (process >= 0 || flags & MAP_FIXED))
		remember((uintptr_t)got, (count + 4095) & ~4095ul, flags, 1);
	return got;
}

int __wrap_munmap(void *start, size_t count)
{
	int known = process >= 0 && region_at((uintptr_t)start), ret, error;

	if (known)
		each_change(say_store);
	ret = __real_munmap(start, count);
	error = errno;
	if (ret == 0 && known) {
		forget((uintptr_t)start, count);
		start_line("munmap");
		say(",\"addr\":\"%#lx\",\"len\":%zu", (uintptr_t)start, count);
		end_line();
	}
	errno = error;
	return ret;
}

/* Large blocks of the allocator are mappings, and the selftest maps others over them. */
void __wrap_free(void *block)
{
	struct region *region = process < 0 || (uintptr_t)block % 4096 ? NULL : region_at((uintptr_t)block);

	if (region && region->start == (uintptr_t)block) {
		start_line("munmap");
		say(",\"addr\":\"%#lx\",\"len\":%zu", region->start, region->length);
		end_line();
		forget(region->start, region->length);
	}
	__real_free(block);
}

pid_t __wrap_fork(void)
{
	pid_t pid;

	if (process < 0)
		return __real_fork();
	each_change(say_store);
	start_line("fork");
	say(",\"child\":%u", ++shared->processes);
	end_line();
	pid = __real_fork();
	if (pid == 0)
		process = shared->processes;
	return pid;
}

static void say_exit(void)
{
	if (process > 0) {
		start_line("exit");
		end_line();
		process = -1;
	}
}

void __wrap_exit(int status)
{
	say_exit();
	__real_exit(status);
}

void __wrap__exit(int status)
{
	say_held();
	say_exit();
	__real__exit(status);
}

/* ---- the selftest around it ---- */

/* The harness tells which test it runs before it makes the process for it. */
int __wrap_vfprintf(FILE *stream, const char *format, va_list list)
{
	if (strstr(format, " RUN ")) {
		va_list copy;

		va_copy(copy, list);
		snprintf(test, sizeof(test), "%s", va_arg(copy, const char *));
		va_end(copy);
		shared->processes = 0;
	}
	return __real_vfprintf(stream, format, list);
}

int __wrap_vprintf(const char *format, va_list list)
{
	return __wrap_vfprintf(stdout, format, list);
}

/* Numbers that repeat, so that memory filled with them packs well; a prime, so that no two pages are the same. */
int __wrap_rand(void)
{
	static unsigned calls;

	return calls++ % 251 * 40503u % 65521;
}

/* Tests may take long: to record takes its time. */
unsigned __wrap_alarm(unsigned seconds)
{
	return __real_alarm(seconds ? 3600 : 0);
}

__attribute__((constructor(101))) static void start(int argc, char **argv)
{
	struct utsname name;
	uintptr_t low, high;
	char line[256];
	FILE *maps;
	int huge;

	(void)argc;
	/* The same addresses each time, also whatever the environment holds. */
	if (!(personality(0xffffffff) & ADDR_NO_RANDOMIZE)) {
		char *environment[] = { getenv("THIN") ? "THIN=1" : "NONE=1", NULL };

		personality(ADDR_NO_RANDOMIZE);
		execve("/proc/self/exe", argv, environment);
	}
	huge = __real_open("/proc/sys/vm/nr_hugepages", O_WRONLY);
	if (huge >= 0) {
		if (__real_write(huge, "80", 2) < 0)
			perror("nr_hugepages");
		__real_close(huge);
	}
	out = fcntl(1, F_DUPFD_CLOEXEC, 1000);
	dup2(2, 1);
	thin = getenv("THIN") != NULL;
	uname(&name);
	snprintf(kernel, sizeof(kernel), "%s", name.release);
	shared = __real_mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	maps = fopen("/proc/self/maps", "r");
	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[stack]") && sscanf(line, "%lx-%lx", &low, &high) == 2)
			remember(high - (8 << 20), 8 << 20, MAP_PRIVATE, 0);
	/* The program with its variables, and the heap behind it with room to grow. */
	low = 0x400000;
	high = ((uintptr_t)sbrk(0) + (16 << 20)) & ~4095ul;
	remember(low, high - low, MAP_PRIVATE, 0);
}
