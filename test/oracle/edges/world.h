/* An open /dev/iommu with something of everything, and good arguments for it. */
#pragma once
#include "calls.h"

/* An address space with a device, and one object of each kind; their ids are 1, 2, ... */
struct world { uint32_t ioas, parent, nested, access, tracked; struct mock mock; struct queue queue; int fd; };

static struct world new_world(const char *name)
{
	struct world world = { 0 };

	begin(name);
	map(SCRATCH, 2 * PAGE, 0);
	map(ARENA, 64 * PAGE, 0);
	fill(ARENA, 64 * PAGE);
	world.ioas = ioas();
	world.mock = attach(world.ioas, 0);
	world.parent = hwpt_of(world.mock.idev, world.ioas, IOMMU_HWPT_ALLOC_NEST_PARENT, 0, 0, 0, 0);
	world.queue = fault_queue();
	world.nested = nested_of(world.mock.idev, world.parent, world.queue.id);
	world.fd = access_to(world.ioas, MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES);
	world.tracked = hwpt_of(world.mock.idev, world.ioas, IOMMU_HWPT_ALLOC_DIRTY_TRACKING, 0, 0, 0, 0);
	world.access = world.tracked - 1;
	map_at(world.ioas, ARENA, 16 * PAGE, IOVA, RW | FIXED);
	return world;
}

/* One good argument of each ioctl, for the objects of a world. */
struct sample { const char *name; unsigned int cmd; size_t length; unsigned char bytes[80]; };

static unsigned samples_of(const struct world *w, struct sample *to)
{
	unsigned count = 0;

#define SAMPLE(named, number, type, ...)                                                                                            \
	do {                                                                                                                        \
		type cmd = { .size = sizeof(cmd), __VA_ARGS__ };                                                                    \
		to[count].name = named;                                                                                             \
		to[count].cmd = number;                                                                                             \
		to[count].length = sizeof(cmd);                                                                                     \
		memcpy(to[count++].bytes, &cmd, sizeof(cmd));                                                                       \
	} while (0)
#define TEST_SAMPLE(named, opcode, object, ...) SAMPLE(named, IOMMU_TEST_CMD, struct iommu_test_cmd, .op = opcode, .id = object, __VA_ARGS__)
	SAMPLE("ioas_alloc", IOMMU_IOAS_ALLOC, struct iommu_ioas_alloc, );
	SAMPLE("destroy", IOMMU_DESTROY, struct iommu_destroy, .id = w->tracked);
	SAMPLE("ioas_map", IOMMU_IOAS_MAP, struct iommu_ioas_map, .flags = RW, .ioas_id = w->ioas, .user_va = ARENA, .length = PAGE);
	SAMPLE("ioas_copy", IOMMU_IOAS_COPY, struct iommu_ioas_copy, .flags = RW, .dst_ioas_id = w->ioas, .src_ioas_id = w->ioas,
	       .src_iova = IOVA, .length = PAGE);
	SAMPLE("ioas_unmap", IOMMU_IOAS_UNMAP, struct iommu_ioas_unmap, .ioas_id = w->ioas, .iova = 0, .length = TOP);
	SAMPLE("iova_ranges", IOMMU_IOAS_IOVA_RANGES, struct iommu_ioas_iova_ranges, .ioas_id = w->ioas, .num_iovas = 2, .allowed_iovas = SCRATCH);
	SAMPLE("few_iova_ranges", IOMMU_IOAS_IOVA_RANGES, struct iommu_ioas_iova_ranges, .ioas_id = w->ioas);
	SAMPLE("allow_iovas", IOMMU_IOAS_ALLOW_IOVAS, struct iommu_ioas_allow_iovas, .ioas_id = w->ioas);
	SAMPLE("option_get", IOMMU_OPTION, struct iommu_option, .option_id = IOMMU_OPTION_HUGE_PAGES, .op = IOMMU_OPTION_OP_GET, .object_id = w->ioas);
	SAMPLE("option_set", IOMMU_OPTION, struct iommu_option, .option_id = IOMMU_OPTION_HUGE_PAGES, .object_id = w->ioas, .val64 = 1);
	SAMPLE("vfio_ioas_get", IOMMU_VFIO_IOAS, struct iommu_vfio_ioas, .op = IOMMU_VFIO_IOAS_GET);
	SAMPLE("vfio_ioas_set", IOMMU_VFIO_IOAS, struct iommu_vfio_ioas, .op = IOMMU_VFIO_IOAS_SET, .ioas_id = w->ioas);
	SAMPLE("vfio_ioas_get_again", IOMMU_VFIO_IOAS, struct iommu_vfio_ioas, .op = IOMMU_VFIO_IOAS_GET);
	SAMPLE("hwpt_alloc", IOMMU_HWPT_ALLOC, struct iommu_hwpt_alloc, .dev_id = w->mock.idev, .pt_id = w->ioas);
	SAMPLE("hwpt_alloc_nested", IOMMU_HWPT_ALLOC, struct iommu_hwpt_alloc, .flags = IOMMU_HWPT_FAULT_ID_VALID, .dev_id = w->mock.idev,
	       .pt_id = w->parent, .data_type = IOMMU_HWPT_DATA_SELFTEST, .data_len = 4, .data_uptr = SCRATCH, .fault_id = w->queue.id);
	SAMPLE("hw_info", IOMMU_GET_HW_INFO, struct iommu_hw_info, .dev_id = w->mock.idev, .data_len = 12, .data_uptr = SCRATCH);
	SAMPLE("set_dirty_tracking", IOMMU_HWPT_SET_DIRTY_TRACKING, struct iommu_hwpt_set_dirty_tracking, .flags = 1, .hwpt_id = w->tracked);
	SAMPLE("get_dirty_bitmap", IOMMU_HWPT_GET_DIRTY_BITMAP, struct iommu_hwpt_get_dirty_bitmap, .hwpt_id = w->tracked, .iova = IOVA,
	       .length = PAGE, .page_size = PAGE, .data = SCRATCH);
	SAMPLE("hwpt_invalidate", IOMMU_HWPT_INVALIDATE, struct iommu_hwpt_invalidate, .hwpt_id = w->nested, .data_uptr = SCRATCH,
	       .data_type = IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, .entry_len = 8, .entry_num = 2);
	SAMPLE("fault_alloc", IOMMU_FAULT_QUEUE_ALLOC, struct iommu_fault_alloc, );
	TEST_SAMPLE("mock_domain", IOMMU_TEST_OP_MOCK_DOMAIN, w->ioas, );
	TEST_SAMPLE("mock_domain_replace", IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, w->mock.stdev, .mock_domain_replace = { .pt_id = w->parent });
	TEST_SAMPLE("create_access", IOMMU_TEST_OP_CREATE_ACCESS, w->ioas, );
	TEST_SAMPLE("access_pages", IOMMU_TEST_OP_ACCESS_PAGES, w->fd, .access_pages = { .iova = IOVA, .length = PAGE, .uptr = ARENA });
	TEST_SAMPLE("access_rw", IOMMU_TEST_OP_ACCESS_RW, w->fd, .access_rw = { .iova = IOVA, .length = 8, .uptr = SCRATCH });
	TEST_SAMPLE("dirty", IOMMU_TEST_OP_DIRTY, w->tracked, .dirty = { .iova = IOVA, .length = PAGE, .page_size = PAGE, .uptr = ARENA });
	return count;
}
