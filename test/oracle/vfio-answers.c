// What VFIO's files answer in each of their states: a container without and with a model, a group, a device that was
// opened through its group, and one that was opened by itself, before and after it is bound. Payloads are made of numbers that
// mean something and of chance. Prints lines: STATE KIND IOCTL BYTES ERRNO.
//
//   vfio-answers SLOT COUNT     SLOT: a PCI device that vfio-pci may take, 0000:00:02.0
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>

static uint64_t state = 0x9e3779b97f4a7c15;

static uint32_t chance(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

struct call {
	const char *name;
	unsigned long number;
	unsigned size; // bytes of the struct
	const char *kinds; // files that know it: c(ontainer), g(roup), d(evice), n(ode)
};

static const struct call calls[] = {
	{ "VFIO_IOMMU_GET_INFO", VFIO_IOMMU_GET_INFO, sizeof(struct vfio_iommu_type1_info), "c" },
	{ "VFIO_IOMMU_MAP_DMA", VFIO_IOMMU_MAP_DMA, sizeof(struct vfio_iommu_type1_dma_map), "c" },
	{ "VFIO_IOMMU_UNMAP_DMA", VFIO_IOMMU_UNMAP_DMA, sizeof(struct vfio_iommu_type1_dma_unmap), "c" },
	{ "VFIO_IOMMU_DIRTY_PAGES", VFIO_IOMMU_DIRTY_PAGES, sizeof(struct vfio_iommu_type1_dirty_bitmap), "c" },
	{ "VFIO_GROUP_GET_STATUS", VFIO_GROUP_GET_STATUS, sizeof(struct vfio_group_status), "g" },
	{ "VFIO_DEVICE_GET_INFO", VFIO_DEVICE_GET_INFO, sizeof(struct vfio_device_info), "dn" },
	{ "VFIO_DEVICE_GET_REGION_INFO", VFIO_DEVICE_GET_REGION_INFO, sizeof(struct vfio_region_info), "dn" },
	{ "VFIO_DEVICE_GET_IRQ_INFO", VFIO_DEVICE_GET_IRQ_INFO, sizeof(struct vfio_irq_info), "dn" },
	{ "VFIO_DEVICE_SET_IRQS", VFIO_DEVICE_SET_IRQS, sizeof(struct vfio_irq_set), "dn" },
	{ "VFIO_DEVICE_GET_PCI_HOT_RESET_INFO", VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, sizeof(struct vfio_pci_hot_reset_info), "dn" },
	{ "VFIO_DEVICE_PCI_HOT_RESET", VFIO_DEVICE_PCI_HOT_RESET, sizeof(struct vfio_pci_hot_reset), "dn" },
	{ "VFIO_DEVICE_QUERY_GFX_PLANE", VFIO_DEVICE_QUERY_GFX_PLANE, sizeof(struct vfio_device_gfx_plane_info), "dn" },
	{ "VFIO_DEVICE_IOEVENTFD", VFIO_DEVICE_IOEVENTFD, sizeof(struct vfio_device_ioeventfd), "dn" },
	{ "VFIO_DEVICE_FEATURE", VFIO_DEVICE_FEATURE, sizeof(struct vfio_device_feature), "dn" },
	{ "VFIO_DEVICE_BIND_IOMMUFD", VFIO_DEVICE_BIND_IOMMUFD, sizeof(struct vfio_device_bind_iommufd), "n" },
	{ "VFIO_DEVICE_ATTACH_IOMMUFD_PT", VFIO_DEVICE_ATTACH_IOMMUFD_PT, sizeof(struct vfio_device_attach_iommufd_pt), "n" },
	{ "VFIO_DEVICE_DETACH_IOMMUFD_PT", VFIO_DEVICE_DETACH_IOMMUFD_PT, sizeof(struct vfio_device_detach_iommufd_pt), "n" },
};

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "%s: %s\n", path, strerrorname_np(errno));
	close(fd);
}

static uint32_t word(void)
{
	static const uint32_t some[] = { 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x21, 0x22, 0x24, 0x1000, 0x2000, 0x10000,
					 0x30000, 0x40000, 0x50000, 0x60000, 0x7fffffff, 0xffffffff, 0xfffff000 };

	return chance(8) == 0 ? (uint32_t)(state >> 16) : some[chance(sizeof(some) / sizeof(*some))];
}

// Asks one ioctl with a payload by chance: its size is right, one of the usual ones, or any.
static void ask(const char *tag, const char *kind, int fd, const struct call *call)
{
	static const uint32_t sizes[] = { 0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80 };
	uint32_t payload[24], sent[24];
	unsigned bytes = call->size + 4 * chance(5);

	for (unsigned i = 0; i < 24; i++)
		payload[i] = word();
	if (call->number == VFIO_DEVICE_BIND_IOMMUFD && payload[2] < 64)
		payload[2] += 64; // no open file: binding would change the state
	payload[0] = chance(4) != 0 ? call->size : sizes[chance(12)];
	if (chance(3) == 0)
		payload[1] = 1u << chance(6);
	if (payload[0] > bytes && payload[0] <= 80)
		bytes = payload[0];
	memcpy(sent, payload, sizeof(sent));
	errno = 0;
	int ret = ioctl(fd, call->number, payload);
	int error = errno;

	printf("%s %s %s ", tag, kind, call->name);
	for (unsigned i = 0; i < bytes; i++)
		printf("%02x", ((unsigned char *)sent)[i]);
	printf(" %s\n", ret < 0 ? strerrorname_np(error) : "0");
	// What was mapped or attached goes again, so that the state stays what its tag says.
	if (ret == 0 && call->number == VFIO_IOMMU_MAP_DMA) {
		struct vfio_iommu_type1_dma_unmap all = { .argsz = sizeof(all), .flags = VFIO_DMA_UNMAP_FLAG_ALL };

		ioctl(fd, VFIO_IOMMU_UNMAP_DMA, &all);
	}
}

static void ask_all(const char *tag, const char *kind, int fd, unsigned count)
{
	for (unsigned n = 0; n < count; n++) {
		for (unsigned i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
			if (!strchr(calls[i].kinds, *kind))
				continue;
			ask(tag, kind, fd, &calls[i]);
		}
	}
}

int main(int argc, char **argv)
{
	const char *slot = argc > 1 ? argv[1] : "0000:00:02.0";
	unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 40;
	char path[300], link[300];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", slot);
	write_text(path, "vfio-pci");
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver/unbind", slot);
	write_text(path, slot);
	write_text("/sys/bus/pci/drivers_probe", slot);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", slot);
	ssize_t length = readlink(path, link, sizeof(link) - 1);

	if (length < 0)
		return 1;
	link[length] = 0;
	if (mmap((void *)0x100000000, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return 1;

	int container = open("/dev/vfio/vfio", O_RDWR);

	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(link, '/') + 1);
	int group = open(path, O_RDWR);

	ask_all("new", "container", container, count);
	ask_all("alone", "group", group, count);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
		return 1;
	ask_all("group-in", "container", container, count);
	ask_all("in-container", "group", group, count);
	if (ioctl(container, VFIO_SET_IOMMU, argc > 3 ? atoi(argv[3]) : VFIO_TYPE1v2_IOMMU))
		return 1;
	ask_all(argc > 3 ? "type1" : "type1v2", "container", container, count);
	int device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, slot);

	if (device < 0)
		return 1;
	ask_all("open", "device", device, count);
	close(device);
	ioctl(group, VFIO_GROUP_UNSET_CONTAINER);
	ask_all("group-out", "container", container, count);
	close(group);
	close(container);

	int node = open("/dev/vfio/devices/vfio0", O_RDWR), iommufd = open("/dev/iommu", O_RDWR);

	if (node < 0 || iommufd < 0)
		return 1;
	ask_all("unbound", "node", node, count);
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind), .iommufd = iommufd };

	if (ioctl(node, VFIO_DEVICE_BIND_IOMMUFD, &bind))
		return 1;
	ask_all("bound", "node", node, count);
	struct iommu_ioas_alloc ioas = { .size = sizeof(ioas) };

	ioctl(iommufd, IOMMU_IOAS_ALLOC, &ioas);
	ask_all("bound-and-ioas", "node", node, count);
	return 0;
}
