# SPDX-License-Identifier: GPL-2.0-or-later
# A BR2_PACKAGE_OVERRIDE_FILE for builds through the scaffolding that .ci/run looks for: the scaffolding's own, and
# the distro's programs in the place of a few more host packages whose sources it cannot get.

lkmc-ci-scaffolding = $(HOME)/.cache/buildroot-offline
include $(lkmc-ci-scaffolding)/$(if $(BR2_aarch64),aarch64,$(if $(BR2_x86_64),x86_64,arm)).mk

# The scaffolding's cache serves whoever was here before. The kernel is its fragment's tarball: of a source tree that
# overrides it, Buildroot would not apply our patches.
LINUX_OVERRIDE_SRCDIR =

# $(1): a host package in upper case; $(2): the program that it would have built, if that is needed
define lkmc-ci-stand-in
HOST_$(1)_OVERRIDE_SRCDIR = $(lkmc-ci-scaffolding)/host-tools/zstd
HOST_$(1)_CONFIGURE_CMDS = @true
HOST_$(1)_BUILD_CMDS = @true
HOST_$(1)_INSTALL_CMDS = @mkdir -p $$(HOST_DIR)/bin $(if $(2),&& ln -sf $$(shell which $(2)) $$(HOST_DIR)/bin/)
endef

$(eval $(call lkmc-ci-stand-in,BLAKE3))
$(eval $(call lkmc-ci-stand-in,HIREDIS))
$(eval $(call lkmc-ci-stand-in,CCACHE,ccache))
$(eval $(call lkmc-ci-stand-in,CPIO,cpio))
# Of these the distro's sources lack what is needed to make configure again; its headers are where GDB looks too.
$(eval $(call lkmc-ci-stand-in,GMP))
$(eval $(call lkmc-ci-stand-in,MPFR))
# Its source is there in another compression than upstream's.
$(eval $(call lkmc-ci-stand-in,LIBPNG))
# The distro's libcrypt comes with its C library's headers.
$(eval $(call lkmc-ci-stand-in,LIBXCRYPT))
