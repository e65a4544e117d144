#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Some of QEMU's options and QMP, and no guest. How it ends stands in FAKE_QEMU: {"reason": …, "status": …, …}."""
from __future__ import annotations

import json
import os
import re
import socket
import sys
import time
from pathlib import Path

how = json.loads(os.environ["FAKE_QEMU"])
line = " ".join(sys.argv)

if "stderr" in how:
    print(how["stderr"], file=sys.stderr)
if "status" in how:
    found = re.search(r"id=status,path=(\S+)", line)
    assert found is not None
    Path(found[1]).write_text(how["status"])
if "reason" in how:
    found = re.search(r"-qmp unix:(\S+?\.sock),", line)
    assert found is not None
    server = socket.socket(socket.AF_UNIX)
    server.bind(found[1])
    time.sleep(how.get("deaf", 0))      # the file is there, and nobody listens yet
    server.listen()
    client, _ = server.accept()
    version = {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}
    answer: dict[str, object] = {"return": {}}
    event: dict[str, object] = {"event": "SHUTDOWN", "data": {"guest": True, "reason": how["reason"]},
                                "timestamp": {"seconds": 1, "microseconds": 0}}
    client.sendall(json.dumps({"QMP": {"version": version, "capabilities": []}}).encode() + b"\n")
    client.recv(4096)
    client.sendall(json.dumps(answer).encode() + b"\n")
    if "-S" in sys.argv:
        assert json.loads(client.recv(4096))["execute"] == "cont"
        client.sendall(json.dumps(answer).encode() + b"\n")
    if how.get("full"):
        event |= {"event": "BLOCK_IO_ERROR", "data": {"nospace": True, "action": "stop"}}
        client.sendall(json.dumps(event).encode() + b"\n")
        time.sleep(600)     # QEMU waits for somebody
    if how["reason"]:
        client.sendall(json.dumps(event).encode() + b"\n")
sys.exit(how.get("exit", 0))
