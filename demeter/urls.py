"""The composition root of the web: every page, fragment and endpoint hangs here."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from demeter.accounts.views import LimitedLoginView, admin_login
from demeter.health import healthz
from demeter.metrics import metrics
from demeter.theme import design, set_theme

handler400 = "demeter.http.bad_request"
urlpatterns = [
    path("", include("photos.urls")),
    path("", include("locations.urls")),
    path("", include("processing.urls")),
    path("", include("gallery.urls")),
    path("login/", LimitedLoginView.as_view(), name="login"),
    path("theme/", set_theme, name="theme"),
    path("design/", design, name="design"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("admin/login/", admin_login, name="admin-login"),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("api/v1/metrics", metrics, name="api-metrics"),
]
