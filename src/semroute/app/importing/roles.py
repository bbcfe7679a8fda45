"""Their roles, which follow from headers."""

from typing import TYPE_CHECKING, Final

from .draft import Draft, Sayable, Unsayable, origin
from .findings import place_of
from .places import IDENTITY, SIGNALS, existing
from .source import Source

if TYPE_CHECKING:
    from .document import Plain

_USER: Final = "x-authz-user-id"
_GROUPS: Final = "x-authz-user-groups"


def carry_roles(root: Source, draft: Draft) -> None:
    """Carries roles as signals about the headers that say who asks."""
    user, groups = _USER, _GROUPS
    for identity in existing(root, IDENTITY):
        user = (identity.text("user_id_header") or user).lower()
        groups = (identity.text("user_groups_header") or groups).lower()
    for place in existing(root, SIGNALS):
        for node in place.list("role_bindings"):
            _role(node, {"User": user, "Group": groups}, draft)


def _role(node: Source, headers: dict[str, str], draft: Draft) -> None:
    name = node.text("name") or node.text("role")
    if name is None:
        node.misread("a role must have a name")
        return
    values: dict[str, list[Plain]] = {}
    for subject in node.list("subjects"):
        kind, who = subject.text("kind"), subject.text("name")
        if kind in headers and who is not None:
            values.setdefault(headers[kind], []).append(who)
        elif who is not None:
            subject.left("it is neither a User nor a Group")
    described = node.text("description")
    notes = (origin(node), *((described,) if described else ()))
    names: list[Plain] = []
    for header, some in values.items():
        said: Plain = {"header": {"name": header, "any": some}}
        names.append(draft.signal("authz", name, said, *notes))
    condition = Sayable(names[0] if len(names) == 1 else {"any": names})
    for each in {name, node.text("role") or name}:
        draft.signals["authz", each] = (
            condition if names else Unsayable((f"authz {each!r} of {place_of(node.path)}",))
        )
    if names:
        node.approximated(
            f"{', '.join(f'signals.{each}' for each in names)}: a header is compared as a whole, "
            "so a list of groups in it is none of them"
        )
