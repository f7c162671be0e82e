"""Made-up records of datasets and their Croissant, as irregular as the Hub's own; all of it follows from the id."""

from __future__ import annotations

from hashlib import sha1
from random import Random
from typing import Any

from mlentory_crawl.sample_hub.models import END, FLOOR, timestamp
from mlentory_crawl.sample_hub.templates import Json
from mlentory_crawl.sample_hub.texts import GATE_PROMPT
from mlentory_crawl.sample_hub.words import LANGUAGES, LICENSE_NAMES, LICENSES

_SIZES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M"]
_SIZE_LABELS = ["< 1K", "1K - 10K", "10K - 100K", "100K - 1M", "1M - 10M"]
_TASKS = [
    (["text-generation"], ["language-modeling"]),
    (["question-answering"], ["extractive-qa", "open-domain-qa"]),
    (["text-classification"], ["sentiment-classification"]),
    (["translation"], []),
    (["automatic-speech-recognition"], []),
    (["other"], ["other-tide-prediction"]),
    (["image-classification", "harbor-watching"], []),
]
_FORMATS = ["parquet", "json", "csv", "text", "imagefolder"]
_MODALITIES = ["text", "tabular", "image", "audio"]
_FREE_TAGS = ["harbor", "tides", "croissant", "legal", "not-for-all-audiences", "lab notes", "中文"]
_SENTENCES = [
    "Dialogs between lighthouse keepers and passing ships, written by hand.",
    "Timetables of ferries, in tables that no two companies set alike.",
    "Questions about tides, each with the answer of three people.",
    "Recipes from harbor kitchens with their translations.",
]
_NO_CHECKSUM = "https://github.com/mlcommons/croissant/issues/80"
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
}


def dataset(id: str) -> Json:
    """The whole record of a dataset.

    Args:
        id: ``owner/name``, or ``name`` alone.
    """
    chance = Random(f"dataset {id}")
    owner, _, name = id.rpartition("/")
    created = FLOOR + chance.randrange(END - FLOOR) if owner else FLOOR
    card, tags = _card(id, chance)
    if chance.random() < 0.2:
        # No month has so many articles: these numbers belong to nobody.
        tags.append(f"arxiv:2{chance.randrange(2, 6)}0{chance.randrange(1, 10)}.{chance.randrange(90000, 99999)}")
    if chance.random() < 0.1:
        tags.append(f"doi:10.57967/hf/{9_000_000 + chance.randrange(999_999)}")
    downloads = int(2.0 ** (chance.random() * 20)) - 1
    record: Json = {
        "_id": f"{created:08x}{sha1(f'dataset {id}'.encode()).hexdigest()[:16]}",
        "id": id,
        **({"author": owner} if owner else {}),
        "sha": sha1(id.encode()).hexdigest(),
        "createdAt": timestamp(created),
        "lastModified": timestamp(created + chance.randrange(END - created)),
        "private": False,
        "gated": chance.choice([False] * 8 + ["auto", "manual"]),
        "disabled": chance.random() < 0.02,
        "tags": tags,
        "description": _description(id, chance),
        "citation": chance.choice([None, None, None, f"@misc{{{name}, title={{{name}}}, year={{2024}}}}"]),
        "downloads": downloads,
        "downloadsAllTime": downloads * 9,
        "likes": int(downloads**0.5),
        "trendingScore": chance.choice([0, 0, 0, 3]),
        "siblings": [{"rfilename": path} for path in (".gitattributes", "README.md", "data/train.parquet")],
        "usedStorage": chance.randrange(1 << 34),
    }
    if chance.random() < 0.2:
        record["paperswithcode_id"] = chance.choice([name.lower().replace("_", "-"), None])
    if chance.random() < 0.9:
        if record["gated"]:
            card["extra_gated_prompt"] = GATE_PROMPT
        record["cardData"] = card
    else:
        record["tags"] = [tag for tag in tags if tag.startswith(("format:", "library:", "region:"))]
    return record


def croissant(record: Json) -> Json | None:
    """The Croissant of a dataset; None where the Hub has made none.

    Args:
        record: the dataset's.
    """
    id = record["id"]
    chance = Random(f"croissant {id}")
    if record["gated"] or record["disabled"] or chance.random() < 0.2:
        return None
    owner, _, name = id.rpartition("/")
    url = f"https://huggingface.co/datasets/{id}"
    found: Json = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": chance.choice(["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/1.1"]),
        "name": name,
        "description": record["description"]
        or f"{name} dataset hosted on Hugging Face and contributed by the HF Datasets community",
        "url": url,
        "keywords": [
            "English",
            chance.choice(_SIZE_LABELS),
            "parquet",
            "Text",
            "Datasets",
            "Croissant",
            "🇺🇸 Region: US",
        ],
        "distribution": [_repository(url), *_file_sets(record, chance)],
        "recordSet": [],
    }
    if owner:
        found["alternateName"] = chance.choice([[id], id])
        kind = chance.choice(["Person", "Organization", "sc:Organization"])
        found["creator"] = {"@type": kind, "name": owner, "url": f"https://huggingface.co/{owner}"}
    license = next((tag.partition(":")[2] for tag in record["tags"] if tag.startswith("license:")), None)
    if license is not None:
        found["license"] = chance.choice([license, f"https://choosealicense.com/licenses/{license}/"])
    elif chance.random() < 0.3:
        found["license"] = "https://choosealicense.com/licenses/undefined/"
    if record["citation"] is not None:
        found["citeAs"] = record["citation"]
    if doi := next((tag.partition(":")[2] for tag in record["tags"] if tag.startswith("doi:")), None):
        found["identifier"] = chance.choice([doi, f"https://doi.org/{doi}"])
    if chance.random() < 0.1:
        found |= {"version": chance.choice(["1.0.0", 2, "0.1"]), "datePublished": "2025-06-30", "inLanguage": "en"}
    return found


def _card(id: str, chance: Random) -> tuple[Json, list[str]]:
    """Card metadata, and the tags that the Hub makes of them."""
    card: Json = {}
    tags: list[str] = []
    if chance.random() < 0.7:
        categories, ids = chance.choice(_TASKS)
        card["task_categories"] = categories
        tags += [f"task_categories:{task}" for task in categories]
        if ids or chance.random() < 0.3:
            card["task_ids"] = ids
            tags += [f"task_ids:{task}" for task in ids]
    if chance.random() < 0.7:
        card["language"], codes = chance.choice(LANGUAGES)
        tags += [f"language:{code}" for code in codes]
    if chance.random() < 0.8:
        license = chance.choice(LICENSES)
        card["license"] = chance.choice([license, license, [license]])
        tags.append(f"license:{license}")
        if license == "other":
            card["license_name"], link = chance.choice(LICENSE_NAMES)
            card |= {"license_link": link} if link else {}
    if chance.random() < 0.7:
        size = chance.choice(_SIZES)
        sizes: list[Any] = [[size], [size], size, {"default": [size]}, []]
        card["size_categories"] = chance.choice(sizes)
        tags.append(f"size_categories:{size}")
    if chance.random() < 0.3:
        card["pretty_name"] = id.rpartition("/")[2].replace("-", " ").replace("_", " ").title()
    if chance.random() < 0.2:
        card |= {"multilinguality": ["monolingual"], "source_datasets": ["original"], "annotations_creators": ["found"]}
        tags += ["multilinguality:monolingual", "source_datasets:original", "annotations_creators:found"]
    if chance.random() < 0.5:
        card["dataset_info"] = _dataset_info(chance)
    if chance.random() < 0.1:
        card["paperswithcode_id"] = chance.choice([None, "harborqa"])
    free = chance.sample(_FREE_TAGS, chance.randrange(3))
    if free:
        card["tags"] = free
    tags += [f"format:{chance.choice(_FORMATS)}", f"modality:{chance.choice(_MODALITIES)}"]
    return card, [*tags, "library:datasets", "library:mlcroissant", *free, "region:us"]


def _dataset_info(chance: Random) -> Any:
    """Sizes of one configuration, or of several; some are missing, or written as floats."""
    configurations = []
    for name in ["default", "extra"][: chance.randrange(1, 3)]:
        rows, row_size = chance.randrange(10, 2_000_000), chance.randrange(20, 2000)
        splits: list[Json] = [
            {"name": split, "num_bytes": rows * row_size // part, "num_examples": rows // part}
            for split, part in (("train", 1), ("test", 10))[: chance.randrange(1, 3)]
        ]
        size: float = sum(split["num_bytes"] for split in splits)
        configurations.append(
            {
                "config_name": name,
                "features": [{"name": "text", "dtype": "string"}],
                "splits": splits,
                "download_size": chance.choice([int(size) // 3, None]),
                "dataset_size": chance.choice([size, size, float(size)]),
            }
        )
    if len(configurations) == 1:
        del configurations[0]["config_name"]
        return configurations[0]
    return configurations


def _description(id: str, chance: Random) -> str | None:
    """As the Hub cuts it out of a rendered card."""
    name = id.rpartition("/")[2]
    text = f"\n\t\n\t\t\n\t\tDataset Card for {name}\n\t\n\n{chance.choice(_SENTENCES)}"
    cut = f" It has…\n See the full description on the dataset page: https://huggingface.co/datasets/{id}."
    return chance.choice([text + cut, text + cut, text, chance.choice(_SENTENCES), "", None])


def _repository(url: str) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": "repo",
        "name": "repo",
        "description": "The Hugging Face git repository.",
        "contentUrl": f"{url}/tree/refs%2Fconvert%2Fparquet",
        "encodingFormat": "git+https",
        "sha256": _NO_CHECKSUM,
    }


def _file_sets(record: Json, chance: Random) -> list[Json]:
    names = ["default", "extra"][: chance.randrange(1, 3)]
    return [
        {
            "@type": "cr:FileSet",
            "@id": f"parquet-files-for-config-{name}",
            "containedIn": {"@id": "repo"},
            "encodingFormat": "application/x-parquet",
            "includes": f"{name}/*/*.parquet",
        }
        for name in names
    ]
