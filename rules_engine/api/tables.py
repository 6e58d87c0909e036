"""Decision tables as files over HTTP: out as CSV or XLSX, in by way of a preview that is then taken as it was shown."""

from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.errors import Missing
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.api.drafts import WholeRuleOut, rule_response
from rules_engine.api.reading import ETAG, read, tagged
from rules_engine.catalog_setting import catalog
from rules_engine.comparison import row_text
from rules_engine.documents import content_hash
from rules_engine.models import Rule
from rules_engine.row_changes import RowKind
from rules_engine.table_files import as_csv, as_xlsx
from rules_engine.table_import import TableImport, read_import

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileIn(serializers.Serializer[Any]):
    """A CSV or XLSX file whose rows the table is to have."""

    file = serializers.FileField()


class ReviewedFileIn(FileIn):
    """The file, and the hashes of its preview: nothing is taken but what was shown."""

    rule_hash = serializers.RegexField("^[0-9a-f]{64}$")
    table_hash = serializers.RegexField("^[0-9a-f]{64}$")


class CellChangeOut(serializers.Serializer[Any]):
    """One cell before and after; empty where it says nothing."""

    column = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class RowChangeOut(serializers.Serializer[Any]):
    """One row that differs; `number` counts from one, in the new table unless the row is gone."""

    change = serializers.ChoiceField([each.value for each in RowKind])
    id = serializers.CharField()
    number = serializers.IntegerField()
    cells = CellChangeOut(many=True)
    text = serializers.CharField()


class TableImportOut(serializers.Serializer[Any]):
    """What a file would make of the table, and the hashes of the rule as it is and as it would become."""

    rule_hash = serializers.CharField()
    table_hash = serializers.CharField()
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()
    reordered = serializers.BooleanField()
    rows = RowChangeOut(many=True)


class AnyAccept(BaseContentNegotiation):
    """A file has the form its address names, whatever else the caller says to accept; refusals are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Take the one there is."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Take the one there is."""
        return renderers[0], renderers[0].media_type


class CsvTable(APIView):
    """A table as CSV."""

    permission_classes = [Allows(read="rules.view")]  # type: ignore[list-item]  # an instance that stands for its class
    content_negotiation_class = AnyAccept

    @extend_schema(responses={(200, CSV): OpenApiTypes.BINARY, **refusals(403, 404)}, parameters=[ETAG])
    def get(self, request: Request, slug: str, rule_id: str) -> HttpResponse:
        """Return the rows of a table as a CSV file, with the tag of the rule."""
        rule = _get_table(slug, rule_id)
        return _file(rule, as_csv(rule.body["table"], catalog()), CSV, "csv")


class XlsxTable(APIView):
    """A table as XLSX."""

    permission_classes = [Allows(read="rules.view")]  # type: ignore[list-item]  # an instance that stands for its class
    content_negotiation_class = AnyAccept

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY, **refusals(400, 403, 404)}, parameters=[ETAG])
    def get(self, request: Request, slug: str, rule_id: str) -> HttpResponse:
        """Return the rows of a table as an Excel file, with the tag of the rule; 400 where Excel cannot hold a cell."""
        rule = _get_table(slug, rule_id)
        return _file(rule, as_xlsx(rule.body["table"], catalog()), XLSX, "xlsx")


class PreviewTable(APIView):
    """A file of rows beside the table."""

    permission_classes = [Allows(write="rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class
    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": FileIn}, responses={200: TableImportOut, **refusals(400, 403, 404)})
    def post(self, request: Request, slug: str, rule_id: str) -> Response:
        """Say row by row and cell by cell what a file would make of the table; nothing is written."""
        rule, file = _get_table(slug, rule_id), read(FileIn, request)["file"]
        return Response(_shown(rule, read_import(rule, file.read())))


class ImportTable(APIView):
    """A file of rows that becomes the table's."""

    permission_classes = [Allows(write="rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": ReviewedFileIn},
        responses={200: WholeRuleOut, **refusals(400, 403, 404, 409)},
        parameters=[ETAG],
    )
    def post(self, request: Request, slug: str, rule_id: str) -> Response:
        """Give the table in the draft the rows of a file, if file and table are still what the preview compared."""
        rule, given = _get_table(slug, rule_id), read(ReviewedFileIn, request)
        row = rules.import_table(
            rule=rule,
            data=given["file"].read(),
            table_hash=given["table_hash"],
            seen_hash=given["rule_hash"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return rule_response(row)


def _get_table(slug: str, rule_id: str) -> Rule:
    rule = queries.get_rule(slug, rule_id)
    if "table" not in rule.body:
        raise Missing(f"The rule {rule_id} is no table.")
    return rule


def _file(rule: Rule, content: bytes, media_type: str, suffix: str) -> HttpResponse:
    kept = {"Content-Disposition": f'attachment; filename="{rule.rule_id}.{suffix}"'}
    return HttpResponse(content, content_type=media_type, headers=kept | tagged(content_hash(rule.body)))


def _shown(rule: Rule, found: TableImport) -> dict[str, Any]:
    return {
        "rule_hash": content_hash(rule.body),
        "table_hash": content_hash(found.body),
        **found.changes.counts,
        "reordered": found.changes.is_reordered,
        "rows": [
            {
                "change": row.kind,
                "id": row.id,
                "number": row.number,
                "cells": [{"column": cell.column, "old": cell.old, "new": cell.new} for cell in row.cells],
                "text": row_text(row),
            }
            for row in found.changes.rows
        ],
    }
