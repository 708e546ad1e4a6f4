/* Calls of record.c on the ioctls of VFIO's type1 driver. */

static void do_vfio_version(void)
{
	memset(argument, 0, sizeof(argument));
	call("VFIO_GET_API_VERSION", VFIO_GET_API_VERSION, 0, 0);
}

static void do_vfio_extension(void)
{
	number("VFIO_CHECK_EXTENSION", VFIO_CHECK_EXTENSION, one_in(20) ? chance() : upto(11));
}

static void do_vfio_set(void)
{
	number("VFIO_SET_IOMMU", VFIO_SET_IOMMU, one_in(4) ? upto(9) : one_in(2) ? VFIO_TYPE1_IOMMU : VFIO_TYPE1v2_IOMMU);
}

static void do_vfio_info(void)
{
	CLEAN(vfio_iommu_type1_info, cmd);

	cmd->argsz = one_in(8) ? upto(40) : 24 + upto(200);
	call("VFIO_IOMMU_GET_INFO", VFIO_IOMMU_GET_INFO, 256, 0);
}

static void do_vfio_map(void)
{
	CLEAN(vfio_iommu_type1_dma_map, cmd);

	cmd->argsz = one_in(20) ? upto(64) : sizeof(*cmd);
	cmd->flags = one_in(12) ? upto(15) : 1 + upto(2);
	cmd->vaddr = an_address();
	cmd->iova = an_iova();
	cmd->size = a_length();
	if (call("VFIO_IOMMU_MAP_DMA", VFIO_IOMMU_MAP_DMA, sizeof(*cmd), 0) == 0)
		remember_mapping(0, cmd->iova, cmd->size, cmd->vaddr);
}

static void do_vfio_unmap(void)
{
	CLEAN(vfio_iommu_type1_dma_unmap, cmd);

	cmd->argsz = one_in(20) ? upto(64) : sizeof(*cmd);
	cmd->flags = one_in(12) ? upto(7) : 0;
	cmd->iova = an_iova();
	cmd->size = a_length();
	if (mappings && !one_in(5)) {
		unsigned at = upto(mappings - 1);
		uint64_t pages = mapped[at].length / PAGE;

		cmd->iova = mapped[at].iova + (one_in(2) ? PAGE * upto(pages) : 0);
		cmd->size = one_in(2) ? mapped[at].length : PAGE * (1 + upto(pages));
	}
	if (cmd->flags & VFIO_DMA_UNMAP_FLAG_ALL && !one_in(3))
		cmd->iova = cmd->size = 0;
	call("VFIO_IOMMU_UNMAP_DMA", VFIO_IOMMU_UNMAP_DMA, sizeof(*cmd), 0);
}
