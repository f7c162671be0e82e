from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from fair4ml.normalize.metrics import METRICS, metric, metric_name, metric_within, stated_metric

ANY_TEXT = st.text(st.characters(exclude_categories=()))
NAMES = st.tuples(
    st.sampled_from(["", "cosine_", "cos_sim_", "Dot ", "max_", "macro-", "weighted ", "top ", "mask "]),
    st.sampled_from([*METRICS, "Acc", "pearsonr", "rouge-L", "unheard of"]),
    st.sampled_from(["", "_macro", "_cosine", "-manhattan"]),
    st.sampled_from(["", "@1", "_at_10", " @ 5", "@0.50", "50-95", "_box", ",none", ",x-y", " iou 0.5"]),
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
        ("Top-10 accuracy", "top_10_accuracy"),
        ("top3", "top_3_accuracy"),
        ("acc top 1", "top_1_accuracy"),
        ("mAP@0.75", "map@0.75"),
        ("mAP@0.50(mask)", "map@0.5_mask"),
        ("bbox mAP50", "map@0.5_box"),
        ("mAP50-95", "map@0.5:0.95"),
        ("mAP@50-95", "map@0.5:0.95"),
        ("mAP@[.5:.95]", "map@0.5:0.95"),
        ("AP75", "ap@0.75"),
        ("mAP (IoU=0.60)", "map@0.6"),
        ("mAP@50", "map@50"),
        ("Recall@0.50", "recall@0.5"),
        ("Recall @ IoU 0.50", "recall@0.5"),
        ("F1 (IoU=0.75)", "f1@0.75"),
        ("mAP50(B)", "map@0.5_box"),
        ("F1 (samples)", "f1_samples"),
        ("acc,none", "accuracy"),
        ("exact_match,flexible-extract", "exact_match,flexible-extract"),
        ("em,strict-match", "exact_match,strict-match"),
        ("Percentage error", "error_rate"),
        *(
            (spelling.format(each), f"f1_{each}")
            for each in ("macro", "micro", "samples", "weighted")
            for spelling in ("{}_f1", "F1 {}", "f1-score ({})")
        ),
        *(
            (spelling.format(each), f"{each}_pearson")
            for each in ("cosine", "dot", "euclidean", "manhattan", "max")
            for spelling in ("{}_pearson", "Pearson {}", "pearsonr_{}")
        ),
        *(
            (spelling, "map@0.5_box")
            for spelling in ("box mAP50", "bbox_map@0.5", "mAP50 (box)", "mAP@.5_bbox", "mAP50-b", "mAP@0.50 IoU (Box)")
        ),
        *(
            (spelling, "map@0.5_mask")
            for spelling in (
                "mask mAP50",
                "segm_map@0.5",
                "mAP50 (mask)",
                "mAP@.5_segm",
                "mAP50-M",
                "Mean Average Precision@0.5 mask",
            )
        ),
        *(
            (spelling, "map@0.5:0.95")
            for spelling in ("map_50_95", "mAP@50:95", "mAP 0.5:0.95", "mAP@[IoU=0.50:0.95]", "mAP@0.5:0.95 IoU")
        ),
        *((spelling, "ap@0.55") for spelling in ("AP55", "Average Precision 55", "AP@.55", "AP (IoU 0.55)", "AP_0.55")),
        *(
            (spelling, "top_3_accuracy")
            for spelling in ("top_3", "Top3 acc", "top-03 accuracy", "acc_top3", "Accuracy Top-3", "acc top_3")
        ),
        *((spelling, "recall@0.5") for spelling in ("recall@IoU=0.5", "recall iou:0.50", "recall_IoU_0.5")),
        *((spelling, "recall@5") for spelling in ("recall@5", "Recall @ 5", "recall_at_5", "recall_@_5")),
        ("acc_norm,none", "acc_norm"),
        ("F1@5,strict_match", "f1@5,strict_match"),
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
        # Two variants at once, or one that there is not.
        ("macro F1 micro", "macro f1 micro"),
        ("box mAP50 mask", "box map50 mask"),
        ("box mAP@50", "box map@50"),
        ("mAP52", "map52"),
        ("mAP45", "map45"),
        ("mean F1", "mean f1"),
        ("F1@x", "f1@x"),
        ("top_x accuracy", "top_x accuracy"),
        ("squirrels,none", "squirrels,none"),
        ("acc,1", "acc,1"),
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


@pytest.mark.parametrize(
    ("type", "name", "stated"),
    [
        ("f1", "F1", "f1"),
        ("f1", "F1 Macro", "f1_macro"),
        ("recall", "Recall (weighted avg)", "recall_weighted"),
        ("precision", "Test precision, micro", "precision_micro"),
        ("f1_macro", "F1", "f1_macro"),
        ("f1_macro", "F1 micro", "f1_micro"),
        ("accuracy", "Top 3 Accuracy", "top_3_accuracy"),
        ("accuracy", "Top-5 accuracy on V2", "top_5_accuracy"),
        ("ndcg", "NDCG@20", "ndcg@20"),
        ("accuracy", "Macro", "accuracy_macro"),
        ("exact_match", "exact_match,strict-match", "exact_match,strict-match"),
        # The name is of a kind of what the type says, or of something wider.
        ("bleu", "SacreBLEU", "sacrebleu"),
        ("sacrebleu", "BLEU", "sacrebleu"),
        ("rouge", "Rouge-2 F1", "rouge2"),
        # The name names another metric.
        ("recall", "mAP@0.5:0.95(mask)", "map@0.5:0.95_mask"),
        ("precision", "Average Precision (AP)", "ap"),
        ("precision", "box mAP at IoU 0.5 on val", "box map at iou 0.5 on val"),
        ("precision", "F1", "f1"),
        ("main score", "Spearmanr", "spearman"),
        # The name says nothing more.
        ("wer", "Test WER (+LM)", "wer"),
        ("wer", "Word Error Rate (WER)", "wer"),
        ("score", "second turn", "score"),
        ("score", "accuracy of all", "score"),
        ("cosine_pearson", "Pearson", "cosine_pearson"),
        ("accuracy", "squirrels", "accuracy"),
        ("f1", "macro against micro F1", "f1"),
        # Several are named.
        ("rouge", "rouge1 and rouge2", "rouge1 and rouge2"),
        ("rouge1", "Rouge score (ROUGE)", "rouge1"),
        ("f1_micro", "F1 of all, macro", "f1_micro"),
        ("accuracy", "Accuracy of all (macro)", "accuracy_macro"),
        ("f1", "F1 and accuracy of all", "f1"),
        ("f1", "F1 of all, and macro recall", "f1"),
        # Nothing is named.
        ("unknown", "win rate", "win_rate"),
        ("Unknown", "MME-Cog.", "mme-cog."),
        ("accuracy", "unknown", "accuracy"),
        ("unknown", " ", None),
        (None, "Accuracy", "accuracy"),
        (None, None, None),
    ],
)
def test_the_most_specific_statement_of_a_metric_holds(type: str | None, name: str | None, stated: str | None) -> None:
    assert stated_metric(type, name) == stated


@pytest.mark.parametrize(
    ("type", "args", "stated"),
    [
        ("f1", {"average": "weighted"}, "f1_weighted"),
        ("f1_micro", {"average": "macro"}, "f1_micro"),
        ("f1", {"average": "binary"}, "f1"),
        ("accuracy", {"k": "3"}, "top_3_accuracy"),
        ("recall", {"top_k": 10}, "recall@10"),
        ("map", {"iou_threshold": 0.75}, "map@0.75"),
        ("map@0.5", {"iou": 0.75}, "map@0.5"),
        ("map", {"iou": "mean"}, "map"),
        ("squirrels", {"average": "macro"}, "squirrels"),
        ("f1", {"average": "Micro"}, "f1_micro"),
        ("f1", {"average": "samples", "k": 5}, "f1_samples@5"),
        *(("accuracy", {key: 3}, "top_3_accuracy") for key in ("k", "top_k", "topk")),
        *(
            ("accuracy", {key: text}, "accuracy@0.5")
            for key in ("iou", "iou_threshold", "iou_thr")
            for text in (0.5, ".5", "0.50")
        ),
        *(("recall", {"k": text}, "recall") for text in ("5a", "1e3", "-5", "5.", None, True)),
        ("recall", {"threshold": 5}, "recall"),
    ],
)
def test_arguments_say_which_variant_it_is(type: str, args: dict[str, object], stated: str) -> None:
    assert stated_metric(type, None, args) == stated


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ("average auc on 14 label", "auc"),
        ("Test WER", "wer"),
        ("Word Error Rate (WER)", "wer"),
        ("Mean F1 (Hindi)", "f1"),
        ("Labeled Dependencies Accuracy", "accuracy"),
        ("Validation ROC-AUC", "roc_auc"),
        ("validation perplexity", "perplexity"),
        ("mean__wer_of_nine", "wer"),
        ("auc_drop", None),
        ("symmetric mean absolute percentage error of all", "smape"),
        ("chrF++ of all", "chrf++"),
        ("R² of all", "r2"),
        ("Matthew's correlation of all", "matthews_correlation"),
        ("NDCG@10 of all", "ndcg"),
        ("F1 and accuracy of all", "f1"),
        ("Pearson and accuracy of all", None),
        ("WER and loss of all", None),
        *((raw, None) for raw in ("accuracy drop", "Top 1 Error", "F1 gap", "accuracy loss", "FID precision", "Score")),
        *(
            (raw, None)
            for raw in ("Bit per Character (BPC)", "1 - accuracy", "passes the exact test", "", "attack acc")
        ),
    ],
)
def test_the_known_part_of_a_longer_name_tells_the_direction(raw: str, known: str | None) -> None:
    found = metric_within(raw)
    assert (found.name if found else None) == known


@pytest.mark.parametrize(
    ("raw", "base"),
    [
        ("Top-10 accuracy", "accuracy"), ("top3", "accuracy"), ("f1_macro", "f1"), ("NDCG@10", "ndcg"),
        ("mAP@50-95", "map"), ("AP75", "ap"), ("acc,none", "accuracy"), ("f1,strict", "f1"),
        ("cos_sim_pearson", "pearson"),
    ],
)  # fmt: skip
def test_a_variant_is_one_of_its_metric(raw: str, base: str) -> None:
    found = metric(raw)
    assert found is not None
    assert found.name == base


@given(ANY_TEXT, ANY_TEXT)
def test_two_texts_of_any_kind_are_answered(type: str, name: str) -> None:
    stated = stated_metric(type, name)
    assert stated is None or stated.strip()
    metric_within(name)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_kind_of_a_metric_has_its_direction(name: str) -> None:
    wider = METRICS[name].kind_of
    assert wider is None or METRICS[wider].higher_is_better is METRICS[name].higher_is_better


@pytest.mark.parametrize(
    "nothing", ["", "-", "?", "Custom", "metric", "n/a", "NA", "none", "Other", "todo", "unknown", " none "]
)
def test_what_stands_for_a_metric_names_none(nothing: str) -> None:
    assert stated_metric(nothing, None) is stated_metric(None, nothing) is None
    assert stated_metric(nothing, "Test F1 macro") == stated_metric("Test F1 macro", nothing) == "test f1 macro"


@pytest.mark.parametrize("word", "avg average averaged dev eval evaluation score test val valid validation".split())
def test_words_that_say_of_no_variant(word: str) -> None:
    for name in (f"{word} accuracy", f"Accuracy ({word.title()})"):
        assert stated_metric("main", name) == "accuracy"
    assert stated_metric("precision", f"{word} AP (AP)") == "ap"
    assert stated_metric("main", f"{word}s accuracy") == "main"


@pytest.mark.parametrize(
    "word",
    """1 adversarial attack bias change complement cost decrease degradation delta deviation diff difference disparity
    drop dropped err error errors false forgetting gain gap improvement increase inverse latency loss lost minus miss
    missed neg negative non not rank ranking ratio reduced reduction relative sd seconds std stdev threshold time unsafe
    variance""".split(),
)
def test_a_word_can_turn_a_metric(word: str) -> None:
    assert metric_within(f"recall of all {word}") is metric_within(f"{word} of all recall") is None
    assert metric_within(f"recall of all x{word}") is METRICS["recall"]


@pytest.mark.parametrize("word", ["character", "comet", "exact", "hit", "pass"])
def test_a_plain_word_is_a_metric_alone_only(word: str) -> None:
    assert metric_within(f"{word} of all") is None
    assert metric_within(f"{word} of all recall") is METRICS["recall"]
