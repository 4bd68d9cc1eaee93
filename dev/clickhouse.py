"""Starts ClickHouse servers on loopback that know each other as one cluster: for tests, proofs and benchmarks.

`python -m dev.clickhouse [SHARDS]` prints the URL and runs until Ctrl-C. Each server is a process of ours with a folder, a
configuration and free ports of its own; nothing of the machine's is touched.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from dev.ports import free_port
from weilu.core.warehouse.servers.address import address_of
from weilu.core.warehouse.servers.dictionary import FILE_NAME, configuration

START_SECONDS = 30.0
USER, PASSWORD = "weilu", "p<w@ 围&炉"
CONFIG = """<yandex>
  <logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>
  <tcp_port>{tcp}</tcp_port><http_port>{http}</http_port><interserver_http_port>{between}</interserver_http_port>
  <listen_host>127.0.0.1</listen_host><timezone>UTC</timezone>
  <path>{folder}/data/</path><tmp_path>{folder}/data/tmp/</tmp_path>
  <users_config>{folder}/users.xml</users_config><default_profile>default</default_profile>
  <default_database>default</default_database><mark_cache_size>33554432</mark_cache_size>
  <dictionaries_config>{folder}/*_dictionary.xml</dictionaries_config>
  <merge_tree><old_parts_lifetime>1</old_parts_lifetime><cleanup_delay_period>1</cleanup_delay_period></merge_tree>
  <remote_servers>{cluster}</remote_servers>
</yandex>
"""
SHARD = (
    "<shard><replica><host>127.0.0.1</host><port>{port}</port><user>{user}</user><password>{password}</password>"
    "</replica></shard>"
)
USERS = """<yandex>
  <profiles><default></default></profiles><quotas><default></default></quotas>
  <users><{user}><password>{password}</password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota></{user}></users>
</yandex>
"""


def found() -> str | None:
    """The server's program, where it is installed."""
    return shutil.which("clickhouse-server", path="/usr/sbin:/usr/bin:/usr/local/bin")


@dataclass
class Servers:
    """`shards` servers; with one that knows no cluster, `alone`. `start` all of them, `kill` and `start_one` as a story wants."""

    shards: int = 2
    alone: bool = False
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="weilu-clickhouse-")))
    ports: list[int] = field(default_factory=list)
    _running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = [free_port() for _ in range(self.shards)]
        for number in range(self.shards):
            self._configure(number)

    @property
    def url(self) -> str:
        from urllib.parse import quote

        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"clickhouse://{USER}:{quote(PASSWORD, safe='')}@{hosts}/weilu"

    def start(self) -> None:
        for number in range(self.shards):
            self.launch(number)
        for number in range(self.shards):
            self.wait_up(number)

    def start_one(self, number: int) -> None:
        self.launch(number)
        self.wait_up(number)

    def launch(self, number: int) -> None:
        program = found()
        assert program is not None, "clickhouse-server is not installed: see dev/clickhouse"
        place = self.folder / str(number)
        with open(place / "out", "ab") as out:
            self._running[number] = subprocess.Popen(
                [program, f"--config-file={place / 'config.xml'}"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def wait_up(self, number: int) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._running[number].poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.ports[number]), 1):
                return
            time.sleep(0.02)
        told = (self.folder / str(number) / "errors").read_text()[-2000:]
        raise RuntimeError(f"server {number} did not start: {told}")

    def kill(self, number: int) -> None:
        """As a power cut would end it."""
        self._running[number].kill()
        self._running.pop(number).wait()

    def mend(self) -> None:
        """Whichever is down or frozen runs again."""
        for number in range(self.shards):
            if number not in self._running:
                self.start_one(number)
            self.thaw(number)

    def wipe(self, number: int) -> None:
        """As if its disk had been replaced by an empty one."""
        self.kill(number)
        shutil.rmtree(self.folder / str(number) / "data")
        (self.folder / str(number) / "data" / "tmp").mkdir(parents=True)
        self.start_one(number)

    def freeze(self, number: int) -> None:
        self._running[number].send_signal(signal.SIGSTOP)

    def thaw(self, number: int) -> None:
        self._running[number].send_signal(signal.SIGCONT)

    def stop(self) -> None:
        for number in list(self._running):
            self.kill(number)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _configure(self, number: int) -> None:
        place = self.folder / str(number)
        (place / "data" / "tmp").mkdir(parents=True)
        password = PASSWORD.replace("&", "&amp;").replace("<", "&lt;")
        shards = "".join(SHARD.format(port=port, user=USER, password=password) for port in self.ports)
        cluster = "" if self.alone else f"<weilu>{shards}</weilu>"
        ports = {"tcp": self.ports[number], "http": free_port(), "between": free_port()}
        (place / "config.xml").write_text(CONFIG.format(folder=place, cluster=cluster, **ports))
        (place / "users.xml").write_text(USERS.format(user=USER, password=password))
        (place / FILE_NAME).write_text(configuration(address_of(self.url), self.ports[number]))


def main(shards: int) -> None:
    servers = Servers(shards)
    servers.start()
    sys.stdout.write(f"{servers.url}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        servers.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
