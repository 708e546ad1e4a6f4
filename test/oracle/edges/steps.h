/*
 * Asks the kernel with exact bytes at exact addresses, and writes down all that somebody needs to ask the same again. A
 * line for each step; numbers are hex, bytes too, `-` are none:
 *
 *     # NAME                            a new process opens /dev/iommu
 *     map ADDRESS LENGTH [huge]         memory of zeros, page by page or in huge pages
 *     fill ADDRESS LENGTH               each 64-bit word holds its own address
 *     protect ADDRESS LENGTH            no more writes there
 *     unmap ADDRESS LENGTH
 *     poke ADDRESS BYTES                the process writes
 *     peek ADDRESS BYTES                what it reads
 *     ioctl COMMAND ADDRESS BYTES ANSWER BYTES      the argument before and after, as far as it can be read; `=` the same
 *     value COMMAND VALUE ANSWER        an ioctl whose argument is no pointer
 *     read FD ADDRESS LENGTH ANSWER     and write
 *     close FD ANSWER                   and `shut`, which closes /dev/iommu
 */
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/iommufd_test.h>
#include <linux/vfio.h>

#define PAGE UINT64_C(0x1000)
#define LEN(array) (sizeof(array) / sizeof((array)[0]))
/* File descriptors from here on are our own, those below are what the kernel hands out, from 3 on. */
#define OWN_FD 100

static int device = -1;
static struct { uint64_t start, length; } maps[64];
static unsigned mapped;

static void put_bytes(const void *bytes, size_t length)
{
	if (length == 0)
		putchar('-');
	for (size_t i = 0; i < length; i++)
		printf("%02x", ((const unsigned char *)bytes)[i]);
}

static void put_answer(long ret)
{
	if (ret < 0)
		printf(" %s", strerrorname_np(errno));
	else
		printf(" %lx", ret);
}

static void map(uint64_t address, uint64_t length, int huge)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;

	if (mmap((void *)address, length, PROT_READ | PROT_WRITE, flags, -1, 0) != (void *)address) {
		printf("cannot map %" PRIx64 "\n", address);
		exit(1);
	}
	madvise((void *)address, length, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	memset((void *)address, 0, length);
	maps[mapped].start = address;
	maps[mapped++].length = length;
	printf("map %" PRIx64 " %" PRIx64 "%s\n", address, length, huge ? " huge" : "");
}

static void fill(uint64_t address, uint64_t length)
{
	for (uint64_t at = address; at < address + length; at += 8)
		*(uint64_t *)at = at;
	printf("fill %" PRIx64 " %" PRIx64 "\n", address, length);
}

static void protect(uint64_t address, uint64_t length)
{
	mprotect((void *)address, length, PROT_READ);
	printf("protect %" PRIx64 " %" PRIx64 "\n", address, length);
}

static void unmap(uint64_t address, uint64_t length)
{
	munmap((void *)address, length);
	printf("unmap %" PRIx64 " %" PRIx64 "\n", address, length);
}

static void poke(uint64_t address, const void *bytes, size_t length)
{
	memcpy((void *)address, bytes, length);
	printf("poke %" PRIx64 " ", address);
	put_bytes(bytes, length);
	putchar('\n');
}

static void peek(uint64_t address, size_t length)
{
	printf("peek %" PRIx64 " ", address);
	put_bytes((void *)address, length);
	putchar('\n');
}

/* An ioctl whose argument lies at an address; `bytes` holds what is there before and after. */
static long call_at(uint64_t address, unsigned int cmd, void *bytes, size_t length)
{
	unsigned char before[8192];
	long ret;

	memcpy(before, bytes, length);
	printf("ioctl %x %" PRIx64 " ", cmd, address);
	put_bytes(before, length);
	ret = ioctl(device, cmd, address);
	put_answer(ret);
	memcpy(bytes, (void *)address, length);
	putchar(' ');
	if (memcmp(before, bytes, length))
		put_bytes(bytes, length);
	else
		putchar('=');
	putchar('\n');
	return ret;
}

/* Where arguments are, if nothing else is asked. */
#define ARGUMENT UINT64_C(0x7000000)

static long call(unsigned int cmd, void *bytes, size_t length)
{
	memcpy((void *)ARGUMENT, bytes, length);
	return call_at(ARGUMENT, cmd, bytes, length);
}

#define CALL(cmd, ...) call(cmd, &(__VA_ARGS__), sizeof(__VA_ARGS__))

static long value(unsigned int cmd, uint64_t argument)
{
	long ret = ioctl(device, cmd, argument);

	printf("value %x %" PRIx64, cmd, argument);
	put_answer(ret);
	putchar('\n');
	return ret;
}

static long transfer(const char *name, int fd, uint64_t address, uint64_t length)
{
	long ret = name[0] == 'r' ? read(fd, (void *)address, length) : write(fd, (void *)address, length);

	printf("%s %x %" PRIx64 " %" PRIx64, name, fd, address, length);
	put_answer(ret);
	putchar('\n');
	return ret;
}

static void close_fd(int fd)
{
	long ret = close(fd);

	printf("close %x", fd);
	put_answer(ret);
	putchar('\n');
}

static void shut(void)
{
	close(device);
	device = -1;
	puts("shut");
}

static void begin(const char *name)
{
	int fd;

	for (fd = 3; fd < OWN_FD; fd++)
		close(fd);
	if (device >= 0)
		close(device);
	while (mapped) {
		mapped--;
		munmap((void *)maps[mapped].start, maps[mapped].length);
	}
	fd = open("/dev/iommu", O_RDWR);
	device = fcntl(fd, F_DUPFD, OWN_FD);
	close(fd);
	printf("# %s\n", name);
	map(ARGUMENT, PAGE, 0);
}
