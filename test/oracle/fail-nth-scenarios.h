/*
 * The scenarios of fail-nth: steps that must succeed, and a last one that is made to fail. A step is the name of an ioctl
 * and the words of its argument behind the size, in order: 32 bits each, or 64 where a word ends in q or starts with A
 * (the arena, memory to map) or S (scratch memory). F is the first file descriptor that a call handed out. POKE writes words
 * to the scratch memory; READ, WRITE (descriptor, length) and CLOSE are the system calls.
 */
#define IOAS "IOMMU_IOAS_ALLOC 0; "
/* A mock device: its owner 2, the device 3, the page table 4 that comes by itself. */
#define DEVICE_2 "IOMMU_TEST_CMD 2 1; "
/* A page table beside that of the device. */
#define HWPT_5 "IOMMU_HWPT_ALLOC 0 3 1; "
#define PARENT_5 "IOMMU_HWPT_ALLOC 1 3 1; "
#define FAULT_QUEUE "IOMMU_FAULT_QUEUE_ALLOC 0; "
/* A nested page table of the parent 5, with the fault queue 6 or without. */
#define NESTED "POKE 6; IOMMU_HWPT_ALLOC 0 3 5 0 0 0xdead 4 S"
#define NESTED_FAULT FAULT_QUEUE "POKE 6; IOMMU_HWPT_ALLOC 4 3 5 0 0 0xdead 4 S 6"
#define NESTED_FAULT_7 DEVICE_2 PARENT_5 NESTED_FAULT "; "
#define MAP "IOMMU_IOAS_MAP 7 1 0 A 0x3000q 0x1000000q"
#define MAPPED MAP "; "
#define MAPPED_NEXT "IOMMU_IOAS_MAP 7 1 0 A+0x8000 0x2000q 0x1003000q; "
#define COPY "IOMMU_IOAS_COPY 7 1 1 0x3000q 0x2000000q 0x1000000q"
#define UNMAP "IOMMU_IOAS_UNMAP 1 0x1000000q 0x3000q"
#define UNMAP_ALL "IOMMU_IOAS_UNMAP 1 0q 0xffffffffffffffffq"
/* An access of address space 1 that pins pages, or only reads and writes. */
#define PINNING "IOMMU_TEST_CMD 5 1 0 0 1; "
#define ACCESS "IOMMU_TEST_CMD 5 1 0 0 0; "
#define PINNING_IN_5 "IOMMU_TEST_CMD 5 5 0 0 1; "
#define PIN "IOMMU_TEST_CMD 7 F 0 0 0 0x1000000q 0x3000q 0q"
#define REPLACE "IOMMU_TEST_CMD 10 2 0 "
#define TRACKED_5 "IOMMU_HWPT_ALLOC 2 3 1; "
#define TRACK "IOMMU_HWPT_SET_DIRTY_TRACKING 1 5 0"
#define MARK "POKE 5; IOMMU_TEST_CMD 13 5 0 0 0 0x1000000q 0x3000q 0x800q S"
#define GET_DIRTY "IOMMU_HWPT_GET_DIRTY_BITMAP 5 0 0 0x1000000q 0x3000q 0x800q S+0x1000"
#define VFIO "IOMMU_VFIO_IOAS 1 1; "
#define VFIO_MAP "VFIO_IOMMU_MAP_DMA 3 A 0x1000000q 0x3000q"
#define PAGE_FAULT "IOMMU_TEST_CMD 15 0 0 3 0 1 1 0x1000q"

/* Memory for what is temporary: one page at a time is moved then. */
#define PIECES "IOMMU_TEST_CMD 9 0 0 12; "
#define MAP_8 "IOMMU_IOAS_MAP 7 1 0 A 0x8000q 0x1000000q"
#define PIN_8 "IOMMU_TEST_CMD 7 F 0 0 0 0x1000000q 0x8000q 0q"

static const struct { const char *name, *steps; } scenarios[] = {
	{ "ioas_alloc", "IOMMU_IOAS_ALLOC 0" },
	{ "ioas_alloc_second", IOAS "IOMMU_IOAS_ALLOC 0" },
	{ "map", IOAS MAP },
	{ "map_anywhere", IOAS "IOMMU_IOAS_MAP 6 1 0 A 0x3000q 0q" },
	{ "map_beside", IOAS MAPPED "IOMMU_IOAS_MAP 6 1 0 A 0x2000q 0q" },
	{ "map_domain", IOAS DEVICE_2 MAP },
	{ "map_two_domains", IOAS DEVICE_2 HWPT_5 MAP },
	{ "map_domain_anywhere", IOAS DEVICE_2 "IOMMU_IOAS_MAP 6 1 0 A 0x3000q 0q" },
	{ "map_allowed", IOAS "POKE 0x4000000q 0x400ffffq; IOMMU_IOAS_ALLOW_IOVAS 1 1 0 S; IOMMU_IOAS_MAP 6 1 0 A 0x3000q 0q" },
	{ "copy", IOAS MAPPED COPY },
	{ "copy_domain", IOAS DEVICE_2 MAPPED COPY },
	{ "copy_two_domains", IOAS DEVICE_2 HWPT_5 MAPPED COPY },
	{ "copy_to_domain", IOAS DEVICE_2 IOAS "IOMMU_IOAS_MAP 7 5 0 A 0x3000q 0x1000000q; "
		"IOMMU_IOAS_COPY 7 1 5 0x3000q 0x2000000q 0x1000000q" },
	{ "copy_two_areas", IOAS DEVICE_2 MAPPED MAPPED_NEXT "IOMMU_IOAS_COPY 7 1 1 0x4000q 0x2000000q 0x1001000q" },
	{ "copy_pinned", IOAS DEVICE_2 PINNING MAPPED PIN "; " COPY },
	{ "unmap", IOAS MAPPED UNMAP },
	{ "unmap_domain", IOAS DEVICE_2 MAPPED UNMAP },
	{ "unmap_two_domains", IOAS DEVICE_2 HWPT_5 MAPPED UNMAP },
	{ "unmap_copy", IOAS DEVICE_2 MAPPED COPY "; " UNMAP },
	{ "unmap_pinned", IOAS PINNING MAPPED PIN "; " UNMAP },
	{ "unmap_pinned_domain", IOAS DEVICE_2 PINNING MAPPED PIN "; " UNMAP },
	{ "unmap_all", IOAS DEVICE_2 MAPPED MAPPED_NEXT UNMAP_ALL },
	{ "unmap_two_areas", IOAS DEVICE_2 MAPPED MAPPED_NEXT "IOMMU_IOAS_UNMAP 1 0x1000000q 0x5000q" },
	{ "iova_ranges", IOAS DEVICE_2 "IOMMU_IOAS_IOVA_RANGES 1 4 0 S+0x1000" },
	{ "allow", IOAS "POKE 0x4000000q 0x400ffffq; IOMMU_IOAS_ALLOW_IOVAS 1 1 0 S" },
	{ "allow_two", IOAS MAPPED "POKE 0x4000000q 0x400ffffq 0x1000000q 0x1ffffffq; IOMMU_IOAS_ALLOW_IOVAS 1 2 0 S" },
	{ "allow_again", IOAS "POKE 0x4000000q 0x400ffffq; IOMMU_IOAS_ALLOW_IOVAS 1 1 0 S; "
		"POKE 0x5000000q 0x500ffffq; IOMMU_IOAS_ALLOW_IOVAS 1 1 0 S" },
	{ "reserve", IOAS "IOMMU_TEST_CMD 1 1 0 0x5000000q 0x1000q" },
	{ "huge_pages_off", IOAS "IOMMU_OPTION 1 0 1 0q" },
	{ "huge_pages_get", IOAS "IOMMU_OPTION 1 1 1 0q" },
	{ "huge_pages_on", IOAS "IOMMU_OPTION 1 0 1 0q; " DEVICE_2 MAPPED "IOMMU_OPTION 1 0 1 1q" },
	{ "destroy_ioas", IOAS MAPPED "IOMMU_DESTROY 1" },
	{ "destroy_hwpt", IOAS DEVICE_2 HWPT_5 MAPPED "IOMMU_DESTROY 5" },
	{ "destroy_last_domain", IOAS DEVICE_2 MAPPED "IOMMU_DESTROY 2" },
	{ "destroy_nested", IOAS DEVICE_2 PARENT_5 NESTED "; IOMMU_DESTROY 6" },
	{ "destroy_nested_user", IOAS NESTED_FAULT_7 REPLACE "7; " PAGE_FAULT "; IOMMU_DESTROY 2" },
	{ "destroy_pinned_domain", IOAS DEVICE_2 PINNING MAPPED PIN "; IOMMU_DESTROY 2" },
	{ "destroy_fault_queue", FAULT_QUEUE "CLOSE F; IOMMU_DESTROY 1" },
	{ "device", IOAS "IOMMU_TEST_CMD 2 1" },
	{ "device_mapped", IOAS MAPPED "IOMMU_TEST_CMD 2 1" },
	{ "device_pinned", IOAS PINNING MAPPED PIN "; IOMMU_TEST_CMD 2 1" },
	{ "device_second", IOAS DEVICE_2 MAPPED "IOMMU_TEST_CMD 2 1" },
	{ "device_no_dirty", IOAS "IOMMU_TEST_CMD 12 1 0 0 0 0 1" },
	{ "device_to_hwpt", IOAS DEVICE_2 HWPT_5 "IOMMU_TEST_CMD 2 5" },
	{ "device_to_nested", IOAS DEVICE_2 PARENT_5 NESTED "; IOMMU_TEST_CMD 2 6" },
	{ "device_to_fault", IOAS NESTED_FAULT_7 "IOMMU_TEST_CMD 2 7" },
	{ "device_huge", IOAS MAPPED "IOMMU_TEST_CMD 12 1 0 0 0 0 2" },
	{ "hw_info", IOAS DEVICE_2 "IOMMU_GET_HW_INFO 0 3 16 S+0x1000" },
	{ "hwpt", IOAS DEVICE_2 "IOMMU_HWPT_ALLOC 0 3 1" },
	{ "hwpt_mapped", IOAS DEVICE_2 MAPPED "IOMMU_HWPT_ALLOC 0 3 1" },
	{ "hwpt_pinned", IOAS DEVICE_2 "IOMMU_IOAS_ALLOC 0; IOMMU_TEST_CMD 5 5 0 0 1; IOMMU_IOAS_MAP 7 5 0 A 0x3000q 0x1000000q; "
		PIN "; IOMMU_HWPT_ALLOC 0 3 5" },
	{ "hwpt_parent", IOAS DEVICE_2 MAPPED "IOMMU_HWPT_ALLOC 1 3 1" },
	{ "hwpt_tracked", IOAS DEVICE_2 MAPPED "IOMMU_HWPT_ALLOC 2 3 1" },
	{ "hwpt_nested", IOAS DEVICE_2 PARENT_5 NESTED },
	{ "hwpt_nested_fault", IOAS DEVICE_2 PARENT_5 NESTED_FAULT },
	{ "replace_same_ioas", IOAS DEVICE_2 HWPT_5 MAPPED REPLACE "5" },
	{ "replace_ioas", IOAS DEVICE_2 MAPPED IOAS "IOMMU_IOAS_MAP 7 5 0 A 0x2000q 0x2000000q; " REPLACE "5" },
	{ "replace_pinned", IOAS DEVICE_2 PINNING MAPPED PIN "; " IOAS REPLACE "6" },
	{ "replace_to_pinned", IOAS DEVICE_2 IOAS "IOMMU_TEST_CMD 5 5 0 0 1; IOMMU_IOAS_MAP 7 5 0 A 0x3000q 0x1000000q; "
		PIN "; " REPLACE "5" },
	{ "replace_nested", IOAS DEVICE_2 PARENT_5 NESTED "; " REPLACE "6" },
	{ "replace_fault", IOAS NESTED_FAULT_7 REPLACE "7" },
	{ "replace_fault_away", IOAS NESTED_FAULT_7 REPLACE "7; " REPLACE "5" },
	{ "replace_faulted_away", IOAS NESTED_FAULT_7 REPLACE "7; " PAGE_FAULT "; " REPLACE "5" },
	{ "invalidate", IOAS DEVICE_2 PARENT_5 NESTED "; POKE 0 1 0 2; IOMMU_HWPT_INVALIDATE 6 S 0xdeadbeef 8 2" },
	{ "track", IOAS DEVICE_2 TRACKED_5 MAPPED TRACK },
	{ "track_not", IOAS DEVICE_2 TRACKED_5 MAPPED TRACK "; IOMMU_HWPT_SET_DIRTY_TRACKING 0 5 0" },
	{ "mark_dirty", IOAS DEVICE_2 TRACKED_5 MAPPED TRACK "; " MARK },
	{ "get_dirty", IOAS DEVICE_2 TRACKED_5 MAPPED TRACK "; " MARK "; " GET_DIRTY },
	{ "get_dirty_keep", IOAS DEVICE_2 TRACKED_5 MAPPED TRACK "; " MARK "; "
		"IOMMU_HWPT_GET_DIRTY_BITMAP 5 1 0 0x1000000q 0x3000q 0x800q S+0x1000" },
	{ "fault_queue", "IOMMU_FAULT_QUEUE_ALLOC 0" },
	{ "page_fault", IOAS NESTED_FAULT_7 REPLACE "7; " PAGE_FAULT },
	{ "fault_read", IOAS NESTED_FAULT_7 REPLACE "7; " PAGE_FAULT "; READ F 160" },
	{ "fault_read_two", IOAS NESTED_FAULT_7 REPLACE "7; " PAGE_FAULT "; " PAGE_FAULT "; READ F 160" },
	{ "fault_write", IOAS NESTED_FAULT_7 REPLACE "7; " PAGE_FAULT "; READ F 160; POKE 1 0; WRITE F 8" },
	{ "fault_write_two", IOAS NESTED_FAULT_7 REPLACE "7; " PAGE_FAULT "; " PAGE_FAULT "; READ F 160; POKE 1 0 2 0; WRITE F 16" },
	{ "access", IOAS "IOMMU_TEST_CMD 5 1 0 0 0" },
	{ "access_pinning", IOAS MAPPED "IOMMU_TEST_CMD 5 1 0 0 1" },
	{ "pin", IOAS PINNING MAPPED PIN },
	{ "pin_domain", IOAS DEVICE_2 PINNING MAPPED PIN },
	{ "pin_again", IOAS PINNING MAPPED PIN "; " PIN },
	{ "pin_write", IOAS DEVICE_2 PINNING MAPPED "IOMMU_TEST_CMD 7 F 0 1 0 0x1000000q 0x3000q 0q" },
	{ "pin_part", IOAS PINNING MAPPED "IOMMU_TEST_CMD 7 F 0 0 0 0x1001000q 0x1000q 0q; " PIN },
	{ "pin_two_areas", IOAS PINNING MAPPED MAPPED_NEXT "IOMMU_TEST_CMD 7 F 0 1 0 0x1001000q 0x4000q 0q" },
	{ "pin_compared", IOAS PINNING MAPPED "IOMMU_TEST_CMD 7 F 0 0 0 0x1000000q 0x3000q A" },
	{ "unpin", IOAS PINNING MAPPED PIN "; IOMMU_TEST_CMD 6 F 0 0" },
	{ "access_read", IOAS ACCESS MAPPED "IOMMU_TEST_CMD 8 F 0 0x1000ffcq 8q S+0x1000 0" },
	{ "access_write", IOAS ACCESS MAPPED "POKE 1 2; IOMMU_TEST_CMD 8 F 0 0x1000ffcq 8q S 1" },
	{ "access_slow", IOAS DEVICE_2 ACCESS MAPPED "IOMMU_TEST_CMD 8 F 0 0x1000ffcq 8q S+0x1000 4" },
	{ "access_two_areas", IOAS ACCESS MAPPED MAPPED_NEXT "IOMMU_TEST_CMD 8 F 0 0x1002ffcq 8q S+0x1000 0" },
	{ "access_slow_write", IOAS DEVICE_2 ACCESS MAPPED "POKE 1 2; IOMMU_TEST_CMD 8 F 0 0x1000ffcq 8q S 5" },
	{ "access_replace", IOAS ACCESS IOAS "IOMMU_TEST_CMD 11 F 0 3" },
	{ "access_replace_pinned", IOAS PINNING MAPPED PIN "; " IOAS "IOMMU_TEST_CMD 11 F 0 3" },
	{ "access_close", IOAS PINNING MAPPED PIN "; CLOSE F" },
	{ "vfio_set", IOAS "IOMMU_VFIO_IOAS 1 1" },
	{ "vfio_get", IOAS VFIO "IOMMU_VFIO_IOAS 0 0" },
	{ "vfio_clear", IOAS VFIO "IOMMU_VFIO_IOAS 0 2" },
	{ "vfio_unmap_nothing", IOAS VFIO DEVICE_2 "VFIO_IOMMU_UNMAP_DMA 2 0q 0q" },
	{ "vfio_map", IOAS VFIO VFIO_MAP },
	{ "vfio_map_domain", IOAS VFIO DEVICE_2 VFIO_MAP },
	{ "vfio_unmap", IOAS VFIO DEVICE_2 VFIO_MAP "; VFIO_IOMMU_UNMAP_DMA 0 0x1000000q 0x3000q" },
	/* Splits the mapping. */
	{ "vfio_unmap_middle", IOAS VFIO "IOMMU_OPTION 1 0 1 0q; " VFIO_MAP "; VFIO_IOMMU_UNMAP_DMA 0 0x1001000q 0x1000q" },
	{ "vfio_unmap_all", IOAS VFIO DEVICE_2 VFIO_MAP "; VFIO_IOMMU_UNMAP_DMA 2 0q 0q" },
	{ "vfio_info", IOAS VFIO DEVICE_2 "VFIO_IOMMU_GET_INFO 0 0q 0 0" },
	{ "pieces_map", PIECES IOAS DEVICE_2 MAP_8 },
	{ "pieces_map_two_domains", PIECES IOAS DEVICE_2 HWPT_5 MAP_8 },
	{ "pieces_copy", PIECES IOAS DEVICE_2 MAP_8 "; IOMMU_IOAS_COPY 7 1 1 0x6000q 0x2000000q 0x1001000q" },
	{ "pieces_copy_pinned", PIECES IOAS DEVICE_2 IOAS PINNING_IN_5 "IOMMU_IOAS_MAP 7 5 0 A 0x8000q 0x1000000q; "
		"IOMMU_TEST_CMD 7 F 0 0 0 0x1002000q 0x3000q 0q; IOMMU_IOAS_COPY 7 1 5 0x8000q 0x2000000q 0x1000000q" },
	{ "pieces_unmap", PIECES IOAS DEVICE_2 HWPT_5 MAP_8 "; IOMMU_IOAS_UNMAP 1 0x1000000q 0x8000q" },
	{ "pieces_unmap_copy", PIECES IOAS DEVICE_2 MAP_8 "; IOMMU_IOAS_COPY 7 1 1 0x3000q 0x2000000q 0x1001000q; "
		"IOMMU_IOAS_UNMAP 1 0x1000000q 0x8000q" },
	{ "pieces_device", PIECES IOAS MAP_8 "; IOMMU_TEST_CMD 2 1" },
	{ "pieces_device_pinned", PIECES IOAS PINNING MAP_8 "; IOMMU_TEST_CMD 7 F 0 0 0 0x1002000q 0x3000q 0q; IOMMU_TEST_CMD 2 1" },
	{ "pieces_device_two_areas", PIECES IOAS MAPPED MAPPED_NEXT "IOMMU_TEST_CMD 2 1" },
	{ "pieces_hwpt", PIECES IOAS DEVICE_2 MAP_8 "; IOMMU_HWPT_ALLOC 0 3 1" },
	{ "pieces_destroy", PIECES IOAS DEVICE_2 PINNING MAP_8 "; IOMMU_TEST_CMD 7 F 0 0 0 0x1002000q 0x3000q 0q; IOMMU_DESTROY 2" },
	{ "pieces_replace", PIECES IOAS DEVICE_2 IOAS "IOMMU_IOAS_MAP 7 5 0 A 0x8000q 0x1000000q; " REPLACE "5" },
	{ "pieces_pin", PIECES IOAS PINNING MAP_8 "; " PIN_8 },
	{ "pieces_pin_domain", PIECES IOAS DEVICE_2 PINNING MAP_8 "; " PIN_8 },
	{ "pieces_pin_rest", PIECES IOAS PINNING MAP_8 "; IOMMU_TEST_CMD 7 F 0 0 0 0x1002000q 0x3000q 0q; " PIN_8 },
	{ "pieces_read", PIECES IOAS ACCESS MAP_8 "; IOMMU_TEST_CMD 8 F 0 0x1000ffcq 0x1000q S+0x1000 4" },
	{ "pieces_vfio_map", PIECES IOAS VFIO DEVICE_2 "VFIO_IOMMU_MAP_DMA 3 A 0x1000000q 0x8000q" },
};
