"""Which list an address means, and the address of a list: what was searched for and chosen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from pydantic import Field, StringConstraints

from crawler.desk import shapes
from crawler.services.review import FACETS, Order, Saved, View

#: What an incident shows first: what waits for a person.
WAITING: Mapping[str, tuple[str, ...]] = {
    "review": ("none",),
    "verdict": ("follow_up", "candidate"),
}
#: What a list is given as to other programs; `json` is JSON Feed.
FEEDS = ("atom", "rss", "json", "csv")
_Value = Annotated[str, StringConstraints(max_length=300)]
_Values = Annotated[list[_Value], Field(default_factory=list, max_length=50)]


class ListAsked(shapes.Asked):
    """A list, as its address tells it. `all`: nothing is chosen, where a list would else begin with
    what waits."""

    q: Annotated[str, StringConstraints(max_length=1_000)] = ""
    order: Order = Order.PUBLISHED
    all: bool = False
    review: _Values
    verdict: _Values
    outlet: _Values
    country: _Values
    language: _Values
    day: _Values
    source: _Values
    copies: _Values
    changed: _Values
    label: _Values
    after: Annotated[str, StringConstraints(max_length=200)] | None = None
    done: Annotated[str, StringConstraints(max_length=80)] | None = None

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Facet -> values."""
        given = {name: tuple(getattr(self, name)) for name in FACETS}
        return {name: values for name, values in given.items() if values}


class WithinAsked(ListAsked):
    """The list that an article was opened from."""

    within: Annotated[str, StringConstraints(max_length=200)] | None = Field(None, alias="in")


Listed = Annotated[ListAsked, Query()]
Within = Annotated[WithinAsked, Query()]


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as a page shows it. `is_first`: nothing was chosen, and what waits is shown."""

    view: View
    is_first: bool
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where its pages lie."""
        return f"/incidents/{self.view.incident}" if self.view.incident else "/articles"

    @property
    def href(self) -> str:
        """Its address."""
        return self.place if self.is_plain else self.place + self._query(self.view)

    @property
    def is_plain(self) -> bool:
        """Whether its address has no need to say anything."""
        return self.is_first and self.view.order is Order.PUBLISHED

    def feed(self, format: str) -> str:
        """The address of the same list for other programs."""
        return f"/feeds{self._feed_place}.{format}" + self._query(self.view)

    @property
    def _feed_place(self) -> str:
        return f"{self.place}/articles" if self.view.incident else self.place

    def article(self, id: int) -> str:
        """The address of an article that is opened from it."""
        within = {} if self.view.incident is None else {"in": self.view.incident}
        return f"/articles/{id}" + self._query(self.view, within)

    def toggled(self, facet: str, value: str) -> str:
        """Its address with a value chosen, or no more."""
        values = self.view.chosen.get(facet, ())
        kept = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.place + self._query(self._with(facet, kept))

    def only(self, facet: str, value: str) -> str:
        """Its address with one value alone chosen in a facet."""
        return self.place + self._query(self._with(facet, (value,)))

    def ordered(self, order: str) -> str:
        """Its address in another order."""
        return self.place + self._query(replace(self.view, order=Order(order)))

    def after(self, cursor: str) -> str:
        """The address of its next page."""
        view = replace(self.view, chosen={}) if self.is_first else self.view
        return self.place + self._query(view, {"after": cursor}, says_all=not self.is_first)

    def without_query(self) -> str:
        """Its address without what was searched for."""
        return self.place + self._query(replace(self.view, query=""))

    def fields(self) -> list[tuple[str, str]]:
        """What a form that searches in it has to carry along."""
        return [pair for pair in _pairs(self.view) if pair[0] != "q"]

    def _with(self, facet: str, values: tuple[str, ...]) -> View:
        chosen = {**self.view.chosen, facet: values}
        return replace(self.view, chosen={name: some for name, some in chosen.items() if some})

    def _query(self, view: View, more: Mapping[str, str] = {}, *, says_all: bool = True) -> str:
        pairs = [*more.items(), *_pairs(view)]
        if says_all and view.incident is not None and not (view.query or view.chosen):
            pairs.append(("all", "1"))
        return "?" + urlencode(pairs) if pairs else ""


def shown(asked: ListAsked, incident: str | None) -> Shown:
    """The list that an address means."""
    is_first = incident is not None and not (asked.all or asked.q or asked.chosen)
    chosen = WAITING if is_first else asked.chosen
    return Shown(View(incident, asked.q, dict(chosen), asked.order), is_first)


def _pairs(view: View) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = [("q", view.query)] if view.query else []
    pairs += [(name, value) for name in FACETS for value in _sorted(view.chosen.get(name, ()))]
    if view.order is not Order.PUBLISHED:
        pairs.append(("order", str(view.order)))
    return pairs


def _sorted(values: Iterable[str]) -> list[str]:
    return sorted(set(values))


def saved_href(saved: Saved) -> str:
    """The address of a search that was kept."""
    return Shown(View(saved.incident, saved.query, dict(saved.chosen)), False).href
