"""The phases of one photo after its upload; the Celery tasks in `processing.tasks` call them."""
