/*
 * What a process of fail-nth sees of the state of its /dev/iommu: look() with calls that change nothing, tear_down() while
 * it takes everything away.
 */
#define PAGE 4096ull
#define ARENA 0x100000000ull
#define SCRATCH 0x200000000ull
#define PAGES 16
#define DEVICE 3
/* The first descriptor that a call hands out. */
#define FIRST_FD 4
#define LAST_ID 14

/* What a child process saw. */
struct sight {
	int triggered, errnum, length;
	char text[1 << 16];
};

static struct sight *sight;

static void see(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	sight->length += vsnprintf(sight->text + sight->length, sizeof(sight->text) - sight->length, format, args);
	va_end(args);
	if (sight->length >= (int)sizeof(sight->text) - 256)
		exit(4);
}

static long test(struct iommu_test_cmd *cmd, uint32_t op, uint32_t id)
{
	cmd->size = sizeof(*cmd);
	cmd->op = op;
	cmd->id = id;
	return ioctl(DEVICE, IOMMU_TEST_CMD, cmd);
}

static uint32_t new_ioas(void)
{
	struct iommu_ioas_alloc cmd = { .size = sizeof(cmd) };

	return ioctl(DEVICE, IOMMU_IOAS_ALLOC, &cmd) ? 0 : cmd.out_ioas_id;
}

static int destroy(uint32_t id)
{
	struct iommu_destroy cmd = { .size = sizeof(cmd), .id = id };

	return ioctl(DEVICE, IOMMU_DESTROY, &cmd) ? errno : 0;
}

static const uint64_t places[] = { 0, 0x1000, 0x2000, 0x3000, 0x4000, 0x1000000, 0x1001000, 0x1002000, 0x1003000, 0x1004000,
	0x1005000, 0x1008000, 0x2000000, 0x2001000, 0x2002000, 0x2003000, 0x3000000, 0x4000000 };
#define PLACES (sizeof(places) / sizeof(*places))

static void look_at_ioas(uint32_t id)
{
	struct iommu_iova_range ranges[8] = { 0 };
	struct iommu_ioas_iova_ranges cmd = { .size = sizeof(cmd), .ioas_id = id, .num_iovas = 8,
		.allowed_iovas = (uintptr_t)ranges };
	struct iommu_option option = { .size = sizeof(option), .op = IOMMU_OPTION_OP_GET,
		.option_id = IOMMU_OPTION_HUGE_PAGES, .object_id = id };
	uint32_t other;

	if (ioctl(DEVICE, IOMMU_IOAS_IOVA_RANGES, &cmd))
		return;
	ioctl(DEVICE, IOMMU_OPTION, &option);
	see("ioas %u: align %llu huge %llu,", id, (unsigned long long)cmd.out_iova_alignment, (unsigned long long)option.val64);
	for (uint32_t i = 0; i < cmd.num_iovas && i < 8; i++)
		see(" %llx-%llx", (unsigned long long)ranges[i].start, (unsigned long long)ranges[i].last);
	see(", mapped");
	other = new_ioas();
	for (size_t i = 0; i < PLACES; i++) {
		struct iommu_ioas_copy copy = { .size = sizeof(copy), .src_ioas_id = id, .dst_ioas_id = other,
			.flags = IOMMU_IOAS_MAP_READABLE, .src_iova = places[i], .length = PAGE };

		if (ioctl(DEVICE, IOMMU_IOAS_COPY, &copy) == 0)
			see(" %llx", (unsigned long long)places[i]);
	}
	destroy(other);
	see("\n");
}

/* Which places of a page table lead to which page of the arena. */
static void look_at_hwpt(uint32_t id)
{
	for (size_t i = 0; i < PLACES; i++)
		for (int page = 0; page < PAGES; page++) {
			struct iommu_test_cmd cmd = { .check_map = { .iova = places[i], .length = PAGE, .uptr = ARENA + page * PAGE } };

			if (test(&cmd, IOMMU_TEST_OP_MD_CHECK_MAP, id) == 0)
				see("hwpt %u: %llx page %d\n", id, (unsigned long long)places[i], page);
			else if (errno != EINVAL)
				return;
		}
	for (int slot = 0; slot < MOCK_NESTED_DOMAIN_IOTLB_NUM; slot++) {
		struct iommu_test_cmd cmd = { .check_iotlb = { .id = slot, .iotlb = 6 } };

		see("hwpt %u: iotlb %ld\n", id, test(&cmd, IOMMU_TEST_OP_MD_CHECK_IOTLB, id) ? errno : 0L);
	}
}

/* All of the state that ioctls tell without changing it. */
static void look(void)
{
	struct iommu_vfio_ioas vfio = { .size = sizeof(vfio), .op = IOMMU_VFIO_IOAS_GET };
	uint32_t ids[2] = { new_ioas(), new_ioas() };
	int fd = dup(DEVICE);

	destroy(ids[0]);
	destroy(ids[1]);
	close(fd);
	see("next ids %u %u, next fd %d, vfio %u\n", ids[0], ids[1], fd, ioctl(DEVICE, IOMMU_VFIO_IOAS, &vfio) ? 0 : vfio.ioas_id);
	for (uint32_t id = 1; id <= LAST_ID; id++) {
		struct iommu_hw_info info = { .size = sizeof(info), .dev_id = id };

		if (ioctl(DEVICE, IOMMU_GET_HW_INFO, &info) == 0)
			see("device %u\n", id);
		look_at_ioas(id);
		look_at_hwpt(id);
	}
	see("pins");
	for (int page = 0; page < PAGES; page++) {
		uint32_t refs = 0;

		for (; refs < 9; refs++) {
			struct iommu_test_cmd cmd = { .check_refs = { .length = PAGE, .uptr = ARENA + page * PAGE, .refs = refs } };

			if (test(&cmd, IOMMU_TEST_OP_MD_CHECK_REFS, 0) == 0)
				break;
		}
		see(" %u", refs);
	}
	see("\n");
}

/* Unmaps what is one page, which tells where mappings end. */
static void unmap_pages(void)
{
	for (uint32_t id = 1; id <= LAST_ID; id++)
		for (size_t i = 0; i < PLACES; i++) {
			struct iommu_ioas_unmap cmd = { .size = sizeof(cmd), .ioas_id = id, .iova = places[i], .length = PAGE };

			if (ioctl(DEVICE, IOMMU_IOAS_UNMAP, &cmd) == 0)
				see("ioas %u: a page at %llx\n", id, (unsigned long long)places[i]);
		}
}

/* Destroys all there is, the latest first, and tells how it went. */
static void tear_down(void)
{
	unmap_pages();
	for (int pass = 0; pass < 3; pass++) {
		see("destroy");
		for (uint32_t id = LAST_ID; id > 0; id--)
			see(" %d", destroy(id));
		see("\n");
		for (int fd = FIRST_FD; fd < FIRST_FD + 6; fd++)
			see("close %d\n", close(fd) ? errno : 0);
	}
	look();
}
