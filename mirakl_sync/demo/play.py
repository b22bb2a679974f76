"""The play itself: open the doors, let the day pass, wait until nothing moves, let the judge speak."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from sqlalchemy import select

from mirakl_sync import config as settings
from mirakl_sync.connections.refresh import refresh_due
from mirakl_sync.db.models import Store
from mirakl_sync.demo import counter, joining, storm
from mirakl_sync.demo.branch_verdict import judge_branches, of_web_shop
from mirakl_sync.demo.branches import BRANCHES, PLANNER, Branch, plan_branch
from mirakl_sync.demo.day import plan_day
from mirakl_sync.demo.findings import Verdict
from mirakl_sync.demo.gauges import Gauges
from mirakl_sync.demo.mapping import Colleague, told_after
from mirakl_sync.demo.one_dialect import as_web_shop
from mirakl_sync.demo.ours import attempts_planned, living_feeds, open_questions
from mirakl_sync.demo.people import People
from mirakl_sync.demo.planning import judge_planner, tell
from mirakl_sync.demo.remote import Remote
from mirakl_sync.demo.rush import plan_rush
from mirakl_sync.demo.screen import Screen
from mirakl_sync.demo.stage import Stage, answers, open_sandbox_and_rows, wait_until
from mirakl_sync.demo.stock import judge_stock
from mirakl_sync.demo.till import Till, on_show
from mirakl_sync.demo.town import EVERYDAY, MAPPED_AT, MARKETS, SELLERS, STORE, ways
from mirakl_sync.demo.verdict import judge
from mirakl_sync.errors import Refused
from mirakl_sync.orders import by_hand
from mirakl_sync.stock.limits import SKU
from mirakl_sync.stock.ruling import Ruled, rule
from mirakl_sync.wiring import Wiring, wire

TURN = 0.1
SHOW_EVERY = 0.5
JUDGE_EVERY = 2.0
# Who has not moved for so long, or is not done by then, will not be.
STANDS_STILL, LONGEST_DRAIN = 25.0, 300.0
# Orders of the evening leave the shop after the day: so long the storm goes on over what is told of parcels.
ABATES = 15.0
PERSON = "Ada (demo)"


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the visitor asked for."""

    orders: int = 120
    seconds: float = 60
    trouble: str = "none"
    seed: int = 1
    # buyers of the hot SKU, a second, while it is liveliest
    hot: float = 2.5


@dataclass
class Play:
    """A running demonstration. One thread: processes, people, storm and screen take turns."""

    stage: Stage
    screen: Screen
    wishes: Wishes
    interrupted: Callable[[], bool] = lambda: False
    servers: dict[str, Remote] = field(default_factory=dict)
    wiring: Wiring | None = None
    people: People | None = None
    # those who sell and pack in the other stores
    elsewhere: list[People] = field(default_factory=list)
    till: Till | None = None
    # what everybody showed of the hot SKU when the day was over
    closing: dict[str, int] = field(default_factory=dict)
    began: float = 0.0
    colleague: Colleague | None = None
    took: dict[str, float] = field(default_factory=dict)
    harm: str = ""
    _kills: str = ""

    def open_doors(self) -> None:
        """Start everything and wait until every part answers."""
        began = time.monotonic()
        told = open_sandbox_and_rows(self.stage, self.turn)
        self.servers = {name: Remote(server["url"]) for name, server in told.items()}
        self.wiring = wire(settings.read(self.stage.ground.environ), who=PERSON, pool=2)
        with self.wiring.db.transaction() as tx:
            joining.join(tx, told, self.wiring.now())
        # carriers and rules before the first order, as `mirakl-sync connections check` reads them
        refresh_due(self.wiring)
        self.stage.supervisor.start()
        wait_until(lambda: answers(f"{self.stage.web}/health/live"), "the web process", self.turn)
        self._ask_for_webhooks()
        feeds = {f"orders:{seller.key}" for seller in (*SELLERS, *(branch.seller for branch in BRANCHES))}
        wait_until(lambda: feeds <= living_feeds(self._db), "the workers", self.turn)
        wait_until(lambda: answers(self.stage.flower), "Flower", self.turn)
        wait_until(self._shown_right, "the right number on every marketplace", self.turn)
        self._expect_a_rush()
        self.gauges.begin()
        self.took["start"] = time.monotonic() - began

    def day(self) -> None:
        """Let the buyers buy and everybody else do what they do."""
        wishes = self.wishes
        self.people = People(self.servers, self._by_hand, plan_day(wishes.orders, wishes.seconds, wishes.seed))
        self.elsewhere = [self._branch(branch) for branch in BRANCHES]
        self.till = Till(
            self.servers,
            plan_rush(wishes.seconds, wishes.hot, wishes.seed),
            wishes.seconds,
            counter.pieces(wishes.seconds),
            self.people.warehouse.expect,
        )
        self.colleague = Colleague(self._db, self.stage.ground.environ, PERSON)
        killer = storm.Killer(self.stage.supervisor, wishes.seconds, random.Random(wishes.seed))
        storm.begin(self.servers, wishes.trouble, wishes.seed)
        self.began, shown = time.monotonic(), 0.0
        while (now := self.act()) < wishes.seconds or not self._closed:
            if wishes.trouble == "heavy" and now < wishes.seconds and (hit := killer.act(now)):
                self.screen.happened(f"! kill -9 for {hit}")
            if now - shown >= SHOW_EVERY:
                shown = now
                self.screen.show(_hour(now, wishes.seconds), now / wishes.seconds, self._totals())
            time.sleep(TURN)
        self.took["day"], self.closing = time.monotonic() - self.began, on_show(self.servers)
        self._kills = f"{killer.kills} processes and {killer.broker_kills} times the broker killed"

    def calm(self) -> None:
        """The storm passes with the day, last of all over the parcels: what it left undone must now be done."""
        hit, of = storm.count(self.servers)
        if self.wishes.trouble != "none":
            began = time.monotonic()
            storm.abate(self.servers, self.wishes.trouble, self.wishes.seed)
            while time.monotonic() - began < ABATES:
                self.act()
                time.sleep(TURN)
            last_hit, last_of = storm.count(self.servers)
            hit, of = hit + last_hit, of + last_of
            self.took["storm's end"] = time.monotonic() - began
        storm.end(self.servers)
        self.harm = f"{hit} of {of} calls went wrong, {self._kills}"

    def drain(self) -> Verdict:
        """Wait until all is well or nothing moves any more; answers the last verdict."""
        began = moved = time.monotonic()
        before: Any = None
        while True:
            verdict = self.judge()
            now, state = time.monotonic(), _state(verdict)
            # what was tried for long may have succeeded at this very moment: the rest of its way needs its time, too
            if self._busy or attempts_planned(self._db) or self._telling or state != before:
                before, moved = state, now
            done = not (verdict.moving or self._busy)
            if done or now - moved > STANDS_STILL or now - began > LONGEST_DRAIN:
                self.took["drain"] = now - began
                return verdict
            until = now + JUDGE_EVERY
            while time.monotonic() < until:
                self.act()
                time.sleep(TURN)
            self.screen.show(f"after closing time: {verdict.moving} still moving", 1, self._totals())

    def close_the_books(self, verdict: Verdict) -> Verdict:
        """Tell the planner, let its night pass and read it back: the last word on the day."""
        assert self.wiring is not None  # noqa: S101 - opened first
        began = time.monotonic()
        words = tell(self.wiring, self.servers[PLANNER])
        plan, problems = judge_planner(self._books(), self.servers[PLANNER].get("books"), words)
        self.took["planner"] = time.monotonic() - began
        return verdict.and_planner(plan.sentence(), problems)

    def judge(self) -> Verdict:
        """The books as they stand now."""
        # ours first: a question closed meanwhile must not look like one that was never asked
        questions = open_questions(self._db)
        every, shop = self._books(), self.servers[STORE].get("books")
        stores = {branch.name: self.servers[branch.name].get("books") for branch in BRANCHES}
        markets, calm = of_web_shop(every), self.wishes.trouble == "none"
        found = judge_stock(markets, shop, hot=counter.HOT, everyday=EVERYDAY, name=STORE, calm=calm)
        elsewhere = judge_branches(every, stores, questions, ways())
        return judge(markets, shop, questions, ways()).and_stock(*found).and_branches(*elsewhere)

    def released(self) -> tuple[int, float]:
        """How many parcels a person's word on a carrier let go, and after how many seconds the last was told."""
        return told_after(self.colleague.released if self.colleague is not None else (), self._books())

    def explained(self, verdict: Verdict) -> list[str]:
        """Why more of the hot SKU was sold than was there, where the judge found that it was: by our own rows."""
        oversold = verdict.stock is not None and verdict.stock.rush.oversold
        return self.gauges.explained() if oversold else []

    def act(self) -> float:
        """Let everybody do what is due, and keep the processes running; answers the second of the day."""
        self.turn()
        now = time.monotonic() - self.began
        if self.people is not None and self.till is not None and self.colleague is not None:
            self.gauges.act(now)
            word = self.colleague.act() if now >= MAPPED_AT * self.wishes.seconds else []
            for words in (*self.people.act(now), *self.till.act(now), *word):
                self.screen.happened(words)
            for each in self.elsewhere:
                each.act(now)
        return now

    def turn(self) -> None:
        """Keep the processes running; ``Interrupted`` when somebody wants to leave."""
        self.stage.supervisor.look()
        if self.interrupted():
            raise Interrupted

    def close(self) -> None:
        """Stop every command and return every connection."""
        if self.colleague is not None:
            self.colleague.stop()
        for server in self.servers.values():
            server.close()
        if self.wiring is not None:
            self.wiring.close()

    def calls(self) -> dict[str, Any]:
        """What was called, by server, as the sandbox counted it."""
        return {name: server.get("calls")["by_operation"] for name, server in self.servers.items()}

    @cached_property
    def gauges(self) -> Gauges:
        """What our own rows say of stock."""
        assert self.wiring is not None  # noqa: S101 - opened first
        return Gauges(self._db, self.wiring.now)

    @property
    def _busy(self) -> bool:
        return self.people is not None and not all(each.idle for each in (self.people, *self.elsewhere))

    @property
    def _closed(self) -> bool:
        """Nobody has anything left to do but the warehouses."""
        doing = (self.people, self.till, self.colleague, *self.elsewhere)
        return all(each is None or each.done for each in doing)

    def _branch(self, branch: Branch) -> People:
        wishes = self.wishes
        day = plan_branch(branch, wishes.orders, wishes.seconds, wishes.seed)
        read = partial(as_web_shop, kind=branch.kind)
        return People(self.servers, self._by_hand, day, store=branch.name, read=read)

    def _shown_right(self) -> bool:
        """Every marketplace was told what is on the shelf."""
        there = {sku: self.servers[STORE].get(f"stock?sku={sku}")["quantity"] for sku in (*EVERYDAY[:3], counter.HOT)}
        return all(set(on_show(self.servers, sku).values()) == {there[sku]} for sku in there)

    def _expect_a_rush(self) -> None:
        """What a person types before a rush: the last pieces are not shown everywhere at once."""
        assert self.wiring is not None  # noqa: S101 - opened first
        says, why = Ruled(buffer=counter.KEPT_OF_HOT), "everybody will want it"
        with self._db.transaction() as tx:
            rule(tx, STORE, SKU, counter.HOT, says, who=PERSON, why=why, now=self.wiring.now())

    @property
    def _telling(self) -> bool:
        return self.gauges.moving() > 0

    def _books(self) -> dict[str, Any]:
        return {market.name: self.servers[market.name].get("books") for market in MARKETS}

    @property
    def _db(self) -> Any:
        assert self.wiring is not None  # noqa: S101 - opened first
        return self.wiring.db

    def _ask_for_webhooks(self) -> None:
        assert self.wiring is not None  # noqa: S101 - opened first
        for name in (STORE, *(branch.name for branch in BRANCHES if branch.webhooks)):
            with self.wiring.db.reading() as tx:
                store = tx.execute(select(Store).where(Store.key == name)).scalar_one()
                platform = self.wiring.connections.store(store)
            platform.watch(f"{self.stage.web}/hooks/{name}")

    def _by_hand(self, order_id: str, word: str) -> bool:
        """What `mirakl-sync orders accept|refuse` does; False while the order is not known or just being asked."""
        assert self.wiring is not None  # noqa: S101 - opened first
        try:
            with self.wiring.db.transaction() as tx:
                row = by_hand.find(tx, order_id)
                by_hand.answer(tx, row, "accept" if word == "accept" else "refuse", PERSON, self.wiring.now())
        except Refused as no:
            return "is answered already" in no.words
        return True

    def _totals(self) -> Mapping[str, Mapping[str, Any]]:
        shops = ((name, server) for name, server in self.servers.items() if name != PLANNER)
        return {name: server.get("books?summary=1")["totals"] for name, server in shops}


def _hour(now: float, seconds: float) -> str:
    minutes = int(min(now / seconds, 1) * 24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d} of the day"


def _state(verdict: Verdict) -> Any:
    files = verdict.stock.files if verdict.stock else ()
    return [(each.market, each.files, each.agree) for each in files] + [
        (
            row.market,
            row.accepted,
            row.placed,
            row.refused,
            row.canceled,
            row.shipped,
            dict(row.held),
            dict(row.waiting),
        )
        for row in verdict.rows
    ]
