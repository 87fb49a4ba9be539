"""Dask as an engine: a cluster of its own on this machine, or one that exists.

Who reaches a Dask scheduler can run code on its workers. The own cluster listens on the loopback only; an existing one
elsewhere is taken only over TLS, with certificates on both sides.
"""

from __future__ import annotations

import ipaddress
import logging
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nqpf.experiments.sweeping.machine import deaf, default_workers
from nqpf.experiments.sweeping.work import run_one
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from nqpf.experiments.sweeping.work import Order, Result

_PATIENCE = 60  # seconds for a first worker to come
_FRESH = 5.0  # seconds for which the number of workers is taken as known

# By default a worker gives freed memory back at once, which a quarter's arrays then ask for anew, and looks a hundred
# times a second at what its thread does: a run takes a quarter longer.
_SETTINGS = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
    "distributed.worker.profile.enabled": False,
}


@contextmanager
def opened_cluster(address: str, workers: int | None) -> Iterator[_Dask]:
    """A cluster of its own if there is no address, else the one there; raises InputError."""
    if address:
        check_address(address)
    try:
        import distributed  # noqa: PLC0415 (an extra)
    except ImportError:
        raise InputError('Dask is not installed; pip install "nqpf[cluster]"') from None
    with _quiet(), _joined(distributed, address) if address else _own(distributed, workers) as client:
        yield _Dask(client, workers)


def check_address(address: str) -> None:
    """Refuse what is no scheduler's address, or one that anybody on the way could use; raises InputError."""
    what = f"--engine dask={address}"
    try:
        parts = urlsplit(address)
        complete = parts.scheme in {"tcp", "tls"} and parts.hostname and parts.port
    except ValueError:
        complete = False
    if not complete:
        raise InputError(f"{what}: is no scheduler's address; give dask=tcp://127.0.0.1:8786, or dask=tls://host:port")
    if parts.scheme == "tcp" and not _on_this_machine(str(parts.hostname)):
        raise InputError(
            f"{what}: who reaches a scheduler without TLS can run code on it; give dask=tls://…, see docs/sweeps.md"
        )


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask's log, on standard error, repeats at length what becomes one line, or nothing."""
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    before = [logger.level for logger in known]
    for logger in known:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(known, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _own(distributed: Any, workers: int | None) -> Iterator[Any]:
    import dask  # noqa: PLC0415 (an extra)

    with dask.config.set(_SETTINGS), deaf(signal.SIGINT, signal.SIGTERM):  # what they are connected to ends them
        cluster = distributed.LocalCluster(
            n_workers=workers or default_workers(),
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
    with cluster, distributed.Client(cluster, set_as_default=False) as client:
        yield client


@contextmanager
def _joined(distributed: Any, address: str) -> Iterator[Any]:
    what = f"--engine dask={address}"
    try:
        client = distributed.Client(address, set_as_default=False, timeout=_PATIENCE / 4)
    except TypeError:  # of Dask's, without certificates
        remedy = "set distributed.comm.tls in Dask's configuration, see docs/sweeps.md"
        raise InputError(f"{what}: certificates are missing; {remedy}") from None
    except OSError:
        raise InputError(f"{what}: no scheduler answers there; start one, or give another address") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise InputError(f"{what}: the scheduler has no workers; start dask worker {address}") from None
        if max(client.nthreads().values()) > 1:
            raise InputError(f"{what}: a worker with several threads makes one run at a time; give it --nthreads 1")
        yield client


class _Dask:
    """A client's workers as an engine; Dask itself gives a lost worker's runs to others."""

    def __init__(self, client: Any, workers: int | None) -> None:
        self._client, self._most = client, workers
        self._executor = client.get_executor(pure=False)
        self._counted = -_FRESH
        self._workers = 1

    @property
    def slots(self) -> int:
        """Workers there are, up to the number asked for; they may come and go."""
        if time.monotonic() - self._counted > _FRESH:
            self._workers = max(1, len(self._client.nthreads()))
            self._counted = time.monotonic()
        return min(self._workers, self._most or self._workers)

    @property
    def ahead(self) -> int:
        return self.slots

    def submit(self, order: Order) -> Future[Result]:
        future: Future[Result] = self._executor.submit(run_one, order)
        return future

    def restart(self) -> None:
        raise InputError("the cluster has gone; what was finished is kept: go on with --resume")
