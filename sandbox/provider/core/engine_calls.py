"""The context of each call of the engine: what the type's own calls are given."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.provider.core import engine_errors
from sandbox.provider.core.context import Clients, Context
from sandbox.provider.core.runs import Run
from sandbox.provider.core.wire import plain


class Contexts:
    """Makes them; clients and the account number are shared by all."""

    def __init__(self) -> None:
        self.clients = Clients()
        self._account: str | None = None
        self._lock = threading.Lock()

    @contextmanager
    def of(
        self,
        run: Run,
        rpc: Any,
        doing: str,
        values: dict[str, Any],
        timeout: float = 0.0,
        *,
        abort: bool = True,
    ) -> Iterator[Context]:
        """The context of one call of the engine; an error in the block ends that call.

        Args:
            rpc: the engine's call, a grpc.ServicerContext.
            doing: what an error says was being done when it does not say so itself.
            values: arguments or outputs that may name a region.
            timeout: seconds that the program gives the call; 0 when it does not say.
            abort: whether an error ends the engine's call; without it, it is raised on.
        """
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
        region = plain(values.get("region")) or run.settings.region
        with run.stop() as stop:
            rpc.add_callback(stop.set)  # the engine died, or has its answer
            try:
                account = self.account(region, endpoint)
                yield Context(region, account, endpoint, {}, self.clients, stop, timeout=timeout)
            except Exception as error:
                if type(error) is Exception or not abort:
                    raise  # grpc's own: the call was ended on purpose
                engine_errors.fail(rpc, error, doing, endpoint)

    def account(self, region: str, endpoint: str) -> str:
        """The account that the credentials belong to, twelve digits; asked for once."""
        with self._lock:
            if self._account is None:
                client = self.clients.get("sts", region, endpoint)
                self._account = str(client.get_caller_identity()["Account"])
            return self._account
