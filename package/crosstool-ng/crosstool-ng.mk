################################################################################
#
# crosstool-ng
#
################################################################################

CROSSTOOL_NG_VERSION = 1.28.0
CROSSTOOL_NG_SITE = $(call github,crosstool-ng,crosstool-ng,crosstool-ng-$(CROSSTOOL_NG_VERSION))
CROSSTOOL_NG_LICENSE = GPL-2.0
CROSSTOOL_NG_LICENSE_FILES = licenses.d/gpl.txt
HOST_CROSSTOOL_NG_DEPENDENCIES = \
	host-autoconf \
	host-automake \
	host-bison \
	host-flex \
	host-gawk \
	host-gperf \
	host-libtool \
	host-ncurses

# It makes its lists of what it can build, and then configure.
define HOST_CROSSTOOL_NG_BOOTSTRAP
	cd $(@D) && echo $(CROSSTOOL_NG_VERSION) >.tarball-version && \
		$(HOST_MAKE_ENV) ./bootstrap
endef
HOST_CROSSTOOL_NG_PRE_CONFIGURE_HOOKS += HOST_CROSSTOOL_NG_BOOTSTRAP

# It stays in its build folder, from where it builds the toolchain. What that
# consists of it downloads itself, and checks it by the sums that it came with.
HOST_CROSSTOOL_NG_CONF_OPTS = --enable-local

HOST_CROSSTOOL_NG_TOOLCHAIN = $(@D)/toolchain
HOST_CROSSTOOL_NG_CONFIG_FILE = $(or $(call qstrip,$(BR2_PACKAGE_HOST_CROSSTOOL_NG_CONFIG_FILE)), \
	$(BR2_EXTERNAL_LKMC_PATH)/configs/crosstool-ng/$(BR2_ARCH).config)
HOST_CROSSTOOL_NG_CT_NG = env -u CC -u CXX -u CFLAGS -u CXXFLAGS -u LDFLAGS -u LD_LIBRARY_PATH \
	$(HOST_MAKE_ENV) CT_PREFIX=$(HOST_DIR)/opt/crosstool-ng $(@D)/ct-ng

define HOST_CROSSTOOL_NG_INSTALL_CMDS
	mkdir -p $(HOST_CROSSTOOL_NG_TOOLCHAIN) $(DL_DIR)/crosstool-ng $(HOST_DIR)/opt/crosstool-ng $(HOST_DIR)/bin
	cp $(HOST_CROSSTOOL_NG_CONFIG_FILE) $(HOST_CROSSTOOL_NG_TOOLCHAIN)/defconfig
	echo 'CT_LOCAL_TARBALLS_DIR="$(DL_DIR)/crosstool-ng"' >>$(HOST_CROSSTOOL_NG_TOOLCHAIN)/defconfig
	cd $(HOST_CROSSTOOL_NG_TOOLCHAIN) && $(HOST_CROSSTOOL_NG_CT_NG) DEFCONFIG=defconfig defconfig
	cd $(HOST_CROSSTOOL_NG_TOOLCHAIN) && $(HOST_CROSSTOOL_NG_CT_NG) build.$(PARALLEL_JOBS)
	cd $(HOST_DIR)/bin && ln -sf ../opt/crosstool-ng/*/bin/*-lkmc-* .
endef

$(eval $(host-autotools-package))
