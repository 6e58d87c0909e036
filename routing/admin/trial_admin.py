"""The pages of whatever tries rules without deciding by them: the list, asking for one, stopping it, what it found."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse

from accounts.actor import Actor
from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from routing.admin.pages import Told, act, require, show
from routing.admin.trials import TrialForm, asked_for, read_id, set_links

LISTED: Final = 30


class TrialAdmin(ReadOnlyAdmin):
    """Trials of one kind, on pages of their own, under `routing/<kind>s.html`, `<kind>_new.html` and `<kind>.html`."""

    resource = "rules"
    form_class: ClassVar[type[TrialForm]]
    titles: ClassVar[tuple[str, str]]  # of the list, and of asking for one
    said: ClassVar[tuple[str, str]]  # once it is asked for, and once it is stopped
    tones: ClassVar[Mapping[str, str]]
    is_polled: ClassVar[bool] = False  # whether its page asks again by itself, for `<kind>_body.html`

    def start(self, given: Mapping[str, Any], actor: Actor) -> Any:
        """Ask for a trial; returns it."""
        raise NotImplementedError

    def stop(self, trial: Any, actor: Actor) -> None:
        """End a trial before its time."""
        raise NotImplementedError

    def figures(self, trials: Collection[Any]) -> Mapping[UUID, object]:
        """Return what the list shows of each beside its row, by its key."""
        return {}

    def findings(self, request: HttpRequest, trial: Any) -> dict[str, Any]:
        """Return what the page shows beside what all trials show."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """The name of this kind in addresses and templates."""
        return str(self.opts.model_name)

    def get_urls(self) -> list[URLPattern]:
        """Add asking for one, and stopping it."""
        view = self.admin_site.admin_view
        own = [
            path("new/", view(self.new), name=f"routing_{self.kind}_new"),
            path("<uuid:pk>/cancel/", view(self.cancel), name=f"routing_{self.kind}_cancel"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """List them, the latest first."""
        require(request, "rules.view")
        page = Paginator(self.model.objects.defer("document"), LISTED).get_page(request.GET.get("page"))
        trials = list(page)
        figures = self.figures(trials)
        rows = [(each, self.tones.get(each.state, "muted"), figures.get(each.pk)) for each in trials]
        context = {"title": self.titles[0], "page": page, "rows": rows, "may_edit": self._may_edit(request)}
        return show(request, f"routing/{self.kind}s.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one; asked by htmx, only the part that changes while it runs."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        require(request, "rules.view")
        trial = self._get(object_id)
        context = {
            "title": f"{self.kind.capitalize()} of {trial.rule_set_name}",
            self.kind: trial,
            "tone": self.tones.get(trial.state, "muted"),
            "is_running": trial.state in {"WAITING", "RUNNING"},
            "may_edit": self._may_edit(request),
            **set_links(trial.rule_set, trial.content_hash, trial.version),
            **self.findings(request, trial),
        }
        part = "_body" if self.is_polled and getattr(request, "htmx", None) else ""
        return show(request, f"routing/{self.kind}{part}.html", context)

    def new(self, request: HttpRequest) -> HttpResponse:
        """Ask for one."""
        require(request, "rules.edit")
        form = asked_for(request, self.form_class)

        def page() -> HttpResponse:
            return show(request, f"routing/{self.kind}_new.html", {"title": self.titles[1], "form": form})

        if request.method != "POST":
            return page()
        started: list[Any] = []

        def start() -> Told:
            given = {**form.cleaned_data, "ruleset": form.cleaned_data["rule_set"]}
            del given["rule_set"]
            started.append(self.start(given, actor_of(request)))
            return Told(self.said[0])

        answer = act(request, start, back=reverse(f"admin:routing_{self.kind}_new"), form=form, again=page)
        if started:
            answer["Location"] = self._address(started[0])
        return answer

    def cancel(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Stop one."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        require(request, "rules.edit")
        trial = self._get(str(pk))

        def stop() -> Told:
            self.stop(trial, actor_of(request))
            return Told(self.said[1])

        return act(request, stop, back=self._address(trial))

    def _get(self, object_id: str) -> Any:
        trial = self.model.objects.filter(pk=read_id(object_id)).first()
        if trial is None:
            raise Http404
        return trial

    def _address(self, trial: Any) -> str:
        return reverse(f"admin:routing_{self.kind}_change", args=[trial.pk])

    @staticmethod
    def _may_edit(request: HttpRequest) -> bool:
        return allows(actor_of(request), "rules.edit")
