"""The doors for people who have no password, or forgot it; the names are those Django's admin looks for."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("password/", views.RequestReset.as_view(), name="admin_password_reset"),
    path("password/sent/", views.RequestResetDone.as_view(), name="password_reset_done"),
    path("password/set/<uidb64>/<token>/", views.SetPassword.as_view(), name="password_reset_confirm"),
    path("password/done/", views.SetPasswordDone.as_view(), name="password_reset_complete"),
]
