"""What the made-up customers say, by topic and in several languages."""

from typing import Final

import numpy as np

WHERE: Final = (
    "Where is my parcel? Tracking has not moved since yesterday.",
    "Wo bleibt mein Paket? Die Sendungsverfolgung sagt nichts.",
    "Still waiting, no update at all.",
    "Où est mon colis ?",
    "When will it come?",
)
LATE: Final = (
    "It came too late, I had to leave for work.",
    "Die Lieferung kam viel zu spät.",
    "I waited the whole afternoon for nothing.",
    "Livraison en retard, encore une fois.",
    "Long delay and nobody told us.",
)
PLACE: Final = (
    "Parcel was given to a neighbour without a note.",
    "Beim Nachbarn abgegeben, ohne Karte.",
    "It was left at the wrong house.",
    "Przesyłka trafiła do sąsiada.",
)
DAMAGED: Final = (
    "The box arrived crushed and the cup is broken.",
    "Ware beschädigt, Karton eingerissen.",
    "Colis abîmé.",
    "Item damaged, please advise.",
)
MISSING: Final = (
    "One item is missing from the box.",
    "Es fehlt ein Teil der Bestellung.",
    "I got the wrong item.",
    "Commande incomplète.",
)
SAID_DELIVERED: Final = (
    "The status said delivered, it was not.",
    "Als zugestellt gemeldet, aber hier ist nichts.",
)
ACCESS: Final = (
    "Nobody rang the bell.",
    "Bitte den Hintereingang nehmen, die Klingel ist kaputt.",
    "The gate code was in the notes.",
)
COURIER: Final = (
    "The driver was rude.",
    "Der Fahrer war sehr freundlich.",
    "Le livreur était impoli.",
)
REFUND: Final = (
    "I would like a refund.",
    "Bitte um Erstattung.",
    "How do I send it back?",
)
PRAISE: Final = ("Thank you, great service!", "Danke, alles perfekt.")
TOPICS: Final = (
    WHERE, LATE, PLACE, DAMAGED, MISSING, SAID_DELIVERED, ACCESS, COURIER, REFUND, PRAISE,
)  # fmt: skip

RAIN: Final = (
    "The parcel was left in the rain and is soaked.",
    "Paket stand im Regen, alles nass.",
    "Left outside in the rain, the books are wet.",
    "Colis laissé sous la pluie, tout est trempé.",
    "Karton vom Regen durchweicht.",
)
SIGNATURES: Final = (
    "Regards, Anna Vogt",
    "Viele Grüße, Jonas Brandt",
    "Call me at +49 151 23456789.",
    "My mail is j.brandt@example.org",
    "I live at Lindenweg 14, 09031 Neustadt.",
    "Cordialement, Claire Martin",
    "My name is Peter Kowalski.",
)

KEPT_COMMENTS: Final = (
    "Fast and friendly.",
    "Always on time, thank you!",
    "The driver called ahead, which helped a lot.",
    "Box was fine, tracking was not.",
    "Alles super,\nsehr freundlich.",
    "Left with a neighbour, no note.",
    "Good service,\nbut the window could be shorter.",
    'The status said "delivered", it was not yet.',
    "Merci, parfait.",
    "Parcel left in the rain.",
    "Please use the side door next time, the bell is broken.",
    "No complaints.",
)
LATE_COMMENTS: Final = (
    "Came too late, dinner was cold.",
    "Zu spät, und niemand sagt Bescheid.",
    "Waited the whole afternoon,\nand nobody rang.",
    "Where is it? Tracking showed nothing for two days.",
    "Encore en retard.",
    "Left with a neighbour, no note.",
    "Second delay this month.",
    'The status said "delivered", it was not.',
    "Das Paket kam einen Tag später.",
    "Parcel left in the rain.",
    "Nobody rang the bell, so I had to wait another day.",
    "Late again.",
)


def drawn(rng: np.random.Generator, topic: np.ndarray) -> np.ndarray:
    """Draw a text for each topic."""
    sizes = np.array([len(texts) for texts in TOPICS])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    every = np.array([text for texts in TOPICS for text in texts], dtype=object)
    return every[starts[topic] + (rng.random(len(topic)) * sizes[topic]).astype(np.int64)]
