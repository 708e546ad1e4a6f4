/* Memory that is reached without DMA. */
#pragma once
#include "world.h"

/* Reading, writing and pinning without DMA. */
static void accesses(void)
{
	static const uint64_t lengths[] = { 0, 1, PAGE, 16 << 20, (16 << 20) + 1, TOP };
	static const uint64_t iovas[] = { 0, IOVA, IOVA + 1, IOVA + 16 * PAGE - 1, TOP - PAGE + 1, TOP - 1, TOP };
	static const uint64_t uptrs[] = { 0, 1, ARENA, ARENA + 1, ARENA + 64 * PAGE - 1, SCRATCH + 2 * PAGE - 8, TOP - PAGE + 1, TOP };
	uint32_t id, pins, plain;
	struct world w = new_world("access_extremes");

	for (unsigned i = 0; i < LEN(iovas); i++)
		for (unsigned l = 0; l < LEN(lengths); l++)
			for (unsigned u = 0; u < LEN(uptrs); u++) {
				pin(w.fd, iovas[i], lengths[l], uptrs[u], (i + l + u) % 3 == 0);
				rw(w.fd, iovas[i], lengths[l], uptrs[u], 0);
				if (iovas[i] == IOVA || iovas[i] == TOP)
					rw(w.fd, iovas[i], lengths[l], uptrs[u], MOCK_ACCESS_RW_WRITE);
			}
	for (uint32_t flags = 0; flags < 16; flags++) {
		pin(w.fd, IOVA, PAGE, 0, flags);
		pin(w.fd, IOVA, PAGE, 0, flags << 28);
		rw(w.fd, IOVA, 2 * PAGE, SCRATCH, flags);
		rw(w.fd, IOVA, 8, SCRATCH, flags << 14);
	}
	for (uint64_t nth = 0; nth < 3; nth++) {
		pin(w.fd, PAGE << 32 | nth, PAGE, ARENA + PAGE, MOCK_FLAGS_ACCESS_SYZ);
		rw(w.fd, UINT64_C(8) << 32 | nth, 8, SCRATCH, MOCK_FLAGS_ACCESS_SYZ);
		peek(SCRATCH, 8);
		copy_to(w.ioas, IOVA + (20 + nth) * PAGE, w.ioas, PAGE << 32 | nth, PAGE, RW | FIXED | MOCK_FLAGS_ACCESS_SYZ);
		copy_to(w.ioas, 0, w.ioas + 1, nth, PAGE, RW | MOCK_FLAGS_ACCESS_SYZ);
	}
	unmap_at(w.ioas, IOVA, 16 * PAGE);
	for (uint32_t item = 0; item < 60; item += 13)
		unpin(w.fd, item);

	/* Mappings that follow each other, each with its own offset and rights. */
	begin("accesses_over_several_mappings");
	map(SCRATCH, 4 * PAGE, 0);
	map(ARENA, 16 * PAGE, 0);
	fill(ARENA, 16 * PAGE);
	id = ioas();
	plain = access_to(id, 0);
	map_at(id, ARENA + 100, 3 * PAGE - 200, IOVA + 100, RW | FIXED);
	map_at(id, ARENA + 4 * PAGE, 100, IOVA + 3 * PAGE - 100, RW | FIXED);
	map_at(id, ARENA + 5 * PAGE, PAGE, IOVA + 3 * PAGE, READ | FIXED);
	map_at(id, ARENA + 6 * PAGE, PAGE, IOVA + 4 * PAGE, IOMMU_IOAS_MAP_WRITEABLE | FIXED);
	for (uint32_t flags = 0; flags < 8; flags++) {
		for (uint64_t from = 0; from < 5 * PAGE; from += PAGE - 56)
			for (uint64_t length = 50; length < 5 * PAGE; length += 2 * PAGE - 30)
				rw(plain, IOVA + from, length, SCRATCH, flags);
		peek(SCRATCH, 2 * PAGE);
	}
	peek(ARENA, 7 * PAGE);
	pin(plain, IOVA, PAGE, 0, 0);
	pins = access_to(id, MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES);
	unmap_at(id, IOVA + 100, 3 * PAGE - 200);
	unmap_at(id, IOVA + 3 * PAGE - 100, 100);
	pins = access_to(id, MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES);
	map_at(id, ARENA, PAGE, IOVA + 2 * PAGE, RW | FIXED);
	map_at(id, ARENA + 1, PAGE, IOVA + 8 * PAGE, RW | FIXED);
	map_at(id, ARENA, PAGE - 1, IOVA + 8 * PAGE, RW | FIXED);
	map_at(id, ARENA + 1, PAGE, 0, RW);
	for (uint32_t flags = 0; flags < 2; flags++)
		for (uint64_t from = 2 * PAGE; from < 5 * PAGE; from += PAGE / 2)
			for (uint64_t length = PAGE / 2; length < 3 * PAGE; length += PAGE / 2)
				pin(pins, IOVA + from, length, 0, flags);
	check_refs(ARENA, PAGE, 8);
	for (uint32_t refs = 0; refs < 12; refs++)
		for (unsigned page = 0; page < 7; page++)
			check_refs(ARENA + page * PAGE, PAGE, refs);
	close_fd(pins);
	check_refs(ARENA, 16 * PAGE, 0);
	close_fd(plain);
	rw(plain, IOVA, 8, SCRATCH, 0);

	begin("accesses_beyond_memory");
	map(SCRATCH, 4 * PAGE, 0);
	map(ARENA, 4 * PAGE, 0);
	fill(ARENA, 4 * PAGE);
	unmap(ARENA + 2 * PAGE, PAGE);
	protect(ARENA + 3 * PAGE, PAGE);
	id = ioas();
	plain = access_to(id, 0);
	pins = access_to(ioas(), MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES);
	map_at(id, ARENA, 4 * PAGE, IOVA, RW | FIXED);
	map_at(id, ARENA, 4 * PAGE, IOVA + 4 * PAGE, READ | FIXED);
	map_at(id, TOP - 2 * PAGE + 1, 2 * PAGE - 1, 2 * IOVA, RW | FIXED);
	map_at(id, UINT64_C(0x7fffffffe000), 4 * PAGE, 3 * IOVA, RW | FIXED);
	for (uint32_t flags = 0; flags < 6; flags++) {
		if (flags & 2)
			continue;
		for (uint64_t from = PAGE - 8; from < 8 * PAGE; from += PAGE)
			for (uint64_t length = 8; length <= 2 * PAGE + 8; length += PAGE / 2 + 4)
				rw(plain, IOVA + from, length, SCRATCH, flags);
		rw(plain, 2 * IOVA, PAGE, SCRATCH, flags);
		rw(plain, 2 * IOVA + PAGE, 8, SCRATCH, flags);
		rw(plain, 2 * IOVA, 2 * PAGE - 1, SCRATCH, flags);
		rw(plain, 3 * IOVA, 4 * PAGE, SCRATCH, flags);
		rw(plain, 3 * IOVA, 8, SCRATCH, flags);
	}
	peek(ARENA, 2 * PAGE);
	peek(ARENA + 3 * PAGE, PAGE);
	for (unsigned pages = 1; pages < 5; pages++)
		for (unsigned page = 0; page + pages < 8; page++) {
			TEST(IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, pins, .access_replace_ioas = { id });
			pin(pins, IOVA + page * PAGE, pages * PAGE, 0, page & 1);
			pin(pins, IOVA + page * PAGE, pages * PAGE, ARENA + page * PAGE, 0);
			pin(pins, IOVA + page * PAGE, pages * PAGE, ARENA, 0);
		}
	unmap_at(id, 2 * IOVA, 2 * PAGE - 1);
	TEST(IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, pins, .access_replace_ioas = { id });
	map_at(id, TOP - 2 * PAGE, 2 * PAGE, 2 * IOVA, RW | FIXED);
	map_at(id, TOP - 3 * PAGE + 1, 2 * PAGE, 2 * IOVA, RW | FIXED);
	pin(pins, 2 * IOVA, PAGE, 0, 0);
	pin(pins, 2 * IOVA, 2 * PAGE, 0, 0);
	pin(pins, 3 * IOVA, PAGE, 0, 0);
	pin(pins, 3 * IOVA, 4 * PAGE, 0, 0);
	unmap_at(id, 0, TOP);
	check_refs(ARENA, 2 * PAGE, 0);
	check_refs(ARENA, 3 * PAGE, 0);
	check_refs(TOP - PAGE + 1, 0, 0);
	check_refs(TOP - 2 * PAGE + 1, PAGE, 0);
	check_refs(UINT64_C(0x7fffffffe000), PAGE, 0);
	check_refs(UINT64_C(0x7ffffffff000), PAGE, 0);
}
