import os

# Before anything loads numpy. Web and workers are processes enough for all cores: with a thread a core in each, they
# wait for one another, and two that label at once are less than half as fast.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from .celery import app as celery_app

__all__ = ["celery_app"]
