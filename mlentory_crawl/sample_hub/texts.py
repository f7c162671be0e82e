"""The longer texts in made-up records; in real ones, too, they are most of the length."""

from __future__ import annotations

_PLAIN_CHAT = """\
{% for message in messages %}<|{{ message['role'] }}|>
{{ message['content'] | trim }}<|end|>
{% endfor %}{% if add_generation_prompt %}<|assistant|>
{% endif %}"""

_SYSTEM_CHAT = """\
{% if messages[0]['role'] == 'system' %}
{% set system = messages[0]['content'] | trim %}{% set messages = messages[1:] %}
{% else %}
{% set system = 'You are a helpful assistant of the harbor library. Say so when you do not know.' %}
{% endif %}
{{ bos_token + '[SYSTEM]' + system + '[/SYSTEM]' }}
{% for message in messages %}
{% if message['role'] == 'user' %}{{ '[ASK]' + message['content'] | trim + '[/ASK]' }}
{% elif message['role'] == 'assistant' %}{{ message['content'] | trim + eos_token }}
{% else %}{{ raise_exception('Only user and assistant turns are known') }}
{% endif %}{% endfor %}"""

_TOOL_CHAT = """\
{%- set intro = 'You may call functions. Their signatures stand between <tools> and </tools>.' -%}
{%- if tools %}
    {{- '<|turn|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- intro + '\\n<tools>' }}
    {%- for tool in tools %}
        {{- '\\n' }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- '\\n</tools><|done|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role in ('user', 'system') %}
        {{- '<|turn|>' + message.role + '\\n' + message.content + '<|done|>\\n' }}
    {%- elif message.role == 'assistant' %}
        {{- '<|turn|>assistant\\n' + message.content }}
        {%- for call in message.tool_calls or [] %}
            {{- '\\n<call>' + (call | tojson) + '</call>' }}
        {%- endfor %}
        {{- '<|done|>\\n' }}
    {%- elif message.role == 'tool' %}
        {{- '<|turn|>tool\\n<result>' + message.content + '</result><|done|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|turn|>assistant\\n' }}{%- endif %}"""

_RULES = {
    "thinking": "Think before you answer. Put your thoughts between <thought> and </thought>.",
    "documents": "Answer from the documents only, and name the one that you took a sentence from.",
    "json_schema": "Answer with one JSON value that conforms to the schema, without any text around it.",
    "language": "Answer in the language that the user writes, whatever language the documents have.",
    "today": "The date of today is given above. Do not guess what happened after your training.",
}
_RULED_CHAT = "".join(
    f"{{%- if {flag} %}}\n    {{{{- '<|turn|>system\\n{rule}<|done|>\\n' }}}}\n{{%- endif %}}\n"
    for flag, rule in _RULES.items()
)

CHAT_TEMPLATES = [_PLAIN_CHAT, _SYSTEM_CHAT, _TOOL_CHAT, _RULED_CHAT + _TOOL_CHAT, _RULED_CHAT + _TOOL_CHAT]

GATE_PROMPT = """\
By asking for access you accept the license of this model: you use it for research only, you do not try to find out
whose texts it learned from, you name it where you publish results, and you pass these terms on with every copy and
every derivative. The authors may end your access if you do not keep to them. What you enter below is shown to the
authors of the model and kept until you ask them to delete it."""

WIDGETS: list[list[dict[str, object]]] = [
    [{"text": "What time does the last ferry leave?", "example_title": "Ferry"}],
    [{"text": "The lighthouse keeper opened the door and"}, {"text": "Write a haiku about granite."}],
    [{"source_sentence": "The boat is late.", "sentences": ["The ferry has a delay.", "The tide is out."]}],
]
