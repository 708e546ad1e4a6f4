/* The end of memory, of attachments, and of open files. */
#pragma once
#include "world.h"

/* The last page that a process can have. */
static void top_of_memory(void)
{
	uint64_t top = UINT64_C(0x7fffffffe000);
	struct iommu_ioas_alloc cmd = { .size = sizeof(cmd) };
	uint32_t word = 5;
	struct world w = new_world("top_of_memory");

	map(top, PAGE, 0);
	memcpy((void *)(top + PAGE - 12), &cmd, sizeof(cmd));
	call_at(top + PAGE - 12, IOMMU_IOAS_ALLOC, &cmd, sizeof(cmd));
	memcpy((void *)(top + PAGE - 8), &cmd, 8);
	call_at(top + PAGE - 8, IOMMU_IOAS_ALLOC, &cmd, 8);
	memcpy((void *)(top + PAGE - 3), &cmd, 3);
	call_at(top + PAGE - 3, IOMMU_IOAS_ALLOC, &cmd, 3);
	cmd.size = 16;
	cmd.out_ioas_id = 0;
	memcpy((void *)(top + PAGE - 12), &cmd, sizeof(cmd));
	call_at(top + PAGE - 12, IOMMU_IOAS_ALLOC, &cmd, sizeof(cmd));
	map_at(w.ioas, top, PAGE, IOVA + 32 * PAGE, RW | FIXED);
	map_at(w.ioas, top, 2 * PAGE, IOVA + 34 * PAGE, RW | FIXED);
	check_map(w.tracked, IOVA + 32 * PAGE, PAGE, top);
	check_map(w.tracked, IOVA + 32 * PAGE, 2 * PAGE, top);
	hw_info(w.mock.idev, top + PAGE - 4, 8);
	peek(top + PAGE - 16, 16);
	hw_info(w.mock.idev, top + PAGE - 8, 8);
	poke(top + PAGE - 16, &(uint64_t[2]){ TOP, TOP }, 16);
	hw_info(w.mock.idev, top + PAGE - 16, 17);
	peek(top + PAGE - 16, 16);
	hw_info(w.mock.idev, top + PAGE - 16, 16);
	peek(top + PAGE - 16, 16);
	rw(w.fd, IOVA + 8, 65, top + PAGE - 64, 0);
	peek(top + PAGE - 64, 64);
	rw(w.fd, IOVA + 8, 64, top + PAGE - 64, 0);
	peek(top + PAGE - 64, 64);
	ranges(w.ioas, top + PAGE - 8, 1);
	peek(top + PAGE - 64, 64);
	ranges(w.ioas, top + PAGE - 16, 1);
	ranges(w.ioas, top + PAGE - 32, 2);
	peek(top + PAGE - 64, 64);
	track(w.tracked, 1);
	for (unsigned at = PAGE - 4; at <= PAGE; at++) {
		make_dirty(w.tracked, IOVA, 64 * PAGE, 2048, ARENA);
		dirty_bitmap(w.tracked, IOVA, 16 * PAGE, PAGE, top + at, 1);
		dirty_bitmap(w.tracked, IOVA, 8 * PAGE, PAGE, top + at, 1);
		dirty_bitmap(w.tracked, IOVA, 16 * PAGE, PAGE, top + at, 0);
	}
	dirty_bitmap(w.tracked, IOVA, 8 * PAGE, PAGE, top, 0);
	peek(top, 16);
	peek(top + PAGE - 64, 64);
	poke(top + PAGE - 4, &word, 4);
	hwpt_of(w.mock.idev, w.parent, 0, IOMMU_HWPT_DATA_SELFTEST, 4, top + PAGE - 4, 0);
	hwpt_of(w.mock.idev, w.parent, 0, IOMMU_HWPT_DATA_SELFTEST, 4, top + PAGE - 3, 0);
	transfer("read", w.queue.fd, top + PAGE - 40, 40);
	transfer("read", w.queue.fd, top + PAGE - 39, 40);
	transfer("read", w.queue.fd, top + PAGE, 0);
	transfer("read", w.queue.fd, top + PAGE + 1, 0);
	/* What an access writes through a mapping of which only the first page can be there. */
	map_at(ioas(), top, 2 * PAGE, PAGE, RW | FIXED);
	w.fd = access_to(w.tracked + 3, 0);
	for (uint32_t flags = 0; flags < 6; flags++) {
		word = ~flags;
		poke(SCRATCH, &word, 4);
		rw(w.fd, 2 * PAGE - 4, 8, SCRATCH, flags);
		peek(top + PAGE - 16, 16);
		rw(w.fd, 2 * PAGE - 4, 4, SCRATCH, flags);
		peek(top + PAGE - 16, 16);
	}
}

/* Devices that move, and what goes when its last user goes. */
static void lifetimes(void)
{
	struct world w = new_world("lifetimes");
	uint32_t second = ioas(), manual, child;
	struct mock a, b;

	a = attach(w.mock.hwpt, 0);
	b = attach(second, 0);
	replace(a.stdev, second);
	replace(w.mock.stdev, second);
	destroy(w.mock.hwpt);
	replace(w.mock.stdev, b.hwpt);
	destroy(b.hwpt);
	destroy(b.stdev);
	destroy(a.stdev);
	destroy(b.idev);
	replace(w.mock.stdev, w.parent);
	destroy(b.hwpt);
	manual = hwpt_of(w.mock.idev, second, IOMMU_HWPT_ALLOC_NEST_PARENT, 0, 0, 0, 0);
	child = nested_of(w.mock.idev, manual, 0);
	replace(w.mock.stdev, child);
	destroy(manual);
	destroy(second);
	replace(w.mock.stdev, w.nested);
	replace(w.mock.stdev, child);
	destroy(child);
	replace(w.mock.stdev, w.mock.idev);
	replace(w.mock.stdev, w.access);
	replace(w.mock.stdev, w.queue.id);
	replace(w.mock.stdev, w.mock.stdev);
	destroy(w.mock.stdev);
	destroy(child);
	destroy(manual);
	destroy(second);

	/* An IOVA that is in use somewhere stands in the way of a device, and a kept one too. */
	w = new_world("devices_that_do_not_fit");
	second = ioas();
	map_at(second, ARENA, PAGE, PAGE, RW | FIXED);
	attach(second, 0);
	replace(w.mock.stdev, second);
	hwpt_of(w.mock.idev, second, 0, 0, 0, 0, 0);
	ranges(second, SCRATCH, 4);
	unmap_at(second, 0, TOP);
	poke(SCRATCH, &(struct iommu_iova_range){ IOVA, UINT32_MAX }, 16);
	allow(second, SCRATCH, 1);
	attach(second, 0);
	allow(second, SCRATCH, 0);
	map_at(second, ARENA + 512, PAGE, IOVA, RW | FIXED);
	attach(second, 0);
	replace(w.mock.stdev, second);
	unmap_at(second, 0, TOP);
	map_at(second, ARENA + 2048, PAGE, IOVA + 2048, RW | FIXED);
	map_at(second, ARENA + 62 * PAGE, 2 * PAGE, IOVA + 8 * PAGE, RW | FIXED);
	unmap(ARENA + 63 * PAGE, PAGE);
	attach(second, 0);
	replace(w.mock.stdev, second);
	check_refs(ARENA + 62 * PAGE, PAGE, 0);
	unmap_at(second, IOVA + 8 * PAGE, 2 * PAGE);
	replace(w.mock.stdev, second);
	ranges(second, SCRATCH, 4);
	ranges(w.ioas, SCRATCH, 4);
	map_at(second, ARENA + 2048, PAGE, IOVA + 3 * PAGE + 2047, RW | FIXED);
	map_at(second, ARENA + 2048, PAGE, IOVA + 3 * PAGE, RW | FIXED);
	access_to(second, MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES);
	option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_SET, second, 0);
	TEST(IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, w.fd, .access_replace_ioas = { second });
	unmap_at(second, 0, TOP);
	TEST(IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, w.fd, .access_replace_ioas = { second });
	destroy(w.ioas);
	ranges(second, SCRATCH, 4);
	option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_SET, second, 0);
	option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_SET, second, 1);
	destroy(w.mock.stdev);
	close_fd(w.fd);
	ranges(second, SCRATCH, 4);
	destroy(second);

	/* Files keep what they belong to. */
	w = new_world("closed");
	pin(w.fd, IOVA, PAGE, 0, 0);
	replace(w.mock.stdev, w.nested);
	fault(w.mock.idev, 0, 3, 4);
	check_refs(ARENA, PAGE, 2);
	shut();
	transfer("read", w.queue.fd, SCRATCH, 40);
	peek(SCRATCH, 40);
	poke(SCRATCH, &(uint32_t[2]){ 1, 0 }, 8);
	transfer("write", w.queue.fd, SCRATCH, 8);
	transfer("write", w.queue.fd, SCRATCH, 8);
	close_fd(w.queue.fd);
	close_fd(w.fd);
	close_fd(w.fd);
}
