"""What the demo site is about: products, posts and the guide's tabs. The same at each start, so that a script can walk through it."""

from typing import NamedTuple


class Product(NamedTuple):
    """One thing for sale. `price` is in whole euros; `picture` names a drawing in templates/pictures.html."""

    slug: str
    name: str
    price: int
    line: str
    text: str
    picture: str

    @property
    def path(self) -> str:
        return f"/products/{self.slug}"


class Post(NamedTuple):
    """One blog post, in paragraphs."""

    slug: str
    title: str
    line: str
    paragraphs: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"/blog/{self.slug}"


class Tab(NamedTuple):
    """One tab of the brewing guide: a view of its own in the single-page section."""

    slug: str
    name: str
    degrees: int
    minutes: str
    text: str

    @property
    def path(self) -> str:
        return f"/guide/{self.slug}"


PRODUCTS = (
    Product(
        "enamel-kettle",
        "Enamel kettle",
        79,
        "One and a half litres, boils on any stove.",
        "Steel under three coats of enamel, a birch handle that stays cool, and a spout that pours where you point it.",
        "kettle",
    ),
    Product(
        "stoneware-cup",
        "Stoneware cup",
        24,
        "Thick walls, thin lip, no two alike.",
        "Thrown by hand and fired twice. Holds a quarter of a litre and keeps tea warm for the length of a chapter.",
        "cup",
    ),
    Product(
        "loose-leaf-tin",
        "Loose leaf tin",
        18,
        "A hundred grams of black tea from one garden.",
        "Picked in the second week of June. The tin closes tightly enough for a rucksack and is too handsome to throw away.",
        "tin",
    ),
)

POSTS = (
    Post(
        "the-right-temperature",
        "The right temperature",
        "Boiling water is for black tea only. A few degrees decide between sweet and bitter.",
        (
            "Water that has just boiled pulls everything out of a leaf at once, the pleasant and the harsh alike.",
            "Black tea can take it: its leaves are oxidised, and what is left in them dissolves slowly. Green tea cannot. "
            "At eighty degrees it gives its sweetness and keeps its tannin to itself.",
            "No thermometer at hand? Pour the water into a cold cup first, then on to the leaves. Each cup takes about ten degrees.",
            "The brewing card has every temperature on one page. Print it, and hang it where the kettle stands.",
        ),
    ),
    Post(
        "caring-for-enamel",
        "Caring for enamel",
        "It is glass on steel: treat it as both, and it outlives you.",
        (
            "Enamel does not rust, stain or take on a smell. It chips when it falls, and it cracks when it boils dry.",
            "Limescale comes off with a spoon of citric acid in warm water. Leave it for an hour; no scrubbing.",
            "A chip on the outside is a story. A chip on the inside is a reason for a new kettle.",
        ),
    ),
    Post(
        "a-shelf-for-tea",
        "A shelf for tea",
        "Dark, dry, closed, and far from the coffee.",
        (
            "Tea is dry until it is not. Air and light take its scent within weeks, and a spice rack gives it another within days.",
            "A tin with a tight lid on a low shelf is all it needs. Not the fridge: it sweats each time the door opens.",
            "Write the month on the lid. Green tea is good for half a year, black for two, smoked for longer than you will like it.",
        ),
    ),
)

TABS = (
    Tab("black", "Black", 95, "three to four minutes", "A full boil, a warm pot, and no longer than four minutes."),
    Tab("green", "Green", 80, "two minutes", "Cooler water, shorter time. The second infusion is often the better one."),
    Tab("herbal", "Herbal", 100, "eight minutes", "Roots and flowers are slow. Put a lid on, or the best of it leaves with the steam."),
)

PLANS = ("Monthly", "Yearly")
CURRENCY = "EUR"
CARD = """Footfall demo: the brewing card

Black    95 degrees    three to four minutes
Green    80 degrees    two minutes
Herbal  100 degrees    eight minutes
"""
