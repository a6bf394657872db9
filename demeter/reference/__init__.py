"""The OpenAPI document of the API, assembled from what each endpoint declares beside it, and its page for people."""
