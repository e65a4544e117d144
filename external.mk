# SPDX-License-Identifier: GPL-2.0-or-later

include $(sort $(wildcard $(BR2_EXTERNAL_LKMC_PATH)/package/*/*.mk))

# vmlinux beside the image that boots: gem5 starts it and GDB reads its symbols.
# A hard link, for it is large and Buildroot removes neither of the two.
define LKMC_LINUX_INSTALL_VMLINUX
	ln -f $(LINUX_DIR)/vmlinux $(BINARIES_DIR)/vmlinux
endef
LINUX_POST_INSTALL_IMAGES_HOOKS += LKMC_LINUX_INSTALL_VMLINUX

# Buildroot links the kernel again, without that hook, when the root file system is inside.
ifeq ($(BR2_TARGET_ROOTFS_INITRAMFS),y)
rootfs-initramfs:
	$(LKMC_LINUX_INSTALL_VMLINUX)
endif

# Buildroot merges the kernel's fragments without looking at what came of them. What
# they ask for in vain ends the build here.
define LKMC_LINUX_CHECK_REQUESTS
	$(Q)$(BR2_EXTERNAL_LKMC_PATH)/scripts/lkmc/linux-requests $(LINUX_DIR) \
		$(or $(LINUX_KCONFIG_FILE),$(LINUX_KCONFIG_DEFCONFIG)) $(LINUX_KCONFIG_FRAGMENT_FILES) \
		-- env $(LINUX_KCONFIG_MAKE)
endef
LINUX_PRE_CONFIGURE_HOOKS += LKMC_LINUX_CHECK_REQUESTS
