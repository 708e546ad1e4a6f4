/*
 * record - makes random calls on /dev/iommu and prints each with what the kernel answered, as JSON lines.
 *
 *     record SEED CALLS PROFILE
 *
 * PROFILE: core (address spaces), mock (with devices of the test driver), fault (with page faults), vfio (with the
 * ioctls of VFIO's type1 driver). The same seed makes the same calls. docs/conformance.md describes the lines.
 *
 * Compile it with the headers that uapikit generates; the kernel needs CONFIG_IOMMUFD_TEST and the caller root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/iommufd_test.h>
#include <linux/vfio.h>

#define PAGE UINT64_C(0x1000)
#define ARENA UINT64_C(0x100000000)
#define ARENA_BYTES (UINT64_C(64) << 20)
#define SCRATCH UINT64_C(0x200000000)
#define SCRATCH_BYTES (UINT64_C(1) << 20)
#define HOLE UINT64_C(0x300000000)
#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static int device;
static unsigned long seq;
static uint64_t state;

/* ---- chance: splitmix64 ---- */

static uint64_t chance(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t upto(uint64_t n) { return chance() % (n + 1); }
static int one_in(uint64_t n) { return upto(n - 1) == 0; }

/* ---- what calls made, to be used by later ones ---- */

enum kind { IOAS, STDEV, IDEV, HWPT, NESTED, FAULT, ACCESS, FAULT_FD, COOKIE, KINDS };
static struct { uint32_t id[64]; unsigned count; } known[KINDS];
static struct { uint32_t ioas; uint64_t iova, length, address; } mapped[256];
static unsigned mappings;
static struct { uint32_t access, item; } pinned[64];
static unsigned pins;

static void learn(enum kind kind, uint32_t id)
{
	unsigned at = known[kind].count < LEN(known[kind].id) ? known[kind].count++ : upto(LEN(known[kind].id) - 1);

	known[kind].id[at] = id;
}

static void unlearn(enum kind kind, uint32_t id)
{
	for (unsigned i = 0; i < known[kind].count; i++)
		if (known[kind].id[i] == id)
			known[kind].id[i--] = known[kind].id[--known[kind].count];
}

static uint32_t some(enum kind kind)
{
	if (one_in(24))
		return one_in(2) ? upto(12) : chance();
	if (one_in(24))
		kind = upto(NESTED);
	return known[kind].count ? known[kind].id[upto(known[kind].count - 1)] : 0;
}

/* ---- numbers that meet each other often ---- */

static uint64_t jitter(uint64_t value)
{
	switch (upto(40)) {
	case 0: return value + 1;
	case 1: return value - 1;
	case 2: return value + PAGE / 2;
	case 3: return value ^ (UINT64_C(1) << upto(63));
	case 4: return value + upto(PAGE);
	case 5: return value & ~(UINT64_C(1) << 20) | 512;
	default: return value;
	}
}

static uint64_t a_length(void)
{
	static const uint64_t often[] = { PAGE, PAGE, 2 * PAGE, 3 * PAGE, 16 * PAGE, PAGE / 2, 512 * PAGE, 2 * 512 * PAGE };

	if (one_in(90))
		return one_in(2) ? 0 : ~upto(2 * PAGE);
	return jitter(one_in(2) ? often[upto(LEN(often) - 1)] : PAGE * (1 + upto(100)));
}

static uint64_t an_iova(void)
{
	uint64_t base = MOCK_APERTURE_START;

	switch (upto(15)) {
	case 0: base = 0; break;
	case 1: base = (uint64_t)MOCK_APERTURE_LAST + 1 - 4 * PAGE; break;
	case 2: base = -8 * PAGE; break;
	case 3: base = PAGE * upto(4096); break;
	}
	return jitter(base + PAGE * upto(one_in(3) ? 2000 : 200));
}

static uint64_t an_address(void)
{
	if (one_in(40))
		return HOLE + PAGE * upto(3);
	if (one_in(60))
		return ARENA + ARENA_BYTES - PAGE * upto(4);
	if (one_in(90))
		return one_in(2) ? 0 : chance();
	return jitter(ARENA + PAGE * upto(one_in(2) ? 64 : 4096));
}

/* ---- the lines ---- */

static unsigned char argument[512] __attribute__((aligned(64)));
static struct { uint64_t address; uint32_t length; unsigned char before[1024]; } watched[2];
static unsigned watches;

static void watch(uint64_t address, uint64_t length)
{
	if (length == 0 || length > sizeof(watched[0].before) || watches == LEN(watched))
		return;
	if (address < SCRATCH || address + length > SCRATCH + SCRATCH_BYTES)
		return;
	watched[watches].address = address;
	watched[watches].length = length;
	memcpy(watched[watches++].before, (void *)(uintptr_t)address, length);
}

static void put_hex(const char *name, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	printf(",\"%s\":\"", name);
	while (length--)
		printf("%02x", *at++);
	putchar('"');
}

static void put_result(long ret)
{
	const char *name = ret < 0 ? strerrorname_np(errno) : "0";

	printf(",\"ret\":%ld,\"errno\":\"%s\"", ret, name ? name : "?");
}

/* `length` bytes of the argument are recorded; `ignored` is the offset of four that differ from run to run, or 0 */
static long call(const char *name, unsigned long cmd, size_t length, unsigned ignored)
{
	unsigned char before[sizeof(argument)];
	long ret;

	memcpy(before, argument, length);
	ret = ioctl(device, cmd, argument);
	printf("{\"seq\":%lu,\"name\":\"%s\",\"cmd\":%lu", seq++, name, cmd);
	put_hex("in", before, length);
	put_result(ret);
	put_hex("out", argument, length);
	if (ignored)
		printf(",\"ignore\":[[%u,4]]", ignored);
	for (unsigned i = 0; i < watches; i++) {
		printf("%s{\"addr\":\"0x%" PRIx64 "\"", i ? "," : ",\"bufs\":[", watched[i].address);
		put_hex("in", watched[i].before, watched[i].length);
		put_hex("out", (void *)(uintptr_t)watched[i].address, watched[i].length);
		putchar('}');
	}
	puts(watches ? "]}" : "}");
	watches = 0;
	return ret;
}

/* A struct that starts with its size; now and then the size is wrong. */
static long sized(const char *name, unsigned long cmd, uint32_t size, unsigned ignored)
{
	uint32_t told = size;

	if (one_in(40)) {
		told = one_in(2) ? upto(size) : size + 4 * (1 + upto(20));
		if (told > size && one_in(2))
			argument[size + upto(told - size - 1)] = 0x80;
	}
	memcpy(argument, &told, sizeof(told));
	return call(name, cmd, told > size ? told : size, ignored);
}

static long number(const char *name, unsigned long cmd, unsigned long value)
{
	long ret = ioctl(device, cmd, value);

	printf("{\"seq\":%lu,\"name\":\"%s\",\"cmd\":%lu,\"value\":\"0x%lx\",\"in\":\"\"", seq++, name, cmd, value);
	put_result(ret);
	puts(",\"out\":\"\"}");
	return ret;
}

#define CLEAN(type, var) struct type *var = memset(argument, 0, sizeof(argument))

/* ---- address spaces ---- */

static void remember_mapping(uint32_t ioas, uint64_t iova, uint64_t length, uint64_t address)
{
	unsigned at = mappings < LEN(mapped) ? mappings++ : upto(LEN(mapped) - 1);

	mapped[at].ioas = ioas;
	mapped[at].iova = iova;
	mapped[at].length = length;
	mapped[at].address = address;
}

static uint32_t map_flags(void)
{
	uint32_t flags = one_in(4) ? upto(7) : IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE;

	if (one_in(2))
		flags |= IOMMU_IOAS_MAP_FIXED_IOVA;
	return one_in(60) ? flags | 8u << upto(10) : flags;
}

static void do_ioas_alloc(void)
{
	CLEAN(iommu_ioas_alloc, cmd);

	cmd->flags = one_in(30);
	if (known[IOAS].count < 10 && sized("IOMMU_IOAS_ALLOC", IOMMU_IOAS_ALLOC, sizeof(*cmd), 0) == 0)
		learn(IOAS, cmd->out_ioas_id);
}

static void do_map(void)
{
	CLEAN(iommu_ioas_map, cmd);
	uint32_t ioas;

	cmd->flags = map_flags();
	cmd->ioas_id = ioas = some(IOAS);
	cmd->__reserved = one_in(60);
	cmd->user_va = an_address();
	cmd->length = a_length();
	cmd->iova = an_iova();
	if (mappings && one_in(4)) {
		unsigned at = upto(mappings - 1);

		cmd->iova = mapped[at].iova + (one_in(2) ? mapped[at].length : 0);
	}
	if (sized("IOMMU_IOAS_MAP", IOMMU_IOAS_MAP, sizeof(*cmd), 0) == 0)
		remember_mapping(ioas, cmd->iova, cmd->length, cmd->user_va);
}

static void do_copy(void)
{
	CLEAN(iommu_ioas_copy, cmd);
	uint32_t ioas;

	cmd->flags = map_flags();
	cmd->dst_ioas_id = ioas = some(IOAS);
	cmd->src_ioas_id = some(IOAS);
	cmd->src_iova = an_iova();
	cmd->length = a_length();
	cmd->dst_iova = an_iova();
	if (mappings && !one_in(5)) {
		unsigned at = upto(mappings - 1);
		uint64_t skip = one_in(3) ? upto(mapped[at].length) & ~(one_in(4) ? UINT64_C(0xff) : PAGE - 1) : 0;

		cmd->src_ioas_id = mapped[at].ioas;
		cmd->src_iova = mapped[at].iova + skip;
		cmd->length = one_in(8) ? a_length() : mapped[at].length - skip;
	}
	if (sized("IOMMU_IOAS_COPY", IOMMU_IOAS_COPY, sizeof(*cmd), 0) == 0)
		remember_mapping(ioas, cmd->dst_iova, cmd->length, 0);
}

static void do_unmap(void)
{
	CLEAN(iommu_ioas_unmap, cmd);

	cmd->ioas_id = some(IOAS);
	cmd->iova = an_iova();
	cmd->length = one_in(20) ? MOCK_APERTURE_LAST : a_length();
	if (mappings && !one_in(6)) {
		unsigned at = upto(mappings - 1);

		cmd->ioas_id = mapped[at].ioas;
		cmd->iova = one_in(8) ? mapped[at].iova - PAGE : mapped[at].iova;
		cmd->length = one_in(6) ? mapped[at].length + a_length() : mapped[at].length;
		if (!one_in(4))
			mapped[at] = mapped[--mappings];
	}
	if (one_in(50)) {
		cmd->iova = 0;
		cmd->length = UINT64_MAX;
	}
	sized("IOMMU_IOAS_UNMAP", IOMMU_IOAS_UNMAP, sizeof(*cmd), 0);
}

static void do_ranges(void)
{
	CLEAN(iommu_ioas_iova_ranges, cmd);

	memset((void *)SCRATCH, 0x55, 512);
	watch(SCRATCH, 512);
	cmd->ioas_id = some(IOAS);
	cmd->num_iovas = upto(8);
	cmd->__reserved = one_in(40);
	cmd->allowed_iovas = one_in(30) ? HOLE : SCRATCH;
	sized("IOMMU_IOAS_IOVA_RANGES", IOMMU_IOAS_IOVA_RANGES, sizeof(*cmd), 0);
}

static void do_allow(void)
{
	CLEAN(iommu_ioas_allow_iovas, cmd);
	struct iommu_iova_range *ranges = (void *)SCRATCH;

	cmd->num_iovas = upto(3);
	for (unsigned i = 0; i < cmd->num_iovas; i++) {
		ranges[i].start = an_iova();
		ranges[i].last = ranges[i].start + (one_in(12) ? -upto(3) : a_length());
	}
	watch(SCRATCH, cmd->num_iovas * sizeof(*ranges));
	cmd->ioas_id = some(IOAS);
	cmd->__reserved = one_in(40);
	cmd->allowed_iovas = one_in(30) ? HOLE : SCRATCH;
	sized("IOMMU_IOAS_ALLOW_IOVAS", IOMMU_IOAS_ALLOW_IOVAS, sizeof(*cmd), 0);
}

static void do_option(void)
{
	CLEAN(iommu_option, cmd);

	cmd->option_id = one_in(5) ? upto(2) : IOMMU_OPTION_HUGE_PAGES;
	cmd->op = one_in(20) ? upto(3) : upto(1);
	cmd->__reserved = one_in(40);
	cmd->object_id = cmd->option_id == IOMMU_OPTION_RLIMIT_MODE && !one_in(4) ? 0 : some(IOAS);
	cmd->val64 = one_in(15) ? chance() : upto(1);
	sized("IOMMU_OPTION", IOMMU_OPTION, sizeof(*cmd), 0);
}

static void do_vfio_ioas(void)
{
	CLEAN(iommu_vfio_ioas, cmd);

	cmd->op = one_in(20) ? chance() : one_in(6) ? IOMMU_VFIO_IOAS_CLEAR : upto(1);
	cmd->__reserved = one_in(40);
	cmd->ioas_id = some(IOAS);
	sized("IOMMU_VFIO_IOAS", IOMMU_VFIO_IOAS, sizeof(*cmd), 0);
}

static void do_destroy(void)
{
	static const enum kind kinds[] = { IOAS, STDEV, HWPT, HWPT, NESTED, NESTED, FAULT, IDEV };
	CLEAN(iommu_destroy, cmd);
	uint32_t id;

	cmd->id = id = some(kinds[upto(LEN(kinds) - 1)]);
	if (sized("IOMMU_DESTROY", IOMMU_DESTROY, sizeof(*cmd), 0) == 0)
		for (enum kind kind = IOAS; kind <= FAULT; kind++)
			unlearn(kind, id);
}

static void do_unknown(void)
{
	static const unsigned char numbers[] = { 0x00, 0x63, 0x7f, 0x8f, 0x95, 0x9f, 0xa1, 0xff };

	memset(argument, 0, sizeof(argument));
	argument[0] = 16;
	call("UNKNOWN", one_in(4) ? _IOW(IOMMUFD_TYPE, IOMMUFD_CMD_IOAS_MAP, int) :
		_IO(IOMMUFD_TYPE, numbers[upto(LEN(numbers) - 1)]), 16, 0);
}

#include "record-mock.h"
#include "record-vfio.h"

/* ---- which calls, how often ---- */

struct choice { unsigned weight; void (*run)(void); };

static const struct choice spaces[] = {
	{ 3, do_ioas_alloc }, { 20, do_map }, { 12, do_unmap }, { 12, do_copy }, { 3, do_ranges }, { 3, do_allow },
	{ 3, do_option }, { 2, do_vfio_ioas }, { 4, do_destroy }, { 1, do_unknown }, { 0, NULL },
};
static const struct choice mock[] = {
	{ 5, do_device }, { 6, do_replace }, { 2, do_reserve }, { 8, do_check_map }, { 6, do_check_refs }, { 9, do_hwpt },
	{ 3, do_hw_info }, { 6, do_invalidate }, { 4, do_check_iotlb }, { 5, do_tracking }, { 8, do_dirty },
	{ 8, do_bitmap }, { 3, do_access }, { 2, do_move_access }, { 10, do_pin }, { 5, do_unpin }, { 10, do_rw },
	{ 1, do_close_access }, { 1, do_fault_queue }, { 4, do_scene }, { 0, NULL },
};
static const struct choice fault[] = {
	{ 3, do_device }, { 4, do_replace }, { 8, do_hwpt }, { 2, do_fault_queue }, { 12, do_page_request },
	{ 10, do_read }, { 8, do_respond }, { 2, do_destroy }, { 1, do_map }, { 5, do_scene }, { 0, NULL },
};
static const struct choice vfio[] = {
	{ 1, do_vfio_version }, { 3, do_vfio_extension }, { 2, do_vfio_set }, { 6, do_vfio_info }, { 12, do_vfio_map },
	{ 12, do_vfio_unmap }, { 3, do_vfio_ioas }, { 2, do_device }, { 0, NULL },
};

static void choose(const struct choice *choices)
{
	uint64_t total = 0, at;

	for (const struct choice *each = choices; each->run; each++)
		total += each->weight;
	for (at = upto(total - 1); at >= choices->weight; choices++)
		at -= choices->weight;
	choices->run();
}

static void map_at(uint64_t address, uint64_t length)
{
	void *at = mmap((void *)(uintptr_t)address, length, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	madvise(at, length, MADV_NOHUGEPAGE);
}

int main(int argc, char **argv)
{
	const char *profile = argc == 4 ? argv[3] : "";
	const struct choice *special = !strcmp(profile, "mock") ? mock : !strcmp(profile, "fault") ? fault :
				       !strcmp(profile, "vfio") ? vfio : NULL;
	unsigned long calls = argc == 4 ? strtoul(argv[2], NULL, 0) : 0;
	struct utsname system;

	if (argc != 4 || (!special && strcmp(profile, "core"))) {
		fprintf(stderr, "usage: record SEED CALLS core|mock|fault|vfio\n");
		return 2;
	}
	state = strtoull(argv[1], NULL, 0);
	device = open("/dev/iommu", O_RDWR);
	if (device < 0 || uname(&system)) {
		perror("/dev/iommu");
		return 2;
	}
	map_at(ARENA, ARENA_BYTES);
	map_at(SCRATCH, SCRATCH_BYTES);
	/* Pages come into being in an order that leaves no two neighbours in one piece of memory. */
	for (uint64_t page = 0; page < ARENA_BYTES / PAGE; page++)
		*(volatile char *)(ARENA + PAGE * (page * 5167 % (ARENA_BYTES / PAGE))) = 0;
	for (uint64_t at = ARENA; at < ARENA + ARENA_BYTES; at += 8)
		*(uint64_t *)at = at;
	memset((void *)SCRATCH, 0, SCRATCH_BYTES);
	printf("{\"trace\":1,\"kernel\":\"%s\",\"machine\":\"%s\",\"page_size\":4096,\"profile\":\"%s\",\"seed\":%s,"
	       "\"arena\":[\"0x%" PRIx64 "\",\"0x%" PRIx64 "\"],\"arena_fill\":\"u64 little-endian own address\","
	       "\"scratch\":[\"0x%" PRIx64 "\",\"0x%" PRIx64 "\"]}\n",
	       system.release, system.machine, profile, argv[1], ARENA, ARENA_BYTES, SCRATCH, SCRATCH_BYTES);
	while (seq < calls)
		choose(special && !one_in(3) ? special : spaces);
	return 0;
}
