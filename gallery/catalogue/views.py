"""Products: list, search, new, edit, archive, merge."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.common.exceptions import ConflictError
from gallery.catalogue.forms import MergeForm, ProductForm, SearchForm
from gallery.catalogue.inline import lead_back, show_new
from gallery.catalogue.queries import find_products, set_active
from gallery.common.forms import PER_PAGE
from gallery.common.http import UNPROCESSABLE, HtmxRequest
from locations.models import LocationConfig, Product
from locations.nursery import read_nursery
from stock.products import count_references, merge_products

MERGED = gettext_lazy("This product was merged into another one; use that one.")


@require_safe
@permission_required("locations.view_product", raise_exception=True)
def products(request: HttpRequest) -> HttpResponse:
    """The products in use, or the archived ones."""
    form = SearchForm(request.GET, label_suffix="")
    if not form.is_valid():
        return redirect("products")
    query, is_archived = form.cleaned_data["q"], form.cleaned_data["archived"]
    found = find_products(query, archived=is_archived)
    page = Paginator(found, PER_PAGE).get_page(form.cleaned_data["page"] or 1)
    context = {"page": page, "form": form, "archived": is_archived, "q": query}
    return render(request, "gallery/catalogue/products.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.add_product", raise_exception=True)
def new_product(request: HtmxRequest) -> HttpResponse:
    """A product, also from inside the form that needs it."""
    initial = {"currency": read_nursery()["currency"]}
    form = ProductForm(request.POST or None, initial=initial)
    if not form.is_valid():
        return show_new(request, form, template="product_new", title=_("New product"))
    made = form.save()
    if not request.htmx:
        messages.success(request, _("%(name)s is in the catalogue.") % {"name": made.common_name})
    return lead_back(request, made, field="product", fallback="products")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.view_product", raise_exception=True)
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """One product: what it is, where it grows; those who may change it do so here, until it is merged."""
    may_change = request.user.has_perm("locations.change_product")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    found = _find(product_id)
    if found.merged_into is not None and request.method == "POST":
        messages.error(request, MERGED)
        return redirect("product", product_id)
    may_change = may_change and found.merged_into is None
    name = str(found)
    form = ProductForm(request.POST or None, instance=found)
    if may_change and form.is_valid():
        form.save()
        messages.success(request, _("%(name)s: saved.") % {"name": found.common_name})
        return redirect("products")
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "product": found,
        "name": name,
        "form": form,
        "may_change": may_change,
        "grown": LocationConfig.objects.filter(Q(product=found) | Q(parts__product=found), active=True)
        .distinct()
        .count(),
        "merged": found.merged.order_by("sku"),
    }
    return render(request, "gallery/catalogue/product.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
@permission_required("locations.change_product", raise_exception=True)
def archive(request: HttpRequest, product_id: int) -> HttpResponse:
    """Offer a product no longer, or again. What grows, its counts and its stock stay."""
    found = _find(product_id)
    if found.merged_into is not None:
        messages.error(request, MERGED)
        return redirect("product", product_id)
    set_active(found, request.POST.get("active") == "yes")
    words = _("%(name)s is in use again.") if found.active else _("%(name)s is archived: forms no longer offer it.")
    messages.success(request, words % {"name": found.common_name})
    return redirect("products")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.change_product", raise_exception=True)
def merge(request: HttpRequest, product_id: int) -> HttpResponse:
    """Merge a product into another one, after saying what moves."""
    source = _find(product_id)
    if source.merged_into is not None:
        messages.error(request, MERGED)
        return redirect("product", product_id)
    form = MergeForm(request.POST or None, source=source)
    if form.is_valid():
        target = form.cleaned_data["target"]
        try:
            merge_products(source=source, target=target)
        except ConflictError as error:
            form.add_error("target", error.message)
        else:
            words = _("%(source)s was merged into %(target)s.")
            messages.success(request, words % {"source": source.common_name, "target": target.common_name})
            return redirect("product", target.pk)
    context = {"product": source, "form": form, "references": count_references(source)}
    return render(request, "gallery/catalogue/merge.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _find(product_id: int) -> Product:
    products = Product.objects.filter(is_mixed=False).select_related("family__category", "merged_into")
    found: Product = get_object_or_404(products, pk=product_id)
    return found
