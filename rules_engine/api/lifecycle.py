"""The way of a draft over HTTP: sent, commented on, approved or rejected, published now or later, rolled back."""

from datetime import datetime
from typing import Any, ClassVar, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.api import Allows, refusals
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.api import comparisons, documents, proposals
from rules_engine.api.reading import read
from rules_engine.comparison import compare
from rules_engine.models import Proposal

VERSIONS: Final = ("based_on", "restored_from", "version")  # what a proposal's form numbers
READ = refusals(403, 404)
STEP = refusals(400, 403, 404, 409)
CREATED = status.HTTP_201_CREATED


class Submit(APIView):
    """Sending the draft for review."""

    permission_classes = [Allows("rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=proposals.SubmitIn, responses={201: proposals.ProposalOut, **STEP})
    def post(self, request: Request, slug: str) -> Response:
        """Freeze the draft as it stands and ask a second person to approve exactly it."""
        ruleset = queries.get_set(slug)
        given = read(proposals.SubmitIn, request)
        proposal = rules.submit(ruleset=ruleset, **given, actor=actor_of(request), now=timezone.now())
        return Response(proposals.proposal_document(proposal), CREATED)


class Proposals(APIView):
    """What was asked to be published."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: proposals.ProposalList, **READ}, operation_id="rulesets_proposals_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the proposals of a set, newest first."""
        rows = queries.get_set(slug).proposals.select_related(*VERSIONS)
        slim = rows.defer("document", *(f"{version}__document" for version in VERSIONS))
        return Response({"results": [proposals.proposal_document(each) for each in slim[:200]]})


class OneProposal(APIView):
    """One proposal with its gates."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: proposals.ProposalOut, **READ})
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Return a proposal, and what stands between it and its publication."""
        proposal = queries.get_proposal(queries.get_set(slug), number)
        return Response(proposals.proposal_document(proposal, rules.gates_of(proposal, timezone.now())))


class Step(APIView):
    """One step of a proposal: what it takes, and who may."""

    shape: ClassVar[Any]

    def post(self, request: Request, slug: str) -> Response:
        """Take the step with the proposal that is named, or the one that is open."""
        ruleset = queries.get_set(slug)
        given = read(self.shape, request)
        proposal = queries.get_proposal(ruleset, given.pop("proposal"))
        return self.answer(proposal, given, actor_of(request), timezone.now())

    def answer(self, proposal: Proposal, given: dict[str, Any], actor: Actor, now: datetime) -> Response:
        """Call the service and return how it stands then."""
        raise NotImplementedError


@extend_schema(request=proposals.ApproveIn, responses={200: proposals.ProposalOut, **STEP})
class Approve(Step):
    """Approve exactly what was sent; a roll back goes live with it."""

    permission_classes = [Allows("rules.approve")]  # type: ignore[list-item]  # an instance that stands for its class
    shape = proposals.ApproveIn

    def answer(self, proposal: Proposal, given: dict[str, Any], actor: Actor, now: datetime) -> Response:
        """Approve."""
        return Response(proposals.proposal_document(rules.approve(proposal=proposal, **given, actor=actor, now=now)))


@extend_schema(request=proposals.RejectIn, responses={200: proposals.ProposalOut, **STEP})
class Reject(Step):
    """Send it back with a reason."""

    permission_classes = [Allows("rules.approve")]  # type: ignore[list-item]  # an instance that stands for its class
    shape = proposals.RejectIn

    def answer(self, proposal: Proposal, given: dict[str, Any], actor: Actor, now: datetime) -> Response:
        """Reject."""
        return Response(proposals.proposal_document(rules.reject(proposal=proposal, **given, actor=actor, now=now)))


@extend_schema(request=proposals.ChosenIn, responses={200: proposals.ProposalOut, **STEP})
class Withdraw(Step):
    """Take back what was sent."""

    permission_classes = [Allows("rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class
    shape = proposals.ChosenIn

    def answer(self, proposal: Proposal, given: dict[str, Any], actor: Actor, now: datetime) -> Response:
        """Withdraw."""
        return Response(proposals.proposal_document(rules.withdraw(proposal=proposal, actor=actor, now=now)))


@extend_schema(request=proposals.PublishIn, responses={201: documents.VersionOut, **STEP})
class Publish(Step):
    """Make what was approved the next version, live at once."""

    permission_classes = [Allows("rules.publish")]  # type: ignore[list-item]  # an instance that stands for its class
    shape = proposals.PublishIn

    def answer(self, proposal: Proposal, given: dict[str, Any], actor: Actor, now: datetime) -> Response:
        """Publish."""
        version = rules.publish(proposal=proposal, **given, actor=actor, now=now)
        return Response(documents.version_document(version, version.ruleset), CREATED)


@extend_schema(request=proposals.ScheduleIn, responses={200: proposals.ProposalOut, **STEP})
class Schedule(Step):
    """Have what was approved published at an instant, or take the instant back."""

    permission_classes = [Allows("rules.publish")]  # type: ignore[list-item]  # an instance that stands for its class
    shape = proposals.ScheduleIn

    def answer(self, proposal: Proposal, given: dict[str, Any], actor: Actor, now: datetime) -> Response:
        """Schedule or unschedule."""
        publish_at = given["publish_at"]
        if publish_at is None:
            moved = rules.unschedule(proposal=proposal, actor=actor, now=now)
        else:
            moved = rules.schedule(proposal=proposal, publish_at=publish_at, actor=actor, now=now)
        return Response(proposals.proposal_document(moved))


@extend_schema(request=proposals.ConfirmIn, responses={200: proposals.ProposalOut, **STEP})
class Confirm(Step):
    """Confirm a roll back somebody else made in an emergency."""

    permission_classes = [Allows("rules.approve")]  # type: ignore[list-item]  # an instance that stands for its class
    shape = proposals.ConfirmIn

    def answer(self, proposal: Proposal, given: dict[str, Any], actor: Actor, now: datetime) -> Response:
        """Confirm."""
        return Response(proposals.proposal_document(rules.confirm(proposal=proposal, **given, actor=actor, now=now)))


class RollBack(APIView):
    """Going back to an older version."""

    permission_classes = [Allows("rules.rollback")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(
        request=proposals.RollBackIn, responses={201: documents.VersionOut, 202: proposals.ProposalOut, **STEP}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Ask for approval to publish an older version again (202), or in an emergency do it at once (201)."""
        ruleset = queries.get_set(slug)
        given = read(proposals.RollBackIn, request)
        asked: dict[str, Any] = {
            "ruleset": ruleset,
            "number": given["number"],
            "comment": given["comment"],
            "actor": actor_of(request),
            "now": timezone.now(),
        }
        if given["emergency"]:
            version = rules.roll_back_now(**asked)
            return Response(documents.version_document(version, version.ruleset), CREATED)
        return Response(proposals.proposal_document(rules.propose_roll_back(**asked)), status.HTTP_202_ACCEPTED)


class Compare(APIView):
    """What two states of a set say differently."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(
        parameters=[
            OpenApiParameter("old", str, description='The number of a version, or "draft". Left out: what is live.'),
            OpenApiParameter("new", str, description='The number of a version, or "draft", which it is if left out.'),
        ],
        responses={200: comparisons.ComparisonOut, **READ},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Compare any two versions, or one with the draft, rule by rule and condition by condition."""
        ruleset = queries.get_set(slug)
        live = str(ruleset.live_version.number) if ruleset.live_version else ""
        old, new = request.GET.get("old", live), request.GET.get("new", "draft")
        found = compare(queries.get_document(ruleset, old), queries.get_document(ruleset, new))
        return Response(comparisons.comparison_document(old, new, found))


class Comments(APIView):
    """What people say about the rules of a set."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # the service asks who may speak

    @extend_schema(
        parameters=[
            OpenApiParameter("rule", str, description="Only what was said about this rule."),
            OpenApiParameter("proposal", int, description="Only what was said while this one was open."),
        ],
        responses={200: proposals.CommentList, **refusals(400, 403, 404)},
        operation_id="rulesets_comments_list",
    )
    def get(self, request: Request, slug: str) -> Response:
        """List the comments, oldest first; the last thousand."""
        asked = proposals.CommentsAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = queries.get_set(slug).comments.filter(**asked.validated_data).order_by("-at", "-pk")[:1000]
        return Response({"results": [proposals.comment_document(each) for each in reversed(said)]})

    @extend_schema(request=proposals.CommentIn, responses={201: proposals.CommentOut, **refusals(400, 403, 404)})
    def post(self, request: Request, slug: str) -> Response:
        """Say something about a rule."""
        ruleset = queries.get_set(slug)
        given = read(proposals.CommentIn, request)
        said = rules.comment(
            ruleset=ruleset, rule_id=given["rule"], text=given["text"], actor=actor_of(request), now=timezone.now()
        )
        return Response(proposals.comment_document(said), CREATED)
