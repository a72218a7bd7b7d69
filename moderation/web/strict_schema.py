"""A schema that refuses unknown fields, and reads sooner what is as expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, missing, post_load


class StrictSchema(Schema):
    """Refuses unknown fields, so that a misspelt one is noticed.

    marshmallow keeps account of every field so that all wrong ones can be named, which costs most
    of the time. Where nothing is wrong there is nothing to name: an object is first read field by
    field, by the same fields, and only if one of them refuses by way of marshmallow.
    """

    class Meta:  # noqa: D106 - marshmallow's own way
        unknown = RAISE

    error_messages = {  # noqa: RUF012 - marshmallow's own way
        "unknown": "is no field of this object",
        "type": "expected an object",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._read: dict[str, Callable[[Any, str, Mapping[str, Any]], Any]] = {}
        self._required: set[str] = set()
        self._defaults: dict[str, Any] = {}
        for name, field in self.load_fields.items():
            has_more = field.validators or field.pre_load or field.post_load
            self._read[name] = field.deserialize if has_more else field._deserialize  # noqa: SLF001
            if field.required:
                self._required.add(name)
            elif field.load_default is not missing:
                self._defaults[name] = field.deserialize(missing)

    def load(self, data: Any, **options: Any) -> Any:
        """Return what the fields make of an object; `ValidationError` names all wrong ones."""
        if type(data) is dict and not any(options.values()):
            try:
                return self._loaded(data)
            except ValidationError:
                pass  # the longer way says what is wrong
        return super().load(data, **options)

    def _loaded(self, data: dict[str, Any]) -> Any:
        if not self._required <= data.keys() <= self._read.keys():
            raise ValidationError("a field is missing, or unknown")
        read = self._read
        found = self._defaults.copy()
        for name, value in data.items():
            if value is None:
                found[name] = self.load_fields[name].deserialize(None, name, data)
            else:
                found[name] = read[name](value, name, data)
        return self._made(found)

    @post_load
    def _finish(self, data: dict[str, Any], **_: Any) -> Any:
        return self._made(data)

    def _made(self, data: dict[str, Any]) -> Any:
        """Return what the schema stands for, of all that was read; by default just that."""
        return data
