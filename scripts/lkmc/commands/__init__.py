# SPDX-License-Identifier: GPL-2.0-or-later
"""One module for each command in scripts/: OPTIONS (names from lkmc.options) and main(args) -> exit status."""
