"""The same question for plain Python and zen-engine, each as a good team would put it."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import zen

from benchmarks.eligible.contest import (
    Answer,
    Dialect,
    Engine,
    Folding,
    Keys,
    Python,
    licensed,
    required,
    with_text_keys,
)
from benchmarks.eligible.workload import Document, Raw

PLANS: Final = 10_000


def python(rules: Document, producers: Sequence[Raw]) -> list[Engine]:
    """Return plain Python: lead parts once a lead, then only the licensed, then only the rules that apply."""
    keys, by_license = Keys(), licensed(producers)
    language, folding = Python(keys), Folding(rules, keys)
    people = _objects(producers)

    @lru_cache(PLANS)
    def plan(which: tuple[int, ...]) -> Callable[[Raw, Iterable[Any]], Answer]:
        tests = " and ".join(map(language.write, required(rules, which)))
        source = f"def ask(lead, people):\n return [p.at for p in people if {tests}]"
        space: dict[str, Any] = {}
        exec(source, space)
        return space["ask"]  # type: ignore[no-any-return]  # the function just defined

    def ask(lead: Raw) -> Answer:
        candidates = by_license.get((lead["lead.state"], lead["lead.line"]), ())
        which = folding.applying(lead)
        chosen = plan(which)
        return chosen(keys.added(lead), map(people.__getitem__, candidates))

    return [Engine("plain Python, prefiltered", ask)]


def _objects(producers: Sequence[Raw]) -> list[Any]:
    """Return producers as objects with slots, their lists as sets."""
    names = [name.partition(".")[2] for name in producers[0]]
    producer_class = type("P", (), {"__slots__": ("at", *names)})
    people = []
    for at, raw in enumerate(map(with_text_keys, producers)):
        each = producer_class()
        each.at = at
        for name, value in raw.items():
            setattr(each, name.partition(".")[2], frozenset(value) if isinstance(value, list) else value)
        people.append(each)
    return people


class Zen(Dialect):
    """zen's expression language, the producer being what a filter looks at."""

    tests = {
        "eq": "{0} == {1}",
        "ne": "{0} != {1}",
        "lt": "{0} < {1}",
        "gt": "{0} > {1}",
        "gte": "{0} >= {1}",
        "in": "{0} in {1}",
        "contains": "contains({0}, {1})",
        "contains_any": "some({0}, # in {1})",
    }

    def fact(self, name: str) -> str:
        """Return a name of the context or of the producer."""
        scope, _, rest = name.partition(".")
        return f"#.{rest}" if scope == "producer" else name.replace(".", "_")


class ZenSingly(Zen):
    """The same asked of one producer at a time, whose facts stand beside the lead's."""

    def fact(self, name: str) -> str:
        """Return a name of the context."""
        return name.replace(".", "_")


def zen_forms(rules: Document, producers: Sequence[Raw]) -> list[Engine]:
    """Return zen's own forms: all rules over all producers, filtered inside the engine or asked one by one."""
    keys = Keys()
    plain = [_record(at, each) for at, each in enumerate(producers)]
    text = json.dumps(plain)
    filtering = zen.compile_expression(f"map(filter(people, {_whole(rules, Zen(keys))}), #.at)")
    single = zen.compile_expression(_whole(rules, ZenSingly(keys)))
    flat = [{f"producer_{name}": value for name, value in each.items()} for each in plain]

    def from_dictionary(lead: Raw) -> Answer:
        return _whole_numbers(filtering.evaluate({**_flat(keys.added(lead)), "people": plain}))

    def from_text(lead: Raw) -> Answer:
        return _whole_numbers(filtering.evaluate(f'{json.dumps(_flat(keys.added(lead)))[:-1]}, "people": {text}}}'))

    def one_by_one(lead: Raw) -> Answer:
        asked = _flat(keys.added(lead))
        return [at for at, each in enumerate(flat) if single.evaluate(asked | each)]

    return [
        Engine("zen-engine, compiled filter from a dictionary", from_dictionary),
        Engine("zen-engine, compiled filter from JSON text", from_text),
        Engine("zen-engine, compiled expression a producer", one_by_one),
    ]


def zen_prefiltered(rules: Document, producers: Sequence[Raw]) -> list[Engine]:
    """Return zen behind a hand-written prefilter: lead parts in the host, the licensed only, rules that apply only."""
    keys, by_license = Keys(), licensed(producers)
    folding, filtering, singly = Folding(rules, keys), Zen(keys), ZenSingly(keys)
    plain = [_record(at, each) for at, each in enumerate(producers)]
    texts = [json.dumps(each) for each in plain]
    flat = [{f"producer_{name}": value for name, value in each.items()} for each in plain]
    list(map(filtering.write, required(rules, range(len(rules["rules"])))))  # meets every key there is

    @lru_cache(PLANS)
    def filter_plan(which: tuple[int, ...]) -> Any:
        tests = " and ".join(map(filtering.write, required(rules, which)))
        return zen.compile_expression(f"map(filter(people, {tests}), #.at)")

    @lru_cache(PLANS)
    def single_plan(which: tuple[int, ...]) -> Any:
        return zen.compile_expression(" and ".join(map(singly.write, required(rules, which))))

    def candidates(lead: Raw) -> Sequence[int]:
        return by_license.get((lead["lead.state"], lead["lead.line"]), ())

    def from_dictionary(lead: Raw) -> Answer:
        people = [plain[at] for at in candidates(lead)]
        chosen = filter_plan(folding.applying(lead))
        return _whole_numbers(chosen.evaluate({**_flat(keys.added(lead)), "people": people}))

    def from_text(lead: Raw) -> Answer:
        people = ",".join([texts[at] for at in candidates(lead)])
        chosen = filter_plan(folding.applying(lead))
        return _whole_numbers(chosen.evaluate(f'{json.dumps(_flat(keys.added(lead)))[:-1]}, "people": [{people}]}}'))

    def one_by_one(lead: Raw) -> Answer:
        chosen, asked = single_plan(folding.applying(lead)), _flat(keys.added(lead))
        return [at for at in candidates(lead) if chosen.evaluate(asked | flat[at])]

    return [
        Engine("zen-engine behind a prefilter, filter from dictionaries", from_dictionary),
        Engine("zen-engine behind a prefilter, filter from JSON text", from_text),
        Engine("zen-engine behind a prefilter, expression a producer", one_by_one),
    ]


def _whole(rules: Document, dialect: Dialect) -> str:
    """Return every rule as one condition: where it is meant, what it requires holds."""
    return " and ".join(
        f"((not {dialect.write(rule['when'])}) or {dialect.write(rule['require'])})"
        if "when" in rule
        else dialect.write(rule["require"])
        for rule in rules["rules"]
    )


def _record(at: int, producer: Raw) -> Raw:
    return {"at": at} | {name.partition(".")[2]: value for name, value in with_text_keys(producer).items()}


def _flat(lead: Raw) -> Raw:
    return {name.replace(".", "_"): value for name, value in lead.items()}


def _whole_numbers(found: Iterable[Any]) -> Answer:
    return list(map(int, found))
