################################################################################
#
# lkmc-many-files
#
################################################################################

LKMC_MANY_FILES_LICENSE = GPL-2.0-or-later
LKMC_MANY_FILES_DIR = $(TARGET_DIR)/lkmc/many_files

# Programs and not just any files: Buildroot looks into each ELF file for its
# architecture and its RPATH, and strips it. The smallest possible, so that
# their number counts and not their size.
define LKMC_MANY_FILES_BUILD_CMDS
	echo 'int main(void) { return 0; }' | \
		$(TARGET_CC) $(TARGET_CFLAGS) -nostdlib -static -no-pie \
			-Wl,--entry=main,--nmagic -x c -o $(@D)/file -
endef

define LKMC_MANY_FILES_INSTALL_TARGET_CMDS
	rm -rf $(LKMC_MANY_FILES_DIR)
	mkdir -p $(LKMC_MANY_FILES_DIR)
	seq -f $(LKMC_MANY_FILES_DIR)/%.0f $(BR2_PACKAGE_LKMC_MANY_FILES_COUNT) | \
		xargs -n 1 cp $(@D)/file
endef

$(eval $(generic-package))
