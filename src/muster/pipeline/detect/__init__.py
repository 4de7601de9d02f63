"""What a file is: its category and source system, with confidence and reasons."""

from muster.pipeline.detect.detect import detect

__all__ = ["detect"]
