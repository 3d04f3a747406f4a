"""The names of the made-up world. Frames hold their positions as small integers."""

from typing import Final

SEGMENTS: Final = ("Standard", "Premium", "Small business", "Rural", "Enterprise")
SERVICES: Final = ("2-hour", "same day", "next day", "economy")
PRODUCTS: Final = ("small", "bulky", "chilled", "fragile")
DENSITIES: Final = ("core", "suburb", "rural")
DEPOTS: Final = ("North", "East", "South", "West")
CARRIERS: Final = (
    "Kestrel",
    "Osprey",
    "Heron",
    "Swift",
    "Merlin",
    "Puffin",
    "Wren",
    "Plover",
)
CHANNELS: Final = ("in_house", "third_party", "crowd", "locker")
CHANNEL_OF_CARRIER: Final = (1, 1, 1, 1, 1, 2, 0, 3)
VEHICLES: Final = ("van", "electric van", "cargo bike", "car", "truck")
STATUSES: Final = ("open", "delivered", "failed", "returned", "lost", "cancelled")
FAILURES: Final = (
    "recipient absent",
    "wrong address",
    "refused",
    "no access",
    "weather",
    "damaged",
)
PROOFS: Final = ("none", "photo", "signature", "otp", "pin")
QUALITIES: Final = ("exact", "postcode", "none")

KESTREL: Final = CARRIERS.index("Kestrel")
MERLIN: Final = CARRIERS.index("Merlin")
PUFFIN: Final = CARRIERS.index("Puffin")
WREN: Final = CARRIERS.index("Wren")
PLOVER: Final = CARRIERS.index("Plover")
PREMIUM: Final = SEGMENTS.index("Premium")
ECONOMY: Final = SERVICES.index("economy")

ZONE_NAMES: Final = (
    "Altmarkt",
    "Rathaus",
    "Dom",
    "Hafen",
    "Hauptbahnhof",
    "Universität",
    "Messe",
    "Lindenhof",
    "Nordpark",
    "Kupfergasse",
    "Ziegelei",
    "Gartenstadt",
    "Färberviertel",
    "Mühlenbogen",
    "Weberhöhe",
    "Schlossgarten",
    "Südring",
    "Kasernenhof",
    "Brauerei",
    "Amselgrund",
    "Birkenfeld",
    "Dahlienhang",
    "Eichwald",
    "Fuchsberg",
    "Grünau",
    "Heidekamp",
    "Ilmenbrück",
    "Johannistal",
    "Kiefernhof",
    "Lerchenau",
    "Moosbach",
    "Neusiedel",
    "Ostheim",
    "Pappelried",
    "Quellenhof",
    "Rehwinkel",
    "Sonnenhang",
    "Tannrode",
    "Ulmenried",
    "Vogelsang",
    "Wiesenthal",
    "Ahornhof",
    "Bergfeld",
    "Cornau",
    "Dornbach",
    "Erlenried",
    "Finkenau",
    "Gerstenfeld",
    "Haferkamp",
    "Igelsdorf",
    "Kranichsee",
    "Langenau",
    "Marschdorf",
    "Nesselried",
    "Oberau",
    "Rabenstein",
    "Schilfsee",
    "Torfmoor",
    "Unterau",
    "Windheim",
)
