"""The precedence of the Hub's records among those about the same entity."""

from __future__ import annotations

from fair4ml.merge import Authority

AUTHORITY = Authority(
    rank=5,
    first=("model", "dataset"),
    fields={"description": "card"},
    repeated={
        # The platform reads the metadata in a card, too, and publishes its reading.
        "card": {
            "inLanguage": "inLanguage",
            "languageTag": "inLanguage",
            "license": "license",
            "trainedOn": "trainedOn",
            "wasDerivedFrom": "wasDerivedFrom",
            "fineTunedFrom": "wasDerivedFrom",
            "qualifiedDerivation": "wasDerivedFrom",
            "keywords": "keywords",
        }
    },
)
