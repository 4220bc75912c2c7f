"""How a phone can reach this machine: by USB, or under which addresses of the local network."""

import contextlib
import ipaddress
import shutil
import socket
import subprocess


def usb_phone() -> bool:
    """Whether `adb` is installed and sees a phone that has allowed it."""
    if shutil.which("adb") is None:
        return False
    listed = subprocess.run(["adb", "devices"], capture_output=True, text=True, check=False).stdout
    return any(line.endswith("\tdevice") for line in listed.splitlines())


def reverse_port(port: int) -> None:
    """Let the phone's own localhost:`port` lead to this machine's, through the cable."""
    subprocess.run(["adb", "reverse", f"tcp:{port}", f"tcp:{port}"], check=True, stdout=subprocess.DEVNULL)


def lan_addresses() -> list[str]:
    """This machine's private IPv4 addresses, the one that routes lead through first. Nothing is sent."""
    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # a documentation address: choosing the route sends no packet
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    private = (address for address in found if ipaddress.ip_address(address).is_private)
    return list(dict.fromkeys(address for address in private if not ipaddress.ip_address(address).is_loopback))


def taken(port: int) -> bool:
    """Whether something on this machine listens there already."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
