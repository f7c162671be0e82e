"""Canonical IRIs of entities, and of the parts under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b, sha256
from urllib.parse import quote, unquote
from uuid import UUID

from fair4ml.hub_datasets import FORMER, MOVED

IRI_MAX_LENGTH = 2048
IRI_PATTERN = r"^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|\\^`]+$"
"""An absolute IRI without the characters that RFC 3987 forbids."""


def part_iri(root: str, kind: str, *identity: object) -> str:
    """The IRI of a part of an entity: ``<root>#<kind>-<16 hex>``; of a part's part, ``<part>-<kind>-<16 hex>``.

    Args:
        root: the IRI of the entity.
        kind: the kind of part, such as ``evaluation``.
        identity: what distinguishes the part from its siblings, never its value: a corrected value keeps the IRI.
    """
    return f"{inside(root)}{kind}-{hashed(*identity)}"


def hashed(*identity: object) -> str:
    """A hash of the identifying values, in 16 hex digits; None hashes like an empty string."""
    text = "\x1f".join(["" if i is None else str(i) for i in identity])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def inside(root: str) -> str:
    """The prefix of the IRIs of an entity's parts; an IRI has only one fragment."""
    return f"{root}-" if "#" in root else f"{root}#"


HUGGING_FACE = "https://huggingface.co/"
"""The prefix of the Hub's IRIs, whichever endpoint answers."""
_HUB_DATASETS = f"{HUGGING_FACE}datasets/"
ARXIV = "arxiv"
"""The name of arXiv among archives of preprints, in lower case."""
GITHUB = "https://github.com/"
"""The prefix of the IRIs of repositories and accounts on GitHub, whichever endpoint answers."""

# What RFC 3987 keeps out of IRIs beside ASCII: C1 controls, surrogates, private use, specials and noncharacters.
_NOT_UCSCHAR = (
    "\\x7f-\\x9f\\ud800-\\uf8ff\\ufdd0-\\ufdef\\ufff0-\\uffff\\U000e0000-\\U000e0fff\\U000f0000-\\U0010ffff"
    + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(1, 15))
)
# Most texts are nothing else, and testing for that is several times as fast as looking for what to encode.
_PLAIN = re.compile(r"[\w./-]*", re.ASCII)
_NOT_IN_A_PATH = re.compile(rf"[\x00-\x20\"#%<>?\[\\\]^`{{|}}{_NOT_UCSCHAR}]")
# In a query "+" and "&" would be read as a space and as the next parameter.
_NOT_IN_A_QUERY_VALUE = re.compile(rf"[\x00-\x20\"#%&+;=<>?\[\\\]^`{{|}}{_NOT_UCSCHAR}]")

_REPO_ID = re.compile(
    r"(?:(?!(?:api|blog|collections|datasets|docs|learn|models|organizations|papers|settings|spaces|tasks)/)\w[\w.-]*/)?"
    r"\w[\w.-]*",
    re.ASCII,
)
_HUB_PAGE = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?P<path>[^?#]+)(?:[?#].*)?", re.IGNORECASE)
_HUB_LICENSE = re.compile(
    r"(?:https?://)?(?:www\.)?huggingface\.co/models\?license=license(?::|%3a)(?P<id>[\w.%+-]+)",
    re.IGNORECASE | re.ASCII,
)
_DOI_PREFIX = re.compile(r"doi:\s*|(?:https?://)?(?P<resolver>(?:dx\.|www\.)?doi\.org/)", re.IGNORECASE | re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+", re.ASCII)
_ARXIV = re.compile(
    r"(?:arxiv:\s*|(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|format|ps)/"
    r"|(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/papers/"
    r"|(?:doi:\s*|(?:https?://)?(?:(?:dx\.|www\.)?doi\.org/))?10\.48550(?:/|%2F)arxiv\.)?"
    r"(?:(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})"
    r"|(?P<archive>[a-z-]+)(?:\.[a-z]{2})?/(?P<old>\d{2}(?:0[1-9]|1[0-2])\d{3}))"
    r"(?:v\d+)?(?:\.pdf)?/?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_ARXIV_ADDRESS = re.compile(r"arxiv\.org/[a-z]+/[^\s}\\]+", re.IGNORECASE)
_ARXIV_NAME = re.compile(r"arxiv:\s*([a-z.-]+/\d{7}|\d{4}\.\d{4,5})", re.IGNORECASE)
_OF_AN_ENTITY = re.compile(
    r"https?://(?:huggingface\.co/(?:datasets/)?[^/?#]+(?:/[^/?#]+)?|github\.com/[^/?#]+(?:/[^/?#]+)?"
    r"|arxiv\.org/abs/.*|doi\.org/.*|orcid\.org/.*)",
    re.IGNORECASE,
)
_ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?", re.IGNORECASE | re.ASCII)
# Closed: ids with an archive's name were given out until March 2007 (https://info.arxiv.org/help/arxiv_identifier.html).
_ARXIV_ARCHIVES = frozenset(
    """
    acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga
    funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph
    q-alg q-bio quant-ph solv-int supr-con
    """.split()
)
_PACKAGE = re.compile(r"pkg:(?P<type>[a-z]+)/(?P<name>[^?#]+)", re.IGNORECASE)
_GITHUB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
_GITHUB_PAGE = re.compile(
    r"https?://(?:www\.)?github\.com/(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?(?:[/?#].*)?", re.ASCII | re.DOTALL
)
# Pages of the site itself, which have two steps as repositories have.
_NO_GITHUB_OWNERS = frozenset(
    """
    about account apps assets collections contact customer-stories dashboard edu enterprise events explore features gist
    github-copilot issues join login logout marketplace models new notifications organizations orgs pricing pulls readme
    repos resources search security sessions settings signup site solutions sponsors stars team topics trending users
    watching
    """.split()
)


def _encoded(match: re.Match[str]) -> str:
    return quote(match[0], safe="", errors="surrogatepass")


def _in_path(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _NOT_IN_A_PATH.sub(_encoded, text)


def _in_query(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _NOT_IN_A_QUERY_VALUE.sub(_encoded, text)


def is_repo_id(text: str) -> bool:
    """Check whether a text can be the id of a model or dataset on the Hugging Face Hub: ``name`` or ``owner/name``.

    Prose, URLs, Markdown links and paths cannot, nor can an id whose owner is one of the Hub's own routes.
    """
    return _REPO_ID.fullmatch(text) is not None and ".." not in text and "--" not in text


def hugging_face_model(id: str) -> str:
    """The IRI of a model on the Hugging Face Hub, from its id (``owner/name``, or ``name`` alone)."""
    return HUGGING_FACE + _in_path(id)


def hugging_face_dataset(id: str) -> str:
    """The IRI of a dataset on the Hugging Face Hub, from its id or from its name before it had an owner."""
    return _HUB_DATASETS + _in_path(MOVED.get(id, id))


def present_iri(iri: str) -> str:
    """The IRI itself, or the present IRI of a dataset on the Hub that was moved to an owner."""
    id = iri.removeprefix(_HUB_DATASETS)
    return hugging_face_dataset(id) if id != iri and id in MOVED else iri


def iris_over_time(iri: str) -> list[str]:
    """The IRI itself, or both the present and the former IRI of a dataset on the Hub that was moved to an owner."""
    now = present_iri(iri)
    former = FORMER.get(now.removeprefix(_HUB_DATASETS))
    return [now] if former is None else [now, _HUB_DATASETS + former]


def hugging_face_owner(name: str) -> str:
    """The IRI of a user or organization on the Hugging Face Hub."""
    return HUGGING_FACE + _in_path(name)


def hugging_face_path(address: str) -> str | None:
    """The path in the address of a page of the Hugging Face Hub, with or without scheme; None for any other text."""
    page = _HUB_PAGE.fullmatch(address)
    return None if page is None else page["path"]


@lru_cache(maxsize=4096)
def hugging_face_library(name: str) -> str:
    """The IRI of a library as the Hugging Face Hub knows it: the page of the models that use it."""
    return f"{HUGGING_FACE}models?library={_in_query(name)}"


@lru_cache(maxsize=4096)
def hugging_face_license(id: str) -> str:
    """The IRI of a license that only the Hugging Face Hub has an id for: the page of the models under it."""
    return f"{HUGGING_FACE}models?license=license:{_in_query(id)}"


def hugging_face_license_id(address: str) -> str | None:
    """The id in an IRI that `hugging_face_license` returns, with or without scheme; None for any other text."""
    page = _HUB_LICENSE.fullmatch(address)
    return None if page is None else unquote(page["id"])


def spdx(id: str) -> str:
    """The IRI of a license, from its SPDX identifier spelled as SPDX spells it."""
    return f"https://spdx.org/licenses/{_in_path(id)}"


def is_github_name(text: str) -> bool:
    """Check whether a text can be the full name of a repository on GitHub: ``owner/name``."""
    return _GITHUB_NAME.fullmatch(text) is not None and text.partition("/")[0].casefold() not in _NO_GITHUB_OWNERS


def github_repository(name: str) -> str:
    """The IRI of a repository on GitHub, from its name (``owner/name``)."""
    return GITHUB + name


def github_name_in(address: str) -> str | None:
    """The full name of the repository on GitHub that an address leads into; None for any other text."""
    page = _GITHUB_PAGE.fullmatch(address)
    return page["name"] if page is not None and is_github_name(page["name"]) else None


def bioimage_artifact(alias: str) -> str:
    """The IRI of a resource of the BioImage Model Zoo, from its alias in the collection."""
    return f"https://hypha.aicell.io/bioimage-io/artifacts/{_in_path(alias)}"


def packaged(type: str, text: str) -> str | None:
    """The name in a package URL of a type (https://github.com/package-url/purl-spec); None for any other text.

    Version, qualifiers and subpath are left out: they do not distinguish packages.
    """
    package = _PACKAGE.match(text)
    if package is None or package["type"].lower() != type:
        return None
    name = unquote(package["name"])
    return name.rpartition("@")[0] or name


def orcid(text: str) -> str | None:
    """The IRI of a person, from an ORCID iD or its address, or None if the text is not one valid iD.

    Source: https://support.orcid.org/hc/en-us/articles/360006897674 (the last character is a checksum, ISO 7064 11-2).
    """
    match = _ORCID.fullmatch(text.strip())
    if match is None:
        return None
    name = match[1].upper()
    total = 0
    for digit in name[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    return f"https://orcid.org/{name}" if name[-1] == "0123456789X"[(12 - total % 11) % 11] else None


def names_an_entity(address: str) -> bool:
    """Check whether an address is the IRI of a model, a dataset, a repository, an account, a paper, or a person."""
    return _OF_AN_ENTITY.fullmatch(address) is not None


@lru_cache(maxsize=16_384)
def arxiv(id: str) -> str | None:
    """The IRI of an arXiv paper, the same for all its versions, or None if the text is not one arXiv identifier.

    Args:
        id: ``2301.01234v2``, ``math.GT/0309136``, either of them after ``arXiv:``, the DOI that arXiv assigns, or the
            address of the abstract, the PDF or the Hugging Face Hub's page of the paper.
    """
    match = _ARXIV.fullmatch(id.strip())
    if match is None:
        return None
    new, archive, old = match["new"], match["archive"], match["old"]
    if new is None:
        # The subject class is left out: numbers are unique within an archive.
        archive = archive.lower()
        return f"https://arxiv.org/abs/{archive}/{old}" if archive in _ARXIV_ARCHIVES else None
    if new < "0704" or len(new) != (9 if new < "1501" else 10):
        return None
    return f"https://arxiv.org/abs/{new}"


def arxiv_name(iri: str) -> str:
    """The name of an arXiv paper, from its IRI."""
    return "arXiv:" + iri.partition("/abs/")[2]


def named_on_arxiv(text: str) -> Iterator[str]:
    """The IRIs of the arXiv papers that a text names, as ``arXiv:`` and an identifier or by an address of arXiv."""
    for named in (*_ARXIV_NAME.findall(text), *_ARXIV_ADDRESS.findall(text)):
        if iri := arxiv(named.rstrip(".,;)")):
            yield iri


def is_arxiv_doi(iri: str) -> bool:
    """Check whether the IRI of a DOI is one that arXiv assigns to its papers."""
    return iri.startswith("https://doi.org/10.48550/arxiv.")


def doi(text: str) -> str | None:
    """The IRI of a DOI (``https://doi.org/`` and the DOI in lower case), or None if the text is not one DOI.

    Args:
        text: the DOI alone, after ``doi:``, or in the address of a resolver.
    """
    name = text.strip()
    prefix = _DOI_PREFIX.match(name)
    if prefix is not None:
        name = name[prefix.end() :]
        if prefix["resolver"]:
            try:
                name = unquote(re.split("[?#]", name)[0], errors="strict")
            except UnicodeDecodeError:
                return None
    if _DOI.fullmatch(name) is None or not name.isprintable():
        return None
    return "https://doi.org/" + _in_path(name.lower())


def run_iri(name: str) -> str:
    """The IRI of a run of the crawler."""
    return f"urn:mlentory:run:{name}"


UUID_URN = "urn:uuid:"
_UUID_VERSION = 4


def document_id(iri: str) -> UUID:
    """Return the id of a document, for whoever keeps documents by UUID: the same for the same address.

    Its bytes are those of the address's hash; version and variant are those of a random UUID, which consumers check.
    Of an entity that has no address but such a UUID (``urn:uuid:``), it is that one.

    Args:
        iri: the canonical address.
    """
    if iri.startswith(UUID_URN):
        with suppress(ValueError):
            stated = UUID(iri.removeprefix(UUID_URN))
            if stated.version == _UUID_VERSION:
                return stated
    return UUID(bytes=sha256(iri.encode()).digest()[:16], version=_UUID_VERSION)
