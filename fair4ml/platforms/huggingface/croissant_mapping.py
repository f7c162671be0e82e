"""The Croissant of datasets on the Hugging Face Hub: a record of its own, as many datasets have none.

The name stays the dataset's id; the name in Croissant is an alternative. E-mail addresses and the structure of the
records are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fair4ml.describe.articles import article_stub
from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import stated_licenses
from fair4ml.describe.source_record import InvalidRecord
from fair4ml.entities import Agent, DataDownload, Dataset, Description, Organization, Person
from fair4ml.identifiers import IRI_MAX_LENGTH, arxiv, doi, hugging_face_dataset, is_repo_id, part_iri
from fair4ml.normalize.languages import parse_language
from fair4ml.normalize.license_addresses import license_id
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface import terms
from fair4ml.platforms.huggingface.croissant_source import Creator, Croissant, CroissantFile, File
from fair4ml.platforms.huggingface.datasets_mapping import readable
from fair4ml.platforms.huggingface.evaluations import owner_stub
from fair4ml.platforms.huggingface.licenses import repository_owner

_NOTHING = frozenset({"", "n/a", "none", "null", "undefined", "unknown"})
_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")
_OWNER = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([\w-][\w.-]*)/?", re.ASCII | re.IGNORECASE)
_NO_OWNERS = frozenset("api collections datasets docs models papers spaces tasks".split())
_SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_NO_CHECKSUM = "https://github.com/mlcommons/croissant/issues/80"
"""The value that the Hub gives in place of a repository's checksum."""
_MACHINE_KEYWORD = re.compile(
    r"\W*Region: [A-Z]{2}|Croissant|Dask|Datasets|Polars|pandas|[<>] ?\d+[KMBT]|\d+[KMBT] - \d+[KMBT]"
)
"""The Hub's labels of its regions, of the programs that can read a dataset, and of sizes."""
_FILES = frozenset({"FileObject", "FileSet"})
_CREATORS: Mapping[str, type[Agent]] = {"Person": Person, "Organization": Organization}


@describe.register
def describe_croissant(source: CroissantFile) -> Description:
    """Map the Croissant file of a dataset; see `describe`.

    Raises:
        InvalidRecord: there is no Croissant file.
    """
    stated = source.croissant
    if stated is None:
        raise InvalidRecord("croissant", "is not a description of a dataset")
    iri = hugging_face_dataset(source.id)
    draft = Draft(iri)
    names = [name.strip() for name in (*stated.alternate_name, stated.name) if name is not None and _is_said(name)]
    languages = _languages(draft, stated)
    keywords, articles = _keywords(draft, stated)
    dataset = Dataset(
        iri=iri,
        name=source.id,
        alternate_name=[name for name in dict.fromkeys(names) if name != source.id],
        url=_address(draft, "croissant.url", stated.url),
        identifier=_identifiers(stated),
        same_as=_addresses(draft, stated),
        description=readable(stated.description or ""),
        creator=_creators(draft, stated),
        date_created=stated.date_created,
        date_modified=stated.date_modified,
        date_published=stated.date_published,
        license=stated_licenses(
            draft,
            repository_owner(iri),
            [(f"croissant.license.{n}", text) for n, text in enumerate(stated.license) if text and _is_license(text)],
        ),
        keywords=keywords,
        language=list(dict.fromkeys(languages.values())),
        language_tag=list(languages),
        version=_said(stated.version),
        citation=[text.strip() for text in stated.citation if text is not None and _is_said(text)],
        cite_as=_said(stated.cite_as),
        reference_publication=articles,
        distribution=_distribution(draft, stated),
    )
    return draft.finish(dataset, {})


def _is_said(text: str) -> bool:
    return text.strip().casefold() not in _NOTHING


def _said(text: str | None) -> str | None:
    """A text, or None if it is a placeholder that programs write in place of one."""
    return text.strip() if text is not None and _is_said(text) else None


def _address(draft: Draft, place: str, text: str | None) -> str | None:
    address = _said(text)
    if address is None or (_WEB_ADDRESS.fullmatch(address) and len(address) <= IRI_MAX_LENGTH):
        return address
    draft.issue(place, "is not a web address")
    return None


def _addresses(draft: Draft, stated: Croissant) -> list[str]:
    found = [_address(draft, f"croissant.sameAs.{n}", text) for n, text in enumerate(stated.same_as)]
    return list(dict.fromkeys(address for address in found if address is not None))


def _identifiers(stated: Croissant) -> list[str]:
    return list(dict.fromkeys(doi(text) or text.strip() for text in stated.identifier if text and _is_said(text)))


def _languages(draft: Draft, stated: Croissant) -> dict[str, str]:
    found: dict[str, str] = {}
    for position, text in enumerate(stated.in_language):
        if text is None or not _is_said(text):
            continue
        parsed = parse_language(text)
        if parsed is not None:
            found[parsed.tag] = draft.stub(parsed.stub)
        elif text not in terms.NO_SINGLE_LANGUAGE:
            draft.issue(f"croissant.inLanguage.{position}", "does not name a single language")
    return found


def _keywords(draft: Draft, stated: Croissant) -> tuple[list[str], list[str]]:
    """The keywords without those that the Hub adds for its services, and the articles among them."""
    words: dict[str, None] = {}
    articles: dict[str, None] = {}
    for keyword in stated.keywords:
        word = _said(keyword)
        if word is None or _MACHINE_KEYWORD.fullmatch(word):
            continue
        article = arxiv(word) if word.lower().startswith("arxiv:") else None
        if article is None:
            words[word] = None
        else:
            articles[draft.stub(article_stub(article))] = None
    return list(words), list(articles)


def _is_license(text: str) -> bool:
    """Check whether a text is not the Hub's placeholder for a missing license, nor a page for that."""
    return _is_said(license_id(text) or text)


def _creators(draft: Draft, stated: Croissant) -> list[str]:
    found: dict[str, None] = {}
    for position, creator in enumerate(stated.creator):
        iri = None if creator is None else _creator(draft, f"croissant.creator.{position}", creator)
        if iri is not None:
            found[iri] = None
    return list(found)


def _creator(draft: Draft, place: str, creator: Creator) -> str | None:
    """The IRI of a creator: an owner on the Hub by its address, any other as a part of the dataset."""
    for address in (creator.url, creator.id, creator.name):
        owner = _OWNER.fullmatch((address or "").strip())
        if owner is not None and is_repo_id(owner[1]) and owner[1] not in _NO_OWNERS:
            return draft.stub(owner_stub(owner[1]))
    name = _said(creator.name) or _said(" ".join(filter(None, (creator.given_name, creator.family_name))))
    if name is None:
        draft.issue(place, "has no name")
        return None
    kind = _CREATORS.get(_local_name(creator.type), Agent)
    url = _address(draft, f"{place}.url", creator.url)
    return draft.part(kind(iri=part_iri(draft.iri, "creator", name), name=name, url=url))


def _distribution(draft: Draft, stated: Croissant) -> list[str]:
    found: dict[str, None] = {}
    for position, file in enumerate(stated.distribution):
        if file is None:
            continue
        place = f"croissant.distribution.{position}"
        key = file.id or file.name or file.content_url
        iri = part_iri(draft.iri, "file", key)
        if file.type is not None and _local_name(file.type) not in _FILES:
            draft.issue(place, "is not a file")
        elif key is None:
            draft.issue(place, "has no name")
        elif iri in found:
            draft.issue(place, "has the same name as another file")
        else:
            found[draft.part(_download(draft, place, file, iri))] = None
    return list(found)


def _download(draft: Draft, place: str, file: File, iri: str) -> DataDownload:
    address = _said(file.content_url)
    checksum = _said(file.sha256)
    if checksum is not None and not _SHA256.fullmatch(checksum):
        if checksum != _NO_CHECKSUM:
            draft.issue(f"{place}.sha256", "is not a SHA-256 checksum")
        checksum = None
    return DataDownload(
        iri=iri,
        name=file.name or file.id,
        # Without a scheme it is a path, inside an archive or beside the file that names it.
        content_url=_address(draft, f"{place}.contentUrl", address) if address and "://" in address else None,
        content_size=_size(draft, f"{place}.contentSize", file.content_size),
        encoding_format=next((form for form in file.encoding_format if form and form.strip()), None),
        sha256=checksum.lower() if checksum is not None else None,
    )


def _size(draft: Draft, place: str, size: int | str | None) -> str | None:
    if size is None or isinstance(size, int):
        return None if size is None else f"{size} B"
    if any(map(str.isdigit, size)):
        return size.strip()
    draft.issue(place, "is not a size")
    return None


def _local_name(type: str | None) -> str:
    return re.split("[:/#]", type or "")[-1]
