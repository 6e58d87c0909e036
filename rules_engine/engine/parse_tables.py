"""Reads decision tables. A row's outcome is read as that of the rule it stands for; its problems point at the cells."""

from collections.abc import Iterator
from dataclasses import dataclass

from rules_engine.engine.catalog import Field
from rules_engine.engine.limits import MAX_CELLS, MAX_COLUMNS
from rules_engine.engine.nodes import OPEN, Action, All, Column, Condition, Hit, Leaf, Not, Row, Table
from rules_engine.engine.operators import Operator, Shape
from rules_engine.engine.parse_actions import ActionReader
from rules_engine.engine.parse_operands import OPERAND_KEYS, OperandReader
from rules_engine.engine.problems import Code, shown, step
from rules_engine.engine.stages import PREFERENCE, REQUIREMENT, STOPPING_EFFECTS
from rules_engine.engine.values import MISSING, Missing

TABLE_KEYS = ("inputs", "outputs", "hit", "rows")
ROW_KEYS = ("id", "if", "then", "comment", "citation")
_Object = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A column that can be read: its field and its operator."""

    field: Field
    operator: Operator

    @property
    def column(self) -> Column:
        return Column(self.field.name, self.operator.name)


_Output = str | _Asked | Missing


class TableReader:
    """Reads the table of one rule. Problems are noted; what is returned beside them is not to be used."""

    def __init__(self, actions: ActionReader) -> None:
        self.actions = actions
        self.conditions = actions.conditions
        self.reading = actions.reading
        self.problems = actions.problems
        self.stage = actions.stage

    def read(self, rule: _Object, pointer: str) -> Table | None:
        """Return the table of a rule, None where it cannot be read at all."""
        on_unknown = bool(self.stage.on_unknown) and self.actions.on_unknown(rule, pointer, allowed=True)
        inner = step(pointer, "table")
        table = self.reading.obj(rule["table"], inner, "A table", TABLE_KEYS)
        if table is None:
            return None
        given = {key: self._filled(table, key, inner) for key in ("inputs", "outputs", "rows")}
        if self._is_too_big(given, inner):
            return None
        inputs = [self._column(raw, step(inner, "inputs", at)) for at, raw in enumerate(given["inputs"])]
        outputs = [self._output(raw, step(inner, "outputs", at)) for at, raw in enumerate(given["outputs"])]
        self._unique([*inputs, *outputs], len(inputs), inner)
        sound = self._sound(outputs, step(inner, "outputs"))
        hit = self._hit(table, outputs, inner)
        rows = _RowReader(self.actions, inputs, outputs if sound else [], len(given["outputs"]), on_unknown=on_unknown)
        read_rows = [rows.read(raw, step(inner, "rows", at)) for at, raw in enumerate(given["rows"])]
        self._unique_ids(read_rows, step(inner, "rows"))
        whole = tuple(row for row in read_rows if row is not None)
        columns = tuple(each.column for each in inputs if each is not MISSING)
        results = tuple(each if isinstance(each, str) else each.column for each in outputs if each is not MISSING)
        return Table(columns, results, hit, whole, on_unknown) if whole else None

    def _filled(self, table: _Object, key: str, pointer: str) -> list[object]:
        given = self.reading.array(table.get(key), step(pointer, key), f'"{key}"')
        if given == [] == table.get(key):
            self.problems.add(step(pointer, key), Code.TABLE_EMPTY, f'"{key}" is empty; a table has at least one.')
        return given

    def _is_too_big(self, given: dict[str, list[object]], pointer: str) -> bool:
        columns = len(given["inputs"]) + len(given["outputs"])
        too_big = columns > MAX_COLUMNS or columns * len(given["rows"]) > MAX_CELLS
        if too_big:
            text = f"A table has at most {MAX_COLUMNS} columns and {MAX_CELLS:,} cells; split it into several tables."
            self.problems.add(pointer, Code.TABLE_BIG, text)
        return too_big

    def _column(self, raw: object, pointer: str) -> _Asked | Missing:
        holder = self.reading.obj(raw, pointer, "A column", ("field", "op"))
        if holder is None:
            return MISSING
        field = self.conditions.field(holder.get("field"), step(pointer, "field"))
        operator = self.conditions.operator(holder.get("op"), step(pointer, "op"), field)
        return MISSING if field is MISSING or operator is MISSING else _Asked(field, operator)

    def _output(self, raw: object, pointer: str) -> _Output:
        if isinstance(raw, dict) and self.stage.name == "eligibility":
            return self._column(raw, pointer)
        if isinstance(raw, str) and raw in self.stage.outputs:
            return raw
        columns = ' and columns such as {"field": …, "op": …}' if self.stage.name == "eligibility" else ""
        text = f"The outputs of such a table are {', '.join(self.stage.outputs)}{columns}, not {shown(raw)}."
        return self.reading.refuse(pointer, Code.TABLE_COLUMN, text)

    def _unique(self, columns: list[_Output], inputs: int, pointer: str) -> None:
        """Refuse a column that is there already: which of the two holds is not for a reader to guess."""
        seen: set[tuple[bool, str | Column]] = set()
        for at, column in enumerate(columns):
            if column is MISSING:
                continue
            name = column if isinstance(column, str) else column.column
            is_output = at >= inputs
            if (is_output, name) in seen:
                place = step(pointer, *(("outputs", at - inputs) if is_output else ("inputs", at)))
                text = "The table has this column already; take one of the two out."
                self.problems.add(place, Code.TABLE_COLUMN, text)
            seen.add((is_output, name))

    def _sound(self, outputs: list[_Output], pointer: str) -> bool:
        """Say whether the outputs suffice to read rows by; where they do not, that is noted."""
        if not outputs or MISSING in outputs:
            return False
        names = [output for output in outputs if isinstance(output, str)]
        lacking = [name for name in self.stage.needed if name not in names]
        if lacking:
            text = f'The outputs lack "{lacking[0]}"; add it.'
        elif self.stage.name == "eligibility":
            text = _eligibility_fault(names, len(names) < len(outputs))
        else:
            return True
        if text:
            self.problems.add(pointer, Code.TABLE_COLUMN, text)
        return not text

    def _hit(self, table: _Object, outputs: list[_Output], pointer: str) -> Hit:
        hits = self.stage.hits
        if self.stage.name == "eligibility":
            unfit = Hit.COLLECT if "weight" in outputs else Hit.SUM
            hits = tuple(hit for hit in hits if hit is not unfit)
        given = self.reading.choice(table, "hit", pointer, hits, Code.TABLE_HIT)
        return Hit(given) if given else Hit.FIRST

    def _unique_ids(self, rows: list[Row | None], pointer: str) -> None:
        first: dict[str, int] = {}
        for at, row in enumerate(rows):
            if row is None or not row.id:
                continue
            if row.id in first:
                text = f"Row {first[row.id] + 1} already has the id {row.id}; give this one another."
                self.problems.add(step(pointer, at, "id"), Code.ID_DUPLICATE, text)
            first.setdefault(row.id, at)


def _eligibility_fault(names: list[str], asks: bool) -> str:
    """Return what keeps outputs from being those of requirements, or of preferences; nothing where they are."""
    if not asks:
        return 'Nothing is asked of producers; add a column such as {"field": "producer.languages", "op": "contains"}.'
    if "weight" in names:
        both = [name for name in names if name in REQUIREMENT]
        return f'A table that prefers has no "{both[0]}"; take it or "weight" out.' if both else ""
    return "" if "reason" in names else 'Add "reason" to a table that requires, or "weight" to one that prefers.'


class _RowReader:
    """Reads the rows of one table; `outputs` is empty where rows cannot be read by them."""

    def __init__(
        self,
        actions: ActionReader,
        inputs: list[_Asked | Missing],
        outputs: list[_Output],
        width: int,
        *,
        on_unknown: bool,
    ) -> None:
        self.actions = actions
        self.reading = actions.reading
        self.problems = actions.problems
        self.inputs = inputs
        self.outputs = outputs
        self.width = width
        self.on_unknown = on_unknown

    def read(self, raw: object, pointer: str) -> Row | None:
        """Return the row, None where it cannot be used."""
        holder = self.reading.obj(raw, pointer, "A row", ROW_KEYS)
        if holder is None:
            return None
        row_id = self.reading.id(holder, pointer, "A row's id")
        given = self._given(holder, "if", len(self.inputs), pointer)
        cells = [self._cell(*each) for each in zip(given, _places(pointer, "if"), self.inputs, strict=False)]
        then = self._given(holder, "then", self.width, pointer)
        comment = self.reading.text(holder, "comment", pointer)
        citation = self.reading.citation(holder, pointer)
        asks, action = self._outcome(then, pointer) if then and self.outputs else ((), None)
        return None if action is None else Row(row_id, tuple(cells), asks, action, comment, citation)

    def _given(self, holder: _Object, key: str, width: int, pointer: str) -> list[object]:
        """Return the cells under a key, none where their number is not that of the columns."""
        given = self.reading.array(holder.get(key), step(pointer, key), f'"{key}"')
        if isinstance(holder.get(key), list) and len(given) != width:
            text = f'"{key}" needs {width} cells, one a column, and has {len(given)}; write "-" in those to leave open.'
            self.problems.add(step(pointer, key), Code.TABLE_ROW, text)
            return []
        return given

    def _cell(self, raw: object, pointer: str, asked: _Output) -> Condition | None:
        """Return the condition of a cell, None where any value will do, or where it has problems, noted."""
        if raw == OPEN or not isinstance(asked, _Asked):
            return None
        if raw is None:
            self.problems.add(pointer, Code.VALUE_KIND, 'A cell is not null; write "-" where any value will do.')
            return None
        if asked.operator.shape is Shape.NOTHING:
            return self._answered(raw, pointer, asked)
        reader = OperandReader(self.actions.conditions, asked.field, asked.operator)
        if isinstance(raw, dict):
            self.reading.obj(raw, pointer, "A cell", OPERAND_KEYS)
            operand = reader.read(raw, pointer)
        else:
            operand = reader.bare(raw, pointer)
        return None if operand is MISSING else Leaf(asked.field.name, asked.operator.name, operand)

    def _answered(self, raw: object, pointer: str, asked: _Asked) -> Condition | None:
        """Read the cell of an operator that takes no operand: whether it holds."""
        leaf = Leaf(asked.field.name, asked.operator.name, None)
        if isinstance(raw, bool):
            return leaf if raw else Not(leaf)
        text = f'A cell under "{asked.operator.name}" is true, false or "-", not {shown(raw)}.'
        self.problems.add(pointer, Code.VALUE_KIND, text)
        return None

    def _outcome(self, then: list[object], pointer: str) -> tuple[tuple[Condition | None, ...], Action | None]:
        places = list(_places(pointer, "then", len(then)))
        asks = tuple(
            self._cell(raw, place, output)
            for raw, place, output in zip(then, places, self.outputs, strict=True)
            if isinstance(output, _Asked)
        )
        holder: _Object = {}
        cells: dict[str, str] = {}
        for raw, place, output in zip(then, places, self.outputs, strict=True):
            if isinstance(output, str):
                cells[output] = place
                holder |= self._said(raw, place, output)
        since = len(self.problems.found)
        action = self._action(holder, pointer, asks)
        if len(self.problems.found) > since:
            self.problems.move(since, dict(_moves(cells, pointer)))
        return asks, action

    def _said(self, raw: object, place: str, output: str) -> _Object:
        if raw is None:
            self.problems.add(place, Code.VALUE_KIND, 'A cell is not null; write "-" where there is nothing to say.')
        return {} if raw == OPEN or raw is None else {output: raw}

    def _action(self, holder: _Object, pointer: str, asks: tuple[Condition | None, ...]) -> Action | None:
        """Read the outcome as the rule it stands for would say it."""
        match self.actions.stage.name:
            case "route":
                return self.actions.read({"route": holder} | self._told(is_stopping=True), pointer)
            case "eligibility":
                read = self.actions.preference if PREFERENCE[0] in self.outputs else self.actions.requirement
                return read(holder, pointer, self._asked(asks, pointer))
        return self.actions.read(holder | self._told(is_stopping=holder.get("effect") in STOPPING_EFFECTS), pointer)

    def _told(self, *, is_stopping: bool) -> _Object:
        return {"on_unknown": self.actions.stage.on_unknown} if self.on_unknown and is_stopping else {}

    def _asked(self, asks: tuple[Condition | None, ...], pointer: str) -> Condition | None:
        wanted = tuple(ask for ask in asks if ask is not None)
        if not wanted:
            text = 'The row asks nothing of a producer; fill in one of the cells that are "-", or take the row out.'
            self.problems.add(step(pointer, "then"), Code.TABLE_ROW, text)
            return None
        return wanted[0] if len(wanted) == 1 else All(wanted)


def _places(pointer: str, key: str, width: int = MAX_COLUMNS) -> Iterator[str]:
    return (step(pointer, key, at) for at in range(width))


def _moves(cells: dict[str, str], pointer: str) -> Iterator[tuple[tuple[str, Code | None], str]]:
    """Yield where problems of the rule that a row stands for belong in the row."""
    for name, place in cells.items():
        yield (step(pointer, name), None), place
        yield (step(pointer, "route", name), None), place
    for code, name in ((Code.REASON_MISSING, "reason"), (Code.NEEDS, "needs")):
        if name in cells:
            yield (pointer, code), cells[name]
    if "pool" in cells:
        yield (step(pointer, "route"), None), cells["pool"]
