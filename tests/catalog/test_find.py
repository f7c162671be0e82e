"""What people write for a thing, and the thing that it means."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.catalogs import DAY, HUB, Book, model

from fair4ml.document import Document
from fair4ml.platforms import meant
from mlentory_crawl.catalog.queries.evaluations import results
from mlentory_crawl.catalog.queries.find import NotFound, find, or_rather
from mlentory_crawl.catalog.reader import CatalogReader

PAPER, FLOW, CODE, GLUE, NUCLEI, SOLVED = (
    "https://arxiv.org/abs/2104.05938",
    "https://www.openml.org/f/4711",
    "https://github.com/lab/tool",
    f"{HUB}datasets/lab/glue-nl",
    "https://hypha.aicell.io/bioimage-io/artifacts/mild-mole",
    "https://paperswithcode.co/paper/all-is-solved",
)


FETCHED = "2024-01-01T00:00:00Z"
NAMELESS, GONE = "https://track.test/data", "https://track.test/runs/gone"


def thing(iri: str, class_name: str, name: str) -> Document:
    return {"root": {"iri": iri, "class": class_name, "name": name}, "parts": [], "stubs": []}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogReader]:
    data_dir = tmp_path_factory.mktemp("find")
    book = Book(data_dir)
    book.crawl(
        {
            "1": model("Lab-NL/RobBERT-tiny_v2", base="Lab-NL/gated-Base"),
            "2": model("other/RobBERT-large"),
            "3": thing(PAPER, "ScholarlyArticle", "arXiv:2104.05938"),
            "4": thing(FLOW, "MLModel", "sklearn.Pipeline(4711)"),
            "5": thing(CODE, "SoftwareSourceCode", "lab/tool"),
            "6": thing(GLUE, "Dataset", "lab/glue-nl"),
            "7": thing("https://track.test/runs/a", "MLModel", "twice"),
            "8": thing("https://track.test/runs/b", "MLModel", "twice"),
            "9": thing("https://track.test/runs/c", "MLModel", "once"),
            "10": model("former/name"),
            "11": thing(NUCLEI, "MLModel", "Nuclei of moles"),
            "12": thing(SOLVED, "ScholarlyArticle", "All is solved"),
            "13": model("my.lab/Finch-base"),
            "14": model("acme/quail"),
            "15": model("acme/nightjars"),
            "16": model("acme/nets"),
            "17": model("acme/ibis"),
            "19": model("east/curlew"),
            "20": model("west/curlew"),
            "21": model("coast/plover"),
            "22": thing(f"{HUB}datasets/coast/plover", "Dataset", "coast/plover"),
            "23": model("coast/snipe", base="marsh/snipe"),
            "a/b/c": model("acme/deep"),
            "18": {**model("acme/lark"), "stubs": [{"iri": NAMELESS, "class": "Dataset"}]},
            **{f"f{n}": thing(f"https://track.test/runs/f{n}", "MLModel", "fivefold") for n in range(5)},
            **{f"s{n}": thing(f"https://track.test/{n}/sixfold", "MLModel", "sixfold") for n in range(6)},
            "gone": thing(GONE, "MLModel", "gone"),
            "twin": thing("https://track.test/runs/twin", "MLModel", "once or twice"),
            "gone twin": thing("https://track.test/runs/gone-twin", "MLModel", "once or twice"),
        }
    )
    book.crawl({"10": model("latter/name")})
    rows = [row for (row,) in book.rows("SELECT id FROM record WHERE key LIKE 'gone%'")]
    book.writer.census.settle(book.begin(), DAY.format(3), rows, rows, b"{}")
    book.close()
    made = CatalogReader(data_dir)
    yield made
    made.close()


@pytest.mark.parametrize(
    "written",
    [
        "Lab-NL/RobBERT-tiny_v2",
        "lab-nl/robbert-tiny_v2",
        "Lab-NL/RobBERT-tiny_v2@main",
        "hf:Lab-NL/RobBERT-tiny_v2",
        "hf://Lab-NL/RobBERT-tiny_v2",
        "hf://Lab-NL/RobBERT-tiny_v2@refs%2Fpr%2F1/config.json",
        "huggingface:Lab-NL/RobBERT-tiny_v2",
        "hf.co/Lab-NL/RobBERT-tiny_v2",
        "huggingface.co/Lab-NL/RobBERT-tiny_v2/",
        "http://www.huggingface.co/Lab-NL/RobBERT-tiny_v2",
        "HTTPS://HuggingFace.co/lab-NL/RobBERT-tiny_v2",
        f"{HUB}Lab-NL/RobBERT-tiny_v2",
        f"{HUB}Lab-NL/RobBERT-tiny_v2/tree/main",
        f"{HUB}Lab-NL/RobBERT-tiny_v2/blob/main/README.md?plain=1#L3",
        f"{HUB}Lab-NL/RobBERT-tiny_v2/resolve/v1.0/model.safetensors?download=true",
        f"{HUB}Lab-NL/RobBERT-tiny_v2/discussions/7",
        f"{HUB}Lab-NL/RobBERT-tiny_v2/blame/main/config.json",
        f"{HUB}Lab-NL/RobBERT-tiny_v2?library=transformers",
        f"{HUB}api/models/Lab-NL/RobBERT-tiny_v2",
        "pkg:huggingface/Lab-NL/RobBERT-tiny_v2@559062ad13d311b87b2c455e67dcd5f1c8f65111",
        "pkg:huggingface/Lab-NL/RobBERT-tiny_v2?repository_url=https://hub.example",
        "pkg:huggingface/Lab-NL%2FRobBERT-tiny_v2@v1",
        " Lab-NL/RobBERT-tiny_v2\n",
        "huggingface/model/1",
        "Lab-NL/RobBERT-tiny_v2/tree/main",
        "lab-nl/robbert-tiny_v2/blob/main/README.md",
        "RobBERT-tiny_v2",
        "robbert-TINY_V2",
    ],
)
def test_a_model_in_all_spellings(reader: CatalogReader, written: str) -> None:
    assert find(reader, written).root["iri"] == f"{HUB}Lab-NL/RobBERT-tiny_v2"


@pytest.mark.parametrize(
    ("written", "iri"),
    [
        ("arXiv:2104.05938", PAPER),
        ("arxiv:2104.05938v3", PAPER),
        ("2104.05938", PAPER),
        ("https://arxiv.org/pdf/2104.05938v1", PAPER),
        ("10.48550/arXiv.2104.05938", PAPER),
        ("doi:10.48550/ARXIV.2104.05938", PAPER),
        ("https://doi.org/10.48550/arXiv.2104.05938", PAPER),
        ("https://huggingface.co/papers/2104.05938", PAPER),
        ("f/4711", FLOW),
        ("openml.org/f/4711", FLOW),
        ("https://www.openml.org/search?type=flow&id=4711", FLOW),
        ("github.com/lab/tool", CODE),
        ("https://github.com/lab/tool/tree/main/src", CODE),
        ("git@github.com:lab/tool.git", CODE),
        ("pkg:github/lab/tool@1.2", CODE),
        ("lab/tool", CODE),
        ("lab/glue-nl", GLUE),
        ("datasets/lab/glue-nl", GLUE),
        ("hf://datasets/lab/glue-nl", GLUE),
        ("https://huggingface.co/datasets/lab/glue-nl/viewer/default/train", GLUE),
        ("mild-mole", NUCLEI),
        ("https://bioimage.io/#/?id=mild-mole", NUCLEI),
        ("bioimage.io/#/artifacts/bioimage-io%2Fmild-mole?tab=files", NUCLEI),
        ("https://hypha.aicell.io/bioimage-io/artifacts/mild-mole/files/rdf.yaml", NUCLEI),
        ("https://paperswithcode.com/paper/all-is-solved", SOLVED),
        ("once", "https://track.test/runs/c"),
        ("glue-nl", GLUE),
        ("plover", f"{HUB}coast/plover"),  # the model
        ("snipe", f"{HUB}coast/snipe"),  # the one that a record describes
        ("once or twice", "https://track.test/runs/twin"),
        ("huggingface/model/a/b/c", f"{HUB}acme/deep"),
        (GONE, GONE),
        ("former/name", f"{HUB}latter/name"),
    ],
)
def test_other_things(reader: CatalogReader, written: str, iri: str) -> None:
    assert find(reader, written).root["iri"] == iri


@pytest.mark.parametrize("written", ["Lab-NL/gated-Base", "gated-base", f"{HUB}Lab-NL/gated-Base/tree/main"])
def test_what_is_only_named_is_found(reader: CatalogReader, written: str) -> None:
    found = find(reader, written)
    root = {"iri": f"{HUB}Lab-NL/gated-Base", "class": "MLModel", "name": "Lab-NL/gated-Base"}
    assert dict(found.state) == {"root": root, "parts": [], "stubs": [], "counters": {}, "platforms": []}
    assert (found.root, found.records) == (root, [])
    with pytest.raises(NotFound):
        find(reader, written, "2030-01-01T00:00:00Z")


def test_what_has_no_name_is_told_without_one(reader: CatalogReader) -> None:
    assert find(reader, NAMELESS).root == {"iri": NAMELESS, "class": "Dataset"}


def test_what_is_gone_is_found_by_its_iri_only(reader: CatalogReader) -> None:
    (record,) = find(reader, GONE).records
    assert record.deleted_at == DAY.format(3)
    with pytest.raises(NotFound):
        find(reader, "gone")


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("Lab/RobBERT-tiny_v2", "did you mean Lab-NL/RobBERT-tiny_v2?"),
        ("Lab-NL/RobBERT-tinny_v2", "did you mean Lab-NL/RobBERT-tiny_v2?"),
        ("RobBERT-lrge", "did you mean other/RobBERT-large?"),
        (f"{HUB}other/RobBERT-larg/tree/main", "did you mean other/RobBERT-large?"),
        # What begins otherwise is compared with what is beside it, and of any place what begins alike.
        ("other/BoRBERT-large", "did you mean other/RobBERT-large?"),
        ("github.com/lab/otol", f"did you mean {CODE}?"),
        ("my.lab/Fnich-base", "did you mean my.lab/Finch-base?"),
        ("net", "did you mean acme/nets?"),
        ("quaix", "did you mean acme/quail?"),
        ("ACME/IBIZ", "did you mean acme/ibis?"),
    ],
)
def test_what_may_be_meant_is_suggested(reader: CatalogReader, written: str, suggestion: str) -> None:
    with pytest.raises(NotFound) as error:
        find(reader, written)
    assert str(error.value) == f"the catalog does not describe {written}; {suggestion}"


def test_a_name_of_several_things_means_none(reader: CatalogReader) -> None:
    def refusal(name: str) -> str:
        with pytest.raises(NotFound) as error:
            find(reader, name)
        return str(error.value)

    runs = "https://track.test/runs"
    assert refusal("twice") == f"twice is the name of several entities: {runs}/a, {runs}/b"
    assert refusal("fivefold").endswith(": " + ", ".join(f"{runs}/f{n}" for n in range(3)) + ", ...")
    assert refusal("sixfold").endswith(": " + ", ".join(f"https://track.test/{n}/sixfold" for n in range(3)) + ", ...")
    assert refusal("x/sixfold").endswith("?")
    assert refusal("x/sixfold").count("/sixfold") == 1 + 3
    assert refusal("curlew") == "curlew is the name of several entities: east/curlew, west/curlew"


@pytest.mark.parametrize(
    "written",
    [
        "", "%", "_", "zzz/%%%", "quite/another", "https://[", f"{HUB}//[", "pkg:huggingface/", "@", "x" * 5_000,
        "R%2", "to_l", "ib\\is", "ne", "nightjXYZ", "quail/x", "huggingface/model", "huggingface/dataset/1",
        "hugging/model/1",
    ],
)  # fmt: skip
def test_what_is_like_nothing_gets_no_suggestion(reader: CatalogReader, written: str) -> None:
    with pytest.raises(NotFound) as error:
        find(reader, written)
    assert str(error.value) == f"the catalog does not describe {written}{hint(written)}"


def hint(written: str) -> str:
    return f"; mlentory search {written} looks for this word" if written in ("to_l", "nightjXYZ") else ""


def test_a_moment_before_anything_was_known(reader: CatalogReader) -> None:
    assert find(reader, "lab-nl/robbert-tiny_v2", "2030-01-01T00:00:00Z").records
    for name in ("Lab-NL/RobBERT-tiny_v2", "nets"):
        with pytest.raises(NotFound) as error:
            find(reader, name, "2001-01-01T00:00:00Z")
        assert str(error.value) == (
            f"nothing is known of {name} at 2001-01-01T00:00:00Z; it was first fetched {FETCHED}"
        )
    with pytest.raises(NotFound, match=", and no record described it then"):
        find(reader, GONE, "2030-01-01T00:00:00Z")
    with pytest.raises(NotFound, match=r"describe nowhere/model at 2001-01-01T00:00:00Z$"):
        find(reader, "nowhere/model", "2001-01-01T00:00:00Z")


def test_what_was_asked_for_is_never_suggested(reader: CatalogReader) -> None:
    for name in ("acme/nets", "ACME/nets", f"{HUB}acme/nets", f"{HUB}acme/nets/tree/main"):
        assert "acme/nets" not in or_rather(reader, name)
    assert or_rather(reader, "net").endswith("did you mean acme/nets?")


def test_an_address_means_one_thing_first() -> None:
    assert meant(f"{HUB}google/gemma-7b/tree/main")[:2] == [f"{HUB}google/gemma-7b/tree/main", f"{HUB}google/gemma-7b"]
    assert meant("pkg:pypi/torch@2.0") == ["pkg:pypi/torch@2.0"]


def test_a_leaderboard_takes_the_page_of_a_dataset(reader: CatalogReader) -> None:
    assert results(reader, f"{GLUE}/viewer", None, None)[0] == []
