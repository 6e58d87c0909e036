"""What leads ask for and where they come from, by the names people know."""

from collections.abc import Collection, Mapping, Sequence

from licenses.models import Product
from routing import words
from routing.models import Lead, LeadSource


def labels(products: Sequence[str]) -> list[str]:
    """Return the labels of products in the order they were asked for; of one that is gone, its code as words."""
    known = dict(Product.objects.filter(code__in=products).values_list("code", "label")) if products else {}
    return [known.get(code) or words.code_name(code) for code in products]


def text(lead: Lead) -> str:
    """Return what a lead asks for: its products, or its line; nothing where it names neither."""
    return ", ".join(labels(lead.products)) or words.line_name(lead.line)


def source_names(slugs: Collection[str]) -> Mapping[str, str]:
    """Return the names of sources by their slugs; those that are gone are left out."""
    return dict(LeadSource.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}


def reading(field: str, code: str) -> str:
    """Return what a field was read as."""
    match field:
        case "product":
            return labels([code])[0]
        case "line":
            return words.line_name(code)
        case "state":
            return words.state_name(code)
    return code
