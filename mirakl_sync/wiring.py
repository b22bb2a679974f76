"""The composition root: the only place that builds database, clients, clock and dispatcher."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mirakl_sync import clock
from mirakl_sync.cases.advance import Machinery
from mirakl_sync.clock import Clock
from mirakl_sync.config import Config
from mirakl_sync.connections.opened import Connections
from mirakl_sync.db import secrets
from mirakl_sync.db.call_limits import SharedBudget
from mirakl_sync.db.tokens import SharedTokens
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import Dispatcher
from mirakl_sync.http.client import HttpTransport, Timeouts
from mirakl_sync.http.contract import Auth, Budget, Dial, Interpret, Transport


@dataclass(frozen=True)
class Wiring:
    """Everything a piece of work needs from its process."""

    config: Config
    db: Database
    connections: Connections
    now: Clock
    who: str = "worker"
    # threads that make calls for the tasks of this process; None where the caller's own thread does
    crew: ThreadPoolExecutor | None = None

    @property
    def machinery(self) -> Machinery:
        """What the loop of cases needs."""
        return Machinery(self.db, self.now, self.config.call_timeout, self.config.lease, self.who)

    def close(self) -> None:
        """Let the crew finish and return the database's connections."""
        if self.crew is not None:
            self.crew.shutdown()
        self.db.close()


def wire(
    config: Config, *, dispatcher: Dispatcher | None = None, now: Clock = clock.now, who: str = "worker", pool: int = 0
) -> Wiring:
    """Build it all for one process. ``pool`` is how many calls it may have in flight, where that is known."""
    secrets.use_keys(list(config.secret_keys))
    db = Database(config.database_url, pool_size=max(pool + 4, config.database_pool), dispatcher=dispatcher)
    crew = ThreadPoolExecutor(pool, thread_name_prefix="crew") if pool else None
    timeouts = Timeouts(
        connect=min(5.0, config.call_timeout.total_seconds()), total=config.call_timeout.total_seconds()
    )

    def dial_to(name: str, budget: Budget | None) -> Dial:
        def dial(base_url: str, *, auth: Auth, interpret: Interpret | None = None, parallel: int = 0) -> Transport:
            return HttpTransport(
                base_url, name=name, auth=auth, timeouts=timeouts, budget=budget, interpret=interpret, parallel=parallel
            )

        return dial

    def budget(scope: str) -> Budget:
        return SharedBudget(db, scope, now)

    return Wiring(config, db, Connections(db, now, dial_to, budget, SharedTokens(db, now)), now, who, crew)
