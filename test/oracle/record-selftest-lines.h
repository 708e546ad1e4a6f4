/* The lines that record-selftest.c prints, and what its processes know of each other. */

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

int __real_ioctl(int fd, unsigned long cmd, ...);
int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
ssize_t __real_read(int fd, void *bytes, size_t count);
ssize_t __real_write(int fd, const void *bytes, size_t count);
void *__real_mmap(void *start, size_t count, int prot, int flags, int fd, off_t offset);
int __real_munmap(void *start, size_t count);
void __real_free(void *block);
pid_t __real_fork(void);
unsigned __real_alarm(unsigned seconds);
void __real_exit(int status) __attribute__((noreturn));
void __real__exit(int status) __attribute__((noreturn));
int __real_vfprintf(FILE *stream, const char *format, va_list list);

static void *const failed = MAP_FAILED;

/* What all processes share. */
static struct { unsigned long seq; unsigned processes; } *shared;
static int out = -1, thin;
static char test[256], kernel[65];
/* The number of this process in its trace, 0 for the first; -1 while nothing is open. */
static int process = -1;

static char text[8 << 20];
static size_t length;

static void say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	length += vsnprintf(text + length, sizeof(text) - length, format, list);
	va_end(list);
}

static void say_hex(const void *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";

	for (const unsigned char *at = bytes; count--; at++) {
		text[length++] = digits[*at >> 4];
		text[length++] = digits[*at & 15];
	}
}

static void print(const char *bytes, size_t count)
{
	while (count) {
		ssize_t some = write(out, bytes, count);

		if (some <= 0)
			__real__exit(99);
		bytes += some;
		count -= some;
	}
}

/* A line that may not be needed. */
static char held[4096];
static size_t held_length;

static void say_held(void)
{
	print(held, held_length);
	held_length = 0;
}

static void end_line(void)
{
	say("%s}\n", "");
	print(text, length);
	length = 0;
}

static void start_line(const char *op)
{
	say_held();
	say("{\"op\":\"%s\"", op);
	if (process > 0)
		say(",\"process\":%d", process);
}

static void say_result(long ret, int error)
{
	say(",\"ret\":%ld,\"errno\":\"%s\"", ret, ret < 0 ? strerrorname_np(error) : "0");
}
