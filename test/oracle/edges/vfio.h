/* The ioctls of VFIO's type1 driver. */
#pragma once
#include "world.h"

static void vfio_numbers(void)
{
	static const uint64_t types[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, UINT32_MAX, (UINT64_C(1) << 32) + 1, TOP };

	for (unsigned t = 0; t < LEN(types); t++) {
		value(VFIO_CHECK_EXTENSION, types[t]);
		value(VFIO_SET_IOMMU, types[t]);
	}
	value(VFIO_GET_API_VERSION, TOP);
	for (unsigned nr = VFIO_BASE; nr < VFIO_BASE + 25; nr++)
		if (nr != VFIO_BASE + 2)
			value(_IO(VFIO_TYPE, nr), 0);
	value(VFIO_IOMMU_GET_INFO, TOP - 15);
}

/* Mapped in three pieces, two of which touch; then a part goes. */
static void vfio_parts(uint64_t base)
{
	for (uint64_t from = 0; from < 8 * PAGE; from += PAGE)
		for (uint64_t to = from; to < 9 * PAGE; to += PAGE) {
			vfio_map(ARENA, base + PAGE, 2 * PAGE, 3);
			vfio_map(ARENA + 2 * PAGE, base + 3 * PAGE, 2 * PAGE, 3);
			vfio_map(ARENA + 4 * PAGE, base + 6 * PAGE, 2 * PAGE, 1);
			vfio_unmap(base + from, to - from, 0);
			vfio_unmap(0, 0, VFIO_DMA_UNMAP_FLAG_ALL);
		}
	vfio_map(ARENA, base, 4 * PAGE, 3);
	vfio_unmap(base + PAGE + 1, PAGE, 0);
	vfio_unmap(base + PAGE, PAGE + 1, 0);
	vfio_unmap(base + PAGE, 0, 0);
	vfio_unmap(base + PAGE, TOP, 0);
	vfio_unmap(base + 2 * PAGE, TOP - base - 2 * PAGE + 1, 0);
	vfio_unmap(0, 0, 0);
	vfio_unmap(0, base + 3 * PAGE, 0);
	vfio_unmap(TOP, 1, 0);
	vfio_unmap(TOP, 2, 0);
	vfio_unmap(0, TOP, 0);
	vfio_unmap(base + PAGE, PAGE, 0);
	vfio_unmap(0, 0, VFIO_DMA_UNMAP_FLAG_ALL);
	vfio_unmap(0, 0, VFIO_DMA_UNMAP_FLAG_ALL);
}

static void vfio(void)
{
	static const uint32_t argszs[] = { 0, 15, 16, 23, 24, 31, 32, 33, 40, 4096, UINT32_MAX };
	static const uint64_t ends[] = { 0, 1, PAGE, TOP - PAGE - 1, TOP - PAGE, TOP - PAGE + 1, TOP - 1, TOP };
	struct world w;
	uint32_t id;
	int fd;

	begin("vfio_without_an_address_space");
	vfio_numbers();
	vfio_info(EDGE - EDGE + ARGUMENT, 200, 128);
	vfio_map(ARENA, 0, PAGE, 3);
	vfio_unmap(0, PAGE, 0);
	for (unsigned a = 0; a < LEN(argszs); a++) {
		struct vfio_iommu_type1_dma_map map = { .argsz = argszs[a] };
		struct vfio_iommu_type1_dma_unmap unmap = { .argsz = argszs[a] };

		CALL(VFIO_IOMMU_MAP_DMA, map);
		CALL(VFIO_IOMMU_UNMAP_DMA, unmap);
		vfio_info(ARGUMENT, argszs[a], 128);
	}
	vfio_ioas(IOMMU_VFIO_IOAS_SET, ioas());
	destroy(1);
	vfio_numbers();
	vfio_ioas(IOMMU_VFIO_IOAS_GET, 0);

	for (unsigned many = 0; many < 3; many++) {
		begin(many == 0 ? "vfio_info" : many == 1 ? "vfio_info_with_reserved_ranges" : "vfio_info_with_devices");
		map(EDGE, 2 * PAGE, 0);
		id = ioas();
		vfio_ioas(IOMMU_VFIO_IOAS_SET, id);
		if (many == 1) {
			TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 0, 1 });
			TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { PAGE, 1 });
			TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 5 * PAGE, 1 });
		}
		if (many == 2) {
			attach(id, MOCK_FLAGS_DEVICE_HUGE_IOVA);
			vfio_info(ARGUMENT, 128, 128);
			attach(id, 0);
		}
		for (uint32_t argsz = 0; argsz < 130; argsz += argsz % 8 == 1 || argsz % 8 == 7 ? 1 : argsz % 8 ? 6 : 1)
			vfio_info(ARGUMENT, argsz, 128);
		vfio_info(ARGUMENT, UINT32_MAX, 128);
		for (size_t there = 0; there < 128; there += there < 8 ? 1 : 4) {
			memset((void *)(EDGE + PAGE), 0, PAGE);
			protect(EDGE + PAGE, PAGE);
			if (there >= 4) {
				vfio_info(EDGE + PAGE - there, 128, there);
				vfio_info(EDGE + PAGE - there, 40, there);
			}
			unmap(EDGE + PAGE, PAGE);
			if (there >= 4) {
				vfio_info(EDGE + PAGE - there, 128, there);
				vfio_info(EDGE + PAGE - there, 24, there);
			}
			map(EDGE + PAGE, PAGE, 0);
		}
		if (many < 2)
			vfio_numbers();
		vfio_info(ARGUMENT, 128, 128);
	}

	begin("vfio_map_and_unmap");
	map(ARENA, 16 * PAGE, 0);
	map(EDGE, 2 * PAGE, 0);
	id = ioas();
	vfio_ioas(IOMMU_VFIO_IOAS_SET, id);
	for (uint32_t flag = 1; flag; flag <<= 1) {
		vfio_map(ARENA, PAGE, PAGE, flag);
		vfio_unmap(PAGE, PAGE, flag);
		vfio_unmap(0, 0, flag);
	}
	vfio_map(ARENA, PAGE, PAGE, 0);
	for (unsigned i = 0; i < LEN(ends); i++)
		for (unsigned s = 0; s < LEN(ends); s++) {
			vfio_map(ARENA, ends[i], ends[s], 3);
			vfio_map(ends[i], 16 * PAGE, ends[s], 1);
			vfio_unmap(ends[i], ends[s], 0);
			vfio_unmap(ends[i], ends[s], VFIO_DMA_UNMAP_FLAG_ALL);
		}
	for (size_t in = 0; in < 32; in += 4) {
		struct vfio_iommu_type1_dma_map map_cmd = { .argsz = 32, .flags = 1, .iova = 64 * PAGE, .size = PAGE, .vaddr = ARENA };
		struct vfio_iommu_type1_dma_unmap cmd = { .argsz = 24, .iova = 64 * PAGE, .size = PAGE };

		poke(EDGE + PAGE - in, &map_cmd, sizeof(map_cmd));
		protect(EDGE + PAGE, PAGE);
		call_at(EDGE + PAGE - in, VFIO_IOMMU_MAP_DMA, &map_cmd, sizeof(map_cmd));
		unmap(EDGE + PAGE, PAGE);
		call_at(EDGE + PAGE - in, VFIO_IOMMU_MAP_DMA, &map_cmd, in);
		map(EDGE + PAGE, PAGE, 0);
		poke(EDGE + PAGE - in, &cmd, sizeof(cmd));
		protect(EDGE + PAGE, PAGE);
		call_at(EDGE + PAGE - in, VFIO_IOMMU_UNMAP_DMA, &cmd, sizeof(cmd));
		unmap(EDGE + PAGE, PAGE);
		call_at(EDGE + PAGE - in, VFIO_IOMMU_UNMAP_DMA, &cmd, in < 24 ? in : 24);
		map(EDGE + PAGE, PAGE, 0);
	}
	vfio_parts(16 * PAGE);

	for (int with = 0; with < 3; with++) {
		begin(with == 0 ? "vfio_type1" : with == 1 ? "vfio_type1_with_a_device" : "vfio_type1_with_a_pin");
		map(ARENA, 16 * PAGE, 0);
		id = ioas();
		vfio_ioas(IOMMU_VFIO_IOAS_SET, id);
		map_at(id, ARENA + 1, 1, IOVA, RW | FIXED);
		value(VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU);
		unmap_at(id, 0, TOP);
		if (with == 1) {
			w.mock = attach(id, 0);
			map_at(id, ARENA, PAGE, IOVA, RW | FIXED);
			value(VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU);
			option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_SET, id, 0);
			unmap_at(id, 0, TOP);
		}
		value(VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU);
		value(VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
		option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_GET, id, 0);
		vfio_info(ARGUMENT, 128, 128);
		if (with == 2) {
			fd = access_to(id, MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES);
			vfio_map(ARENA, IOVA, 6 * PAGE, 3);
			pin(fd, IOVA + PAGE, 2 * PAGE, 0, 0);
			vfio_unmap(IOVA + 2 * PAGE, PAGE, 0);
			vfio_unmap(IOVA + 4 * PAGE, PAGE, 0);
			pin(fd, IOVA + PAGE, 2 * PAGE, 0, 0);
			unpin(fd, 0);
			vfio_unmap(IOVA + 4 * PAGE, PAGE, 0);
			unpin(fd, 1);
			vfio_unmap(IOVA + 4 * PAGE, PAGE, 0);
			pin(fd, IOVA, 4 * PAGE, 0, 0);
			check_refs(ARENA, 4 * PAGE, 1);
			vfio_unmap(0, 0, VFIO_DMA_UNMAP_FLAG_ALL);
			check_refs(ARENA, 6 * PAGE, 0);
		}
		vfio_parts(IOVA);
		if (with == 1) {
			vfio_map(ARENA, IOVA, 6 * PAGE, 3);
			vfio_unmap(IOVA + 2 * PAGE, PAGE, 0);
			check_map(w.mock.hwpt, IOVA, 2 * PAGE, ARENA);
			check_map(w.mock.hwpt, IOVA + 3 * PAGE, 3 * PAGE, ARENA + 3 * PAGE);
			check_map(w.mock.hwpt, IOVA + 2 * PAGE, PAGE, ARENA + 2 * PAGE);
			check_refs(ARENA, 2 * PAGE, 1);
			check_refs(ARENA + 2 * PAGE, PAGE, 0);
			option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_SET, id, 1);
			vfio_unmap(IOVA, PAGE, 0);
			destroy(w.mock.stdev);
			vfio_unmap(IOVA, PAGE, 0);
			check_refs(ARENA, 6 * PAGE, 0);
			option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_SET, id, 0);
			vfio_unmap(IOVA, PAGE, 0);
		}
		vfio_info(ARGUMENT, 128, 128);
	}
}
