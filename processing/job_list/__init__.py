"""The read model of the jobs page and of the API's job status."""
