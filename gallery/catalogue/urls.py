"""Addresses of the catalogue."""

from django.urls import path

from gallery.catalogue import api, container_api, container_views, import_views, packaging_api, packaging_views, views

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
    path("catalogue/packaging/import/", import_views.import_packagings, name="packaging-import"),
    path("catalogue/packaging/import/<slug:form>/", import_views.packaging_template, name="packaging-template"),
    path("catalogue/packaging/<int:packaging_id>/", packaging_views.packaging, name="packaging"),
    path("catalogue/packaging/<int:packaging_id>/archive/", packaging_views.archive, name="packaging-archive"),
    path("catalogue/containers/", container_views.containers, name="containers"),
    path("catalogue/containers/new/", container_views.new_container, name="container-new"),
    path("catalogue/containers/<int:container_id>/", container_views.container, name="container"),
    path("catalogue/containers/<int:container_id>/archive/", container_views.archive, name="container-archive"),
    path("api/v1/catalogue/terms", api.terms, name="api-terms"),
    path("api/v1/catalogue/products", api.products, name="api-products"),
    path("api/v1/catalogue/products/<int:product_id>", api.product, name="api-product"),
    path("api/v1/catalogue/products/<int:product_id>/archive", api.archive_product, name="api-product-archive"),
    path("api/v1/catalogue/packagings", packaging_api.packagings, name="api-packagings"),
    path("api/v1/catalogue/packagings/<int:packaging_id>", packaging_api.packaging, name="api-packaging"),
    path(
        "api/v1/catalogue/packagings/<int:packaging_id>/archive",
        packaging_api.archive_packaging,
        name="api-packaging-archive",
    ),
    path("api/v1/catalogue/containers", container_api.containers, name="api-containers"),
    path("api/v1/catalogue/containers/<int:container_id>", container_api.container, name="api-container"),
    path(
        "api/v1/catalogue/containers/<int:container_id>/archive",
        container_api.archive_container,
        name="api-container-archive",
    ),
]
