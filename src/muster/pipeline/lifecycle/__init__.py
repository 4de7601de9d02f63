"""From the words of a cell to a product and its release, and until when that is supported."""

from muster.pipeline.lifecycle.match import Named, match_product
from muster.pipeline.lifecycle.support import Support, SupportState, support_of

__all__ = ["Named", "Support", "SupportState", "match_product", "support_of"]
