/* Calls on /dev/iommu, one line each. */
#pragma once
#include "steps.h"

#define ARENA UINT64_C(0x10000000)
#define SCRATCH UINT64_C(0x8000000)
#define IOVA UINT64_C(0x1000000)
#define TOP UINT64_MAX
#define READ IOMMU_IOAS_MAP_READABLE
#define RW (IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE)
#define FIXED IOMMU_IOAS_MAP_FIXED_IOVA
#define EDGE UINT64_C(0x9000000)

static uint32_t ioas(void)
{
	struct iommu_ioas_alloc cmd = { .size = sizeof(cmd) };

	CALL(IOMMU_IOAS_ALLOC, cmd);
	return cmd.out_ioas_id;
}

static long map_at(uint32_t ioas, uint64_t va, uint64_t length, uint64_t iova, uint32_t flags)
{
	struct iommu_ioas_map cmd = { .size = sizeof(cmd), .flags = flags, .ioas_id = ioas, .user_va = va, .length = length, .iova = iova };

	return CALL(IOMMU_IOAS_MAP, cmd);
}

static long unmap_at(uint32_t ioas, uint64_t iova, uint64_t length)
{
	struct iommu_ioas_unmap cmd = { .size = sizeof(cmd), .ioas_id = ioas, .iova = iova, .length = length };

	return CALL(IOMMU_IOAS_UNMAP, cmd);
}

static long copy_to(uint32_t dst, uint64_t dst_iova, uint32_t src, uint64_t src_iova, uint64_t length, uint32_t flags)
{
	struct iommu_ioas_copy cmd = { .size = sizeof(cmd), .flags = flags, .dst_ioas_id = dst, .src_ioas_id = src,
		.length = length, .dst_iova = dst_iova, .src_iova = src_iova };

	return CALL(IOMMU_IOAS_COPY, cmd);
}

static long destroy(uint32_t id)
{
	struct iommu_destroy cmd = { .size = sizeof(cmd), .id = id };

	return CALL(IOMMU_DESTROY, cmd);
}

static void ranges(uint32_t ioas, uint64_t at, uint32_t count)
{
	struct iommu_ioas_iova_ranges cmd = { .size = sizeof(cmd), .ioas_id = ioas, .num_iovas = count, .allowed_iovas = at };

	CALL(IOMMU_IOAS_IOVA_RANGES, cmd);
}

static void allow(uint32_t ioas, uint64_t at, uint32_t count)
{
	struct iommu_ioas_allow_iovas cmd = { .size = sizeof(cmd), .ioas_id = ioas, .num_iovas = count, .allowed_iovas = at };

	CALL(IOMMU_IOAS_ALLOW_IOVAS, cmd);
}

static void option(uint32_t option, uint16_t op, uint32_t object, uint64_t value)
{
	struct iommu_option cmd = { .size = sizeof(cmd), .option_id = option, .op = op, .object_id = object, .val64 = value };

	CALL(IOMMU_OPTION, cmd);
}

static void vfio_ioas(uint16_t op, uint32_t ioas)
{
	struct iommu_vfio_ioas cmd = { .size = sizeof(cmd), .ioas_id = ioas, .op = op };

	CALL(IOMMU_VFIO_IOAS, cmd);
}

static long test(struct iommu_test_cmd *cmd, uint32_t op, uint32_t id)
{
	cmd->size = sizeof(*cmd);
	cmd->op = op;
	cmd->id = id;
	return call(IOMMU_TEST_CMD, cmd, sizeof(*cmd));
}

#define TEST(op, id, ...) test(&(struct iommu_test_cmd){ __VA_ARGS__ }, op, id)

/* A mock device. */
struct mock { uint32_t stdev, hwpt, idev; };

static struct mock attach(uint32_t pt, uint32_t flags)
{
	struct iommu_test_cmd cmd = { .mock_domain_flags = { .dev_flags = flags } };

	test(&cmd, IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, pt);
	return (struct mock){ cmd.mock_domain.out_stdev_id, cmd.mock_domain.out_hwpt_id, cmd.mock_domain.out_idev_id };
}

static long replace(uint32_t stdev, uint32_t pt)
{
	return TEST(IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, stdev, .mock_domain_replace = { .pt_id = pt });
}

static uint32_t hwpt_of(uint32_t dev, uint32_t pt, uint32_t flags, uint32_t type, uint32_t len, uint64_t data, uint32_t fault)
{
	struct iommu_hwpt_alloc cmd = { .size = sizeof(cmd), .flags = flags, .dev_id = dev, .pt_id = pt, .data_type = type,
		.data_len = len, .data_uptr = data, .fault_id = fault };

	return CALL(IOMMU_HWPT_ALLOC, cmd) ? 0 : cmd.out_hwpt_id;
}

static uint32_t nested_of(uint32_t dev, uint32_t parent, uint32_t fault)
{
	static const uint32_t iotlb = 77;

	poke(SCRATCH, &iotlb, sizeof(iotlb));
	return hwpt_of(dev, parent, fault ? IOMMU_HWPT_FAULT_ID_VALID : 0, IOMMU_HWPT_DATA_SELFTEST, 4, SCRATCH, fault);
}

struct queue { uint32_t id; int fd; };

static struct queue fault_queue(void)
{
	struct iommu_fault_alloc cmd = { .size = sizeof(cmd) };

	CALL(IOMMU_FAULT_QUEUE_ALLOC, cmd);
	return (struct queue){ cmd.out_fault_id, cmd.out_fault_fd };
}

static uint32_t access_to(uint32_t ioas, uint32_t flags)
{
	struct iommu_test_cmd cmd = { .create_access = { .flags = flags } };

	test(&cmd, IOMMU_TEST_OP_CREATE_ACCESS, ioas);
	return cmd.create_access.out_access_fd;
}

static void pin(uint32_t fd, uint64_t iova, uint64_t length, uint64_t uptr, uint32_t flags)
{
	TEST(IOMMU_TEST_OP_ACCESS_PAGES, fd, .access_pages = { .flags = flags, .iova = iova, .length = length, .uptr = uptr });
}

static void unpin(uint32_t fd, uint32_t item)
{
	TEST(IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, fd, .destroy_access_pages = { .access_pages_id = item });
}

static void rw(uint32_t fd, uint64_t iova, uint64_t length, uint64_t uptr, uint32_t flags)
{
	TEST(IOMMU_TEST_OP_ACCESS_RW, fd, .access_rw = { .iova = iova, .length = length, .uptr = uptr, .flags = flags });
}

static void check_map(uint32_t hwpt, uint64_t iova, uint64_t length, uint64_t uptr)
{
	TEST(IOMMU_TEST_OP_MD_CHECK_MAP, hwpt, .check_map = { .iova = iova, .length = length, .uptr = uptr });
}

static void check_refs(uint64_t uptr, uint64_t length, uint32_t refs)
{
	TEST(IOMMU_TEST_OP_MD_CHECK_REFS, 0, .check_refs = { .length = length, .uptr = uptr, .refs = refs });
}

static void track(uint32_t hwpt, uint32_t flags)
{
	struct iommu_hwpt_set_dirty_tracking cmd = { .size = sizeof(cmd), .flags = flags, .hwpt_id = hwpt };

	CALL(IOMMU_HWPT_SET_DIRTY_TRACKING, cmd);
}

static void make_dirty(uint32_t hwpt, uint64_t iova, uint64_t length, uint64_t page_size, uint64_t uptr)
{
	TEST(IOMMU_TEST_OP_DIRTY, hwpt, .dirty = { .iova = iova, .length = length, .page_size = page_size, .uptr = uptr });
}

static void dirty_bitmap(uint32_t hwpt, uint64_t iova, uint64_t length, uint64_t page_size, uint64_t data, uint32_t flags)
{
	struct iommu_hwpt_get_dirty_bitmap cmd = { .size = sizeof(cmd), .hwpt_id = hwpt, .flags = flags, .iova = iova,
		.length = length, .page_size = page_size, .data = data };

	CALL(IOMMU_HWPT_GET_DIRTY_BITMAP, cmd);
}

static void invalidate(uint32_t hwpt, uint32_t type, uint32_t len, uint32_t num, uint64_t data)
{
	struct iommu_hwpt_invalidate cmd = { .size = sizeof(cmd), .hwpt_id = hwpt, .data_uptr = data, .data_type = type,
		.entry_len = len, .entry_num = num };

	CALL(IOMMU_HWPT_INVALIDATE, cmd);
}

static void hw_info(uint32_t dev, uint64_t data, uint32_t length)
{
	struct iommu_hw_info cmd = { .size = sizeof(cmd), .dev_id = dev, .data_len = length, .data_uptr = data };

	CALL(IOMMU_GET_HW_INFO, cmd);
}

static void fault(uint32_t dev, uint32_t pasid, uint32_t grpid, uint64_t addr)
{
	TEST(IOMMU_TEST_OP_TRIGGER_IOPF, 0, .trigger_iopf = { .dev_id = dev, .pasid = pasid, .grpid = grpid, .perm = 1, .addr = addr });
}

static void vfio_map(uint64_t va, uint64_t iova, uint64_t size, uint32_t flags)
{
	struct vfio_iommu_type1_dma_map cmd = { .argsz = sizeof(cmd), .flags = flags, .vaddr = va, .iova = iova, .size = size };

	CALL(VFIO_IOMMU_MAP_DMA, cmd);
}

static void vfio_unmap(uint64_t iova, uint64_t size, uint32_t flags)
{
	struct vfio_iommu_type1_dma_unmap cmd = { .argsz = sizeof(cmd), .flags = flags, .iova = iova, .size = size };

	CALL(VFIO_IOMMU_UNMAP_DMA, cmd);
}

/* What is at an address as vfio_iommu_type1_info, as far as it is in memory. */
static void vfio_info(uint64_t address, uint32_t argsz, size_t there)
{
	struct { struct vfio_iommu_type1_info info; unsigned char caps[104]; } cmd;

	memset(&cmd, 0xee, sizeof(cmd));
	cmd.info.argsz = argsz;
	memcpy((void *)address, &cmd, there);
	call_at(address, VFIO_IOMMU_GET_INFO, &cmd, there);
}
