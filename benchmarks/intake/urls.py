"""The site, and the floor beside it."""

from django.urls import include, path

from benchmarks.intake.floor import Floor

urlpatterns = [path("api/v1/floor/", Floor.as_view()), path("", include("config.urls"))]

handler400 = "config.api.bad_request"
handler404 = "config.api.not_found"
handler500 = "config.api.server_error"
