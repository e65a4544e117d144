################################################################################
#
# lkmc-userland
#
################################################################################

LKMC_USERLAND_SITE = $(BR2_EXTERNAL_LKMC_PATH)/userland
LKMC_USERLAND_SITE_METHOD = local
LKMC_USERLAND_LICENSE = GPL-2.0-or-later
LKMC_USERLAND_INSTALL_IMAGES = YES

# The libraries that some programs show, where the configuration has them.
LKMC_USERLAND_PACKAGES = \
	$(if $(BR2_PACKAGE_EIGEN),eigen) \
	$(if $(BR2_PACKAGE_LIBDRM),libdrm) \
	$(if $(BR2_PACKAGE_OPENBLAS),openblas)
LKMC_USERLAND_DEPENDENCIES = $(LKMC_USERLAND_PACKAGES)

# Not optimized unless a program asks for it, so that GDB can follow its lines.
LKMC_USERLAND_MAKE_OPTS = $(TARGET_CONFIGURE_OPTS) \
	CFLAGS="$(TARGET_CFLAGS) -O0 -g3" \
	CXXFLAGS="$(TARGET_CXXFLAGS) -O0 -g3" \
	LKMC_INCLUDE=$(BR2_EXTERNAL_LKMC_PATH)/include \
	ARCH=$(BR2_ARCH) \
	OUT=$(@D)/out \
	PACKAGES="$(strip $(LKMC_USERLAND_PACKAGES))"

define LKMC_USERLAND_BUILD_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D) $(LKMC_USERLAND_MAKE_OPTS) all
endef

define LKMC_USERLAND_INSTALL_TARGET_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D) $(LKMC_USERLAND_MAKE_OPTS) DESTDIR=$(TARGET_DIR) install
endef

define LKMC_USERLAND_INSTALL_IMAGES_CMDS
	$(INSTALL) -D -m 0755 -t $(BINARIES_DIR)/lkmc $(@D)/out/*.out
endef

$(eval $(generic-package))
