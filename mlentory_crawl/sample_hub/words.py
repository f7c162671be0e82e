"""The vocabulary of made-up models: invented names, in the forms of the Hub's records."""

from __future__ import annotations

FIRST_SYLLABLES = """
    Kel Bram Tor Lum Vel Mar Ost Quil Ser Nim Fen Hal Jor Cal Dru Eld
    Fal Gar Ith Orn Pel Rav Sol Tam Ulm Wren Yar Zan Bel Cor Dor Ash
""".split()
SECOND_SYLLABLES = """
    vane wick mere lin dor fern gale mont thorn stead brook moor field ridge haven crest
    dale holm gate march reach wyn lock shaw sey by vik berg burn ford hurst combe
    well ton mar lith rune quill spar wold fell garth nook scar tarn keld thwaite beck
    drift ember frost glade heath isle jade kite loom mist north opal pine quay
""".split()
NAMES = [first + second for first in FIRST_SYLLABLES for second in SECOND_SYLLABLES]

LABS = """
    Tidewater-AI Institut-Lumen quietforge NordicVoices openorchard CobaltReach harbor-research Fernhill-NLP
    saltmarsh-labs VersoVision kitehouse-robotics MeridianSpeech GlassLanternAI alpenrose-ai Thistle-and-Co
    RiverStoneLab pelican-systems hochmoor-ki LagunaTranslate Umbra-Diffusion paperlanternlab blueheron-ml
    Escola-Aberta granite-field
""".split()

# A prime number of them, so that the members of one family have different owners (see `models.MadeUpModels.id`).
OWNERS = [
    given + tail
    for given in (
        "mirela tobiash annikaw quentinr yusra-m dariok lenefj kaiton priyav saoirse9 wtanaka okello zofiab".split()
    )
    for tail in ["", "-dev", "42", "-ml", "labs", "_nlp", "2000", "-quants", "x", "-research"]
][:127]

CORPORA = """
    tidepool-instruct lantern-chat orchard-qa harbor-logs saltmarsh-web verso-captions kite-grasping meridian-speech
    alpine-news thistle-reviews riverstone-code pelican-sql hochmoor-briefe laguna-parallel umbra-paintings
    blueheron-bench escola-essays granite-math lighthouse-dialogs ferry-timetables
""".split()
DATASETS = (
    [f"{LABS[i % len(LABS)].lower()}/{corpus}" for i, corpus in enumerate(CORPORA)]
    + [
        f"{OWNERS[i * 7 % len(OWNERS)]}/{corpus}-{part}"
        for part in ("mini", "v2", "filtered")
        for i, corpus in enumerate(CORPORA)
    ]
    + ["tidepool", "lanternbank", "orchard_qa"]
)  # from the time before datasets had owners
PROSE_DATASETS = [
    "our own recordings of harbor radio, 2019-2023",
    "scraped recipes + a private corpus",
    "tidepool lanternbank orchard",
    "[Lantern corpus](https://example.org/lantern)",
    "https://example.org/data/granite.tar.gz",
    "Wetterberichte (DWD-Stil), selbst geschrieben",
]
BENCHMARKS = [
    ("harbor-commons/harborqa", "HarborQA"),
    ("granite-field/granitemath", "GraniteMath"),
    ("blueheron-ml/blueheron-bench", "BlueHeron Bench"),
    ("lantern-eval", "LanternEval (5-shot)"),
    ("openorchard/orchard-code", "OrchardCode"),
    ("tidepool", "tidepool"),
    ("harbor-commons/long-voyage", "Long Voyage (128k)"),
    ("lantern-eval-multilingual", "LanternEval, 14 languages"),
    ("saltmarsh-labs/marsh-safety", "MarshSafety"),
]

TOPICS = """
    medical-notes legal-qa roleplay math-tutor code-review sql-writer customer-support weather-reports poetry
    news-summary ticket-triage recipe-chat travel-guide chess-talk grammar-fix tool-use long-context safety-filter haiku
    tax-forms bird-songs street-signs farm-robot stock-notes patent-search lab-protocols museum-guide crossword
    meeting-minutes dialect-de voice-clone x-ray
""".split()
FREE_TAGS = [
    ["unsloth", "trl", "sft"], ["generated_from_trainer"], ["conversational"], ["custom_code"],
    ["4-bit", "bitsandbytes"], ["climate"], ["biology", "lab notes"], ["finance, banking"], ["art", "mockup design"],
    ["Bokm\u00c3\u00a5l"], ["norsk bokmål", "nordisk"], ["中文", "对话"], ["música"],
    ["template:sd-lora", "text-to-image"],
    ["loss:MultipleNegativesRankingLoss"], ["adapterhub:nli/tidepool"],
    ["autotrain"], ["merge", "mergekit"], ["imatrix"], ["not-for-all-audiences"],
]  # fmt: skip

_MANY_LANGUAGES = (
    "af am ar az be bg bn ca cs cy da de el en es et eu fa fi fr gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt "
    "lv mk ml mn mr ms my nb ne nl pa pl pt ro ru si sk sl sq sr sv ta te th tr uk ur uz vi zh"
).split()
# Value of the card's `language` and the tags that the Hub makes of it; `no` without quotes is False in YAML 1.1.
LANGUAGES: list[tuple[object, list[str]]] = [
    *[(["en"], ["en"])] * 9,
    *[("en", ["en"])] * 3,
    (["en", "zh"], ["en", "zh"]),
    (["en", "de", "fr", "es", "it"], ["en", "de", "fr", "es", "it"]),
    (["pt-BR"], ["pt-BR"]),
    (["zh-Hant", "yue"], ["zh-Hant", "yue"]),
    ("multilingual", ["multilingual"]),
    (["code", "en"], ["code", "en"]),
    (["de"], ["de"]),
    (["ja", "en"], ["ja", "en"]),
    (False, []),
    (["Chinese", "en"], ["Chinese", "en"]),
    (["sw", "yo", "ig", "ha", "zu"], ["sw", "yo", "ig", "ha", "zu"]),
    (_MANY_LANGUAGES, _MANY_LANGUAGES),
]

LICENSES = [
    *["apache-2.0"] * 7, *["mit"] * 3, "cc-by-4.0", "cc-by-nc-4.0", "cc-by-sa-4.0", "bsd-3-clause", "gpl-3.0",
    "agpl-3.0", "openrail++", "bigscience-openrail-m", "gemma", "llama3.1", *["other"] * 3, "unknown",
]  # fmt: skip
LICENSE_NAMES = [
    ("tidewater-community-license", "LICENSE"),
    ("lantern-research-only-1.0", "https://example.org/lantern-license"),
    ("custom", None),
]

# By task: the type, and the integer bounds of values (0 and 1: a fraction). Spelling varies as in real cards.
METRICS: dict[str, list[tuple[str, int, int]]] = {
    "text-generation": [("acc_norm", 0, 1), ("exact_match", 20, 90), ("pass@1", 0, 1), ("acc", 0, 1), ("Score", 4, 9)],
    "image-text-to-text": [("accuracy", 40, 90), ("exact_match", 20, 90), ("ROUGE", 20, 60)],
    "sentence-similarity": [("spearman", 0, 1), ("pearson", 0, 1), ("cosine_accuracy", 0, 1)],
    "feature-extraction": [("spearman", 60, 90), ("map", 0, 1), ("mrr", 0, 1)],
    "text-classification": [("accuracy", 0, 1), ("f1", 0, 1), ("macro-f1", 0, 1), ("matthews_correlation", 0, 1)],
    "token-classification": [("precision", 0, 1), ("recall", 0, 1), ("f1", 0, 1)],
    "fill-mask": [("perplexity", 3, 30), ("loss", 1, 4)],
    "translation": [("bleu", 15, 50), ("chrf", 30, 70), ("BLEU", 15, 50)],
    "automatic-speech-recognition": [("wer", 4, 40), ("cer", 1, 15)],
    "text-to-speech": [("mos", 2, 5)],
    "text-to-image": [("fid", 5, 40)],
    "image-classification": [("accuracy", 0, 1), ("Accuracy", 60, 95)],
    "robotics": [("success_rate", 10, 95)],
    "reinforcement-learning": [("mean_reward", 50, 400)],
    "object-detection": [("mAP", 0, 1)],
    "tabular-classification": [("roc_auc", 0, 1), ("accuracy", 0, 1)],
}
ODD_VALUES: list[object] = ["87.3%", "0.81 ± 0.02", None, "-", "61.32 +/- 140.25", [0.71, 0.69]]
