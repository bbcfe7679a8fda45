"""Keys and tokens that say by their form who issued them."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.entropy import looks_random
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT
from semroute.domain.pii import PiiKind, PiiSpan

_W: Final = r"[A-Za-z0-9_\-]"
_CLOUD: Final = re.compile(
    r"(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|ANPA|ANVA)[A-Z2-7]{16}(?![^\W_])"  # AWS
    rf"|AIza{_W}{{35}}(?!{_W})"  # Google API
    rf"|GOCSPX-{_W}{{28}}(?!{_W})"  # Google OAuth
    rf"|ya29\.{_W}{{20,512}}+"
    r"|AccountKey=[A-Za-z0-9+/]{86}=="  # Azure storage
    r"|SharedAccessKey=[A-Za-z0-9+/]{43}="
    r"|LTAI[A-Za-z0-9]{12,26}(?![^\W_])"  # Alibaba
    r"|AKID[A-Za-z0-9]{32}(?![^\W_])"  # Tencent
    r"|do[opr]_v1_[a-f0-9]{64}(?![^\W_])"  # DigitalOcean
)
# A secret access key has no form but its length.
_AWS_SECRET: Final = re.compile(
    r"[A-Za-z0-9/+](?<![A-Za-z0-9/+].)[A-Za-z0-9/+]{39}(?![A-Za-z0-9/+=])"
)
_AZURE_SECRET: Final = re.compile(r"[0-9A-Za-z_~.\-]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34}(?![\w~])")

_TOKEN: Final = re.compile(
    "|".join(
        (
            r"gh[pousr]_[A-Za-z0-9]{36,255}+",  # GitHub
            r"github_pat_[A-Za-z0-9_]{22,255}+",
            rf"gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-{_W}{{20,128}}+",  # GitLab
            r"xox[abeoprs]-[A-Za-z0-9\-]{10,250}+",  # Slack
            r"xapp-[0-9]-[A-Za-z0-9\-]{20,250}+",
            r"hooks\.slack\.com/services/[A-Z0-9/]{18,24}/[A-Za-z0-9]{20,28}",
            r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,247}+",  # Stripe
            r"whsec_[A-Za-z0-9+/=]{24,64}+",
            rf"sk-ant-{_W}{{20,200}}+",  # Anthropic
            rf"sk-(?:proj|svcacct|admin|or-v1|lf)-{_W}{{20,250}}+",  # OpenAI, OpenRouter
            rf"sk-[A-Za-z0-9]{{20}}{_W}{{0,80}}+",
            r"hf_[A-Za-z0-9]{30,40}+",  # Hugging Face
            r"npm_[A-Za-z0-9]{36}",
            rf"pypi-AgE{_W}{{50,500}}+",
            rf"SG\.{_W}{{16,32}}\.{_W}{{16,64}}+",  # SendGrid
            r"key-[0-9a-f]{32}",  # Mailgun
            r"SK[0-9a-f]{32}",  # Twilio
            r"AC[0-9a-f]{32}",
            r"EAA[A-Za-z0-9]{80,400}+",  # Meta
            r"dapi[0-9a-f]{32}(?:-[0-9])?",  # Databricks
            r"lin_api_[A-Za-z0-9]{40}",  # Linear
            r"secret_[A-Za-z0-9]{43}",  # Notion
            r"ntn_[A-Za-z0-9]{40,50}+",
            r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",  # Shopify
            rf"sq0(?:atp|csp|idp)-{_W}{{22,43}}+",  # Square
            r"EAAA[A-Za-z0-9_\-]{60}",
            r"dop_v1_[a-f0-9]{64}",
            r"gsk_[A-Za-z0-9]{48,56}+",  # Groq
            r"xai-[A-Za-z0-9]{60,90}+",  # xAI
            r"r8_[A-Za-z0-9]{37}",  # Replicate
            r"pplx-[A-Za-z0-9]{40,60}+",  # Perplexity
            r"AGE-SECRET-KEY-1[0-9A-Z]{58}",  # age
            rf"hv[sbr]\.{_W}{{20,200}}+",  # HashiCorp Vault
            rf"dckr_pat_{_W}{{20,40}}+",  # Docker
            r"glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}",  # Grafana
            r"NRAK-[A-Z0-9]{27}",  # New Relic
            r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",  # Postman
            r"rubygems_[0-9a-f]{48}",
            rf"ATATT3{_W}{{40,250}}=?",  # Atlassian
            rf"sntrys_{_W}{{40,250}}+",  # Sentry
            rf"figd_{_W}{{40}}",  # Figma
        )
    )
)
_TELEGRAM: Final = re.compile(rf"[0-9](?<![^\W_].)[0-9]{{7,9}}:AA{_W}{{33}}(?!{_W})")
_DISCORD: Final = re.compile(
    rf"[MNO](?<![^\W_].)[A-Za-z0-9_\-]{{23,27}}\.{_W}{{6}}\.{_W}{{27,38}}(?!{_W})"
)
_JWT: Final = re.compile(rf"eyJ(?<![^\W_]...){_W}{{10,4096}}+\.{_W}{{10,8192}}+\.{_W}{{0,2048}}+")
_BEGIN: Final = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[23]:"
)
_END: Final = re.compile(
    r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: [0-9a-f]{40,64}"
)
# A key of 16384 bits has 12,500 characters; one without an end is hidden this far.
_KEY_MAX: Final = 16_384


def find_cloud_keys(reading: Reading) -> Iterator[PiiSpan]:
    """Finds keys of cloud providers."""
    text = reading.text
    for match in _CLOUD.finditer(text):
        if _begins(text, match.start()):
            yield PiiSpan(PiiKind.CLOUD_KEY, match.start(), match.end(), DISTINCT)
    if "Q~" in text:
        for match in _AZURE_SECRET.finditer(text):
            yield PiiSpan(PiiKind.CLOUD_KEY, match.start(), match.end(), DISTINCT)
    for match in _AWS_SECRET.finditer(text):
        start, end = match.span()
        if reading.near(Topic.CLOUD, start, end) and looks_random(match[0]):
            yield PiiSpan(PiiKind.CLOUD_KEY, start, end, CONTEXT)


def find_tokens(reading: Reading) -> Iterator[PiiSpan]:
    """Finds tokens of services: source hosts, chat, payment, models, mail."""
    text = reading.text
    for match in _TOKEN.finditer(text):
        if _begins(text, match.start()) and not text[match.end() : match.end() + 1].isalnum():
            yield PiiSpan(PiiKind.TOKEN, match.start(), match.end(), DISTINCT)
    if ":AA" in text:
        for match in _TELEGRAM.finditer(text):
            yield PiiSpan(PiiKind.TOKEN, match.start(), match.end(), DISTINCT)
    if "." in text:
        for match in _DISCORD.finditer(text):
            if looks_random(match[0]):
                yield PiiSpan(PiiKind.TOKEN, match.start(), match.end(), DISTINCT)


def find_jwts(reading: Reading) -> Iterator[PiiSpan]:
    """Finds JSON Web Tokens: `eyJ` is how every JSON object begins in base64url."""
    for match in _JWT.finditer(reading.text):
        yield PiiSpan(PiiKind.JWT, match.start(), match.end(), DISTINCT)


def find_private_keys(reading: Reading) -> Iterator[PiiSpan]:
    """Finds private keys from their first line to their last, or as far as a key reaches."""
    text = reading.text
    if "PRIVATE KEY" not in text and "PuTTY" not in text:
        return
    ends = [match.end() for match in _END.finditer(text)]
    begins = [match.start() for match in _BEGIN.finditer(text)]
    place = 0
    reached = 0
    for index, start in enumerate(begins):
        if start < reached:
            continue
        while place < len(ends) and ends[place] <= start:
            place += 1
        end = min(len(text), start + _KEY_MAX)
        if index + 1 < len(begins):
            end = min(end, begins[index + 1])
        if place < len(ends) and ends[place] <= end:
            end = ends[place]
        reached = end
        yield PiiSpan(PiiKind.PRIVATE_KEY, start, end, DISTINCT)


def _begins(text: str, start: int) -> bool:
    return not start or not text[start - 1].isalnum()
