"""The calls of licenses under `/api/v1/`."""

from django.urls import path

from licenses.api import views

urlpatterns = [
    path("producers/<int:pk>/authority/", views.ProducerAuthority.as_view(), name="producer-authority"),
    path("licenses/events/", views.LicenseEvents.as_view(), name="license-events"),
]
