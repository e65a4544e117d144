// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * restored - what a guest catches up on when its saved state is brought to life
 *
 *	/restored.out PORT SHARES ORDERS PAYLOAD
 *
 * Such a guest has the time and the random numbers of the moment that was
 * saved, the latter in common with every other guest from the same state. This
 * program waits for a line to come from the device PORT,
 *
 *	SECONDS.NANOSECONDS SEED LENGTH
 *
 * sets the clock, feeds the seed (in hexadecimal) to the kernel's random number
 * generator, and has it used at once: by itself the kernel would go on for up
 * to a minute with the numbers that it had in store. QEMU saves nothing of some
 * devices, such as edu: they get back what the kernel wrote into their PCI
 * configuration at boot. It mounts what the table
 * SHARES says, in the form of /etc/fstab. The lines that follow, up to an empty
 * one, go to the file ORDERS, and LENGTH bytes after it to the file PAYLOAD, for
 * the shell that waits for this program. A LENGTH of -1 stands for no payload.
 *
 * On gem5, which has no such device, PORT is the disk that brings a payload, and
 * this program has the state saved itself. It reads the disk only then, so that
 * the kernel holds nothing of what was on it before.
 *
 * All this could be a shell script, were it not for the time that an emulator
 * takes to translate the code of each program anew that such a script starts.
 */

#include <glob.h>
#include <linux/pci_regs.h>
#include <linux/random.h>
#include <lkmc/check.h>
#include <lkmc/m5ops.h>
#include <mntent.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

#define BYTES 32
#define PCI_DEVICES 64
#define DISK_START 65536	/* what is before is for the kernel's search for partitions */

static struct {
	int fd;
	unsigned char header[PCI_STD_HEADER_SIZEOF];
} pci[PCI_DEVICES];
static size_t pci_devices;

static void remember_pci(void)
{
	glob_t found;

	if (glob("/sys/bus/pci/devices/*/config", 0, NULL, &found) != 0)
		return;
	while (pci_devices < found.gl_pathc && pci_devices < PCI_DEVICES) {
		pci[pci_devices].fd = open(found.gl_pathv[pci_devices], O_RDWR | O_CLOEXEC);
		CHECK(pci[pci_devices].fd >= 0);
		CHECK(pread(pci[pci_devices].fd, pci[pci_devices].header, PCI_STD_HEADER_SIZEOF, 0)
		      == PCI_STD_HEADER_SIZEOF);
		pci_devices++;
	}
	globfree(&found);
}

static FILE *open_port(const char *path)
{
	struct stat status;
	FILE *port;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(fstat(fd, &status) == 0);
	if (S_ISBLK(status.st_mode)) {
		CHECK(lseek(fd, DISK_START, SEEK_SET) == DISK_START);
		lkmc_m5_checkpoint(0, 0);
	}
	port = fdopen(fd, "r");
	CHECK(port != NULL);
	return port;
}

/* Write a part of a device's configuration as it was. */
static void pci_write(size_t device, int offset, int size)
{
	CHECK(pwrite(pci[device].fd, pci[device].header + offset, size, offset) == size);
}

static void restore_pci(void)
{
	unsigned char now[PCI_STD_HEADER_SIZEOF];
	size_t i;

	for (i = 0; i < pci_devices; i++) {
		CHECK(pread(pci[i].fd, now, sizeof(now), 0) == sizeof(now));
		if (memcmp(now + PCI_COMMAND, pci[i].header + PCI_COMMAND, 2) != 0 ||
		    memcmp(now + PCI_BASE_ADDRESS_0, pci[i].header + PCI_BASE_ADDRESS_0, 6 * 4) != 0) {
			pci_write(i, PCI_BASE_ADDRESS_0, 6 * 4);
			pci_write(i, PCI_INTERRUPT_LINE, 1);
			pci_write(i, PCI_COMMAND, 2);
		}
	}
}

static void reseed(const char *hex)
{
	/* A struct rand_pool_info: the entropy in bits, the size in bytes. */
	union {
		int head[2];
		unsigned char bytes[2 * sizeof(int) + BYTES];
	} seed = { .head = { 8 * BYTES, BYTES } };
	unsigned int value;
	size_t i;
	int fd;

	for (i = 0; i < BYTES; i++) {
		CHECK(sscanf(hex + 2 * i, "%2x", &value) == 1);
		seed.bytes[2 * sizeof(int) + i] = value;
	}
	fd = open("/dev/urandom", O_WRONLY);
	CHECK(fd >= 0);
	CHECK(ioctl(fd, RNDADDENTROPY, &seed) == 0);
	CHECK(ioctl(fd, RNDRESEEDCRNG) == 0);
	CHECK(close(fd) == 0);
}

static void mount_all(const char *path)
{
	FILE *table = setmntent(path, "r");
	struct mntent *entry;

	CHECK(table != NULL);
	while ((entry = getmntent(table)))
		CHECK(mount(entry->mnt_fsname, entry->mnt_dir, entry->mnt_type, 0, entry->mnt_opts) == 0);
	endmntent(table);
}

static void copy_lines(FILE *from, const char *path)
{
	FILE *file = fopen(path, "w");
	char line[256];

	CHECK(file != NULL);
	while (fgets(line, sizeof(line), from) && strcmp(line, "\n") != 0)
		CHECK(fputs(line, file) >= 0);
	CHECK(fclose(file) == 0);
}

static void copy_bytes(FILE *from, const char *path, long length)
{
	FILE *file = fopen(path, "w");
	char buffer[4096];
	long part;

	CHECK(file != NULL);
	while (length > 0) {
		part = length < (long)sizeof(buffer) ? length : (long)sizeof(buffer);
		CHECK(fread(buffer, part, 1, from) == 1);
		CHECK(fwrite(buffer, part, 1, file) == 1);
		length -= part;
	}
	CHECK(fclose(file) == 0);
}

int main(int argc, char **argv)
{
	struct timespec now = { 0 };
	char line[256], hex[2 * BYTES + 1];
	long long seconds;
	FILE *port;
	long length;

	CHECK(argc == 5);
	remember_pci();
	port = open_port(argv[1]);
	CHECK(fgets(line, sizeof(line), port) != NULL);
	CHECK(sscanf(line, "%lld.%9ld %64s %ld", &seconds, &now.tv_nsec, hex, &length) == 4);
	CHECK(strlen(hex) == 2 * BYTES);
	now.tv_sec = seconds;
	CHECK(clock_settime(CLOCK_REALTIME, &now) == 0);
	reseed(hex);
	restore_pci();
	mount_all(argv[2]);
	copy_lines(port, argv[3]);
	if (length >= 0)
		copy_bytes(port, argv[4], length);
	return 0;
}
