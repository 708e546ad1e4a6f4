/*
 * probe-edges - asks the kernel what random calls hardly meet: numbers next to 2^64, arguments that end where memory
 * does, every kind of object in every place. test/data/edges.txt.gz keeps the answers; edges/steps.h says what a line means.
 *
 * Needs root and a kernel with CONFIG_IOMMUFD_TEST, on a machine without 5-level page tables: the reference has none.
 */
#include "edges/accesses.h"
#include "edges/arguments.h"
#include "edges/dirty.h"
#include "edges/hardware.h"
#include "edges/lifetimes.h"
#include "edges/numbers.h"
#include "edges/vfio.h"

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	numbers_at_the_end_of_an_address_space();
	choice_of_iovas();
	arguments_at_the_end_of_memory();
	sizes_of_arguments();
	kinds_of_objects();
	accesses();
	dirty_pages();
	fault_queues();
	page_tables();
	options();
	vfio();
	top_of_memory();
	lifetimes();
	return 0;
}
