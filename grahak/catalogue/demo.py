"""The catalogue's part of the demo story: the gift wholesaler's items are put on shelves by the words of their names.
The shelves are invented for the demo; the data have none."""

from __future__ import annotations

import re

from grahak.catalogue.models import Category, Product
from grahak.core import audit, bulk
from grahak.core.models import User

# The first shelf one of whose words stands in the name takes the item
SHELVES: dict[str, str] = {
    "Christmas": r"christmas|xmas|advent|snowman|santa|reindeer|bauble|nativity|wreath",
    "Bags and purses": r"bag|bags|purse|tote|shopper|satchel|rucksack|backpack|suitcase|charlotte",
    "Candles and lights": r"candles?|t-light|tlight|light|lights|lantern|lamp|incense|holder",
    "Cake and baking": r"cake|cakes|baking|cases|pantry|jam|jelly|mould|muffin|cookie|recipe|spoon|spoons|whisk|scales",
    "Table and kitchen": r"mug|mugs|cup|cups|plate|plates|bowl|bowls|teapot|tea|coffee|glass|jug|tray|apron|napkins?|"
    r"cutlery|chopping|kitchen|egg|bottle|coasters?|placemats?|straws|dish|saucer|tumbler|doilies",
    "Lunch boxes and tins": r"lunch|snack|tin|tins|box|boxes|bread|cannister|storage|jar|jars",
    "Paper and cards": r"card|cards|paper|wrap|tissue|notebook|sketchbook|stickers?|envelopes?|stationery|tape|pen|"
    r"pencils?|pencil|ruler|rubber|calendar|journal|postcards?",
    "Children and toys": r"doll|dolls|toy|toys|game|games|playing|childrens?|childs|kids|puzzle|skipping|spaceboy|"
    r"dolly|soldier|ludo|dominoes|jigsaw|magic|drawing|crayons|colouring|skittles|marbles|bingo",
    "Party": r"party|bunting|balloons?|birthday|cocktail|fairy|paper chain|garland",
    "Garden": r"garden|gardening|plant|planter|flower|flowers|bird|seeds?|watering|herb|hanging basket|picnic|parasol",
    "Bath and beauty": r"soap|bath|bathroom|towel|wash|hand cream|hot water|slipper|sponge|bottle stopper|nail",
    "Jewellery": r"necklace|bracelet|earrings?|ring|rings|bangle|brooch|pendant|beads?|charm|diamante|hair",
    "Signs and clocks": r"sign|clock|doormat|blackboard|chalk|memo|hooks?|hanger|plaque|noticeboard|mirror|frames?|"
    r"wall art|metal|letter|picture",
    "Home and cloth": r"cushion|cover|throw|quilt|blanket|curtain|heart|hearts|drawer|knob|knobs|basket|shelf|cabinet|"
    r"chair|stool|wicker|wooden|wood|rug|fabric|felt|patchwork",
}


def tell_story(*, by: User | None) -> dict[str, int]:
    """Make the shelves and put items on them that have none; returns how many of each."""
    shelves = {name: Category.objects.get_or_create(name=name)[0].pk for name in SHELVES}
    words = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in SHELVES.items()}
    rows = []
    for pk, name in Product.objects.filter(category=None).values_list("pk", "name"):
        shelf = next((shelf for shelf, found in words.items() if found.search(name)), None)
        if shelf is not None:
            rows.append((shelves[shelf], pk))
    bulk.update(Product, ["category"], rows)
    audit.record("catalogue.demo.told", by=by, shelves=len(shelves), items=len(rows))
    return {"shelves": len(shelves), "items": len(rows)}
