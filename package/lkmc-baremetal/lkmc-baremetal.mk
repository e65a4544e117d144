################################################################################
#
# lkmc-baremetal
#
################################################################################

LKMC_BAREMETAL_SITE = $(BR2_EXTERNAL_LKMC_PATH)/baremetal
LKMC_BAREMETAL_SITE_METHOD = local
LKMC_BAREMETAL_LICENSE = GPL-2.0-or-later
LKMC_BAREMETAL_INSTALL_TARGET = NO
LKMC_BAREMETAL_INSTALL_IMAGES = YES
# Nothing of it is compiled for the guest's system.
LKMC_BAREMETAL_ADD_TOOLCHAIN_DEPENDENCY = NO

ifeq ($(BR2_PACKAGE_LKMC_BAREMETAL_BUILDROOT),y)
LKMC_BAREMETAL_DEPENDENCIES += toolchain-bare-metal-buildroot
LKMC_BAREMETAL_MAKE_OPTS = TOOLCHAIN=buildroot BIN=$(HOST_DIR)/bin/
else ifeq ($(BR2_PACKAGE_LKMC_BAREMETAL_CROSSTOOL_NG),y)
LKMC_BAREMETAL_DEPENDENCIES += host-crosstool-ng
LKMC_BAREMETAL_MAKE_OPTS = TOOLCHAIN=crosstool-ng BIN=$(HOST_DIR)/bin/
else
LKMC_BAREMETAL_MAKE_OPTS = TOOLCHAIN=host
endif

LKMC_BAREMETAL_MAKE_OPTS += \
	ARCH=$(BR2_ARCH) \
	LKMC_BOARD=$(BR2_EXTERNAL_LKMC_PATH)/board \
	LKMC_INCLUDE=$(BR2_EXTERNAL_LKMC_PATH)/include \
	OUT=$(@D)/out \
	IMAGES=$(@D)/images

define LKMC_BAREMETAL_BUILD_CMDS
	$(MAKE) -C $(@D) $(LKMC_BAREMETAL_MAKE_OPTS) all
endef

define LKMC_BAREMETAL_INSTALL_IMAGES_CMDS
	mkdir -p $(BINARIES_DIR)/baremetal
	cp -a $(@D)/images/. $(BINARIES_DIR)/baremetal/
endef

$(eval $(generic-package))
