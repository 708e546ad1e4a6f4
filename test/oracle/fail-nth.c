/*
 * fail-nth - for each scenario, lets the nth allocation or access to user memory of its last step fail, for every n,
 * and prints what came of it: NAME | STEPS | OUTCOME, OUTCOME, ... in alphabetical order, each once. An outcome is the
 * errno (0 where the failure was absorbed) and the state that is left:
 *
 *   before  as before the step: the same step then succeeds, and leaves the state it leaves where nothing ever failed
 *   after   as if the step had succeeded
 *   other   neither; with -v the states follow on standard error
 *
 * The state is what ioctls tell (fail-nth-look.h). test/data/fail-nth.txt keeps the lines.
 * Needs root, CONFIG_IOMMUFD_TEST, CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC, CONFIG_FAULT_INJECTION_USERCOPY, debugfs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/iommufd_test.h>
#include <linux/vfio.h>
#include "fail-nth-look.h"
#include "fail-nth-scenarios.h"
#include "fail-nth-steps.h"

/* More than any step makes. */
#define NTH_MAX 1000

static int verbose;

static void memory(void)
{
	mmap((void *)ARENA, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	madvise((void *)ARENA, PAGES * PAGE, MADV_NOHUGEPAGE);
	memset((void *)ARENA, 1, PAGES * PAGE);
	mmap((void *)SCRATCH, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	madvise((void *)SCRATCH, PAGES * PAGE, MADV_NOHUGEPAGE);
	memset((void *)SCRATCH, 0, PAGES * PAGE);
}

/* @returns the last step, all others are done */
static char *set_up(const char *steps)
{
	struct iommu_test_cmd limit = { .memory_limit = { .limit = 65536 } };
	static char text[1024];
	char path[64], *at = text, *end;
	int fd;

	memory();
	if (open("/dev/iommu", O_RDWR) != DEVICE)
		exit(9);
	snprintf(path, sizeof(path), "/proc/self/task/%d/fail-nth", getpid());
	fd = open(path, O_RDWR);
	dup2(fd, NTH_FD);
	close(fd);
	/* The limit of temporary memory is one for all processes. */
	if (test(&limit, IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, 0))
		exit(11);
	strcpy(text, steps);
	while ((end = strstr(at, "; "))) {
		*end = 0;
		if (step(at, 0, 0) < 0) {
			fprintf(stderr, "fail-nth: %s: %s\n", at, strerror(errno));
			exit(10);
		}
		at = end + 2;
	}
	return at;
}

/* How often the last step is made: not at all, once, or once more without failure. */
enum times { NEVER, ONCE, AGAIN };

/* A process of its own does the steps; the nth use of memory of the last one fails. */
static void run(struct sight *into, const char *steps, unsigned int nth, enum times times)
{
	int status;

	sight = into;
	memset(sight, 0, sizeof(*sight));
	if (fork() == 0) {
		char *final = set_up(steps);
		int errnum, triggered;

		if (times != NEVER)
			step(final, nth, times == ONCE);
		errnum = sight->errnum;
		triggered = sight->triggered;
		if (times == AGAIN)
			step(final, 0, 1);
		look();
		tear_down();
		sight->errnum = errnum;
		sight->triggered = triggered;
		exit(0);
	}
	wait(&status);
	if (status) {
		printf("%s: exit status %d\n", steps, WEXITSTATUS(status));
		exit(1);
	}
}

/*
 * What the nth failure leaves; NULL where the same call in another process did not meet the same failure, because it had
 * an allocation more or less to make in front of it.
 */
static const char *state(const char *steps, unsigned int nth, struct sight sights[3])
{
	struct sight *before = &sights[0], *after = &sights[1], *now = &sights[2];
	int errnum = now->errnum;

	if (errnum && strcmp(now->text, before->text) == 0) {
		run(now, steps, nth, AGAIN);
		return now->errnum != errnum ? NULL : strcmp(now->text, after->text) == 0 ? "before" : "other";
	}
	/* A call that failed has no line for its answer. */
	return strcmp(now->text, errnum ? strchr(after->text, '\n') + 1 : after->text) == 0 ? "after" : "other";
}

/* @returns whether there was an nth failure */
static int fail(const char *steps, unsigned int nth, struct sight sights[3], char outcome[32])
{
	const char *left = NULL;
	int errnum;

	for (int tries = 0; !left && tries < 20; tries++) {
		run(&sights[2], steps, nth, ONCE);
		if (!sights[2].triggered)
			return 0;
		errnum = sights[2].errnum;
		left = state(steps, nth, sights);
	}
	snprintf(outcome, 32, "%s %s", errnum ? strerrorname_np(errnum) : "0", left ? left : "unsteady");
	return 1;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void sweep(const char *name, const char *steps, struct sight sights[3])
{
	char outcomes[16][32], outcome[32];
	int count = 0;

	run(&sights[0], steps, 0, NEVER);
	run(&sights[1], steps, 0, ONCE);
	if (sights[1].errnum) {
		printf("%s: %s without any failure\n", name, strerrorname_np(sights[1].errnum));
		exit(1);
	}
	for (unsigned int nth = 1; nth <= NTH_MAX && fail(steps, nth, sights, outcome); nth++) {
		int i = 0;

		if (verbose) {
			fprintf(stderr, "%s %u: %s\n", name, nth, outcome);
			if (strstr(outcome, "other"))
				fprintf(stderr, "--- before\n%s--- after\n%s--- now\n%s", sights[0].text, sights[1].text, sights[2].text);
		}
		while (i < count && strcmp(outcomes[i], outcome))
			i++;
		if (i == count && count < 16)
			strcpy(outcomes[count++], outcome);
	}
	qsort(outcomes, count, sizeof(*outcomes), compare);
	printf("%s | %s |", name, steps);
	for (int i = 0; i < count; i++)
		printf("%s %s", i ? "," : "", outcomes[i]);
	printf("\n");
	fflush(stdout);
}

static void put(const char *file, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", file);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		perror(path);
		exit(1);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct sight *sights = mmap(NULL, 3 * sizeof(*sights), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char tainted[16] = "";
	FILE *file;

	verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	put("failslab/ignore-gfp-wait", "N");
	put("fail_page_alloc/ignore-gfp-wait", "N");
	put("fail_page_alloc/ignore-gfp-highmem", "N");
	put("fail_page_alloc/min-order", "0");
	put("failslab/verbose", "0");
	put("fail_page_alloc/verbose", "0");
	put("fail_usercopy/verbose", "0");
	put("fail_iommufd/verbose", "0");
	/* Not the failures that iommufd makes up for tests, where no memory is missing: no caller is in an empty range. */
	put("fail_iommufd/require-end", "0");
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		if (argc <= 1 + verbose || strcmp(argv[1 + verbose], scenarios[i].name) == 0)
			sweep(scenarios[i].name, scenarios[i].steps, sights);
	/* A warning of the kernel, which taints it, is an error in the kernel: not something to agree with. */
	file = fopen("/proc/sys/kernel/tainted", "r");
	if (!file || !fgets(tainted, sizeof(tainted), file) || strcmp(tainted, "0\n"))
		printf("the kernel warned: tainted %s", tainted);
	return 0;
}
