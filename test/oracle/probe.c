/*
 * probe - asks the kernel what no trace covers: memory limits, several open files, memory that is unmapped while an
 * address space has it. Prints a line for each question: its name and the answers. test/data/probes.txt keeps them.
 *
 * Needs root and a kernel with CONFIG_IOMMUFD_TEST.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/iommufd_test.h>

#define PAGE 4096ull
#define ARENA 0x100000000ull
#define IOVA 0x1000000ull
#define RW (IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE)

static int device;
static char answers[256];

static const char *answer(long ret)
{
	return ret < 0 ? strerrorname_np(errno) : "0";
}

static void told(const char *text)
{
	strcat(strcat(answers, " "), text);
}

static void told_number(unsigned long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%llx", value);
	told(text);
}

static uint32_t new_ioas(void)
{
	struct iommu_ioas_alloc cmd = { .size = sizeof(cmd) };

	return ioctl(device, IOMMU_IOAS_ALLOC, &cmd) ? 0 : cmd.out_ioas_id;
}

static long test(struct iommu_test_cmd *cmd, uint32_t op, uint32_t id)
{
	cmd->size = sizeof(*cmd);
	cmd->op = op;
	cmd->id = id;
	return ioctl(device, IOMMU_TEST_CMD, cmd);
}

/* Attaches a mock device. */
static uint32_t attach(uint32_t ioas, int tell)
{
	struct iommu_test_cmd cmd = { 0 };
	long ret = test(&cmd, IOMMU_TEST_OP_MOCK_DOMAIN, ioas);

	if (tell)
		told(answer(ret));
	return cmd.mock_domain.out_hwpt_id;
}

static uint64_t map(uint32_t ioas, uint64_t pages, uint64_t iova, uint32_t flags)
{
	struct iommu_ioas_map cmd = { .size = sizeof(cmd), .ioas_id = ioas, .user_va = ARENA, .length = pages * PAGE,
		.flags = flags | (iova ? IOMMU_IOAS_MAP_FIXED_IOVA : 0), .iova = iova };

	told(answer(ioctl(device, IOMMU_IOAS_MAP, &cmd)));
	return cmd.iova;
}

static void copy(uint32_t ioas, uint64_t iova, uint64_t pages)
{
	struct iommu_ioas_copy cmd = { .size = sizeof(cmd), .dst_ioas_id = ioas, .src_ioas_id = ioas, .flags = RW,
		.src_iova = iova, .length = pages * PAGE };

	told(answer(ioctl(device, IOMMU_IOAS_COPY, &cmd)));
}

static void unmap(uint32_t ioas, uint64_t iova, uint64_t pages)
{
	struct iommu_ioas_unmap cmd = { .size = sizeof(cmd), .ioas_id = ioas, .iova = iova, .length = pages * PAGE };

	told(answer(ioctl(device, IOMMU_IOAS_UNMAP, &cmd)));
}

static void option(uint32_t op, uint64_t value)
{
	struct iommu_option cmd = { .size = sizeof(cmd), .option_id = IOMMU_OPTION_RLIMIT_MODE, .op = op, .val64 = value };
	long ret = ioctl(device, IOMMU_OPTION, &cmd);

	told(answer(ret));
	if (ret == 0 && op == IOMMU_OPTION_OP_GET)
		told_number(cmd.val64);
}

static uint32_t new_access(uint32_t ioas, uint32_t flags)
{
	struct iommu_test_cmd cmd = { .create_access = { .flags = flags } };

	test(&cmd, IOMMU_TEST_OP_CREATE_ACCESS, ioas);
	return cmd.create_access.out_access_fd;
}

/* Reads the first byte of two pages, or of one. */
static void look(uint32_t access, uint64_t iova, uint32_t flags, uint64_t length)
{
	unsigned char bytes[PAGE + 1] = { 0 };
	struct iommu_test_cmd cmd = { .access_rw = { .iova = iova, .length = length, .uptr = (uintptr_t)bytes, .flags = flags } };
	long ret = test(&cmd, IOMMU_TEST_OP_ACCESS_RW, access);

	told(answer(ret));
	if (ret == 0)
		told_number(bytes[0]);
}

static void pin(uint32_t access, uint64_t iova, uint64_t pages)
{
	struct iommu_test_cmd cmd = { .access_pages = { .iova = iova, .length = pages * PAGE } };

	told(answer(test(&cmd, IOMMU_TEST_OP_ACCESS_PAGES, access)));
}

static void check_map(uint32_t hwpt, uint64_t iova, uint64_t pages)
{
	struct iommu_test_cmd cmd = { .check_map = { .iova = iova, .length = pages * PAGE, .uptr = ARENA } };

	told(answer(test(&cmd, IOMMU_TEST_OP_MD_CHECK_MAP, hwpt)));
}

static void limit(uint32_t bytes)
{
	struct iommu_test_cmd cmd = { .memory_limit = { .limit = bytes } };

	told(answer(test(&cmd, IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, 0)));
}

/* Memory at ARENA, each page filled with its number plus `first`. */
static void memory(uint64_t pages, int first)
{
	mmap((void *)ARENA, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	madvise((void *)ARENA, pages * PAGE, MADV_NOHUGEPAGE);
	for (uint64_t i = 0; i < pages; i++)
		memset((void *)(ARENA + i * PAGE), first + i, PAGE);
}

static void unprivileged(uint64_t pages)
{
	struct rlimit limits = { pages * PAGE, pages * PAGE };

	setrlimit(RLIMIT_MEMLOCK, &limits);
	if (setgid(1000) || setuid(1000))
		exit(3);
}

static void limit_counts_pins(void)
{
	uint32_t ioas;
	uint64_t iova;

	unprivileged(4);
	ioas = new_ioas();
	attach(ioas, 1);
	map(ioas, 5, 0, RW);
	iova = map(ioas, 4, 0, RW);
	map(ioas, 1, 0, RW);
	unmap(ioas, iova, 4);
	map(ioas, 4, 0, RW);
}

static void limit_at_attachment(void)
{
	uint32_t ioas;

	unprivileged(4);
	ioas = new_ioas();
	map(ioas, 8, IOVA, RW);
	attach(ioas, 1);
	unmap(ioas, IOVA, 8);
	attach(ioas, 1);
}

static void limit_and_copies(void)
{
	uint32_t ioas;
	uint64_t iova;

	unprivileged(4);
	ioas = new_ioas();
	attach(ioas, 1);
	iova = map(ioas, 2, 0, RW);
	copy(ioas, iova, 2);
	map(ioas, 2, 0, RW);
	map(ioas, 2, 0, RW);
}

static void limit_of_accesses(void)
{
	uint32_t ioas, access;

	unprivileged(4);
	ioas = new_ioas();
	map(ioas, 6, IOVA, RW);
	access = new_access(ioas, MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES);
	pin(access, IOVA, 5);
	pin(access, IOVA, 3);
	pin(access, IOVA + PAGE, 3);
	pin(access, IOVA + 2 * PAGE, 3);
}

static void limit_of_two_files(void)
{
	int other = open("/dev/iommu", O_RDWR), first = device;
	uint32_t ioas;

	unprivileged(4);
	attach(ioas = new_ioas(), 1);
	map(ioas, 3, 0, RW);
	device = other;
	attach(ioas = new_ioas(), 1);
	map(ioas, 3, 0, RW);
	map(ioas, 1, 0, RW);
	close(first);
	map(ioas, 3, 0, RW);
}

static void option_unprivileged(void)
{
	unprivileged(4);
	option(IOMMU_OPTION_OP_GET, 0);
	option(IOMMU_OPTION_OP_SET, 1);
}

static void option_privileged(void)
{
	option(IOMMU_OPTION_OP_SET, 1);
	option(IOMMU_OPTION_OP_GET, 0);
	option(IOMMU_OPTION_OP_SET, 2);
	new_ioas();
	option(IOMMU_OPTION_OP_SET, 0);
}

static void option_then_limit(void)
{
	uint32_t ioas;

	option(IOMMU_OPTION_OP_SET, 1);
	unprivileged(4);
	attach(ioas = new_ioas(), 1);
	map(ioas, 5, 0, RW);
	map(ioas, 4, 0, RW);
	map(ioas, 1, 0, RW);
}

static void ids_of_two_files(void)
{
	int other = open("/dev/iommu", O_RDWR), first = device;

	told_number(new_ioas());
	device = other;
	told_number(new_ioas());
	told_number(new_ioas());
	close(other);
	device = first;
	told_number(new_ioas());
}

static void pinned_memory_survives(void)
{
	uint32_t ioas = new_ioas(), access = new_access(ioas, 0), hwpt;

	map(ioas, 2, IOVA, RW);
	hwpt = attach(ioas, 1);
	check_map(hwpt, IOVA, 2);
	memory(2, 0x40);
	check_map(hwpt, IOVA, 2);
	look(access, IOVA, 0, 1);
	look(access, IOVA, MOCK_ACCESS_RW_SLOW_PATH, 1);
	look(access, IOVA, MOCK_ACCESS_RW_SLOW_PATH, PAGE + 1);
	munmap((void *)ARENA, 2 * PAGE);
	look(access, IOVA, 0, 1);
	look(access, IOVA, MOCK_ACCESS_RW_SLOW_PATH, 1);
	look(access, IOVA, MOCK_ACCESS_RW_SLOW_PATH, PAGE + 1);
	check_map(hwpt, IOVA, 2);
}

static void copies_share_pinned_memory(void)
{
	uint32_t ioas = new_ioas(), hwpt;

	hwpt = attach(ioas, 1);
	map(ioas, 2, IOVA, RW);
	memory(2, 0x40);
	copy(ioas, IOVA, 2);
	check_map(hwpt, IOVA + 0x1000, 1);
	map(ioas, 2, IOVA + 0x100000, RW);
	check_map(hwpt, IOVA + 0x100000, 2);
	munmap((void *)ARENA, 2 * PAGE);
	copy(ioas, IOVA, 2);
	map(ioas, 2, 0, RW);
}

static void memory_gone_before_attachment(void)
{
	uint32_t ioas = new_ioas(), access = new_access(ioas, MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES);

	map(ioas, 2, IOVA, RW);
	munmap((void *)(ARENA + PAGE), PAGE);
	attach(ioas, 1);
	pin(access, IOVA, 2);
	pin(access, IOVA, 1);
	look(access, IOVA, 0, 1);
	look(access, IOVA, 0, PAGE + 1);
	memory(2, 0x40);
	attach(ioas, 1);
	look(access, IOVA, MOCK_ACCESS_RW_SLOW_PATH, PAGE + 1);
}

static void read_only_memory(void)
{
	uint32_t ioas = new_ioas(), access = new_access(ioas, 0);

	mprotect((void *)ARENA, 2 * PAGE, PROT_READ);
	attach(ioas, 1);
	map(ioas, 2, IOVA, RW);
	map(ioas, 2, IOVA, IOMMU_IOAS_MAP_READABLE);
	look(access, IOVA, 0, 1);
	look(access, IOVA, MOCK_ACCESS_RW_WRITE, 1);
}

static void temporary_memory(void)
{
	uint32_t ioas = new_ioas();

	limit(11);
	limit(12);
	map(ioas, 64, IOVA, RW);
	attach(ioas, 1);
	map(ioas, 64, 0, RW);
	unmap(ioas, IOVA, 64);
	limit(65536);
}

static const struct { const char *name; void (*run)(void); } questions[] = {
#define QUESTION(name) { #name, name }
	QUESTION(limit_counts_pins), QUESTION(limit_at_attachment), QUESTION(limit_and_copies),
	QUESTION(limit_of_accesses), QUESTION(limit_of_two_files), QUESTION(option_unprivileged),
	QUESTION(option_privileged), QUESTION(option_then_limit), QUESTION(ids_of_two_files),
	 QUESTION(pinned_memory_survives), QUESTION(copies_share_pinned_memory),
	QUESTION(memory_gone_before_attachment), QUESTION(read_only_memory), QUESTION(temporary_memory),
};

int main(void)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		if (fork() == 0) {
			device = open("/dev/iommu", O_RDWR);
			memory(64, 1);
			questions[i].run();
			printf("%s:%s\n", questions[i].name, answers);
			exit(0);
		}
		wait(NULL);
	}
	return 0;
}
