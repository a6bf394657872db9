"""Addresses of the catalogue."""

from django.urls import path

from gallery.catalogue import import_views, packaging_views, views

urlpatterns = [
    path("catalogue/", views.products, name="products"),
    path("catalogue/new/", views.new_product, name="product-new"),
    path("catalogue/import/", import_views.import_products, name="catalogue-import"),
    path("catalogue/import/<slug:form>/", import_views.template, name="catalogue-template"),
    path("catalogue/products/<int:product_id>/", views.product, name="product"),
    path("catalogue/products/<int:product_id>/archive/", views.archive, name="product-archive"),
    path("catalogue/products/<int:product_id>/merge/", views.merge, name="product-merge"),
    path("catalogue/packaging/", packaging_views.packagings, name="packagings"),
    path("catalogue/packaging/new/", packaging_views.new_packaging, name="packaging-new"),
    path("catalogue/packaging/<int:packaging_id>/", packaging_views.packaging, name="packaging"),
    path("catalogue/packaging/<int:packaging_id>/archive/", packaging_views.archive, name="packaging-archive"),
    path("catalogue/containers/", packaging_views.containers, name="containers"),
]
