"""Rule packs over HTTP: listed, compared with the drafts, taken into them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, FaultAt, refusals
from accounts.errors import FieldProblem
from accounts.http import actor_of
from routing.packs import files
from routing.packs.merging import Choice
from routing.queries import packs as plans
from routing.queries.packs import Listed, Plan, SetPlan
from routing.services import packs


class PackOut(serializers.Serializer[Any]):
    """A pack in the list; one that cannot be read has problems and nothing else."""

    slug = serializers.CharField()
    name = serializers.CharField(required=False)
    version = serializers.CharField(required=False)
    language = serializers.IntegerField(required=False)
    description = serializers.CharField(required=False)
    source = serializers.CharField(required=False)  # type: ignore[assignment]  # named as in the manifest
    date = serializers.DateField(required=False)
    installed = serializers.CharField(allow_null=True, required=False)
    changes = serializers.IntegerField(required=False)
    undecided = serializers.IntegerField(required=False)
    problems = FaultAt(many=True)


class PackList(serializers.Serializer[Any]):
    """All packs."""

    results = PackOut(many=True)


class ChangeOut(serializers.Serializer[Any]):
    """One rule that taking the pack would change, in words."""

    kind = serializers.ChoiceField(["added", "removed", "changed", "moved"])
    rule = serializers.CharField()
    name = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class UndecidedOut(serializers.Serializer[Any]):
    """One rule that both sides changed: its key among the choices, and what each says."""

    key = serializers.CharField()
    name = serializers.CharField()
    before = serializers.CharField()
    ours = serializers.CharField()
    pack = serializers.CharField()


class PackedSetOut(serializers.Serializer[Any]):
    """What taking the pack would make of one set."""

    slug = serializers.CharField()
    name = serializers.CharField()
    is_new = serializers.BooleanField()
    changes = ChangeOut(many=True)
    undecided = UndecidedOut(many=True)
    kept = serializers.ListField(child=serializers.CharField())


class PlanOut(PackOut):
    """A pack, what taking it would change, and the hash of that comparison."""

    reviewed_hash = serializers.CharField()
    sets = PackedSetOut(many=True)


class InstallIn(serializers.Serializer[Any]):
    """Whose rule stands where both changed it (`set:rule`), and the hash of the comparison one has looked at."""

    choices = serializers.DictField(child=serializers.ChoiceField([each.value for each in Choice]), required=False)
    reviewed_hash = serializers.CharField(max_length=64)


class Packs(APIView):
    """The packs."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: PackList, **refusals(403)}, operation_id="packs_list")
    def get(self, request: Request) -> Response:
        """List the packs there are, what was taken of each, and what taking it would change."""
        return Response({"results": [_listed(each) for each in plans.list_packs()]})


class PackDetail(APIView):
    """One pack."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: PlanOut, **refusals(400, 403, 404)})
    def get(self, request: Request, slug: str) -> Response:
        """Compare a pack with the drafts, rule by rule; nothing is written."""
        return Response(_plan(plans.plan(files.find(slug))))


class InstallPack(APIView):
    """Taking a pack."""

    permission_classes = [Allows("rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=InstallIn, responses={200: PlanOut, **refusals(400, 403, 404, 409)})
    def post(self, request: Request, slug: str) -> Response:
        """Take a pack into drafts, whole or not at all; answers with what was changed."""
        shape = InstallIn(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        done = packs.install(
            slug=slug,
            choices={key: Choice(value) for key, value in given.get("choices", {}).items()},
            reviewed_hash=given["reviewed_hash"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return Response(_plan(done))


def _listed(each: Listed) -> dict[str, Any]:
    if each.plan is None:
        problems = each.refusal.problems if each.refusal else ()
        return {"slug": each.slug, "problems": [_problem(problem) for problem in problems]}
    return _head(each.plan)


def _head(plan: Plan) -> dict[str, Any]:
    manifest = plan.pack.manifest
    return {
        **manifest.model_dump(mode="json"),
        "installed": plan.installed or None,
        "changes": plan.change_count,
        "undecided": len(plan.decisions),
        "problems": [],
    }


def _plan(plan: Plan) -> dict[str, Any]:
    return {**_head(plan), "reviewed_hash": plan.hash, "sets": [_set(each) for each in plan.sets]}


def _set(each: SetPlan) -> dict[str, Any]:
    return {
        "slug": each.packed.slug,
        "name": each.packed.name,
        "is_new": each.ruleset is None,
        "changes": [
            {"kind": change.kind, "rule": change.rule_id, "name": change.name, "old": change.old, "new": change.new}
            for change in each.comparison.rules
        ],
        "undecided": [
            {"key": one.key, "name": one.name, "before": one.before, "ours": one.ours, "pack": one.pack}
            for one in each.decisions
        ],
        "kept": each.kept,
    }


def _problem(problem: FieldProblem) -> dict[str, str]:
    return {"pointer": problem.pointer, "code": problem.code, "detail": problem.detail}
