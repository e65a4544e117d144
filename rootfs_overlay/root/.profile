# SPDX-License-Identifier: GPL-2.0-or-later
# Root's own login file: the root of the file system holds /NAME.ko, /NAME.out and /NAME.sh.
cd /
