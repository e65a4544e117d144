#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Some of gem5's options, and a guest that repeats what is typed. How it ends stands in FAKE_GEM5: {"status": …}."""
from __future__ import annotations

import json
import os
import socket
import sys
import time
from itertools import pairwise
from pathlib import Path

how = json.loads(os.environ.get("FAKE_GEM5", "{}"))
options = dict(pairwise(sys.argv))
outdir = Path(options["--outdir"])

print("gem5 Simulator System", flush=True)
if "--save" in options:     # a boot to its end, if the guest of this output waits there
    if how.get("saves"):
        Path(options["--save"]).mkdir()
        (Path(options["--save"]) / "m5.cpt").write_text("")
    sys.exit(how.get("boots", 0))
if "--restore" in options and not (Path(options["--restore"]) / "m5.cpt").is_file():
    sys.exit("fatal: Can't open checkpoint")
print("info: Entering event queue @ 0.  Starting simulation...", file=sys.stderr)
if "stderr" in how:
    print(how["stderr"], file=sys.stderr)
if "status" in how:
    Path(options["--status"]).write_text(how["status"])
if "says" in how:
    time.sleep(how.get("late", 0))
    server = socket.socket(socket.AF_UNIX)
    server.bind(options["--console"])
    server.listen()
    with (outdir / "system.terminal").open("wb") as log:
        log.write(how["says"].encode())
    if how.get("quick"):        # nobody was let in
        sys.exit(how.get("exit", 0))
    client, _ = server.accept()
    if how.get("greets"):
        client.sendall(b"==== m5 terminal: Terminal 0 ====\r\n")
    client.sendall(how["says"].encode())
    while how.get("listens") and (data := client.recv(4096)):
        client.sendall(b"[" + data + b"]")
        if b"q" in data:
            break
if how.get("hangs"):
    time.sleep(600)
for file in ("--readfile", "--disk"):
    if file in options:
        assert Path(options[file]).is_file()
if "meets" in how and "--restore" in options:       # so many of us are there at the same time
    (Path(how["meeting"]) / str(os.getpid())).write_text("")
    latest = time.monotonic() + 30
    while len(list(Path(how["meeting"]).iterdir())) < how["meets"]:
        assert time.monotonic() < latest, "alone"
        time.sleep(0.01)
if how.get("measures"):     # each run from the checkpoint takes as many cycles as its script is told to
    if "--restore" in options:
        assert (Path(options["--restore"]) / "m5.cpt").is_file()
    else:
        (outdir / "cpt.1000").mkdir()
        (outdir / "cpt.1000/m5.cpt").write_text("")
    words = Path(options["--readfile"]).read_text().split()
    cycles = next((int(word) for word in words if word.isdigit()), 7)
    dumps = {"/bst_vs_heap.out": 3, "/counted_loop.out": 2}.get(words[0], 1)    # each with as many cycles more
    (outdir / "stats.txt").write_text("".join(
        f"---------- Begin Simulation Statistics ----------\nsimInsts {cycles} # i\nsimFreq 1000000000000 # f\n"
        f"system.cpu_cluster.cpus.numCycles {2 * cycles * (number + 1)} # c\n"
        f"system.cpu_cluster.clk_domain.clock 250 # p\n"
        f"---------- End Simulation Statistics   ----------\n" for number in range(dumps)))
    if "loop" in words[-1]:
        (outdir / words[-1]).write_text(how["loop"])
    print(*(options.get(name, "-") for name in ("--cpu-type", "--l1d-size", "--l2-size")), file=sys.stderr)
sys.exit(how.get("exit", 0))
