"""Entering a network, mount and process namespace of our own, where nothing leaves the machine and nothing outlives it."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Mapping, Sequence

SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x41
"""SIOCSIFFLAGS, and IFF_UP with IFF_RUNNING (Linux, netdevice(7))."""
WITHIN_S = 20


def entering() -> list[str]:
    """Return the command that runs another one in new namespaces, as root or as a user who becomes root in there."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    ends = ["--pid", "--fork", "--kill-child", "--mount-proc"]
    return ["unshare", *user, "--net", "--mount", "--propagation", "private", *ends]


def missing() -> str:
    """Return why this machine gives no namespaces; "" where it does."""
    if shutil.which("unshare") is None:
        return "there is no unshare (util-linux)"
    tried = subprocess.run(
        [*entering(), "true"], capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    return "" if tried.returncode == 0 else tried.stderr.strip() or "unshare failed"


def enter(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command in new namespaces; when it ends, so does every process that it started."""
    inside = [*entering(), *command]
    return subprocess.run(inside, env=environment, check=False).returncode


def raise_loopback() -> None:
    """Bring up the loopback interface of a new network namespace, which has no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        fcntl.ioctl(asking, SET_FLAGS, struct.pack("16sh", b"lo", UP_AND_RUNNING))
