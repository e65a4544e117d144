# SPDX-License-Identifier: GPL-2.0-or-later
"""Choose what Buildroot builds; start what it built. Imports only run downwards: cli, request, machine, output, ..."""
