/* Pages that devices write to. */
#pragma once
#include "world.h"

/* Which pages were written. */
static void dirty_pages(void)
{
	static const uint64_t sizes[] = { 0, 1, 64, 2047, 2048, PAGE, 3 * PAGE, 1 << 20, UINT64_C(1) << 63, TOP };
	static const uint64_t iovas[] = { 0, 1, 2048, IOVA, IOVA + 2048, IOVA + PAGE, TOP - 2047, TOP - PAGE + 1, TOP };
	static const uint64_t lengths[] = { 0, 1, 2048, PAGE, 8 * PAGE, 20 * PAGE, TOP - IOVA, TOP - IOVA + 1, UINT64_C(1) << 63, TOP - 2047, TOP };
	struct world w = new_world("dirty_extremes");
	unsigned char ones[64];
	uint32_t hwpt;

	track(w.tracked, 1);
	for (unsigned s = 0; s < LEN(sizes); s++)
		for (unsigned i = 0; i < LEN(iovas); i++)
			for (unsigned l = 0; l < LEN(lengths); l++) {
				if ((s + i + l) % 2)
					make_dirty(w.tracked, iovas[i], lengths[l], sizes[s], ARENA + 16);
				dirty_bitmap(w.tracked, iovas[i], lengths[l], sizes[s], SCRATCH, (s + i + l) % 3 == 0);
			}
	peek(SCRATCH, 2 * PAGE);
	make_dirty(w.tracked, IOVA, 8, 8, ARENA);
	make_dirty(w.tracked, IOVA, UINT64_C(16) << 23, 1, ARENA);
	make_dirty(w.tracked, IOVA, (UINT64_C(16) << 23) + 1, 1, ARENA);
	make_dirty(w.tracked, IOVA, 512 * 64 * PAGE, 2048, ARENA);
	make_dirty(w.tracked, IOVA, 64 * PAGE * 8 * 2048, 2048, ARENA);
	make_dirty(w.tracked, IOVA, 64 * PAGE * 8 * 2048 + 2048, 2048, ARENA);
	make_dirty(w.tracked, IOVA, 2048, 2048, ARENA + 64 * PAGE - 1);
	make_dirty(w.tracked, IOVA, 16 * 2048, 2048, ARENA + 64 * PAGE - 1);
	make_dirty(w.tracked, IOVA, 2048, 2048, 0);
	make_dirty(w.tracked, IOVA, 2048, 2048, TOP);

	/* A place behind 2^64 is a place again. */
	w = new_world("dirty_wraps");
	track(w.tracked, 1);
	make_dirty(w.tracked, TOP - 2047, (IOVA / 2048 + 16) * 2048, 2048, ARENA);
	make_dirty(w.tracked, TOP - 3 * 2048 + 1, (IOVA / 2048 + 16) * 2048, 2048, ARENA);
	make_dirty(w.tracked, TOP - 2999, 3000 * 8000, 3000, ARENA);
	make_dirty(w.tracked, 3000 * (TOP / 3000), 3000 * 8300, 3000, ARENA);
	dirty_bitmap(w.tracked, IOVA, 16 * PAGE, 2048, SCRATCH, 0);
	peek(SCRATCH, 16);

	w = new_world("dirty_bitmap_partly_there");
	track(w.tracked, 1);
	map(EDGE, 4 * PAGE, 0);
	unmap(EDGE + PAGE, PAGE);
	protect(EDGE + 3 * PAGE, PAGE);
	for (uint64_t size = 1; size <= 16 * PAGE; size *= 4)
		for (int at = -3; at < 4; at++) {
			uint64_t ends[] = { EDGE, EDGE + PAGE, EDGE + 2 * PAGE, EDGE + 3 * PAGE, EDGE + 4 * PAGE };

			make_dirty(w.tracked, IOVA, 16 * PAGE, 2048, ARENA);
			for (unsigned e = 0; e < LEN(ends); e++)
				dirty_bitmap(w.tracked, IOVA, 16 * PAGE, size, ends[e] + at, e < 4);
		}
	peek(EDGE, PAGE);
	peek(EDGE + 2 * PAGE, 2 * PAGE);
	dirty_bitmap(w.tracked, IOVA, 16 * PAGE, PAGE, TOP, 0);
	dirty_bitmap(w.tracked, IOVA, 16 * PAGE, PAGE, 0, 0);
	track(w.tracked, 0);
	dirty_bitmap(w.tracked, IOVA, 16 * PAGE, PAGE, SCRATCH, 0);
	for (uint32_t flag = 1; flag; flag <<= 1) {
		track(w.tracked, flag);
		dirty_bitmap(w.tracked, IOVA, 16 * PAGE, PAGE, SCRATCH, flag);
	}
	track(w.parent, 0);
	track(w.parent, 1);
	dirty_bitmap(w.parent, IOVA, 16 * PAGE, PAGE, SCRATCH, 0);

	/* Huge pages: a bit of one marks 1 MiB, also behind the end of what was asked for. */
	begin("dirty_huge_pages");
	map(SCRATCH, 2 * PAGE, 0);
	map(EDGE, 68 * PAGE, 0);
	map(ARENA, 4 << 20, 1);
	memset(ones, 0x11, sizeof(ones));
	poke(SCRATCH, ones, sizeof(ones));
	w.ioas = ioas();
	w.mock = attach(w.ioas, MOCK_FLAGS_DEVICE_HUGE_IOVA);
	hwpt = hwpt_of(w.mock.idev, w.ioas, IOMMU_HWPT_ALLOC_DIRTY_TRACKING, 0, 0, 0, 0);
	map_at(w.ioas, ARENA, 3 << 20, IOVA, RW | FIXED);
	map_at(w.ioas, ARENA + 8 * PAGE, 3 << 20, IOVA + (4 << 20) + 8 * PAGE, RW | FIXED);
	map_at(w.ioas, ARENA + 8 * PAGE, 1 << 20, IOVA + (8 << 20), RW | FIXED);
	check_map(hwpt, IOVA, 3 << 20, ARENA);
	track(hwpt, 1);
	for (uint64_t size = 1; size <= 1 << 20; size *= 4)
		for (unsigned from = 0; from < 6; from++) {
			uint64_t at = IOVA + (from << 20) + (from % 2 ? 2048 : 0) + (from == 4 ? 8 * PAGE : 0);

			make_dirty(hwpt, IOVA, 16 * 2048, 2048, SCRATCH);
			make_dirty(hwpt, IOVA + (4 << 20) + 8 * PAGE, 512 * 2048, 2048, SCRATCH);
			dirty_bitmap(hwpt, at, 2048, size, EDGE, 1);
			dirty_bitmap(hwpt, at, 2048, size, EDGE + 2 * PAGE - 1, 1);
			dirty_bitmap(hwpt, at, 1 << 20, size, EDGE + 64 * PAGE + 5, 0);
		}
	for (unsigned page = 0; page < 68; page += 3)
		peek(EDGE + page * PAGE, PAGE);
	for (unsigned page = 1; page < 68; page += 3)
		peek(EDGE + page * PAGE, 16);
	dirty_bitmap(hwpt, IOVA, 16 << 20, 1 << 20, SCRATCH + 8, 0);
	peek(SCRATCH, 16);
}
