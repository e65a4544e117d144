################################################################################
#
# gem5-m5
#
################################################################################

# v24.0.0.1, as gem5
GEM5_M5_VERSION = b1a44b89c7bae73fae2dc547bc1f871452075b85
GEM5_M5_SITE = https://github.com/gem5/gem5.git
GEM5_M5_SITE_METHOD = git
GEM5_M5_DL_SUBDIR = gem5
# Git compares what it fetches with the name of the commit, a checksum.
BR_NO_CHECK_HASH_FOR += $(GEM5_M5_SOURCE)
GEM5_M5_LICENSE = BSD-3-Clause
GEM5_M5_LICENSE_FILES = LICENSE COPYING
GEM5_M5_DEPENDENCIES = host-scons
GEM5_M5_INSTALL_STAGING = YES

GEM5_M5_ABI = $(if $(BR2_x86_64),x86,$(if $(BR2_aarch64),arm64,arm))
GEM5_M5_OUT = util/m5/build/$(GEM5_M5_ABI)/out

# It links with -no-pie, for which the objects need not be position-independent.
define GEM5_M5_BUILD_M5
	cd $(@D)/util/m5 && $(TARGET_MAKE_ENV) $(SCONS) -j$(PARALLEL_JOBS) \
		$(GEM5_M5_ABI).CROSS_COMPILE=$(TARGET_CROSS) \
		build/$(GEM5_M5_ABI)/out/m5 build/$(GEM5_M5_ABI)/out/libm5.a
endef

ifneq ($(BR2_aarch64)$(BR2_arm),)
GEM5_M5_INSTALL_IMAGES = YES
GEM5_M5_BOOTLOADER = system/arm/bootloader/$(GEM5_M5_ABI)

define GEM5_M5_BUILD_BOOTLOADER
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D)/$(GEM5_M5_BOOTLOADER) \
		CROSS_COMPILE=$(TARGET_CROSS) all
endef

define GEM5_M5_INSTALL_IMAGES_CMDS
	mkdir -p $(BINARIES_DIR)/gem5
	$(INSTALL) -m 0644 -t $(BINARIES_DIR)/gem5 \
		$(@D)/$(GEM5_M5_BOOTLOADER)/boot*.$(GEM5_M5_ABI)
endef
endif

define GEM5_M5_BUILD_CMDS
	$(GEM5_M5_BUILD_M5)
	$(GEM5_M5_BUILD_BOOTLOADER)
endef

define GEM5_M5_INSTALL_STAGING_CMDS
	$(INSTALL) -D -m 0644 $(@D)/$(GEM5_M5_OUT)/libm5.a $(STAGING_DIR)/usr/lib/libm5.a
	$(INSTALL) -D -m 0644 $(@D)/include/gem5/m5ops.h $(STAGING_DIR)/usr/include/gem5/m5ops.h
	$(INSTALL) -D -m 0644 $(@D)/include/gem5/asm/generic/m5ops.h \
		$(STAGING_DIR)/usr/include/gem5/asm/generic/m5ops.h
endef

define GEM5_M5_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0755 $(@D)/$(GEM5_M5_OUT)/m5 $(TARGET_DIR)/sbin/m5
endef

$(eval $(generic-package))
