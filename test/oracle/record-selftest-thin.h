/*
 * What record-selftest.c leaves out with THIN: most of what is repeated thousands of times and leaves nothing behind.
 * That is transfers through accesses (what they wrote is told as a store), and mappings that fail or are unmapped by the next
 * call.
 */

static uint64_t held_iova, held_bytes;
static unsigned long transfers, mappings;

static int is_test(unsigned long cmd, const void *arg, uint32_t op)
{
	return cmd == IOMMU_TEST_CMD && ((const struct iommu_test_cmd *)arg)->op == op;
}

/* Whether a call can be left out before it is made. */
static int skipped(unsigned long cmd, const void *arg)
{
	const struct iommu_test_cmd *test_cmd = arg;

	if (!thin || !is_test(cmd, arg, IOMMU_TEST_OP_ACCESS_RW) || test_cmd->access_rw.length > 64)
		return 0;
	return transfers++ >= 40 && transfers % 197 != 0;
}

/* Whether the line of a call is left out, or held back until the next call says whether it can be. */
static int left_out(unsigned long cmd, const void *arg, long ret)
{
	const struct iommu_ioas_map *map = arg;
	const struct iommu_ioas_unmap *unmap = arg;

	if (held_length && cmd == IOMMU_IOAS_UNMAP && ret == 0 && unmap->iova == held_iova && unmap->length == held_bytes) {
		held_length = 0;
		shared->seq -= 2;
		return 1;
	}
	say_held();
	if (!thin || cmd != IOMMU_IOAS_MAP || mappings++ < 150 || mappings % 97 == 0 || length + 2 > sizeof(held))
		return 0;
	if (ret == 0) {
		say("%s}\n", "");
		memcpy(held, text, held_length = length);
		held_iova = map->iova;
		held_bytes = map->length;
	} else {
		shared->seq--;
	}
	return 1;
}
