"""What a routing rule can point at, for the rule form."""

from routing.models import Pool
from routing.strategies import STRATEGIES


def rule_targets() -> dict[str, list[tuple[str, str]]]:
    """Return choices by the place in a rule they go to: pools that are switched on, and strategies."""
    return {
        "/route/pool": list(Pool.objects.filter(is_active=True).values_list("slug", "name")),
        "/route/strategy": [(name, strategy.label) for name, strategy in STRATEGIES.items()],
    }
