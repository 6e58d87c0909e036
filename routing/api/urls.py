"""Routing's calls under `/api/v1/`."""

from django.urls import path

from routing.api import bench, cases, coverage, offers, packs, selling, trials, views

urlpatterns = [
    path("leads/", views.Leads.as_view(), name="leads"),
    path("leads/next/", offers.TakeNext.as_view(), name="lead-next"),
    path("leads/<uuid:pk>/", views.LeadDetail.as_view(), name="lead"),
    path("leads/<uuid:pk>/timeline/", views.LeadTimeline.as_view(), name="lead-timeline"),
    path("leads/<uuid:pk>/accept/", views.Accept.as_view(), name="lead-accept"),
    path("leads/<uuid:pk>/decline/", views.Decline.as_view(), name="lead-decline"),
    path("leads/<uuid:pk>/touch/", views.TouchLead.as_view(), name="lead-touch"),
    path("leads/<uuid:pk>/dispose/", views.Dispose.as_view(), name="lead-dispose"),
    path("offers/", offers.Offers.as_view(), name="offers"),
    path("offers/<uuid:pk>/accept/", offers.AcceptOffer.as_view(), name="offer-accept"),
    path("offers/<uuid:pk>/decline/", offers.DeclineOffer.as_view(), name="offer-decline"),
    path("decisions/<uuid:pk>/", views.DecisionDetail.as_view(), name="decision"),
    path(
        "decisions/<uuid:pk>/producers/<int:producer_id>/", views.DecisionProducer.as_view(), name="decision-producer"
    ),
    path("packs/", packs.Packs.as_view(), name="packs"),
    path("packs/<slug:slug>/", packs.PackDetail.as_view(), name="pack"),
    path("packs/<slug:slug>/install/", packs.InstallPack.as_view(), name="pack-install"),
    path("rulesets/<slug:slug>/simulate/", trials.Simulate.as_view(), name="ruleset-simulate"),
    path("rulesets/<slug:slug>/shadow/", trials.StartShadow.as_view(), name="ruleset-shadow"),
    path("rehearsals/<uuid:pk>/", trials.RehearsalDetail.as_view(), name="rehearsal"),
    path("rehearsals/<uuid:pk>/moves/", trials.RehearsalMoves.as_view(), name="rehearsal-moves"),
    path("rehearsals/<uuid:pk>/cancel/", trials.CancelRehearsal.as_view(), name="rehearsal-cancel"),
    path("shadows/<uuid:pk>/", trials.ShadowDetail.as_view(), name="shadow"),
    path("shadows/<uuid:pk>/readings/", trials.ShadowReadings.as_view(), name="shadow-readings"),
    path("shadows/<uuid:pk>/cancel/", trials.CancelShadow.as_view(), name="shadow-cancel"),
    path("rulesets/<slug:slug>/coverage/", coverage.Coverage.as_view(), name="ruleset-coverage"),
    path("bench/", bench.Bench.as_view(), name="bench"),
    path("bench/cases/", cases.BenchCases.as_view(), name="bench-cases"),
    path("bench/cases/<int:pk>/", cases.BenchCase.as_view(), name="bench-case"),
    path("bench/cases/<int:pk>/run/", cases.RunCase.as_view(), name="bench-case-run"),
    path("selling/", selling.Selling.as_view(), name="selling"),
    path("selling/<str:state>/<str:line>/", selling.SellingCell.as_view(), name="selling-cell"),
    path("decide/", views.Decide.as_view(), name="decide"),
    path("fallback/", views.Fallback.as_view(), name="fallback"),
    *(
        path(f"fallback/<uuid:pk>/{move}/", views.FallbackMove.as_view(), {"move": move}, name=f"fallback-{move}")
        for move in ("claim", "assign", "resolve")
    ),
]
