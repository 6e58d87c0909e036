"""Admin classes whose permissions come from the policy table instead of Django's model permissions."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.http import actor_of
from accounts.policy import allows


class PolicyPermissions(admin.options.BaseModelAdmin[Any]):
    """Answer the admin's permission questions from the policy table.

    `resource = "rules"` means: `rules.view` to look, `rules.edit` to add and change. `view_permission` and
    `edit_permission` name others. Nothing is deleted unless `deletable` says so. Being superuser counts for nothing.
    """

    resource: str = ""
    view_permission: str = ""
    edit_permission: str = ""
    deletable: bool = False

    def may_view(self, request: HttpRequest) -> bool:
        """Say whether the policy lets this person look."""
        permission = self.view_permission or f"{self.resource}.view"
        return allows(actor_of(request), permission) or self.may_edit(request)

    def may_edit(self, request: HttpRequest) -> bool:
        """Say whether the policy lets this person change things."""
        return allows(actor_of(request), self.edit_permission or f"{self.resource}.edit")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to whoever may look."""
        return self.may_view(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let look whoever may look."""
        return self.may_view(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let add whoever may edit."""
        return self.may_edit(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let change whoever may edit."""
        return self.may_edit(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse, unless the class is deletable and the person may edit."""
        return self.deletable and self.may_edit(request)


class PolicyAdmin(PolicyPermissions, admin.ModelAdmin[Any]):
    """A model admin under the policy table."""


class LabelledFormSet(BaseInlineFormSet[Any, Any, Any]):
    """Inline rows whose inputs carry their column's name, which the heading alone does not give them."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name every input the reader sees."""
        super().add_fields(form, index)
        for bound in form.visible_fields():
            bound.field.widget.attrs.setdefault("aria-label", bound.label)


class PolicyTabularInline(PolicyPermissions, admin.TabularInline[Any, Any]):
    """A tabular inline under the policy table."""

    extra = 0
    formset = LabelledFormSet


class PolicyStackedInline(PolicyPermissions, admin.StackedInline[Any, Any]):
    """A stacked inline under the policy table."""

    extra = 0


class ReadOnly(PolicyPermissions):
    """Look, never touch, whoever asks."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin[Any]):
    """A model admin to browse with."""

    actions = None


class ReadOnlyTabularInline(ReadOnly, admin.TabularInline[Any, Any]):
    """A tabular inline to browse with."""

    extra = 0


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """A paginator for big tables, which stops counting where nobody would page to."""

    limit = 10_000

    @cached_property
    def count(self) -> int:
        """Return the number of rows, or the limit."""
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[: self.limit].count()
