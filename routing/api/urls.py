"""Routing's calls under `/api/v1/`."""

from django.urls import path

from routing.api import views

urlpatterns = [
    path("leads/", views.Leads.as_view(), name="leads"),
    path("leads/<uuid:pk>/", views.LeadDetail.as_view(), name="lead"),
    path("leads/<uuid:pk>/timeline/", views.LeadTimeline.as_view(), name="lead-timeline"),
    path("leads/<uuid:pk>/accept/", views.Accept.as_view(), name="lead-accept"),
    path("leads/<uuid:pk>/decline/", views.Decline.as_view(), name="lead-decline"),
    path("leads/<uuid:pk>/touch/", views.TouchLead.as_view(), name="lead-touch"),
    path("leads/<uuid:pk>/dispose/", views.Dispose.as_view(), name="lead-dispose"),
    path("decisions/<uuid:pk>/", views.DecisionDetail.as_view(), name="decision"),
    path(
        "decisions/<uuid:pk>/producers/<int:producer_id>/", views.DecisionProducer.as_view(), name="decision-producer"
    ),
    path("decide/", views.Decide.as_view(), name="decide"),
    path("fallback/", views.Fallback.as_view(), name="fallback"),
    *(
        path(f"fallback/<uuid:pk>/{move}/", views.FallbackMove.as_view(), {"move": move}, name=f"fallback-{move}")
        for move in ("claim", "assign", "resolve")
    ),
]
