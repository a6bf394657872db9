"""The root URLconf: every page, fragment and endpoint is included here."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from demeter.accounts.views import LimitedLoginView, admin_login
from demeter.common.i18n.scripts import script_words
from demeter.common.theme import design, set_theme
from demeter.monitoring.dashboard import dashboard
from demeter.monitoring.health import healthz
from demeter.monitoring.metrics import metrics
from demeter.reference.views import openapi, reference

handler400 = "demeter.common.http.bad_request"
handler404 = "demeter.common.http.not_found"
handler403 = "demeter.accounts.views.forbidden"
handler500 = "demeter.common.http.server_error"
urlpatterns = [
    path("", include("gallery.urls")),
    path("login/", LimitedLoginView.as_view(), name="login"),
    path("theme/", set_theme, name="theme"),
    path("language/", login_not_required(require_POST(set_language)), name="language"),
    path("words/<slug:version>/<slug:language>.js", script_words, name="script-words"),
    path("status/", dashboard, name="dashboard"),
    path("design/", design, name="design"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("admin/login/", admin_login, name="admin-login"),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("api/v1/metrics", metrics, name="api-metrics"),
    path("api/v1/openapi.json", openapi, name="api-openapi"),
    path("reference/", reference, name="reference"),
]
