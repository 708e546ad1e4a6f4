/* Calls of record.c that need the kernel's test driver. */

static struct iommu_test_cmd *test(uint32_t op, uint32_t id)
{
	CLEAN(iommu_test_cmd, cmd);

	cmd->size = sizeof(*cmd);
	cmd->op = op;
	cmd->id = id;
	return cmd;
}

static long run_test(const char *name)
{
	return call(name, IOMMU_TEST_CMD, sizeof(struct iommu_test_cmd), 0);
}

/* ---- devices and page tables ---- */

/* Which address space a page table is of, as far as it was made for one. */
static struct { uint32_t hwpt, ioas; } owners[64];
static unsigned owned;

static void own(uint32_t hwpt, uint32_t ioas)
{
	unsigned at = owned < LEN(owners) ? owned++ : upto(LEN(owners) - 1);

	owners[at].hwpt = hwpt;
	owners[at].ioas = ioas;
}

/* A mapping, and mostly a page table that has it. */
static unsigned some_loaded(uint32_t *hwpt)
{
	unsigned at = upto(mappings - 1);

	*hwpt = some(HWPT);
	for (unsigned tries = 0; owned && tries < 100 && !one_in(30); tries++) {
		unsigned owner = upto(owned - 1);

		at = upto(mappings - 1);
		if (owners[owner].ioas == mapped[at].ioas) {
			*hwpt = owners[owner].hwpt;
			break;
		}
	}
	return at;
}

static void do_device(void)
{
	int plain = one_in(2);
	uint32_t pt = some(one_in(4) ? HWPT : IOAS);
	struct iommu_test_cmd *cmd = test(plain ? IOMMU_TEST_OP_MOCK_DOMAIN : IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, pt);

	if (!plain)
		cmd->mock_domain_flags.dev_flags = one_in(20) ? 1u << upto(31) : upto(3);
	if (known[STDEV].count < 8 && run_test("TEST_MOCK_DOMAIN") == 0) {
		learn(STDEV, cmd->mock_domain.out_stdev_id);
		learn(HWPT, cmd->mock_domain.out_hwpt_id);
		learn(IDEV, cmd->mock_domain.out_idev_id);
		own(cmd->mock_domain.out_hwpt_id, pt);
	}
}

static void do_replace(void)
{
	static const enum kind kinds[] = { IOAS, HWPT, NESTED };
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, some(STDEV));

	cmd->mock_domain_replace.pt_id = some(kinds[upto(2)]);
	if (run_test("TEST_MOCK_DOMAIN_REPLACE") == 0)
		learn(HWPT, cmd->mock_domain_replace.pt_id);
}

static void do_reserve(void)
{
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_ADD_RESERVED, some(IOAS));

	cmd->add_reserved.start = an_iova();
	cmd->add_reserved.length = a_length();
	run_test("TEST_ADD_RESERVED");
}

static void do_check_map(void)
{
	uint32_t hwpt;

	if (!mappings)
		return;
	unsigned at = some_loaded(&hwpt);
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_MD_CHECK_MAP, hwpt);
	cmd->check_map.iova = jitter(mapped[at].iova);
	cmd->check_map.length = mapped[at].length > 8 * PAGE ? 8 * PAGE : mapped[at].length;
	cmd->check_map.uptr = mapped[at].address ? mapped[at].address : an_address();
	run_test("TEST_MD_CHECK_MAP");
}

static void do_check_refs(void)
{
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_MD_CHECK_REFS, 0);

	cmd->check_refs.uptr = mappings && one_in(2) ? mapped[upto(mappings - 1)].address & ~(PAGE - 1) : an_address();
	cmd->check_refs.length = PAGE * upto(2);
	cmd->check_refs.refs = upto(5);
	run_test("TEST_MD_CHECK_REFS");
}

static void do_hwpt(void)
{
	CLEAN(iommu_hwpt_alloc, cmd);
	struct iommu_hwpt_selftest *data = (void *)SCRATCH;
	int nested = one_in(2);

	memset(data, 0, 64);
	data->iotlb = one_in(4) ? chance() : IOMMU_TEST_IOTLB_DEFAULT;
	cmd->dev_id = some(IDEV);
	cmd->pt_id = some(nested ? HWPT : IOAS);
	cmd->flags = nested ? 0 : upto(3);
	if (nested) {
		cmd->data_type = one_in(20) ? upto(2) : IOMMU_HWPT_DATA_SELFTEST;
		cmd->data_len = one_in(15) ? upto(16) : sizeof(*data);
		cmd->data_uptr = one_in(30) ? HOLE : SCRATCH;
	}
	if (one_in(nested ? 3 : 30)) {
		cmd->flags |= IOMMU_HWPT_FAULT_ID_VALID;
		cmd->fault_id = some(FAULT);
	}
	if (one_in(40))
		cmd->flags ^= 1u << upto(31);
	cmd->__reserved = one_in(50);
	cmd->__reserved2 = one_in(50);
	watch(SCRATCH, 64);
	if (known[nested ? NESTED : HWPT].count < 24 &&
	    sized("IOMMU_HWPT_ALLOC", IOMMU_HWPT_ALLOC, sizeof(*cmd), 0) == 0) {
		learn(nested ? NESTED : HWPT, cmd->out_hwpt_id);
		if (!nested)
			own(cmd->out_hwpt_id, cmd->pt_id);
	}
	watches = 0;
}

static void do_hw_info(void)
{
	CLEAN(iommu_hw_info, cmd);

	memset((void *)SCRATCH, 0x55, 128);
	watch(SCRATCH, 128);
	cmd->flags = one_in(30);
	cmd->dev_id = some(IDEV);
	cmd->data_len = upto(100);
	cmd->data_uptr = one_in(15) ? HOLE - 4 : SCRATCH;
	cmd->__reserved[upto(2)] = one_in(30);
	sized("IOMMU_GET_HW_INFO", IOMMU_GET_HW_INFO, sizeof(*cmd), 0);
}

static void do_invalidate(void)
{
	CLEAN(iommu_hwpt_invalidate, cmd);
	struct iommu_hwpt_invalidate_selftest *entries = (void *)SCRATCH;

	for (unsigned i = 0; i < 16; i++) {
		entries[i].flags = one_in(6) ? upto(3) : 0;
		entries[i].iotlb_id = one_in(12) ? chance() : upto(3);
	}
	watch(SCRATCH, 128);
	cmd->hwpt_id = some(NESTED);
	cmd->data_uptr = one_in(25) ? (one_in(2) ? 0 : HOLE) : SCRATCH;
	cmd->data_type = one_in(15) ? upto(1) : IOMMU_HWPT_INVALIDATE_DATA_SELFTEST;
	cmd->entry_len = one_in(10) ? upto(5000) : sizeof(*entries);
	cmd->entry_num = one_in(40) ? (1u << 19) + 1 : upto(6);
	cmd->__reserved = one_in(40);
	sized("IOMMU_HWPT_INVALIDATE", IOMMU_HWPT_INVALIDATE, sizeof(*cmd), 0);
}

static void do_check_iotlb(void)
{
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_MD_CHECK_IOTLB, some(NESTED));

	cmd->check_iotlb.id = upto(4);
	cmd->check_iotlb.iotlb = one_in(2) ? 0 : IOMMU_TEST_IOTLB_DEFAULT;
	run_test("TEST_MD_CHECK_IOTLB");
}

/* ---- dirty pages ---- */

static void do_tracking(void)
{
	CLEAN(iommu_hwpt_set_dirty_tracking, cmd);

	cmd->flags = one_in(20) ? 2 : !one_in(4);
	cmd->hwpt_id = some(HWPT);
	cmd->__reserved = one_in(30);
	sized("IOMMU_HWPT_SET_DIRTY_TRACKING", IOMMU_HWPT_SET_DIRTY_TRACKING, sizeof(*cmd), 0);
}

static void do_dirty(void)
{
	uint32_t hwpt;

	if (!mappings)
		return;
	unsigned at = some_loaded(&hwpt);
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_DIRTY, hwpt);
	for (unsigned i = 0; i < 32; i++)
		((unsigned char *)SCRATCH)[i] = chance();
	watch(SCRATCH, 32);
	cmd->dirty.page_size = one_in(8) ? UINT64_C(1) << upto(13) : PAGE / 2;
	cmd->dirty.iova = mapped[at].iova;
	cmd->dirty.length = mapped[at].length > 32 * PAGE ? 32 * PAGE : mapped[at].length;
	if (cmd->dirty.length / cmd->dirty.page_size > 256)
		cmd->dirty.length = 256 * cmd->dirty.page_size;
	cmd->dirty.uptr = one_in(30) ? (one_in(2) ? 0 : HOLE) : SCRATCH;
	run_test("TEST_DIRTY");
}

static void do_bitmap(void)
{
	CLEAN(iommu_hwpt_get_dirty_bitmap, cmd);

	uint32_t hwpt;

	if (!mappings)
		return;
	unsigned at = some_loaded(&hwpt);
	memset((void *)SCRATCH, 0, 1024);
	watch(SCRATCH, 1024);
	cmd->hwpt_id = hwpt;
	cmd->flags = one_in(3) ? IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR : one_in(30) ? 2 : 0;
	cmd->__reserved = one_in(40);
	cmd->iova = jitter(mapped[at].iova);
	cmd->length = jitter(mapped[at].length > 64 * PAGE ? 64 * PAGE : mapped[at].length);
	cmd->page_size = one_in(5) ? UINT64_C(1) << (9 + upto(5)) : one_in(40) ? upto(6000) : PAGE / 2;
	cmd->data = one_in(20) ? HOLE : SCRATCH + upto(8);
	sized("IOMMU_HWPT_GET_DIRTY_BITMAP", IOMMU_HWPT_GET_DIRTY_BITMAP, sizeof(*cmd), 0);
}

/* ---- accesses ---- */

static void do_access(void)
{
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_CREATE_ACCESS, some(IOAS));

	cmd->create_access.flags = one_in(30) ? 2 : upto(1);
	if (known[ACCESS].count < 8 && run_test("TEST_CREATE_ACCESS") == 0)
		learn(ACCESS, cmd->create_access.out_access_fd);
}

static void do_move_access(void)
{
	if (!known[ACCESS].count)
		return;
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_ACCESS_REPLACE_IOAS,
					  known[ACCESS].id[upto(known[ACCESS].count - 1)]);
	cmd->access_replace_ioas.ioas_id = some(IOAS);
	run_test("TEST_ACCESS_REPLACE_IOAS");
}

static void do_pin(void)
{
	if (!known[ACCESS].count || !mappings)
		return;
	uint32_t access = known[ACCESS].id[upto(known[ACCESS].count - 1)];
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_ACCESS_PAGES, access);
	unsigned at = upto(mappings - 1);

	cmd->access_pages.flags = one_in(30) ? 2 : upto(1);
	cmd->access_pages.iova = jitter(mapped[at].iova);
	cmd->access_pages.length = one_in(5) ? a_length() : mapped[at].length;
	cmd->access_pages.uptr = one_in(3) ? mapped[at].address : 0;
	if (run_test("TEST_ACCESS_PAGES") == 0 && pins < LEN(pinned)) {
		pinned[pins].access = access;
		pinned[pins++].item = cmd->access_pages.out_access_pages_id;
	}
}

static void do_unpin(void)
{
	if (!pins)
		return;
	unsigned at = upto(pins - 1);
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, pinned[at].access);

	cmd->destroy_access_pages.access_pages_id = one_in(12) ? upto(20) : pinned[at].item;
	pinned[at] = pinned[--pins];
	run_test("TEST_DESTROY_ACCESS_PAGES");
}

static void do_rw(void)
{
	if (!known[ACCESS].count || !mappings)
		return;
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_ACCESS_RW, known[ACCESS].id[upto(known[ACCESS].count - 1)]);
	unsigned at = upto(mappings - 1);

	cmd->access_rw.iova = mapped[at].iova + upto(mapped[at].length + 64) - 32;
	cmd->access_rw.length = one_in(30) ? upto(1) << 25 : upto(700);
	cmd->access_rw.uptr = one_in(30) ? HOLE : SCRATCH;
	cmd->access_rw.flags = upto(1) * MOCK_ACCESS_RW_WRITE | upto(1) * MOCK_ACCESS_RW_SLOW_PATH | one_in(40) * 2;
	memset((void *)SCRATCH, chance(), 704);
	watch(SCRATCH, 704);
	run_test("TEST_ACCESS_RW");
}

static void do_close_access(void)
{
	if (!known[ACCESS].count || !one_in(4))
		return;
	uint32_t fd = known[ACCESS].id[upto(known[ACCESS].count - 1)];
	long ret = close(fd);

	printf("{\"seq\":%lu,\"op\":\"close\",\"fd\":%u", seq++, fd);
	put_result(ret);
	puts("}");
	unlearn(ACCESS, fd);
}

/* ---- page faults ---- */

static void do_fault_queue(void)
{
	CLEAN(iommu_fault_alloc, cmd);

	cmd->flags = one_in(20);
	if (known[FAULT].count < 4 && sized("IOMMU_FAULT_QUEUE_ALLOC", IOMMU_FAULT_QUEUE_ALLOC, sizeof(*cmd), 12) == 0) {
		learn(FAULT, cmd->out_fault_id);
		learn(FAULT_FD, cmd->out_fault_fd);
	}
}

static void do_page_request(void)
{
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_TRIGGER_IOPF, 0);

	cmd->trigger_iopf.dev_id = some(IDEV);
	cmd->trigger_iopf.pasid = one_in(2) ? 0 : upto(0xfffff);
	cmd->trigger_iopf.grpid = upto(511);
	cmd->trigger_iopf.perm = upto(15);
	cmd->trigger_iopf.addr = an_iova();
	run_test("TEST_TRIGGER_IOPF");
}

static void do_read(void)
{
	static struct iommu_hwpt_pgfault faults[6];
	size_t length = one_in(12) ? upto(sizeof(faults)) : sizeof(*faults) * upto(6);

	if (!known[FAULT_FD].count)
		return;
	int fd = known[FAULT_FD].id[upto(known[FAULT_FD].count - 1)];
	ssize_t ret = read(fd, faults, length);
	printf("{\"seq\":%lu,\"op\":\"read\",\"fd\":%d,\"len\":%zu", seq++, fd, length);
	put_result(ret);
	put_hex("data", faults, ret > 0 ? ret : 0);
	puts("}");
	for (ssize_t i = 0; ret > 0 && i < ret / (ssize_t)sizeof(*faults); i++)
		learn(COOKIE, faults[i].cookie);
}

static void do_respond(void)
{
	struct iommu_hwpt_page_response responses[3] = { 0 };
	size_t length = sizeof(*responses) * upto(3);

	if (!known[FAULT_FD].count)
		return;
	int fd = known[FAULT_FD].id[upto(known[FAULT_FD].count - 1)];
	for (unsigned i = 0; i < LEN(responses); i++) {
		responses[i].cookie = one_in(12) ? upto(9) : some(COOKIE);
		responses[i].code = one_in(20) ? chance() : upto(1);
		unlearn(COOKIE, responses[i].cookie);
	}
	if (one_in(15))
		length = upto(sizeof(responses));
	ssize_t ret = write(fd, responses, length);
	printf("{\"seq\":%lu,\"op\":\"write\",\"fd\":%d", seq++, fd);
	put_hex("data", responses, length);
	put_result(ret);
	puts("}");
}

/* ---- several calls that make something work ---- */

static uint32_t scene_hwpt(uint32_t device_id, uint32_t parent, uint32_t flags, uint32_t fault_id)
{
	CLEAN(iommu_hwpt_alloc, cmd);
	struct iommu_hwpt_selftest *data = (void *)SCRATCH;

	cmd->size = sizeof(*cmd);
	cmd->dev_id = device_id;
	cmd->pt_id = parent;
	cmd->flags = flags;
	if (!(flags & IOMMU_HWPT_ALLOC_NEST_PARENT)) {
		data->iotlb = IOMMU_TEST_IOTLB_DEFAULT;
		watch(SCRATCH, sizeof(*data));
		cmd->data_type = IOMMU_HWPT_DATA_SELFTEST;
		cmd->data_len = sizeof(*data);
		cmd->data_uptr = SCRATCH;
		cmd->fault_id = fault_id;
	}
	return call("IOMMU_HWPT_ALLOC", IOMMU_HWPT_ALLOC, sizeof(*cmd), 0) ? 0 : cmd->out_hwpt_id;
}

/* An address space with a device, a parent that tracks writes, a nested page table, and a mapping. */
static void do_scene(void)
{
	CLEAN(iommu_ioas_alloc, space);
	uint32_t ioas, stdev, idev, parent, nested = 0;

	if (known[STDEV].count > 5 || known[HWPT].count > 20)
		return;
	space->size = sizeof(*space);
	if (call("IOMMU_IOAS_ALLOC", IOMMU_IOAS_ALLOC, sizeof(*space), 0))
		return;
	learn(IOAS, ioas = space->out_ioas_id);
	struct iommu_test_cmd *cmd = test(IOMMU_TEST_OP_MOCK_DOMAIN, ioas);
	if (run_test("TEST_MOCK_DOMAIN"))
		return;
	learn(STDEV, stdev = cmd->mock_domain.out_stdev_id);
	learn(IDEV, idev = cmd->mock_domain.out_idev_id);
	parent = scene_hwpt(idev, ioas, IOMMU_HWPT_ALLOC_NEST_PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING, 0);
	if (!parent)
		return;
	learn(HWPT, parent);
	own(parent, ioas);
	if (known[FAULT].count)
		nested = scene_hwpt(idev, parent, IOMMU_HWPT_FAULT_ID_VALID, some(FAULT));
	if (nested)
		learn(NESTED, nested);
	cmd = test(IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, stdev);
	cmd->mock_domain_replace.pt_id = nested ? nested : parent;
	run_test("TEST_MOCK_DOMAIN_REPLACE");
	CLEAN(iommu_hwpt_set_dirty_tracking, tracking);
	tracking->size = sizeof(*tracking);
	tracking->flags = IOMMU_HWPT_DIRTY_TRACKING_ENABLE;
	tracking->hwpt_id = parent;
	call("IOMMU_HWPT_SET_DIRTY_TRACKING", IOMMU_HWPT_SET_DIRTY_TRACKING, sizeof(*tracking), 0);
	CLEAN(iommu_ioas_map, map);
	map->size = sizeof(*map);
	map->flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE;
	map->ioas_id = ioas;
	map->user_va = ARENA + PAGE * upto(64);
	map->length = PAGE * (1 + upto(30));
	map->iova = MOCK_APERTURE_START + PAGE * upto(100);
	if (call("IOMMU_IOAS_MAP", IOMMU_IOAS_MAP, sizeof(*map), 0) == 0)
		remember_mapping(ioas, map->iova, map->length, map->user_va);
}
