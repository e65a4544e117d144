#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none emulator=gem5
# An init that ends the simulation: init= cannot give m5 its argument.
exec m5 exit
