"""Files and functions stay short, and nothing is left half done."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from tests.architecture.source import Module, functions, modules, strings

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
# A typical function says one thing. This holds the program as a whole, so that one long list is no crime.
TYPICAL_FUNCTION = 10

# Where longer is clearer, and why.
LONGER = {
    "mirakl_sync/db/migrations/versions/0001_orders_and_their_machinery.py": "a migration is a list of tables",
    "mirakl_sync/db/migrations/versions/0002_shipments_and_carriers.py": "a migration is a list of tables",
    "mirakl_sync/db/migrations/versions/0004_offers_stock_and_its_story.py": "a migration is a list of tables",
    "mirakl_sync/db/migrations/versions/0006_planners_and_their_files.py": "a migration is a list of tables",
    "mirakl_sync/sandbox/woocommerce/product_json.py": "one vendor document, field by field",
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
WORKPLACE = re.compile(r"/(?:work|tmp|root)/|/home/(?!app\b)\w+/")


def test_a_file_can_be_read_at_one_sitting():
    assert {where: lines for where, lines in _files().items() if lines > LONGEST_FILE and where not in LONGER} == {}


def test_a_function_can_be_seen_at_once():
    long = [f"{where}: {name} has {lines} lines" for where, name, lines in _long_functions() if where not in LONGER]

    assert long == []


def test_the_exceptions_are_needed_still():
    long = {where for where, lines in _files().items() if lines > LONGEST_FILE}

    assert set(LONGER) <= long | {where for where, _, _ in _long_functions()}, "take what became short off the list"


def test_a_typical_function_is_about_ten_lines(record_property):
    sizes = sorted(
        lines for module in modules() if not module.within("mirakl_sync.sandbox") for _, lines in functions(module)
    )
    record_property("functions", len(sizes))
    record_property("median_lines", sizes[len(sizes) // 2])
    record_property("ninth_decile_lines", sizes[len(sizes) * 9 // 10])

    assert sizes[len(sizes) // 2] <= TYPICAL_FUNCTION
    assert sizes[len(sizes) * 9 // 10] <= 3 * TYPICAL_FUNCTION


def test_nothing_is_left_for_later():
    left = [f"{module.where}: {words}" for module in modules() for words in _unfinished(module)]

    assert left == []


def test_no_file_knows_the_machine_it_was_written_on():
    assert [module.where for module in modules() if WORKPLACE.search(module.path.read_text("utf-8"))] == []


def test_every_file_says_what_it_is_for():
    silent = [module.where for module in modules() if module.path.stat().st_size and not ast.get_docstring(module.tree)]

    assert silent == []


def _files() -> dict[str, int]:
    return {module.where: len(module.path.read_text("utf-8").splitlines()) for module in modules()}


def _long_functions() -> list[tuple[str, str, int]]:
    return [
        (module.where, name, lines)
        for module in modules()
        for name, lines in functions(module)
        if lines > LONGEST_FUNCTION
    ]


def _unfinished(module: Module) -> list[str]:
    text = module.path.read_text("utf-8")
    comments = [
        token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT
    ]
    found = [words for words in (*comments, *strings(module)) if UNFINISHED.search(words)]
    return found + ["NotImplementedError"] * ("NotImplementedError" in text)
