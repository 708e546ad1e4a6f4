/* Arguments of wrong sizes, next to the end of memory, and with ids of other kinds of objects. */
#pragma once
#include "world.h"

/* Arguments of which only the first bytes are in memory, or can be written. */
static void arguments_at_the_end_of_memory(void)
{
	struct sample samples[40];
	struct world w = new_world("samples");
	unsigned count = samples_of(&w, samples);
	char name[64];

	for (unsigned i = 0; i < count; i++)
		call(samples[i].cmd, samples[i].bytes, samples[i].length);
	for (unsigned i = 0; i < count; i++) {
		struct sample *s = &samples[i];

		snprintf(name, sizeof(name), "%s_at_the_end", s->name);
		w = new_world(name);
		map(EDGE, PAGE, 0);
		for (size_t in = 0; in < s->length; in += in < 5 || in + 2 >= s->length ? 1 : in % 4 ? 3 : 4) {
			memcpy((void *)(EDGE + PAGE - in), s->bytes, in);
			call_at(EDGE + PAGE - in, s->cmd, s->bytes, in);
		}
		call(s->cmd, s->bytes, s->length);
		samples_of(&w, samples);

		snprintf(name, sizeof(name), "%s_not_writable", s->name);
		w = new_world(name);
		for (size_t in = 0; in < s->length; in += 4) {
			unsigned char bytes[80];

			memcpy(bytes, s->bytes, s->length);
			map(EDGE, 2 * PAGE, 0);
			poke(EDGE + PAGE - in, bytes, s->length);
			protect(EDGE + PAGE, PAGE);
			call_at(EDGE + PAGE - in, s->cmd, bytes, s->length);
			unmap(EDGE, 2 * PAGE);
		}
		call(s->cmd, s->bytes, s->length);
		ioas();
		samples_of(&w, samples);
	}
}

/* Arguments that say they are shorter or longer. */
static void sizes_of_arguments(void)
{
	struct sample samples[40];
	struct world w = new_world("sizes");
	unsigned count = samples_of(&w, samples);
	unsigned char *at = (unsigned char *)EDGE;

	map(EDGE, 2 * PAGE, 0);
	for (unsigned i = 0; i < count; i++) {
		struct sample *s = &samples[i];
		uint32_t sizes[] = { 0, 1, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 56, 64, 68, 72, s->length + 1, s->length + 8, 2 * PAGE, 2 * PAGE + 1, INT32_MAX, UINT32_MAX };

		for (unsigned k = 0; k < LEN(sizes); k++) {
			unsigned char bytes[96] = { 0 };

			memcpy(bytes, s->bytes, s->length);
			memcpy(bytes, &sizes[k], 4);
			memcpy(at, bytes, sizeof(bytes));
			call_at(EDGE, s->cmd, bytes, sizeof(bytes));
			if (sizes[k] <= s->length)
				continue;
			memcpy(bytes, s->bytes, s->length);
			memcpy(bytes, &sizes[k], 4);
			bytes[s->length] = 1;
			memcpy(at, bytes, sizeof(bytes));
			call_at(EDGE, s->cmd, bytes, sizeof(bytes));
		}
	}
	unmap(EDGE + PAGE, PAGE);
	for (uint32_t size = 24; size < 72; size += 6) {
		struct iommu_ioas_unmap cmd = { .size = size, .ioas_id = 1, .iova = 7, .length = 8 };

		memset(at, 0, PAGE);
		memcpy((void *)(EDGE + PAGE - 40), &cmd, sizeof(cmd));
		call_at(EDGE + PAGE - 40, IOMMU_IOAS_UNMAP, &cmd, sizeof(cmd));
	}

	begin("numbers_of_ioctls");
	for (unsigned type = 0x3a; type < 0x3d; type++)
		for (unsigned nr = 0; nr < 256; nr++) {
			struct { uint32_t size, rest[7]; } bytes = { 0 };

			if (type == 0x3b || nr % 16 == 0) {
				CALL(type << 8 | nr, bytes);
				value(type << 8 | nr, 0);
			}
			if (type == 0x3b && nr % 8 == 1) {
				CALL(0x40000000 | type << 8 | nr, bytes);
				CALL(0x80000000 | type << 8 | nr, bytes);
				CALL(0x10000 | type << 8 | nr, bytes);
			}
		}
}

/* Each object in each place where an id belongs. */
static void kinds_of_objects(void)
{
	struct world w = new_world("kinds_of_objects");
	uint32_t ids[16], count = 0;

	for (uint32_t id = 0; id <= w.tracked + 1; id++)
		ids[count++] = id;
	ids[count++] = INT32_MAX;
	ids[count++] = (uint32_t)INT32_MAX + 1;
	ids[count++] = UINT32_MAX;
	for (unsigned i = 0; i < count; i++) {
		uint32_t id = ids[i];

		map_at(id, ARENA, PAGE, IOVA + 32 * PAGE, RW | FIXED);
		copy_to(id, IOVA + 33 * PAGE, w.ioas, IOVA, PAGE, RW | FIXED);
		copy_to(w.ioas, IOVA + 34 * PAGE, id, IOVA, PAGE, RW | FIXED);
		unmap_at(id, IOVA + 32 * PAGE, 32 * PAGE);
		ranges(id, SCRATCH, 4);
		allow(id, SCRATCH, 0);
		option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_GET, id, 0);
		option(IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_OP_SET, id, 2);
		option(IOMMU_OPTION_RLIMIT_MODE, IOMMU_OPTION_OP_GET, id, 0);
		vfio_ioas(IOMMU_VFIO_IOAS_SET, id);
		hw_info(id, SCRATCH, 8);
		hwpt_of(id, w.ioas, 0, 0, 0, 0, 0);
		hwpt_of(w.mock.idev, id, 0, 0, 0, 0, 0);
		hwpt_of(w.mock.idev, id, 0, IOMMU_HWPT_DATA_SELFTEST, 4, SCRATCH, 0);
		hwpt_of(w.mock.idev, w.parent, IOMMU_HWPT_FAULT_ID_VALID, IOMMU_HWPT_DATA_SELFTEST, 4, SCRATCH, id);
		track(id, 0);
		track(id, 1);
		dirty_bitmap(id, IOVA, PAGE, PAGE, SCRATCH, 0);
		invalidate(id, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, 0, 0);
		attach(id, 0);
		attach(id, MOCK_FLAGS_DEVICE_NO_DIRTY);
		replace(w.mock.stdev, id);
		replace(id, w.ioas);
		TEST(IOMMU_TEST_OP_ADD_RESERVED, id, .add_reserved = { 0, 1 });
		check_map(id, IOVA, PAGE, ARENA);
		TEST(IOMMU_TEST_OP_MD_CHECK_IOTLB, id, .check_iotlb = { 3, 77 });
		TEST(IOMMU_TEST_OP_MD_CHECK_IOTLB, id, .check_iotlb = { 4, 77 });
		access_to(id, 0);
		TEST(IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, w.fd, .access_replace_ioas = { id });
		pin(id, IOVA, PAGE, 0, 0);
		rw(id, IOVA, 8, SCRATCH, 0);
		unpin(id, 0);
		make_dirty(id, IOVA, PAGE, PAGE, ARENA);
		fault(id, 0, 1, 2);
	}
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < count; i++)
			destroy(ids[i]);
	TEST(0, 0, );
	TEST(IOMMU_TEST_OP_TRIGGER_IOPF + 1, 0, );
	TEST(UINT32_MAX, 0, );
}
