################################################################################
#
# lkmc-kernel-modules
#
################################################################################

LKMC_KERNEL_MODULES_SITE = $(BR2_EXTERNAL_LKMC_PATH)/kernel_modules
LKMC_KERNEL_MODULES_SITE_METHOD = local
LKMC_KERNEL_MODULES_LICENSE = GPL-2.0-or-later
LKMC_KERNEL_MODULES_INSTALL_IMAGES = YES

# Before Linux 6.3 the folder for modules that are not the kernel's own was "extra".
LKMC_KERNEL_MODULES_MODULE_MAKE_OPTS = \
	LKMC_INCLUDE=$(BR2_EXTERNAL_LKMC_PATH)/include \
	INSTALL_MOD_DIR=updates

# What git ignores was built by hand, for another kernel.
LKMC_KERNEL_MODULES_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = \
	--exclude-from=$(LKMC_KERNEL_MODULES_SITE)/.gitignore

# What the examples need of the kernel, whatever its configuration.
define LKMC_KERNEL_MODULES_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_DEBUG_FS)
	$(call KCONFIG_SET_OPT,CONFIG_DUMMY_IRQ,m)
	$(call KCONFIG_ENABLE_OPT,CONFIG_KPROBES)
	$(call KCONFIG_ENABLE_OPT,CONFIG_PCI)
	$(call KCONFIG_ENABLE_OPT,CONFIG_UIO)
endef

# /NAME.ko is a link to what modprobe loads, so that the two never differ. The
# version is asked for once: each time costs a make in the kernel's sources.
define LKMC_KERNEL_MODULES_INSTALL_TARGET_CMDS
	$(INSTALL) -m 0755 -t $(TARGET_DIR) $(@D)/*.sh
	version=$(LINUX_VERSION_PROBED); \
	for m in `sed 's,.*/,,; s,\..*,,' $(@D)/modules.order`; do \
		ln -sf lib/modules/$$version/updates/$$m.ko \
			$(TARGET_DIR)/$$m.ko || exit 1; \
	done
endef

define LKMC_KERNEL_MODULES_INSTALL_IMAGES_CMDS
	$(INSTALL) -D -m 0644 -t $(BINARIES_DIR)/lkmc $(@D)/*.ko
endef

# To read Buildroot's makefiles takes longer than to compile a module. The build
# step leaves behind what it ran, from the edited source to what a running guest
# finds in its share: scripts/build --direct lkmc-kernel-modules.
define LKMC_KERNEL_MODULES_DIRECT
	set -e
	export LC_ALL=C
	rsync -au --chmod=u=rwX,go=rX $(LKMC_KERNEL_MODULES_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS) \
		$(LKMC_KERNEL_MODULES_OVERRIDE_SRCDIR)/ $(@D)
	$(LINUX_MAKE_ENV) $(LKMC_KERNEL_MODULES_MAKE) -C $(LINUX_DIR) $(LINUX_MAKE_FLAGS) \
		$(LKMC_KERNEL_MODULES_MODULE_MAKE_OPTS) PWD=$(@D)/. M=$(@D)/. modules
	$(INSTALL) -D -m 0644 -t $(BINARIES_DIR)/lkmc $(@D)/*.ko
endef

define LKMC_KERNEL_MODULES_WRITE_DIRECT
	@$(file >$(@D)/lkmc-direct,#!/bin/sh$(sep)$(LKMC_KERNEL_MODULES_DIRECT))chmod +x $(@D)/lkmc-direct
endef
LKMC_KERNEL_MODULES_POST_BUILD_HOOKS += LKMC_KERNEL_MODULES_WRITE_DIRECT

$(eval $(kernel-module))
$(eval $(generic-package))

# A kernel that was configured anew does not load modules made for the former one.
$(LKMC_KERNEL_MODULES_TARGET_BUILD): $(LINUX_TARGET_CONFIGURE)
