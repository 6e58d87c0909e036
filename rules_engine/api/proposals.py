"""The shapes of what is asked and said on the way of a draft, and how rows become them."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from rules_engine.gate import Gate
from rules_engine.models import Proposal, RuleComment, RuleSetVersion


class SubmitIn(serializers.Serializer[Any]):
    """Why; and the hash of the draft one has looked at, so that no other is sent."""

    comment = serializers.CharField(max_length=2000)
    reviewed_hash = serializers.CharField(max_length=64, required=False, default="")


class ChosenIn(serializers.Serializer[Any]):
    """Which proposal; without it the open one of the set."""

    proposal = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False, default=None)


class ApproveIn(ChosenIn):
    """The content hash of what one has looked at; nothing else is approved."""

    reviewed_hash = serializers.CharField(max_length=64)
    comment = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class RejectIn(ChosenIn):
    """What must change."""

    reason = serializers.CharField(max_length=2000)


class PublishIn(ChosenIn):
    """What to publish, at once; with the content hash one expects, if one does."""

    reviewed_hash = serializers.CharField(max_length=64, required=False, default="")


class ScheduleIn(ChosenIn):
    """When to publish; null takes an instant back."""

    publish_at = serializers.DateTimeField(allow_null=True)


class ConfirmIn(serializers.Serializer[Any]):
    """Which roll back one has looked at, and what one found."""

    proposal = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    comment = serializers.CharField(max_length=2000)


class RollBackIn(serializers.Serializer[Any]):
    """Which version, and why; in an emergency at once, to be confirmed by somebody else afterwards."""

    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    comment = serializers.CharField(max_length=2000)
    emergency = serializers.BooleanField(required=False, default=False)


class PublicationGateOut(serializers.Serializer[Any]):
    """One gate before publication."""

    code = serializers.CharField()
    question = serializers.CharField()
    answer = serializers.CharField()
    met = serializers.BooleanField()
    blocks = serializers.BooleanField()


class ProposalOut(serializers.Serializer[Any]):
    """What somebody asks to publish, and where it stands."""

    proposal = serializers.IntegerField()
    state = serializers.ChoiceField(Proposal.State.choices)
    content_hash = serializers.CharField()
    based_on = serializers.IntegerField(allow_null=True)
    restored_from = serializers.IntegerField(allow_null=True)
    emergency = serializers.BooleanField()
    comment = serializers.CharField()
    author = serializers.CharField()
    sent_at = serializers.DateTimeField()
    reviewer = serializers.CharField(allow_null=True)
    review_comment = serializers.CharField()
    reviewed_at = serializers.DateTimeField(allow_null=True)
    publish_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField()
    confirmed_by = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    gates = PublicationGateOut(many=True, required=False)


class ProposalList(serializers.Serializer[Any]):
    """Proposals, newest first."""

    results = ProposalOut(many=True)


class CommentIn(serializers.Serializer[Any]):
    """Which rule, and what one has to say about it."""

    rule = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=4000)


class CommentsAsked(serializers.Serializer[Any]):
    """Which comments; all, unless told."""

    rule = serializers.CharField(max_length=80, required=False, source="rule_id")
    proposal = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False, source="proposal_id")


class CommentOut(CommentIn):
    """What somebody said about a rule."""

    author = serializers.CharField()
    at = serializers.DateTimeField()
    proposal = serializers.IntegerField(allow_null=True)


class CommentList(serializers.Serializer[Any]):
    """Comments, oldest first."""

    results = CommentOut(many=True)


def proposal_document(proposal: Proposal, gates: Iterable[Gate] | None = None) -> dict[str, Any]:
    """Return a proposal's form, with its gates where they were asked."""
    version: RuleSetVersion | None = getattr(proposal, "version", None)
    based_on, older = proposal.based_on, proposal.restored_from
    told = {
        "proposal": proposal.pk,
        "state": proposal.state,
        "content_hash": proposal.content_hash,
        "based_on": based_on.number if based_on else None,
        "restored_from": older.number if older else None,
        "emergency": proposal.is_emergency,
        "comment": proposal.comment,
        "author": proposal.author_label,
        "sent_at": proposal.sent_at,
        "reviewer": proposal.reviewer_label or None,
        "review_comment": proposal.review_comment,
        "reviewed_at": proposal.reviewed_at,
        "publish_at": proposal.publish_at,
        "failure": proposal.failure,
        "confirmed_by": proposal.confirmed_label or None,
        "version": version.number if version else None,
    }
    return told if gates is None else {**told, "gates": [gate_document(gate) for gate in gates]}


def gate_document(gate: Gate) -> dict[str, Any]:
    """Return a gate's form."""
    return {
        "code": gate.code,
        "question": gate.label,
        "answer": gate.answer,
        "met": gate.is_met,
        "blocks": gate.blocks,
    }


def comment_document(comment: RuleComment) -> dict[str, Any]:
    """Return a comment's form."""
    return {
        "rule": comment.rule_id,
        "text": comment.text,
        "author": comment.author_label,
        "at": comment.at,
        "proposal": comment.proposal_id,
    }
