"""What stands where the id of a model or a dataset is due, and which one it means."""

from __future__ import annotations

import pytest

from fair4ml.describe.draft import Draft
from fair4ml.describe.hub_repositories import (
    dataset_id,
    hub_dataset,
    hub_model,
    is_environment,
    is_placeholder,
    model_id,
)
from fair4ml.entities import CreativeWork, Stub

HUB = "https://huggingface.co/"


@pytest.mark.parametrize(
    "text",
    [
        "Acme/Nuts", " Acme/Nuts\n", "Acme/Nuts@main", "Acme/Nuts@refs/pr/1", "[our nuts](Acme/Nuts)",
        f"{HUB}Acme/Nuts", "http://www.huggingface.co/Acme/Nuts/", "HF.co/Acme/Nuts", f"{HUB}Acme/Nuts?library=keras",
        f"{HUB}Acme/Nuts#nuts", f"{HUB}Acme/Nuts?",
        f"[nuts]({HUB}Acme/Nuts/tree/main)", f"{HUB}Acme/Nuts/blob/main/README.md",
        f"{HUB}Acme/Nuts/any/thing",
    ],
)  # fmt: skip
def test_a_model_in_all_ways_to_write_it(text: str) -> None:
    assert model_id(text) == ("Acme/Nuts", "acme/nuts")


ENDINGS = """
    7z arrow avro bin bz2 ckpt csv db feather gguf ggml gz h5 hdf5 ipynb json jsonl jsonlines md ndjson npy npz onnx orc
    parquet pdf pickle pkl pt pth py rar safetensors sqlite tar tfrecord tgz tsv txt xls xlsx xml yaml yml zip zst
""".split()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_is_no_repository(ending: str) -> None:
    assert model_id(f"acme/nuts.{ending}") == (None, f"acme/nuts.{ending}")
    assert model_id(f"acme/nuts-{ending}") == (f"acme/nuts-{ending}", f"acme/nuts-{ending}")


@pytest.mark.parametrize("page", ["blob", "commit", "commits", "discussions", "raw", "resolve", "tree", "viewer"])
def test_a_page_below_a_model_without_an_owner_is_of_that_model(page: str) -> None:
    assert model_id(f"{HUB}gpt2/{page}/main") == ("gpt2", "gpt2")


@pytest.mark.parametrize("text", ["gpt2", "gpt2@main", f"{HUB}gpt2", f"{HUB}gpt2/tree/main", "hf.co/gpt2/"])
def test_some_models_have_no_owner(text: str) -> None:
    assert model_id(text) == ("gpt2", "gpt2")


@pytest.mark.parametrize(
    "text",
    [
        "", "nuts", "Acme/", "/nuts", "a/b/c", "acme nuts", "acme.org/nuts", "./nuts", "../nuts", "~/nuts", "a--b/c",
        "Checkpoints/nuts", "out/nuts", "ALE/Pong", "phys2d/Cart", "n/a",
        "user-name/nuts", "username/nuts", "HF_UserName/nuts", "hf-username/nuts", "org_name/nuts", "your-team/nuts",
        "yourname/nuts", "YourOrgName/nuts",
        "acme/checkpoint-900", "acme/CKPT7", "acme/global_step_10", "acme/nuts.sqlite",
        "acme/nuts.gguf", "acme/nuts.tar", "acme/nuts.PT",
        "acme/nuts.yml", "acme/nuts.xls", f"{HUB}docs/hub", f"{HUB}datasets/acme/nuts", "https://acme.org/acme/nuts",
        "[nuts] (acme/nuts)", "see [nuts](acme/nuts)", "acme/nuts@", "@main", "acme/nuts @main",
    ],
)  # fmt: skip
def test_what_is_no_model(text: str) -> None:
    id, key = model_id(text)
    assert id is None
    assert key == key.casefold()


@pytest.mark.parametrize(
    "id",
    ["acme/your", "acme/username", "myname/nuts", "acme/checkpoint", "acme/my-checkpoint-7", "acme/gguf", "acme/out"],
)
def test_what_only_looks_like_none_is_a_model(id: str) -> None:
    assert model_id(id) == (id, id)


@pytest.mark.parametrize(
    "text",
    [
        "Acme/Nuts", "Acme/Nuts@v1", f"{HUB}datasets/Acme/Nuts", f"{HUB}datasets/Acme/Nuts/viewer/all",
        f"[nuts]({HUB}datasets/Acme/Nuts)",
    ],
)  # fmt: skip
def test_a_dataset_in_all_ways_to_write_it(text: str) -> None:
    assert dataset_id(text) == "Acme/Nuts"


def test_a_dataset_without_an_owner_has_one_now() -> None:
    for text in (
        "squad",
        " squad ",
        f"{HUB}datasets/squad",
        f"{HUB}datasets/squad/viewer",
        f"[SQuAD]({HUB}datasets/squad)",
    ):
        assert dataset_id(text) == "rajpurkar/squad"
    for text in ("squad-of-ours", "Squad", f"{HUB}squad", "parquet"):
        assert dataset_id(text) is None


@pytest.mark.parametrize(
    "text", ["nuts", f"{HUB}Acme/Nuts", f"{HUB}spaces/Acme/Nuts", "data/nuts", "acme/nuts.csv", "n/a"]
)
def test_what_is_no_dataset(text: str) -> None:
    assert dataset_id(text) is None


def test_environments_have_versions() -> None:
    for name in ("ALE/Pong-v5", "Cart-v0", " Cart-v12 "):
        assert is_environment(name)
    for name in ("-v1", "Cart-v", "Cart-v1.5", "Cart", "Cart-v1-x", "Cart-vx"):
        assert not is_environment(name)


def test_words_that_stand_for_a_name_are_none() -> None:
    for text in ("None", " TBD ", "n/a", "json", " imagefolder", "[More Information Needed]"):
        assert is_placeholder(text)
    for text in ("JSON", "nuts", "none of these", ""):
        assert not is_placeholder(text)


def test_an_id_or_a_link_is_an_entity_that_is_only_named() -> None:
    draft = Draft("https://example.org/root")
    nuts, elm = f"{HUB}datasets/acme/nuts", f"{HUB}acme/elm"
    assert hub_dataset(draft, "acme/nuts") == hub_dataset(draft, f"{nuts}/viewer") == nuts
    assert hub_model(draft, "acme/elm") == hub_model(draft, f"{elm}/tree/main") == elm
    assert hub_dataset(draft, "our nuts") is hub_model(draft, "our elm") is None
    found = draft.finish(CreativeWork(iri=draft.iri), {})
    assert found.stubs == [Stub(nuts, "Dataset", "acme/nuts"), Stub(elm, "MLModel", "acme/elm")]
