"""Addresses of jobs: the page, its fragment, and their part of the API."""

from django.urls import path

from gallery.jobs import api, views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/rows/", views.job_rows, name="job-rows"),
    path("api/v1/photos/jobs/status", api.upload_jobs_status, name="api-jobs-status"),
    path("api/v1/photos/jobs/<uuid:job_id>/status", api.job_status, name="api-job-status"),
    path("api/v1/photos/<uuid:image_id>/reprocess", api.reprocess, name="api-reprocess"),
]
