from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from fair4ml.metrics import METRICS, metric, metric_name

ANY_TEXT = st.text(st.characters(exclude_categories=()))
NAMES = st.tuples(
    st.sampled_from(["", "cosine_", "cos_sim_", "Dot ", "max_", "macro-", "weighted "]),
    st.sampled_from([*METRICS, "Acc", "pearsonr", "rouge-L", "unheard of"]),
    st.sampled_from(["", "_macro", "_cosine", "-manhattan"]),
    st.sampled_from(["", "@1", "_at_10", " @ 5"]),
).map("".join)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("accuracy", "accuracy"),
        ("Accuracy", "accuracy"),
        (" acc ", "accuracy"),
        ("F1 Score", "f1"),
        ("F1-Score", "f1"),
        ("macro-f1", "f1_macro"),
        ("f1_macro", "f1_macro"),
        ("F1 (weighted)", "f1_weighted"),
        ("Exact Match", "exact_match"),
        ("em", "exact_match"),
        ("ppl", "perplexity"),
        ("WER", "wer"),
        ("SacreBLEU", "sacrebleu"),
        ("rouge-1", "rouge1"),
        ("rougeL", "rougel"),
        ("rogue-l", "rougel"),
        ("rougeLsum", "rougelsum"),
        ("pearsonr", "pearson"),
        ("spearmanr", "spearman"),
        ("cos_sim_spearman", "cosine_spearman"),
        ("spearman_cosine", "cosine_spearman"),
        ("matthew's correlation", "matthews_correlation"),
        ("ndcg_at_10", "ndcg@10"),
        ("NDCG@10", "ndcg@10"),
        ("map_at_100", "map@100"),
        ("Cosine Recall@3", "cosine_recall@3"),
        ("pass@1", "pass@1"),
        ("mean_reward", "mean_reward"),
        ("SI-SNRi", "si_snri"),
        ("R²", "r2"),
    ],
)
def test_spellings_of_one_metric_become_one_name(raw: str, name: str) -> None:
    assert metric_name(raw) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Test WER", "test wer"),
        ("  Labeled   Dependencies\nAccuracy ", "labeled dependencies accuracy"),
        ("inst_level_strict_acc and prompt_level_strict_acc", "inst_level_strict_acc and prompt_level_strict_acc"),
        ("MME-Cog.", "mme-cog."),
        ("Straße", "strasse"),
        ("-", "-"),
    ],
)
def test_an_unknown_name_is_kept_but_for_case_and_spaces(raw: str, name: str) -> None:
    assert metric_name(raw) == name
    assert metric(raw) is None


@pytest.mark.parametrize("raw", ["", " ", "\t\n"])
def test_an_empty_name_is_none(raw: str) -> None:
    assert metric_name(raw) is None


@pytest.mark.parametrize("raw", ["accuracy", "acc_norm", "BLEU", "mean_reward", "cosine_ndcg@10", "f1_macro", "pass@1"])
def test_more_of_these_is_better(raw: str) -> None:
    known = metric(raw)
    assert known is not None
    assert known.higher_is_better is True


@pytest.mark.parametrize("raw", ["wer", "CER", "loss", "perplexity", "rmse", "mae", "FID", "eer", "ter"])
def test_less_of_these_is_better(raw: str) -> None:
    known = metric(raw)
    assert known is not None
    assert known.higher_is_better is False


def test_a_variant_tells_what_its_metric_tells() -> None:
    assert metric("NDCG@10") is METRICS["ndcg"]
    assert metric("macro-F1") is METRICS["f1"]


def test_only_what_has_a_unit_states_one() -> None:
    assert METRICS["psnr"].unit == "dB"
    assert METRICS["accuracy"].unit is None


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_metric_is_well_formed(name: str) -> None:
    known = METRICS[name]
    assert known.name == name == metric_name(name)
    assert metric(name) is known
    assert known.label
    low = -math.inf if known.minimum is None else known.minimum
    high = math.inf if known.maximum is None else known.maximum
    assert low < high


@given(ANY_TEXT | NAMES)
def test_any_text_is_answered_and_a_name_names_itself(text: str) -> None:
    name = metric_name(text)
    assert (name is None) == (not text.strip())
    if name is not None:
        assert metric_name(name) == name
        assert metric(name) is metric(text)
