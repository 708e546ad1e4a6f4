/* What record-selftest.c knows about the ioctls: their arguments, and the memory that these point at. */

struct known_ioctl {
	unsigned long cmd;
	const char *name;
	/* Bytes of the argument struct. */
	uint32_t size;
	/* The argument is a plain number. */
	int number;
};

#define STRUCT(name, type) { name, #name, sizeof(struct type), 0 }
#define NUMBER(name) { name, #name, 0, 1 }

static const struct known_ioctl *known_ioctl(unsigned long cmd)
{
	static const struct known_ioctl known[] = {
		STRUCT(IOMMU_DESTROY, iommu_destroy),
		STRUCT(IOMMU_IOAS_ALLOC, iommu_ioas_alloc),
		STRUCT(IOMMU_IOAS_ALLOW_IOVAS, iommu_ioas_allow_iovas),
		STRUCT(IOMMU_IOAS_COPY, iommu_ioas_copy),
		STRUCT(IOMMU_IOAS_IOVA_RANGES, iommu_ioas_iova_ranges),
		STRUCT(IOMMU_IOAS_MAP, iommu_ioas_map),
		STRUCT(IOMMU_IOAS_UNMAP, iommu_ioas_unmap),
		STRUCT(IOMMU_OPTION, iommu_option),
		STRUCT(IOMMU_VFIO_IOAS, iommu_vfio_ioas),
		STRUCT(IOMMU_HWPT_ALLOC, iommu_hwpt_alloc),
		STRUCT(IOMMU_GET_HW_INFO, iommu_hw_info),
		STRUCT(IOMMU_HWPT_SET_DIRTY_TRACKING, iommu_hwpt_set_dirty_tracking),
		STRUCT(IOMMU_HWPT_GET_DIRTY_BITMAP, iommu_hwpt_get_dirty_bitmap),
		STRUCT(IOMMU_HWPT_INVALIDATE, iommu_hwpt_invalidate),
		STRUCT(IOMMU_FAULT_QUEUE_ALLOC, iommu_fault_alloc),
		STRUCT(IOMMU_TEST_CMD, iommu_test_cmd),
		STRUCT(VFIO_IOMMU_GET_INFO, vfio_iommu_type1_info),
		STRUCT(VFIO_IOMMU_MAP_DMA, vfio_iommu_type1_dma_map),
		STRUCT(VFIO_IOMMU_UNMAP_DMA, vfio_iommu_type1_dma_unmap),
		NUMBER(VFIO_GET_API_VERSION),
		NUMBER(VFIO_CHECK_EXTENSION),
		NUMBER(VFIO_SET_IOMMU),
	};
	static const struct known_ioctl unknown = { 0, "UNKNOWN", 8, 0 };

	for (unsigned i = 0; i < LEN(known); i++)
		if (known[i].cmd == cmd)
			return &known[i];
	return &unknown;
}

static const char *test_name(const struct iommu_test_cmd *cmd)
{
	static const char *const names[] = {
		[IOMMU_TEST_OP_ADD_RESERVED] = "TEST_ADD_RESERVED",
		[IOMMU_TEST_OP_MOCK_DOMAIN] = "TEST_MOCK_DOMAIN",
		[IOMMU_TEST_OP_MD_CHECK_MAP] = "TEST_MD_CHECK_MAP",
		[IOMMU_TEST_OP_MD_CHECK_REFS] = "TEST_MD_CHECK_REFS",
		[IOMMU_TEST_OP_CREATE_ACCESS] = "TEST_CREATE_ACCESS",
		[IOMMU_TEST_OP_DESTROY_ACCESS_PAGES] = "TEST_DESTROY_ACCESS_PAGES",
		[IOMMU_TEST_OP_ACCESS_PAGES] = "TEST_ACCESS_PAGES",
		[IOMMU_TEST_OP_ACCESS_RW] = "TEST_ACCESS_RW",
		[IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT] = "TEST_SET_TEMP_MEMORY_LIMIT",
		[IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE] = "TEST_MOCK_DOMAIN_REPLACE",
		[IOMMU_TEST_OP_ACCESS_REPLACE_IOAS] = "TEST_ACCESS_REPLACE_IOAS",
		[IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS] = "TEST_MOCK_DOMAIN_FLAGS",
		[IOMMU_TEST_OP_DIRTY] = "TEST_DIRTY",
		[IOMMU_TEST_OP_MD_CHECK_IOTLB] = "TEST_MD_CHECK_IOTLB",
		[IOMMU_TEST_OP_TRIGGER_IOPF] = "TEST_TRIGGER_IOPF",
	};

	return cmd->op < LEN(names) && names[cmd->op] ? names[cmd->op] : "TEST_UNKNOWN";
}

/* The memory that an argument points at for data; 0 where it points at nothing, or at memory to be mapped. */
static uint64_t pointer_of(unsigned long cmd, const void *arg)
{
	const struct iommu_test_cmd *test = arg;

	switch (cmd) {
	case IOMMU_IOAS_IOVA_RANGES:
		return ((const struct iommu_ioas_iova_ranges *)arg)->allowed_iovas;
	case IOMMU_IOAS_ALLOW_IOVAS:
		return ((const struct iommu_ioas_allow_iovas *)arg)->allowed_iovas;
	case IOMMU_GET_HW_INFO:
		return ((const struct iommu_hw_info *)arg)->data_uptr;
	case IOMMU_HWPT_ALLOC:
		return ((const struct iommu_hwpt_alloc *)arg)->data_uptr;
	case IOMMU_HWPT_INVALIDATE:
		return ((const struct iommu_hwpt_invalidate *)arg)->data_uptr;
	case IOMMU_HWPT_GET_DIRTY_BITMAP:
		return ((const struct iommu_hwpt_get_dirty_bitmap *)arg)->data;
	case IOMMU_TEST_CMD:
		return test->op == IOMMU_TEST_OP_ACCESS_RW ? test->access_rw.uptr :
		       test->op == IOMMU_TEST_OP_DIRTY     ? test->dirty.uptr :
							     0;
	default:
		return 0;
	}
}

/* How many bytes of it a call may read or write. */
static uint64_t bytes_of(unsigned long cmd, const void *arg)
{
	const struct iommu_test_cmd *test = arg;
	const struct iommu_hwpt_invalidate *invalidate = arg;
	const struct iommu_hwpt_get_dirty_bitmap *dirty = arg;

	switch (cmd) {
	case IOMMU_IOAS_IOVA_RANGES:
		return 16ull * ((const struct iommu_ioas_iova_ranges *)arg)->num_iovas;
	case IOMMU_IOAS_ALLOW_IOVAS:
		return 16ull * ((const struct iommu_ioas_allow_iovas *)arg)->num_iovas;
	case IOMMU_GET_HW_INFO:
		return ((const struct iommu_hw_info *)arg)->data_len;
	case IOMMU_HWPT_ALLOC:
		return ((const struct iommu_hwpt_alloc *)arg)->data_len;
	case IOMMU_HWPT_INVALIDATE:
		return (uint64_t)invalidate->entry_len * invalidate->entry_num;
	case IOMMU_HWPT_GET_DIRTY_BITMAP:
		return dirty->page_size ? dirty->length / dirty->page_size / 8 + 1 : 0;
	case IOMMU_TEST_CMD:
		if (test->op == IOMMU_TEST_OP_ACCESS_RW)
			return test->access_rw.length;
		return test->dirty.page_size ? test->dirty.length / test->dirty.page_size / 8 + 1 : 0;
	default:
		return 0;
	}
}
