# SPDX-License-Identifier: GPL-2.0-or-later
# Tests as Buildroot's support/testing/run-tests runs them, once this file is linked into its
# tests/package.
import os
import subprocess

import infra.basetest

TREE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../../..")


class TestGem5M5(infra.basetest.BRTest):
    br2_external = [TREE]
    config = \
        """
        BR2_aarch64=y
        BR2_TOOLCHAIN_EXTERNAL=y
        BR2_LINUX_KERNEL=y
        BR2_LINUX_KERNEL_CUSTOM_VERSION=y
        BR2_LINUX_KERNEL_CUSTOM_VERSION_VALUE="6.6.102"
        BR2_LINUX_KERNEL_USE_CUSTOM_CONFIG=y
        BR2_LINUX_KERNEL_CUSTOM_CONFIG_FILE="board/qemu/aarch64-virt/linux.config"
        BR2_PACKAGE_GEM5_M5=y
        BR2_TARGET_ROOTFS_CPIO=y
        # BR2_TARGET_ROOTFS_TAR is not set
        """

    def test_run(self):
        images = os.path.join(self.builddir, "images")
        self.assertTrue(os.path.isfile(os.path.join(images, "gem5/boot.arm64")))
        self.emulator.boot(arch="aarch64", kernel=os.path.join(images, "Image"),
                           kernel_cmdline=["console=ttyAMA0"],
                           options=["-M", "virt", "-cpu", "cortex-a57", "-m", "256M",
                                    "-initrd", os.path.join(images, "rootfs.cpio")])
        self.emulator.login()
        # It explains itself anywhere.
        output, exit_code = self.emulator.run("m5")
        self.assertEqual(exit_code, 1)
        self.assertIn("checkpoint", "".join(output))
        # Its instructions are none of QEMU's processor: 128 + SIGILL.
        _, exit_code = self.emulator.run("m5 exit")
        self.assertEqual(exit_code, 132)


class TestGem5(infra.basetest.BRTest):
    br2_external = [TREE]
    config = \
        """
        BR2_aarch64=y
        BR2_TOOLCHAIN_EXTERNAL=y
        BR2_PACKAGE_HOST_GEM5=y
        BR2_PACKAGE_GEM5_M5=y
        # BR2_TARGET_ROOTFS_TAR is not set
        """

    def test_run(self):
        host = os.path.join(self.builddir, "host")
        tree = os.path.join(host, "share/gem5")
        command = [os.path.join(host, "bin/gem5.opt"), "--outdir", os.path.join(self.builddir, "m5out"),
                   os.path.join(tree, "configs/example/arm/starter_se.py"),
                   os.path.join(self.builddir, "target/sbin/m5") + " exit"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("m5_exit instruction encountered", done.stdout)
        self.assertTrue(os.access(os.path.join(host, "bin/m5term"), os.X_OK))
