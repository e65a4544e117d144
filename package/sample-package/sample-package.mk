################################################################################
#
# sample-package
#
################################################################################

SAMPLE_PACKAGE_LICENSE = GPL-2.0-or-later

define SAMPLE_PACKAGE_EXTRACT_CMDS
	cp $(SAMPLE_PACKAGE_PKGDIR)/sample_package.c $(@D)/
endef

define SAMPLE_PACKAGE_BUILD_CMDS
	$(TARGET_CC) $(TARGET_CFLAGS) $(TARGET_LDFLAGS) \
		-o $(@D)/sample_package.out $(@D)/sample_package.c
endef

define SAMPLE_PACKAGE_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0755 $(@D)/sample_package.out \
		$(TARGET_DIR)/sample_package.out
endef

$(eval $(generic-package))
