/* The steps of a scenario, as fail-nth-scenarios.h writes them, and the failure in one of them. */
/* Where /proc/self/task/TID/fail-nth is open. */
#define NTH_FD 100

static const struct { const char *name; unsigned long cmd; size_t size; } calls[] = {
#define CALL(name, type) { #name, name, sizeof(struct type) }
	CALL(IOMMU_DESTROY, iommu_destroy), CALL(IOMMU_IOAS_ALLOC, iommu_ioas_alloc),
	CALL(IOMMU_IOAS_ALLOW_IOVAS, iommu_ioas_allow_iovas), CALL(IOMMU_IOAS_COPY, iommu_ioas_copy),
	CALL(IOMMU_IOAS_IOVA_RANGES, iommu_ioas_iova_ranges), CALL(IOMMU_IOAS_MAP, iommu_ioas_map),
	CALL(IOMMU_IOAS_UNMAP, iommu_ioas_unmap), CALL(IOMMU_OPTION, iommu_option), CALL(IOMMU_VFIO_IOAS, iommu_vfio_ioas),
	CALL(IOMMU_HWPT_ALLOC, iommu_hwpt_alloc), CALL(IOMMU_GET_HW_INFO, iommu_hw_info),
	CALL(IOMMU_HWPT_SET_DIRTY_TRACKING, iommu_hwpt_set_dirty_tracking),
	CALL(IOMMU_HWPT_GET_DIRTY_BITMAP, iommu_hwpt_get_dirty_bitmap), CALL(IOMMU_HWPT_INVALIDATE, iommu_hwpt_invalidate),
	CALL(IOMMU_FAULT_QUEUE_ALLOC, iommu_fault_alloc), CALL(IOMMU_TEST_CMD, iommu_test_cmd),
	CALL(VFIO_IOMMU_GET_INFO, vfio_iommu_type1_info), CALL(VFIO_IOMMU_MAP_DMA, vfio_iommu_type1_dma_map),
	CALL(VFIO_IOMMU_UNMAP_DMA, vfio_iommu_type1_dma_unmap),
};

static uint64_t number_of(const char *word, int *wide)
{
	uint64_t base = *word == 'A' ? ARENA : *word == 'S' ? SCRATCH : 0;
	char *end;
	uint64_t value;

	*wide = base != 0;
	if (*word == 'F')
		return FIRST_FD;
	value = base ? base + strtoull(word + 1, &end, 0) : strtoull(word, &end, 0);
	if (*end == 'q')
		*wide = 1;
	else if (*end) {
		fprintf(stderr, "fail-nth: no number: %s\n", word);
		exit(5);
	}
	return value;
}

/* Lets the nth failure happen in the system call that follows. */
static void enable(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (nth && pwrite(NTH_FD, text, length, 0) != length)
		exit(6);
}

/* @returns whether it happened. What this does itself may fail as well: then it had not happened. */
static int disable(unsigned int nth)
{
	char text[16] = "";
	ssize_t got;

	if (!nth)
		return 0;
	got = pread(NTH_FD, text, sizeof(text), 0);
	if (pwrite(NTH_FD, "0", 1, 0) != 1 && pwrite(NTH_FD, "0", 1, 0) != 1)
		exit(7);
	return got == 2 && text[0] == '0';
}

/* Makes a system call: a name and words, which are 32 bits wide, or 64 where they end in q or start with A or S. */
static int step(const char *text, unsigned int nth, int tell)
{
	static unsigned char argument[512];
	char copy[512], *rest, *name, *word;
	size_t length = 4, call = 0;
	uint64_t numbers[32];
	int count = 0, wide;
	long ret;

	memset(argument, 0, sizeof(argument));
	strcpy(copy, text);
	name = strtok_r(copy, " ", &rest);
	for (; (word = strtok_r(NULL, " ", &rest)); count++) {
		numbers[count] = number_of(word, &wide);
		memcpy(argument + length, &numbers[count], wide ? 8 : 4);
		length += wide ? 8 : 4;
	}
	if (strcmp(name, "POKE") == 0) {
		memcpy((void *)SCRATCH, argument + 4, length - 4);
		return 0;
	}
	while (call < sizeof(calls) / sizeof(*calls) && strcmp(name, calls[call].name))
		call++;
	if (call < sizeof(calls) / sizeof(*calls))
		memcpy(argument, &calls[call].size, 4);
	enable(nth);
	if (strcmp(name, "READ") == 0)
		ret = read(numbers[0], (void *)(SCRATCH + PAGE), numbers[1]);
	else if (strcmp(name, "WRITE") == 0)
		ret = write(numbers[0], (void *)SCRATCH, numbers[1]);
	else if (strcmp(name, "CLOSE") == 0)
		ret = close(numbers[0]);
	else if (call < sizeof(calls) / sizeof(*calls))
		ret = ioctl(DEVICE, calls[call].cmd, argument);
	else
		exit(8);
	sight->errnum = ret < 0 ? errno : 0;
	sight->triggered = disable(nth);
	if (tell && ret >= 0) {
		see("ret %ld:", ret);
		for (size_t i = 0; i < length; i++)
			see(" %02x", argument[i]);
		see(", scratch");
		for (size_t i = 0; i < 64; i++)
			see(" %02x", ((unsigned char *)SCRATCH)[PAGE + i]);
		see("\n");
	}
	return ret < 0 ? -1 : 0;
}
