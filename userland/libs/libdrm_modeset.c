// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: package=BR2_PACKAGE_LIBDRM test=host cflags=`pkg-config --cflags libdrm` ldflags=-ldrm
/*
 * libdrm_modeset - take over the screen and show the colours of the rainbow
 *
 * A buffer in memory that anybody can draw into (a dumb buffer) becomes what
 * the first connected screen of /dev/dri/card0, or of the device given, shows.
 * After about three seconds the screen is what it was. Needs a display:
 *
 *	scripts/run --graphic --eval-after /libdrm_modeset.out
 */

#include <fcntl.h>
#include <inttypes.h>
#include <lkmc/check.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

struct screen {
	uint32_t connector;
	uint32_t crtc;
	uint32_t framebuffer;
	drmModeModeInfo mode;
	uint32_t pitch;
	uint32_t *pixels;
};

/* The first CRTC that one of the connector's encoders can take its image from. */
static uint32_t find_crtc(int fd, const drmModeRes *resources,
			  const drmModeConnector *connector)
{
	for (int i = 0; i < connector->count_encoders; i++) {
		drmModeEncoder *encoder =
			drmModeGetEncoder(fd, connector->encoders[i]);
		uint32_t possible = encoder ? encoder->possible_crtcs : 0;

		drmModeFreeEncoder(encoder);
		for (int j = 0; j < resources->count_crtcs; j++)
			if (possible & (UINT32_C(1) << j))
				return resources->crtcs[j];
	}
	return 0;
}

/* The first connected screen, in the mode that it prefers. */
static int find_screen(int fd, struct screen *screen)
{
	drmModeRes *resources = drmModeGetResources(fd);

	CHECK(resources != NULL);
	for (int i = 0; i < resources->count_connectors; i++) {
		drmModeConnector *connector =
			drmModeGetConnector(fd, resources->connectors[i]);

		CHECK(connector != NULL);
		screen->connector = connector->connector_id;
		screen->crtc = 0;
		if (connector->connection == DRM_MODE_CONNECTED &&
		    connector->count_modes > 0) {
			screen->mode = connector->modes[0];
			screen->crtc = find_crtc(fd, resources, connector);
		}
		drmModeFreeConnector(connector);
		if (screen->crtc != 0)
			break;
	}
	drmModeFreeResources(resources);
	return screen->crtc != 0;
}

static void make_buffer(int fd, struct screen *screen)
{
	struct drm_mode_create_dumb create = {
		.width = screen->mode.hdisplay,
		.height = screen->mode.vdisplay,
		.bpp = 32,
	};
	struct drm_mode_map_dumb map = { 0 };

	CHECK(drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create) == 0);
	screen->pitch = create.pitch;
	CHECK(drmModeAddFB(fd, create.width, create.height, 24, 32,
			   create.pitch, create.handle,
			   &screen->framebuffer) == 0);
	map.handle = create.handle;
	CHECK(drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map) == 0);
	screen->pixels = mmap(NULL, create.size, PROT_READ | PROT_WRITE,
			      MAP_SHARED, fd, map.offset);
	CHECK(screen->pixels != MAP_FAILED);
}

/* A sixth of the way around the colour circle is 256 steps. */
static uint32_t rainbow(unsigned int step)
{
	const uint32_t up = step % 256, down = 255 - up;

	switch (step / 256 % 6) {
	case 0: return 0xff0000 | up << 8;
	case 1: return down << 16 | 0xff00;
	case 2: return 0x00ff00 | up;
	case 3: return down << 8 | 0xff;
	case 4: return up << 16 | 0xff;
	default: return 0xff0000 | down;
	}
}

static void fill(const struct screen *screen, uint32_t colour)
{
	for (uint32_t y = 0; y < screen->mode.vdisplay; y++)
		for (uint32_t x = 0; x < screen->mode.hdisplay; x++)
			screen->pixels[y * screen->pitch / 4 + x] = colour;
}

/* Where the screen has no memory of its own, it must be told what changed. */
static void show(int fd, const struct screen *screen)
{
	const int status = drmModeDirtyFB(fd, screen->framebuffer, NULL, 0);

	CHECK(status == 0 || status == -ENOSYS);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/dev/dri/card0";
	const int fd = open(path, O_RDWR | O_CLOEXEC);
	struct screen screen;
	drmModeCrtc *before, *now;

	CHECK(fd >= 0);
	CHECK(find_screen(fd, &screen));
	make_buffer(fd, &screen);
	before = drmModeGetCrtc(fd, screen.crtc);
	CHECK(before != NULL);
	CHECK(drmModeSetCrtc(fd, screen.crtc, screen.framebuffer, 0, 0,
			     &screen.connector, 1, &screen.mode) == 0);
	now = drmModeGetCrtc(fd, screen.crtc);
	CHECK(now != NULL && now->buffer_id == screen.framebuffer);
	printf("%s: %" PRIu16 "x%" PRIu16 "\n", path, screen.mode.hdisplay,
	       screen.mode.vdisplay);

	for (unsigned int step = 0; step < 6 * 256; step += 16) {
		fill(&screen, rainbow(step));
		show(fd, &screen);
		usleep(30000);
	}
	drmModeSetCrtc(fd, before->crtc_id, before->buffer_id, before->x,
		       before->y, &screen.connector, 1, &before->mode);
	drmModeFreeCrtc(before);
	drmModeFreeCrtc(now);
	return 0;
}
