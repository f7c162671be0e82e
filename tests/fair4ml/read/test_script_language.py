"""Languages that the script of a text leaves no choice about."""

from __future__ import annotations

import pytest

from fair4ml.read.script_language import is_in_latin_script, language_by_script

CHINESE = (
    "北极燕鸥比任何其他鸟类飞得更远。这片海岸已经有十一年没有人清点过它们。"
    "我们用借来的望远镜和一个从未见过鸟的模型度过了两个夏天。"
)
JAPANESE = (
    "アジサシは他のどの鳥よりも遠くまで飛びます。私たちは二つの夏を砂丘で過ごし、鳥を見たことのないモデルで数えました。"
)
KOREAN = (
    "북극제비갈매기는 다른 어떤 새보다도 멀리 날아간다. "
    "우리는 두 번의 여름을 모래 언덕에서 보내며 빌린 망원경으로 세었다."
)
GREEK = "".join(map(chr, range(0x3B1, 0x3C9))) * 3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (CHINESE, "zh"),
        (f"{CHINESE} PyTorch Transformers", "zh"),
        (JAPANESE, "ja"),
        (KOREAN, "ko"),
        (GREEK, "el"),
        ("Arctic terns fly further than any other bird, and nobody had counted them here for eleven years.", None),
        ("Полярные крачки летают дальше всех других птиц. Никто не считал их здесь одиннадцать лет.", None),
        ("Arctic terns, 北极燕鸥, fly further than any other bird, and nobody had counted them here for years.", None),
        ("北极燕鸥", None),
        ("", None),
    ],
)
def test_only_a_script_of_one_language_tells_it(text: str, language: str | None) -> None:
    assert language_by_script(text) == language


def test_the_script_of_a_language_is_known() -> None:
    assert [is_in_latin_script(tag) for tag in ("en", "pt-BR", "sr-Latn", "sr", "zh-TW", "ja")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
