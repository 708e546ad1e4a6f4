/* The memory of the processes that record-selftest.c records: what is mapped, and what changes in it. */

/* A mapping; of those up to 1 MiB the contents as the reader of the trace knows them. Nobody writes to larger ones. */
static struct region { uintptr_t start; size_t length; int private, huge; unsigned char *known; } regions[64];
static unsigned region_count;

static struct region *region_at(uintptr_t address)
{
	for (unsigned i = 0; i < region_count; i++)
		if (address - regions[i].start < regions[i].length)
			return &regions[i];
	return NULL;
}

static void say_mapping(const struct region *region)
{
	start_line("mmap");
	say(",\"addr\":\"%#lx\",\"len\":%zu", region->start, region->length);
	if (!region->private)
		say(",\"shared\":true");
	if (region->huge)
		say(",\"huge\":true");
	end_line();
}

static void forget(uintptr_t start, size_t count)
{
	uintptr_t stop = start + count;

	for (unsigned i = 0; i < region_count; i++) {
		struct region old = regions[i], rest = old;
		uintptr_t old_stop = old.start + old.length;

		if (old.start >= stop || old_stop <= start)
			continue;
		regions[i--] = regions[--region_count];
		if (old.start < start) {
			rest.length = start - old.start;
			regions[region_count++] = rest;
		}
		if (old_stop > stop) {
			rest = old;
			rest.start = stop;
			rest.length = old_stop - stop;
			if (rest.known)
				rest.known += stop - old.start;
			regions[region_count++] = rest;
		}
		i = -1;
	}
}

static void remember(uintptr_t start, size_t count, int flags, int watched)
{
	struct region new = { start, count, !(flags & MAP_SHARED), !!(flags & MAP_HUGETLB), NULL };

	forget(start, count);
	if (watched && count <= 1 << 20) {
		new.known = __real_mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (new.known == failed)
			new.known = NULL;
	}
	regions[region_count++] = new;
	if (process >= 0)
		say_mapping(&new);
}

/* Calls `use` for each part of the memory that the reader of the trace would find otherwise, and learns it. */
static void each_change(void (*use)(uintptr_t address, const unsigned char *was, size_t count))
{
	for (unsigned i = 0; i < region_count; i++) {
		const unsigned char *now = (void *)regions[i].start;
		unsigned char *was = regions[i].known;

		if (!was || memcmp(was, now, regions[i].length) == 0)
			continue;
		for (size_t at = 0; at < regions[i].length; at++) {
			size_t stop = at + 1, same = 0;

			if (was[at] == now[at])
				continue;
			for (size_t look = stop; look < regions[i].length && same < 64; look++) {
				same = was[look] == now[look] ? same + 1 : 0;
				if (!same)
					stop = look + 1;
			}
			use(regions[i].start + at, was + at, stop - at);
			memcpy(was + at, now + at, stop - at);
			at = stop;
		}
	}
}

static void say_store(uintptr_t address, const unsigned char *was, size_t count)
{
	(void)was;
	start_line("store");
	say(",\"addr\":\"%#lx\",\"data\":\"", address);
	say_hex((void *)address, count);
	say("\"");
	end_line();
}

/* ---- out-of-line memory of a call ---- */

static struct { uintptr_t address; size_t length; unsigned char before[1 << 17]; } watched;
static unsigned buffers;

static void say_buffer(uintptr_t address, const unsigned char *was, size_t count)
{
	say("%s{\"addr\":\"%#lx\",\"in\":\"", buffers++ ? "," : ",\"bufs\":[", address);
	say_hex(was, count);
	say("\",\"out\":\"");
	say_hex((void *)address, count);
	say("\"}");
}

static void watch(uint64_t address, uint64_t count)
{
	struct region *region = region_at(address);

	watched.length = 0;
	/* Memory whose contents are known anyway is compared as a whole. */
	if (!region || region->known || count > sizeof(watched.before) || count > region->start + region->length - address)
		return;
	watched.address = address;
	watched.length = count;
	memcpy(watched.before, (void *)address, count);
}
