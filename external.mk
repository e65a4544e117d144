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

# The assembler notes source lines in sections with code only. arm64's first code is in
# one that most kernels call data; a patch would not apply to the others.
define LKMC_LINUX_IDMAP_IS_CODE
	$(SED) 's/^\(\t\.section "\.idmap\.text", *\)"a"$$/\1"ax"/' $(@D)/arch/arm64/kernel/head.S
endef
LINUX_POST_PATCH_HOOKS += LKMC_LINUX_IDMAP_IS_CODE

# Buildroot merges the kernel's fragments without looking at what came of them. What
# they ask for in vain ends the build here.
define LKMC_LINUX_CHECK_REQUESTS
	$(Q)$(BR2_EXTERNAL_LKMC_PATH)/scripts/lkmc/linux-requests $(LINUX_DIR) \
		$(or $(LINUX_KCONFIG_FILE),$(LINUX_KCONFIG_DEFCONFIG)) $(LINUX_KCONFIG_FRAGMENT_FILES) \
		-- env $(LINUX_KCONFIG_MAKE)
endef
LINUX_PRE_CONFIGURE_HOOKS += LKMC_LINUX_CHECK_REQUESTS

# Buildroot has the checksum of its own version's archive, not of one that local.mk puts
# over it.
ifeq ($(origin QEMU_VERSION),override)
BR_NO_CHECK_HASH_FOR += $(QEMU_SOURCE)
endif

# QEMU's screen by VNC and as PNG, plugins that count what it executes, and its events
# in its log or in a file of their own. Its devices, of which board/patches/qemu adds
# some, are noted for scripts/run, which starts them where they are.
HOST_QEMU_OPTS += --enable-vnc --enable-png --enable-plugins --enable-trace-backends=log,simple
HOST_QEMU_DEPENDENCIES += host-libpng
# When Buildroot reads this file the rules of its packages have their dependencies.
$(HOST_QEMU_TARGET_CONFIGURE): | host-libpng

ifeq ($(BR2_PACKAGE_HOST_QEMU_SYSTEM_MODE),y)
define LKMC_HOST_QEMU_NOTE_DEVICES
	mkdir -p $(HOST_DIR)/share/lkmc
	$(HOST_DIR)/bin/qemu-system-$(HOST_QEMU_SYS_ARCH) -device help | \
		sed -n 's/^name "\(lkmc_[^"]*\)".*/\1/p' >$(HOST_DIR)/share/lkmc/qemu-devices
endef
HOST_QEMU_POST_INSTALL_HOOKS += LKMC_HOST_QEMU_NOTE_DEVICES
endif

# The shell runs BusyBox's own applets first (board/common/busybox.config): leave those
# out that a package brings in full.
ifeq ($(BR2_PACKAGE_PCIUTILS),y)
define LKMC_BUSYBOX_LEAVE_OUT_LSPCI
	$(call KCONFIG_DISABLE_OPT,CONFIG_LSPCI)
endef
PACKAGES_BUSYBOX_CONFIG_FIXUPS += $(LKMC_BUSYBOX_LEAVE_OUT_LSPCI)$(sep)
endif

# The C library starts on kernels far older than the headers that it is built with, for
# variants run other kernels with the same toolchain (--kernel-version).
GLIBC_CONF_OPTS += --enable-kernel=4.19

# The toolchain of a variant whose base built one: its sysroot holds what the base's
# packages put there, too, which this output may not have.
ifneq ($(call qstrip,$(BR2_LKMC_BASE)),)
ifeq ($(call qstrip,$(BR2_TOOLCHAIN_EXTERNAL_PATH)),$(call qstrip,$(BR2_LKMC_BASE))/host)
define LKMC_TOOLCHAIN_LEAVE_OUT_PACKAGES
	sed -E '/^(host-|toolchain|glibc|musl|uclibc|linux-headers|gcc-final|skeleton)/d; s/^[^,]*,//' \
		$(call qstrip,$(BR2_LKMC_BASE))/build/packages-file-list-staging.txt | \
		(cd $(STAGING_DIR) && xargs -d '\n' rm -f)
endef
TOOLCHAIN_EXTERNAL_CUSTOM_POST_INSTALL_STAGING_HOOKS += LKMC_TOOLCHAIN_LEAVE_OUT_PACKAGES
endif
endif
