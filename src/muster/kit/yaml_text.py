"""YAML that people write and read: everything is text first, and nothing is repeated or referred to.

`no` and `0012` are the texts that they look like; only `null`, `~` and nothing at all are None.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable

_MOST_CHARACTERS = 1_000_000
_LINE = 120


class YamlTextError(ValueError):
    """The text is no YAML, or none of this kind; the message says where."""


class _TextLoader(yaml.SafeLoader):
    """Knows texts, nothing, lists and objects. An alias could make a small file a huge one, so there is none."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - as inherited
        if self.check_event(yaml.AliasEvent):
            line = self.get_mark().line + 1
            raise YamlTextError(f"line {line} refers to another place with *")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ARG002, FBT001, FBT002 - as inherited
        seen: set[str] = set()
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise YamlTextError(f"line {line} has a key that is no text")
            if key.value in seen:
                raise YamlTextError(f"line {line} says {key.value!r} a second time")
            seen.add(key.value)
        return {self.construct_scalar(key): self.construct_object(value, deep=True) for key, value in node.value}


_TextLoader.yaml_implicit_resolvers = {}
_TextLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])


class _Dumper(yaml.SafeDumper):
    """Writes lists indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - as inherited
        super().increase_indent(flow, indentless=False)


def load_yaml(text: str) -> object:
    """Texts, None, lists and objects of a YAML document. Raises YamlTextError."""
    if len(text) > _MOST_CHARACTERS:
        raise YamlTextError(f"it has more than {_MOST_CHARACTERS:,} characters")
    try:
        return yaml.load(text, _TextLoader)  # noqa: S506 - a SafeLoader that knows even less
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise YamlTextError(f"{where}{error.problem or 'it can not be read'}") from None
    except yaml.YAMLError as error:
        raise YamlTextError(str(error).splitlines()[0]) from None
    except RecursionError:
        raise YamlTextError("it is nested too deeply") from None


def dump_yaml(document: object) -> str:
    """A document of texts, None, lists and objects as YAML, in the order in which it is given."""
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_LINE))
