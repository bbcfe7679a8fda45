"""The words of LLM APIs themselves: names of fields, and values that cannot say anything else.

They are the only strings of a request that screening does not see. A value is left out only where
an API has its field, and if it is exactly one of the words the field may have; anywhere else, in
any other field, or with any other value, it is text like all text.
"""

import re
from typing import Final


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_EFFORTS: Final = _words("none minimal low medium high xhigh max")

WORDS: Final = {
    "role": _words("system developer user assistant tool function"),
    "type": _words(
        # parts of messages
        "text refusal image_url input_audio video_url audio_url file input_text output_text "
        "input_image input_file summary_text reasoning_text thinking redacted_thinking image "
        "document tool_use tool_result search_result "
        # items of a conversation
        "message reasoning function_call function_call_output custom_tool_call "
        "custom_tool_call_output item_reference mcp_call mcp_list_tools file_search_call "
        "web_search_call code_interpreter_call local_shell_call local_shell_call_output "
        "image_generation_call computer_call computer_call_output "
        # tools, formats, sources
        "function custom json_schema json_object base64 url content ephemeral auto any tool "
        "none enabled disabled adaptive "
        # JSON Schema
        "string number integer boolean array object null"
    ),
    "tool_choice": _words("none auto required any"),
    "function_call": _words("none auto"),
    "reasoning_effort": _EFFORTS,
    "effort": _EFFORTS,
    "verbosity": _words("low medium high"),
    "service_tier": _words("auto default flex scale priority standard_only"),
    "detail": _words("auto low high original"),
    "format": _words("wav mp3 flac opus aac pcm16"),
    "modalities": _words("text audio"),
    "encoding_format": _words("float base64"),
    "status": _words("in_progress completed incomplete"),
    "ttl": _words("5m 1h"),
    "media_type": _words("text/plain application/pdf image/png image/jpeg image/gif image/webp"),
    "truncation": _words("auto disabled"),
}
"""By field, its closed vocabulary. A list has the vocabulary of its field."""

ID_FIELDS: Final = _words(
    "id tool_call_id call_id tool_use_id toolUseId file_id previous_response_id approval_request_id"
)
"""Fields that have an id where an API has them; anywhere else they may have anything."""

# What makers of ids make: known prefixes and one run of letters and digits, or a run by itself
# that is short (Mistral's have nine) or a digest, or a UUID. An account number or a key without a
# prefix is longer than nine.
_UUID: Final = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_ID: Final = re.compile(
    r"((?:(?:call|chatcmpl|cmpl|tool|toolu|bdrk|vrtx|srvtoolu|mcptoolu|tooluse|fc|msg|rs|resp|file"
    r"|ctc|ws|fs|ci|ig|mcp|mcpr|run|conv|pmpt)[-_])+)?"
    rf"(?P<run>(?(1)[A-Za-z0-9]{{1,64}}|[A-Za-z0-9]{{1,9}})|[0-9a-f]{{24}}|[0-9a-f]{{32}}|{_UUID})",
)
# What chance makes has digits in it, few of them in a row, and few letters of a case in a row: of
# random ones one in five is taken for more than an id, and read like any text. Six digits may
# be somebody's number; in a digest, that many stand in a row more often than not.
_NO_CHANCE: Final = re.compile(
    r"[0-9]{6}|[a-z]{7}|[A-Z]{7}|[A-Za-z]{16}|(?:[A-Z][a-z]{2,}+){3}",
)
_NO_SHORT_CHANCE: Final = re.compile(r"[0-9]{6}|[a-z]{4}|[A-Z]{4}")
_SHORT_CHARS: Final = 12
_DIGIT: Final = re.compile(r"[0-9]")
_DIGEST: Final = re.compile(rf"{_UUID}|[0-9a-f]{{24,64}}")
_DIGEST_CHARS: Final = 24
_LETTER: Final = re.compile(r"[a-f]")
_NO_DIGEST: Final = re.compile(r"[0-9]{12}")


def is_id(text: str) -> bool:
    """Whether a value of an id field is an id and no more than that."""
    form = _ID.fullmatch(text)
    if form is None:
        return False
    run = form["run"]
    if len(run) >= _DIGEST_CHARS and _DIGEST.fullmatch(run) is not None:
        is_number = _NO_DIGEST.search(run.replace("-", "")) is not None
        if not is_number and _LETTER.search(run) is not None:
            return True
    unlikely = _NO_CHANCE if len(run) > _SHORT_CHARS else _NO_SHORT_CHANCE
    return _DIGIT.search(run) is not None and unlikely.search(run) is None


# Numbers of tokens, in `logit_bias`; no vocabulary has a million.
_TOKEN_DIGITS: Final = 6


def is_token_number(key: str) -> bool:
    """Whether a key is the number of a token, so that it tells a model nothing."""
    return len(key) <= _TOKEN_DIGITS and key.isdecimal()


FIELD_NAMES: Final = _words(
    # requests
    "model messages input prompt suffix instructions system stream stream_options include_usage "
    "include_obfuscation temperature top_p top_k min_p n best_of echo stop stop_sequences "
    "max_tokens max_completion_tokens max_output_tokens presence_penalty frequency_penalty "
    "repetition_penalty logit_bias logprobs top_logprobs seed user metadata store service_tier "
    "modalities audio voice prediction reasoning_effort reasoning effort summary verbosity "
    "tools tool_choice functions function_call parallel_tool_calls response_format "
    "web_search_options safety_identifier prompt_cache_key truncation include background "
    "previous_response_id dimensions encoding_format thinking budget_tokens max_tool_calls "
    # messages, parts and items
    "role content name refusal reasoning_content tool_calls tool_call_id id call_id tool_use_id "
    "function custom arguments output status is_error phase type text image_url video_url "
    "audio_url input_audio file url detail data format file_data file_id file_url filename "
    "source media_type title context citations cache_control ttl signature encrypted_content "
    "annotations approval_request_id "
    # Gemini's and Bedrock's
    "contents parts functionCall functionResponse systemInstruction system_instruction "
    "toolUse toolUseId toolResult inputSchema inlineData inline_data fileData mimeType mime_type "
    "fileUri file_uri bytes s3Location bucketOwner "
    # tools and formats
    "description parameters input_schema strict json_schema schema syntax definition grammar "
    # JSON Schema
    "properties required additionalProperties items prefixItems enum const default examples "
    "anyOf oneOf allOf not minimum maximum exclusiveMinimum exclusiveMaximum multipleOf "
    "minLength maxLength minItems maxItems uniqueItems pattern nullable $schema $ref $defs "
    "definitions"
)

TEXT_FIELDS: Final = _words(
    "messages content text input prompt suffix instructions system arguments output name "
    "refusal reasoning reasoning_content thinking description title context summary "
    "query"
)
"""Fields that are read as text whatever their value looks like."""

BINARY_FIELDS: Final = _words("data file_data url image_url video_url audio_url file_url bytes")
"""Fields of a part that is no text, where its bytes may stand."""

OPAQUE_PARTS: Final = _words(
    "image_url input_audio video_url audio_url file input_image input_file input_video image "
    "audio video image_embeds audio_embeds document redacted_thinking container_upload "
    "computer_screenshot"
)
"""Types of parts that are no text."""

MEDIA_FIELDS: Final = _words("image_url input_audio video_url audio_url image_embeds audio_embeds")
"""Fields that make any part of a conversation one that is no text, whatever its type says."""

OPAQUE_FIELDS: Final = _words("encrypted_content prompt_embeds input_embeds")
"""Fields that only the model server can read, if they are bytes."""

SEALED_FIELDS: Final = _words(
    "signature data encrypted_content encrypted_index thought_signature thoughtSignature"
)
"""Fields with what an API has signed or encrypted, and refuses if it was changed."""

_BY_TYPE: Final = _words("signature data")
_SEALED_PARTS: Final = _words(
    "thinking redacted_thinking reasoning reasoning.text reasoning.encrypted"
)


def may_be_sealed(key: str, kind: object) -> bool:
    """Whether a field of `SEALED_FIELDS` is that in a part of some type; two are words of all."""
    return key not in _BY_TYPE or (isinstance(kind, str) and kind in _SEALED_PARTS)


TOKEN_FIELDS: Final = _words("prompt_token_ids input_ids token_ids prompt_tokens")
"""Fields that are a prompt, as numbers of tokens."""
