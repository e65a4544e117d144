# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations of Buildroot and of Linux: written from requests, checked against what `conf` made of them, explained.

`conf` computes every .config. Kconfiglib reads the same Kconfig files to say why a request did not take.
"""
