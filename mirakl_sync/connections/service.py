"""Everything command line, console and tasks may do with connections, in one place to import from."""

from mirakl_sync.connections.apply import apply
from mirakl_sync.connections.check import check
from mirakl_sync.connections.difference import difference, unmentioned
from mirakl_sync.connections.file import Wanted, load_file
from mirakl_sync.connections.pausing import pause, resume
from mirakl_sync.connections.queries import connections
from mirakl_sync.orders.by_hand import follow_policy

__all__ = [
    "Wanted",
    "apply",
    "check",
    "connections",
    "difference",
    "follow_policy",
    "load_file",
    "pause",
    "resume",
    "unmentioned",
]
