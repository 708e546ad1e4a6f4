/* Page faults, page tables, options. */
#pragma once
#include "world.h"

/* Page faults, read and answered in part. */
static void fault_queues(void)
{
	static const uint64_t counts[] = { 0, 1, 39, 40, 80, 119, 120, 2 * PAGE, INT32_MAX, UINT64_C(0x7ffff000), UINT64_C(0x80000000), UINT64_C(1) << 40, UINT64_C(1) << 47, UINT64_C(1) << 63, TOP };
	struct { uint32_t cookie, code; } answers[8] = { { 1, 0 }, { 2, 1 }, { 2, 0 }, { 3, 2 }, { 0, 0 }, { 3, 0 }, { 4, 1 }, { 5, 0 } };
	struct world w = new_world("fault_queues");
	struct mock other;
	uint32_t second;

	transfer("read", w.queue.fd, SCRATCH, 40);
	transfer("write", w.queue.fd, SCRATCH, 8);
	transfer("read", w.fd, SCRATCH, 40);
	transfer("write", w.fd, SCRATCH, 8);
	transfer("read", 50, SCRATCH, 40);
	for (unsigned i = 0; i < LEN(counts); i++) {
		transfer("read", w.queue.fd, SCRATCH, counts[i]);
		transfer("write", w.queue.fd, SCRATCH, counts[i]);
		transfer("read", w.fd, SCRATCH, counts[i]);
		transfer("read", w.queue.fd, UINT64_C(0x7ffffffff000), counts[i]);
		transfer("read", w.queue.fd, TOP - 7, counts[i]);
	}
	fault(w.mock.idev, 0, 1, 1);
	replace(w.mock.stdev, w.nested);
	for (uint32_t i = 0; i < 6; i++)
		fault(w.mock.idev, i % 2 ? i << 28 : 0, i, TOP - i);
	for (unsigned i = 0; i < 4; i++)
		transfer("read", w.queue.fd, SCRATCH, counts[i] % 40 ? counts[i] : 0);
	transfer("read", w.queue.fd, SCRATCH + 2 * PAGE - 39, 40);
	peek(SCRATCH + 2 * PAGE - 39, 39);
	transfer("read", w.queue.fd, SCRATCH + 2 * PAGE - 79, 80);
	peek(SCRATCH + 2 * PAGE - 79, 79);
	transfer("read", w.queue.fd, 0, 40);
	transfer("read", w.queue.fd, SCRATCH, 80);
	peek(SCRATCH, 120);
	transfer("write", w.queue.fd, SCRATCH + 2 * PAGE - 7, 8);
	poke(SCRATCH, answers, sizeof(answers));
	transfer("write", w.queue.fd, SCRATCH, 7);
	transfer("write", w.queue.fd, SCRATCH, 64);
	transfer("write", w.queue.fd, SCRATCH + 16, 48);
	transfer("write", w.queue.fd, SCRATCH + 24, 8);
	transfer("write", w.queue.fd, SCRATCH + 32, 8);
	transfer("read", w.queue.fd, SCRATCH + PAGE, 400);
	peek(SCRATCH + PAGE, 200);
	transfer("write", w.queue.fd, SCRATCH + 40, 24);
	transfer("write", w.queue.fd, SCRATCH + 40, 8);
	fault(w.mock.idev, 0, 9, 9);
	poke(SCRATCH + 2 * PAGE - 12, &answers[0], 8);
	transfer("write", w.queue.fd, SCRATCH + 2 * PAGE - 12, 16);
	second = nested_of(w.mock.idev, w.parent, w.queue.id);
	fault(w.mock.idev, 0, 10, 10);
	replace(w.mock.stdev, second);
	transfer("read", w.queue.fd, SCRATCH, 400);
	fault(w.mock.idev, 7, 11, 11);
	other = attach(second, 0);
	fault(other.idev, 7, 12, 12);
	transfer("read", w.queue.fd, SCRATCH, 40);
	destroy(other.stdev);
	transfer("read", w.queue.fd, SCRATCH, 40);
	destroy(w.queue.id);
	destroy(w.nested);
	replace(w.mock.stdev, w.ioas);
	fault(w.mock.idev, 7, 12, 12);
	destroy(second);
	destroy(w.queue.id);
	shut();
	transfer("read", w.queue.fd, SCRATCH, 40);
	close_fd(w.queue.fd);
	transfer("read", w.queue.fd, SCRATCH, 40);
	close_fd(w.fd);
	close_fd(w.fd);
}

/* Page tables of every kind, and what tells hardware to forget. */
static void page_tables(void)
{
	static const uint32_t types[] = { 0, 1, IOMMU_HWPT_DATA_SELFTEST, UINT32_MAX };
	static const uint32_t lengths[] = { 0, 1, 4, 5, 8, UINT32_MAX };
	static const uint64_t datas[] = { 0, SCRATCH, SCRATCH + 2 * PAGE - 4, SCRATCH + 2 * PAGE - 3, TOP - 3 };
	struct { uint32_t flags, id; } requests[] = { { 0, 0 }, { 0, 3 }, { 1, 1 }, { 0, 4 }, { 2, 0 }, { 1, 4 }, { 0, 1 } };
	struct world w = new_world("page_tables");
	uint32_t pts[] = { w.ioas, w.parent, w.mock.hwpt, w.tracked, w.nested }, made;
	struct mock plain;

	for (uint32_t flag = 0; flag < 16; flag++)
		for (unsigned p = 0; p < LEN(pts); p++)
			for (unsigned t = 0; t < LEN(types); t++) {
				unsigned l = (flag + p + t) % LEN(lengths), d = (flag * 3 + p + t) % LEN(datas);

				hwpt_of(w.mock.idev, pts[p], flag, types[t], types[t] ? 4 : 0, SCRATCH, w.queue.id);
				hwpt_of(w.mock.idev, pts[p], flag, types[t], lengths[l], datas[d], flag);
			}
	for (uint32_t flag = 16; flag; flag <<= 1)
		hwpt_of(w.mock.idev, w.ioas, flag, 0, 0, 0, 0);
	for (unsigned l = 0; l < LEN(lengths); l++)
		for (unsigned d = 0; d < LEN(datas); d++)
			hwpt_of(w.mock.idev, w.parent, 0, IOMMU_HWPT_DATA_SELFTEST, lengths[l], datas[d], 0);
	plain = attach(w.ioas, MOCK_FLAGS_DEVICE_NO_DIRTY);
	hwpt_of(plain.idev, w.ioas, IOMMU_HWPT_ALLOC_DIRTY_TRACKING, 0, 0, 0, 0);
	hw_info(plain.idev, SCRATCH, 8);
	attach(w.tracked, MOCK_FLAGS_DEVICE_NO_DIRTY);
	attach(w.tracked, MOCK_FLAGS_DEVICE_HUGE_IOVA);
	replace(plain.stdev, w.tracked);
	replace(plain.stdev, w.parent);
	replace(plain.stdev, w.nested);
	made = nested_of(plain.idev, w.parent, 0);
	replace(plain.stdev, made);
	replace(plain.stdev, w.tracked);
	replace(plain.stdev, w.ioas);
	replace(plain.stdev, made);
	destroy(w.parent);
	destroy(made);
	for (uint32_t flag = 1; flag; flag <<= 1)
		attach(w.ioas, flag);
	attach(w.ioas, 3);
	for (unsigned i = 0; i < 60; i += 3)
		destroy(i);

	w = new_world("hw_info");
	map(EDGE, PAGE, 0);
	for (uint32_t length = 0; length < 20; length++) {
		hw_info(w.mock.idev, EDGE + PAGE - 10, length);
		peek(EDGE + PAGE - 10, 10);
		hw_info(w.mock.idev, SCRATCH + 20 * length, length);
	}
	peek(SCRATCH, 400);
	hw_info(w.mock.idev, EDGE + PAGE - 4, 8);
	hw_info(w.mock.idev, EDGE + PAGE - 4, UINT32_MAX);
	hw_info(w.mock.idev, SCRATCH, 2 * PAGE);
	hw_info(w.mock.idev, SCRATCH, 2 * PAGE + 1);
	hw_info(w.mock.idev, TOP, 0);
	hw_info(w.mock.idev, TOP - 7, 8);
	hw_info(w.mock.idev, UINT64_C(0x7fffffffefff), UINT32_MAX);
	for (unsigned at = 4; at < 40; at++) {
		struct iommu_hw_info cmd = { .size = sizeof(cmd), .dev_id = w.mock.idev };

		((unsigned char *)&cmd)[at] ^= 0x80;
		CALL(IOMMU_GET_HW_INFO, cmd);
	}

	w = new_world("invalidations");
	map(EDGE, PAGE, 0);
	poke(SCRATCH, requests, sizeof(requests));
	for (uint32_t num = 0; num <= LEN(requests); num++) {
		invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, num, SCRATCH);
		for (uint32_t iotlb = 0; iotlb < 5; iotlb++)
			TEST(IOMMU_TEST_OP_MD_CHECK_IOTLB, w.nested, .check_iotlb = { iotlb, 77 });
		invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, num, SCRATCH + 8 * num);
	}
	poke(EDGE + PAGE - 20, &(uint32_t[5]){ 0, 1, 0, 2, 0 }, 20);
	for (uint32_t num = 0; num < 5; num++)
		invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, num, EDGE + PAGE - 20);
	for (uint32_t length = 0; length < 2 * PAGE + 2; length = length < 12 ? length + 1 : length + PAGE - 12 + length / PAGE) {
		invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, length, 0, 0);
		invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, length, 0, SCRATCH + 64);
		invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, length, 1, SCRATCH + 64);
		invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, length, 2, 0);
		invalidate(w.nested, 7, length, 1, SCRATCH + 64);
	}
	invalidate(w.nested, 7, UINT32_MAX, 0, TOP);
	invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, PAGE, 1, SCRATCH + 64);
	invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, PAGE + 1, 1, SCRATCH + 64);
	invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, 1 << 19, SCRATCH + 64);
	invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, (1 << 19) + 1, SCRATCH + 64);
	invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, UINT32_MAX, SCRATCH + 64);
	invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, 2, TOP - 7);
	invalidate(w.nested, IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 8, 1, TOP);
}

static void options(void)
{
	static const uint64_t values[] = { 0, 1, 2, UINT64_C(1) << 32, TOP };
	static const uint32_t objects[] = { 0, 1, 2, 3, UINT32_MAX };
	uint32_t id;

	for (int with = 0; with < 3; with++) {
		begin(with == 0 ? "options_of_nothing" : with == 1 ? "options" : "options_with_a_device");
		if (with) {
			id = ioas();
			map_at(id, ARENA + 5, 10, 5, RW | FIXED);
		}
		if (with == 2) {
			id = ioas();
			attach(id, 0);
		}
		for (uint32_t option_id = 0; option_id < 3; option_id++)
			for (unsigned op = 0; op < 4; op++)
				for (unsigned o = 0; o < LEN(objects); o++)
					for (unsigned v = 0; v < LEN(values); v++)
						option(option_id, op == 3 ? UINT16_MAX : op, objects[o], values[v]);
		for (uint16_t op = 0; op < 4; op++)
			vfio_ioas(op, 1);
		vfio_ioas(UINT16_MAX, 1);
		CALL(IOMMU_OPTION, (struct iommu_option){ .size = 24, .__reserved = 1, .option_id = 7 });
		CALL(IOMMU_VFIO_IOAS, (struct iommu_vfio_ioas){ .size = 12, .__reserved = 1, .op = 7 });
	}
}
