"""The phases of a photo after its upload; the Celery tasks in `processing.tasks` call them."""
