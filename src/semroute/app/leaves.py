"""What single values of the configuration may be."""

from typing import Annotated, Literal

from msgspec import Meta

# Names become header values, cluster names and metric labels, so they are plain.
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:/@+-]{1,128}$(?!\n)")]
CategoryName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9._:/@+-]( ?[A-Za-z0-9._:/@+-]){0,127}$(?!\n)")
]
HeaderName = Annotated[str, Meta(pattern=r"^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$(?!\n)")]
CapabilityName = Literal["tools", "images", "audio", "video", "files", "json_schema"]
FileName = Annotated[str, Meta(min_length=1)]
Weight = Annotated[float, Meta(gt=0, le=1e6)]
Score = Annotated[float, Meta(ge=0, le=1e6)]
Dollars = Annotated[float, Meta(ge=0, le=1e6)]
Share = Annotated[float, Meta(ge=0, le=1)]
