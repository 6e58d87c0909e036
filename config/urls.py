"""Every door of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import health
from config.metrics import metrics
from routing.admin import one_tap
from rules_engine.api.urls import schema_urlpatterns

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("accept/<str:token>/", one_tap.accept, name="one_tap"),
    path("back/<str:token>/", one_tap.come_back, name="one_tap_back"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include("routing.api.urls")),
    path("api/v1/", include("licenses.api.urls")),
    path("api/v1/", include("rules_engine.api.urls")),
    path("api/schema/", include(schema_urlpatterns)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api_docs.html"), name="docs"
    ),
]

handler400 = "config.api.bad_request"
handler404 = "config.api.not_found"
handler500 = "config.api.server_error"
