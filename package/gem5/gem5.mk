################################################################################
#
# gem5
#
################################################################################

# v24.0.0.1, which gem5-m5 has too
GEM5_VERSION = b1a44b89c7bae73fae2dc547bc1f871452075b85
GEM5_SITE = https://github.com/gem5/gem5.git
GEM5_SITE_METHOD = git
# Git compares what it fetches with the name of the commit, a checksum.
BR_NO_CHECK_HASH_FOR += $(HOST_GEM5_SOURCE)
GEM5_LICENSE = BSD-3-Clause
GEM5_LICENSE_FILES = LICENSE COPYING
HOST_GEM5_DEPENDENCIES = \
	host-libpng host-m4 host-pkgconf host-python3 host-scons host-zlib

HOST_GEM5_BUILD_TYPE = \
	$(if $(BR2_PACKAGE_HOST_GEM5_DEBUG),debug,$(if $(BR2_PACKAGE_HOST_GEM5_FAST),fast,opt))
HOST_GEM5_BUILD = build/lkmc

# What gem5 takes from the environment or finds in PATH if nobody tells it
# otherwise: optional libraries, which it would link to where this host has them.
HOST_GEM5_ENV = \
	$(HOST_MAKE_ENV) \
	CC="$(HOST_GEM5_DIR)/build/host-cc" \
	CXX="$(HOST_GEM5_DIR)/build/host-c++" \
	PROTOC=false \
	PYTHON_CONFIG="$(HOST_DIR)/bin/python3-config" \
	CCFLAGS_EXTRA="$(HOST_CPPFLAGS)" \
	LINKFLAGS_EXTRA="$(HOST_LDFLAGS)" \
	GEM5PY_LINKFLAGS_EXTRA="$(HOST_LDFLAGS)"
HOST_GEM5_SCONS = cd $(@D) && $(HOST_GEM5_ENV) $(SCONS) --ignore-style

HOST_GEM5_CONFIG = \
	$(if $(BR2_PACKAGE_HOST_GEM5_ARM_X86),USE_X86_ISA=y) \
	RUBY=$(if $(BR2_PACKAGE_HOST_GEM5_RUBY),y,n) \
	USE_KVM=n \
	USE_SYSTEMC=n

# It asks the compiler for its version as if its name were one word, and with ccache
# it is not; and for libraries before it takes the flags above; and it adds -g last,
# although debug information, most of what it would write, is for a debugger only.
HOST_GEM5_LAST_FLAGS = $(if $(BR2_PACKAGE_HOST_GEM5_DEBUG),,-g0)
define HOST_GEM5_CONFIGURE_CMDS
	mkdir -p $(@D)/build
	printf '#!/bin/sh\nexec %s -idirafter %s "$$@" %s\n' \
		"$(HOSTCC)" $(HOST_DIR)/include $(HOST_GEM5_LAST_FLAGS) >$(@D)/build/host-cc
	printf '#!/bin/sh\nexec %s -idirafter %s "$$@" %s\n' \
		"$(HOSTCXX)" $(HOST_DIR)/include $(HOST_GEM5_LAST_FLAGS) >$(@D)/build/host-c++
	chmod +x $(@D)/build/host-cc $(@D)/build/host-c++
	$(HOST_GEM5_SCONS) defconfig $(HOST_GEM5_BUILD) \
		build_opts/$(if $(BR2_PACKAGE_HOST_GEM5_X86),X86,ARM)
	$(HOST_GEM5_SCONS) setconfig $(HOST_GEM5_BUILD) $(HOST_GEM5_CONFIG)
endef

HOST_GEM5_SCONS_OPTS = -j$(PARALLEL_JOBS) --without-tcmalloc

define HOST_GEM5_BUILD_CMDS
	$(HOST_GEM5_SCONS) $(HOST_GEM5_SCONS_OPTS) $(HOST_GEM5_BUILD)/gem5.$(HOST_GEM5_BUILD_TYPE)
	$(HOST_MAKE_ENV) $(MAKE) -C $(@D)/util/term $(HOST_CONFIGURE_OPTS)
endef

# Scripts are read at each run, so that they can be edited without a build: a copy
# of them, or those of the source tree where that is somebody's own.
HOST_GEM5_OWN_TREE = $(or $(HOST_GEM5_OVERRIDE_SRCDIR),$(GEM5_OVERRIDE_SRCDIR))
ifneq ($(HOST_GEM5_OWN_TREE),)
define HOST_GEM5_INSTALL_TREE
	ln -s $(HOST_GEM5_OWN_TREE) $(HOST_DIR)/share/gem5
endef
else
define HOST_GEM5_INSTALL_TREE
	mkdir -p $(HOST_DIR)/share/gem5/src
	cp -r $(@D)/configs $(HOST_DIR)/share/gem5/
	cp -r $(@D)/src/python $(HOST_DIR)/share/gem5/src/
endef
endif

# One of another build type would else be found first.
define HOST_GEM5_INSTALL_CMDS
	rm -f $(addprefix $(HOST_DIR)/bin/gem5.,opt debug fast)
	$(INSTALL) -D -m 0755 $(@D)/$(HOST_GEM5_BUILD)/gem5.$(HOST_GEM5_BUILD_TYPE) \
		$(HOST_DIR)/bin/gem5.$(HOST_GEM5_BUILD_TYPE)
	$(INSTALL) -D -m 0755 $(@D)/util/term/m5term $(HOST_DIR)/bin/m5term
	rm -rf $(HOST_DIR)/share/gem5
	$(HOST_GEM5_INSTALL_TREE)
endef

$(eval $(host-generic-package))

# gem5's own unit tests: make host-gem5-unit-tests
.PHONY: host-gem5-unit-tests
host-gem5-unit-tests: host-gem5
	cd $(HOST_GEM5_DIR) && $(HOST_GEM5_ENV) $(SCONS) --ignore-style \
		$(HOST_GEM5_SCONS_OPTS) $(HOST_GEM5_BUILD)/unittests.$(HOST_GEM5_BUILD_TYPE)
