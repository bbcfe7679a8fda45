"""How the keys and tokens of known services are written."""

from typing import Final

_B: Final = r"[A-Za-z0-9_\-]"  # base64url
_A: Final = "[A-Za-z0-9]"
_H: Final = "[0-9a-f]"

# What each begins with, and what must follow. The lengths are what the services document or what
# public scanners of secrets expect, a little wider where a service has changed its own.
CLOUD_KEYS: Final = (
    ("AKIA", "[A-Z2-7]{16}"),  # AWS, and its temporary and other identifiers
    ("ASIA", "[A-Z2-7]{16}"),
    ("ABIA", "[A-Z2-7]{16}"),
    ("ACCA", "[A-Z2-7]{16}"),
    ("AIza", rf"{_B}{{35}}"),  # Google
    ("GOCSPX-", rf"{_B}{{28}}"),
    ("ya29.", rf"{_B}{{20,1024}}+"),
    ("AccountKey=", "[A-Za-z0-9+/]{86}=="),  # Azure
    ("SharedAccessKey=", "[A-Za-z0-9+/]{43}="),
    ("LTAI", rf"{_A}{{12,26}}+"),  # Alibaba
    ("AKID", rf"{_A}{{32}}"),  # Tencent
    ("dop_v1_", rf"{_H}{{64}}"),  # DigitalOcean
    ("doo_v1_", rf"{_H}{{64}}"),
)
TOKENS: Final = (
    ("ghp_", rf"{_A}{{36,255}}+"),  # GitHub
    ("gho_", rf"{_A}{{36,255}}+"),
    ("ghu_", rf"{_A}{{36,255}}+"),
    ("ghs_", rf"{_A}{{36,255}}+"),
    ("ghr_", rf"{_A}{{36,255}}+"),
    ("github_pat_", "[A-Za-z0-9_]{22,255}+"),
    ("glpat-", rf"{_B}{{20,128}}+"),  # GitLab
    ("glptt-", rf"{_B}{{20,128}}+"),
    ("gldt-", rf"{_B}{{20,128}}+"),
    ("glrt-", rf"{_B}{{20,128}}+"),
    ("glcbt-", rf"{_B}{{20,128}}+"),
    ("xox", r"[abeoprs]-[A-Za-z0-9\-]{10,250}+"),  # Slack
    ("xapp-", r"[0-9]-[A-Za-z0-9\-]{20,250}+"),
    ("hooks.slack.com/services/", rf"[A-Z0-9/]{{18,26}}/{_A}{{20,28}}"),
    ("sk_", rf"(?:live|test)_{_A}{{16,247}}+"),  # Stripe
    ("rk_", rf"(?:live|test)_{_A}{{16,247}}+"),
    ("whsec_", "[A-Za-z0-9+/=]{24,64}+"),
    ("sk-ant-", rf"{_B}{{20,200}}+"),  # Anthropic
    # OpenAI, OpenRouter
    ("sk-", rf"(?:(?:proj|svcacct|admin|or-v1|lf)-{_B}{{20,250}}+|{_A}{{20}}{_B}{{0,80}}+)"),
    ("hf_", rf"{_A}{{30,40}}+"),  # Hugging Face
    ("npm_", rf"{_A}{{36}}"),
    ("pypi-AgE", rf"{_B}{{50,500}}+"),
    ("SG.", rf"{_B}{{16,32}}\.{_B}{{16,64}}+"),  # SendGrid
    ("key-", rf"{_H}{{32}}"),  # Mailgun
    ("SK", rf"{_H}{{32}}"),  # Twilio
    ("AC", rf"{_H}{{32}}"),
    ("EAA", rf"{_A}{{80,400}}+"),  # Meta
    ("dapi", rf"{_H}{{32}}(?:-[0-9])?"),  # Databricks
    ("lin_api_", rf"{_A}{{40}}"),  # Linear
    ("secret_", rf"{_A}{{43}}"),  # Notion
    ("ntn_", rf"{_A}{{40,50}}+"),
    ("shp", r"(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),  # Shopify
    ("sq0", rf"(?:atp|csp|idp)-{_B}{{22,43}}+"),  # Square
    ("gsk_", rf"{_A}{{48,56}}+"),  # Groq
    ("xai-", rf"{_A}{{60,90}}+"),
    ("r8_", rf"{_A}{{37}}"),  # Replicate
    ("pplx-", rf"{_A}{{40,60}}+"),  # Perplexity
    ("AGE-SECRET-KEY-1", "[0-9A-Z]{58}"),
    ("hvs.", rf"{_B}{{20,200}}+"),  # HashiCorp Vault
    ("hvb.", rf"{_B}{{20,250}}+"),
    ("dckr_pat_", rf"{_B}{{20,40}}+"),  # Docker
    ("glsa_", rf"{_A}{{32}}_[0-9a-fA-F]{{8}}"),  # Grafana
    ("NRAK-", "[A-Z0-9]{27}"),  # New Relic
    ("PMAK-", rf"{_H}{{24}}-{_H}{{34}}"),  # Postman
    ("rubygems_", rf"{_H}{{48}}"),
    ("ATATT3", rf"{_B}{{40,250}}+=?{_A}{{0,10}}"),  # Atlassian
    ("sntrys_", rf"{_B}{{40,250}}+"),  # Sentry
    ("figd_", rf"{_B}{{40}}"),  # Figma
)
