/* IOVAs, lengths and addresses next to 2^64. */
#pragma once
#include "world.h"

static void numbers_at_the_end_of_an_address_space(void)
{
	static const uint64_t lengths[] = { 1, 2, PAGE, TOP / 2 - 1, TOP / 2, TOP - PAGE - 1, TOP - PAGE, TOP - PAGE + 1, TOP - 1, TOP };
	static const uint64_t iovas[] = { 0, 1, PAGE, TOP / 2, TOP - 2 * PAGE, TOP - PAGE, TOP - 2, TOP - 1, TOP };
	static const uint64_t vas[] = { 0, 1, 2, PAGE - 1, PAGE, ARENA, TOP - 2 * PAGE + 1, TOP - PAGE, TOP - 1, TOP };
	uint32_t id, other;

	begin("map_extremes");
	id = ioas();
	for (unsigned l = 0; l < LEN(lengths); l++)
		for (unsigned v = 0; v < LEN(vas); v++) {
			/* See map_more_pages_than_can_be_counted. */
			if (lengths[l] - 1 + vas[v] % PAGE > TOP - PAGE)
				continue;
			for (unsigned i = 0; i < LEN(iovas); i++)
				if (map_at(id, vas[v], lengths[l], iovas[i], RW | FIXED) == 0)
					unmap_at(id, 0, TOP);
			if (map_at(id, vas[v], lengths[l], 0, RW) == 0)
				unmap_at(id, 0, TOP);
		}

	/* So long that the number of pages is too large to count. */
	begin("map_more_pages_than_can_be_counted");
	id = ioas();
	for (uint64_t offset = 0; offset < 5; offset++)
		for (uint64_t length = TOP - PAGE - 4; length <= TOP - PAGE; length++) {
			map_at(id, offset, length, 0, RW | FIXED);
			map_at(id, PAGE - offset, length, 0, RW | FIXED);
			map_at(id, PAGE - offset, length, PAGE, READ | FIXED);
			unmap_at(id, 0, TOP);
		}

	begin("whole_address_space");
	id = ioas();
	other = ioas();
	map_at(id, 0, TOP - PAGE, 0, RW | FIXED);
	map_at(id, ARENA, PAGE, TOP - PAGE, RW | FIXED);
	map_at(id, ARENA, PAGE + 1, TOP - PAGE, RW | FIXED);
	map_at(id, ARENA, 1, TOP, RW | FIXED);
	map_at(id, ARENA, PAGE, 0, RW);
	copy_to(other, 0, id, 0, TOP - 1, RW | FIXED);
	copy_to(other, 1, id, 0, TOP - 1, RW | FIXED);
	copy_to(other, TOP - 1, id, TOP - 1, 2, RW | FIXED);
	copy_to(other, TOP - 1, id, TOP - 1, 1, RW | FIXED);
	copy_to(other, 0, id, TOP - 1, 3, RW | FIXED);
	copy_to(other, 0, id, PAGE, TOP - PAGE, RW);
	copy_to(other, 0, id, 5, TOP / 2, RW);
	copy_to(other, 0, id, 5, TOP / 2 - 1, RW);
	unmap_at(id, 1, TOP - 1);
	unmap_at(id, 0, TOP - 1);
	unmap_at(id, TOP - PAGE, PAGE);
	unmap_at(id, TOP - PAGE, PAGE + 1);
	unmap_at(id, TOP - PAGE, PAGE + 2);
	unmap_at(id, TOP - 1, 2);
	unmap_at(id, TOP - 1, 3);
	unmap_at(id, 0, TOP);
	unmap_at(id, 0, TOP);
	unmap_at(other, 0, TOP);
	/* All 2^64 bytes at once. */
	map_at(id, 0, TOP - PAGE, 0, RW | FIXED);
	map_at(id, ARENA, PAGE + 1, TOP - PAGE, RW | FIXED);
	unmap_at(id, 0, TOP);
	vfio_ioas(IOMMU_VFIO_IOAS_SET, id);
	map_at(id, 0, TOP - PAGE, 0, RW | FIXED);
	map_at(id, ARENA, PAGE + 1, TOP - PAGE, RW | FIXED);
	CALL(VFIO_IOMMU_UNMAP_DMA, (struct { uint32_t argsz, flags; uint64_t iova, size; }){ 24, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0 });

	begin("reserve_extremes");
	id = ioas();
	map(SCRATCH, PAGE, 0);
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 0, 0 });
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { TOP, 1 });
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { TOP, 2 });
	ranges(id, SCRATCH, 9);
	peek(SCRATCH, 64);
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 0, 1 });
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 2, 1 });
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 3, PAGE });
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 3, 7 });
	ranges(id, SCRATCH, 9);
	peek(SCRATCH, 64);
	ranges(id, SCRATCH, 1);
	ranges(id, SCRATCH, 0);
	ranges(id, SCRATCH + PAGE - 16, 2);
	ranges(id, SCRATCH + PAGE - 17, 2);
	peek(SCRATCH + PAGE - 64, 64);
	ranges(id, TOP - 15, 2);
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 0, TOP });
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { TOP - 5, 6 });
	ranges(id, 0, UINT32_MAX);
	map_at(id, ARENA, PAGE, 0, RW);
	map_at(id, ARENA, 1, 1, RW | FIXED);
}

static void choice_of_iovas(void)
{
	static const struct iommu_iova_range allowed[][3] = {
		{ { 0, 1 } }, { { 0, PAGE } }, { { 0, PAGE + 1 } }, { { PAGE - 1, PAGE } }, { { TOP - PAGE, TOP } },
		{ { TOP - 2 * PAGE, TOP } }, { { TOP - 1, TOP } }, { { 0, TOP } }, { { PAGE, 2 * PAGE - 1 } }, { { PAGE, 2 * PAGE } },
		{ { 5 * PAGE, 6 * PAGE }, { 2 * PAGE, 3 * PAGE } }, { { PAGE, 2 * PAGE - 1 }, { 2 * PAGE, 3 * PAGE } },
		{ { 1 << 21, (1 << 21) + PAGE - 1 }, { 3 << 20, 4 << 20 }, { 1, 2 } },
	};
	static const uint64_t vas[] = { 0, 1, 2048, ARENA, ARENA + 1, ARENA + 8, ARENA + 2048, ARENA + PAGE, (UINT64_C(1) << 32) + PAGE - 1 };
	static const uint64_t lengths[] = { 1, 2, 3, 8, 2048, PAGE - 1, PAGE, PAGE + 1, 1 << 21, (1 << 21) + 1 };
	uint32_t id;

	begin("choice_of_iovas");
	map(SCRATCH, PAGE, 0);
	for (unsigned a = 0; a < LEN(allowed); a++) {
		unsigned count = 0;

		id = ioas();
		poke(SCRATCH, allowed[a], sizeof(allowed[a]));
		while (count < 3 && allowed[a][count].last)
			count++;
		allow(id, SCRATCH, count);
		for (unsigned l = 0; l < LEN(lengths); l++)
			for (unsigned v = 0; v < LEN(vas); v++)
				map_at(id, vas[v], lengths[l], 0, READ);
		destroy(id);
	}

	begin("allowed_ranges");
	map(SCRATCH, PAGE, 0);
	id = ioas();
	allow(id, 0, 0);
	allow(id, 0, 1);
	allow(id, SCRATCH, 1);
	poke(SCRATCH + PAGE - 32, &(struct iommu_iova_range[2]){ { 4, 5 }, { 6, 7 } }, 32);
	allow(id, SCRATCH + PAGE - 32, 2);
	allow(id, SCRATCH + PAGE - 32, 3);
	allow(id, SCRATCH + PAGE - 31, 2);
	allow(id, SCRATCH + PAGE - 16, 1);
	allow(id, TOP - 15, 2);
	poke(SCRATCH, &(struct iommu_iova_range[2]){ { 4, 6 }, { 6, 7 } }, 32);
	allow(id, SCRATCH, 2);
	poke(SCRATCH, &(struct iommu_iova_range[2]){ { 4, 6 }, { 7, 7 } }, 32);
	allow(id, SCRATCH, 2);
	poke(SCRATCH, &(struct iommu_iova_range[2]){ { 0, TOP }, { 4, 6 } }, 32);
	allow(id, SCRATCH, 2);
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 4, 1 });
	TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 1, 1 });
	poke(SCRATCH, &(struct iommu_iova_range[2]){ { 2, 3 }, { 0, 1 } }, 32);
	allow(id, SCRATCH, 2);
	allow(id, SCRATCH, 1);
	allow(id + 1, TOP, UINT32_MAX);
	map_at(id, ARENA, PAGE, 0, RW);
}
