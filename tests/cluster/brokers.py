"""Three real brokers that services reach through doors, and the tester past them.

Each broker has a listener of its own for clients, whose address is that of its door; brokers speak to
each other, and the tester to them, past the doors. Where we are root the data of one of them lies on
a disk of its own, small enough to be filled.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from deploy.kafka.broker import HOST, Broker, KafkaCluster, free_ports

DISK = "256m"
SMALL_DISK_OF = 3
"""The broker whose disk can be filled."""


class BehindDoors(KafkaCluster):
    """Three brokers; `doors` are the ports at which clients are told to find them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, brokers=3)
        numbers = free_ports(6)
        self.doors, self.client_ports = numbers[:3], numbers[3:]
        self.disk: Path | None = None

    @property
    def through_doors(self) -> str:
        """What services are told."""
        return ",".join(f"{HOST}:{port}" for port in self.doors)

    def start_broker(self, broker: Broker, *, wait: bool = True) -> None:
        """Start one, with the listener for clients; its small disk is there before."""
        place = broker.folder / "server.properties"
        text = place.read_text()
        if "DOOR" not in text:
            place.write_text(self._with_door(broker, text))
        super().start_broker(broker, wait=wait)

    def _format(self) -> None:
        """Before anything is written there: the small disk."""
        if os.geteuid() == 0:
            place = self.folder.parent / "small-disk"
            place.mkdir(parents=True, exist_ok=True)
            mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
            if subprocess.run(mount, capture_output=True).returncode == 0:
                self.disk = place
        super()._format()
        if self.disk is not None:
            data = self.folder / f"broker-{SMALL_DISK_OF}" / "data"
            shutil.move(data, self.disk / "data")
            data.symlink_to(self.disk / "data")

    def stop(self) -> None:
        """Stop the brokers, and take the small disk away."""
        super().stop()
        if self.disk is not None:
            subprocess.run(["umount", "-l", str(self.disk)], capture_output=True)
            self.disk = None

    def fill_disk(self) -> bool:
        """Leave no room on the small disk; False where there is none."""
        if self.disk is None:
            return False
        with (self.disk / "filling").open("wb") as filling:
            try:
                while True:
                    filling.write(bytes(1 << 20))
                    filling.flush()
            except OSError:
                pass
        return True

    def make_room(self) -> None:
        """Give the room back."""
        if self.disk is not None:
            (self.disk / "filling").unlink(missing_ok=True)

    def _with_door(self, broker: Broker, text: str) -> str:
        number = broker.node - 1
        text = re.sub(
            r"(?m)^listeners=(.*)$",
            rf"listeners=\1,DOOR://{HOST}:{self.client_ports[number]}",
            text,
        )
        text = re.sub(
            r"(?m)^advertised\.listeners=(.*)$",
            rf"advertised.listeners=\1,DOOR://{HOST}:{self.doors[number]}",
            text,
        )
        names = ",".join(f"{name}:PLAINTEXT" for name in ("PLAINTEXT", "CONTROLLER", "DOOR"))
        return (
            f"{text}listener.security.protocol.map={names}\ninter.broker.listener.name=PLAINTEXT\n"
        )
