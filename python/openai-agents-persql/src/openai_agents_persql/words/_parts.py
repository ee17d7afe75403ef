"""The parts of messages, and what tools put out, in either words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ._fields import (
    ABSENT,
    Fields,
    fields_of,
    first_given,
    from_rest,
    is_bytes,
    is_fields,
    rest_of,
    sayable,
    to_rest,
)


def _each(content: Any, convert: Callable[[Fields], Any]) -> Any:
    if not isinstance(content, list):
        return content
    return [convert(part) if is_fields(part) else part for part in cast("list[Any]", content)]


def to_input_parts(content: Any) -> Any:
    """The parts of a message of a user, or of what a tool has put out."""
    return _each(content, _to_input_part)


def _to_input_part(part: Fields) -> Any:
    get, type_ = _getter(part), part.get("type")
    common = {
        **sayable(prompt_cache_breakpoint=get("promptCacheBreakpoint")),
        **to_rest(part.get("providerData"), type_),
    }
    if type_ == "input_text":
        return {"type": type_, **sayable(text=get("text")), **common}
    if type_ == "input_image":
        image = get("image")
        place = fields_of(image).get("id", ABSENT)
        if place is ABSENT or place is None:
            place = get("fileId")
        url = first_given(image, get("imageUrl")) if place is ABSENT else ABSENT
        return {"type": type_, **sayable(image_url=url, file_id=place, detail=get("detail")), **common}
    if type_ == "input_file":
        return {
            "type": type_,
            **_to_file(get("file")),
            **sayable(
                file_data=get("fileData"),
                file_url=get("fileUrl"),
                file_id=get("fileId"),
                filename=get("filename"),
            ),
            **common,
        }
    if type_ == "audio" and not is_fields(get("audio")):
        return {
            "type": "input_audio",
            "input_audio": sayable(data=get("audio"), format=get("format")),
            **common,
        }
    return part


def _to_file(file: Any) -> dict[str, Any]:
    if isinstance(file, str):
        return {"file_url" if file.startswith(("http://", "https://")) else "file_data": file}
    get = _getter(fields_of(file))
    return sayable(file_id=get("id"), file_url=get("url"))


def from_input_parts(content: Any) -> Any:
    return _each(content, _from_input_part)


def _from_input_part(part: Fields) -> Any:
    get, type_ = _getter(part), part.get("type")

    def common(*known: str) -> dict[str, Any]:
        others = rest_of(part, "type", "text", "prompt_cache_breakpoint", *known)
        return sayable(promptCacheBreakpoint=get("prompt_cache_breakpoint"), providerData=from_rest(others))

    if type_ == "input_text":
        return {"type": type_, **sayable(text=get("text")), **common()}
    if type_ == "input_image":
        url, place = get("image_url"), get("file_id")
        image = first_given(url, place if place is ABSENT else {"id": place})
        return {
            "type": type_,
            **sayable(image=image, detail=get("detail")),
            **common("image_url", "file_id", "detail"),
        }
    if type_ == "input_file":
        file, place, url = get("file_data"), get("file_id"), get("file_url")
        if file is ABSENT or file is None:
            file = (
                {"id": place} if isinstance(place, str) else {"url": url} if isinstance(url, str) else ABSENT
            )
        return {
            "type": type_,
            **sayable(file=file, filename=get("filename")),
            **common("file_data", "file_id", "file_url", "filename"),
        }
    if type_ == "input_audio":
        audio = _getter(fields_of(get("input_audio")))
        return {
            "type": "audio",
            **sayable(audio=audio("data"), format=audio("format")),
            **common("input_audio"),
        }
    return part


def to_output_parts(content: Any) -> Any:
    """The parts of what a model has said."""
    return _each(content, _to_output_part)


def _to_output_part(part: Fields) -> Any:
    get, type_ = _getter(part), part.get("type")
    rest = to_rest(part.get("providerData"), type_)
    if type_ == "output_text":
        return {**sayable(type=type_, text=get("text")), "annotations": [], **rest}
    return {**sayable(type=type_, refusal=get("refusal")), **rest} if type_ == "refusal" else part


def from_output_parts(content: Any) -> Any:
    if isinstance(content, str):
        return [{"type": "output_text", "text": content}]
    return _each(content, _from_output_part)


def _from_output_part(part: Fields) -> Any:
    get, type_ = _getter(part), part.get("type")
    known = {"output_text": "text", "refusal": "refusal"}.get(str(type_))
    if known is None:
        return part
    others = rest_of(part, "type", known)
    return sayable(**{"type": type_, known: get(known), "providerData": from_rest(others)})


def to_tool_output(output: Any) -> Any:
    """A text, or parts."""
    if not is_fields(output):
        return to_input_parts(output)
    get, type_ = _getter(output), output.get("type")
    if type_ == "text":
        return get("text")
    if type_ == "image":
        place = _place(get("image"), "image_url")
        return [sayable(type="input_image", **place, detail=get("detail"))]
    if type_ == "file":
        file = get("file")
        filename = fields_of(file).get("filename", ABSENT)
        return [sayable(type="input_file", **_place(file, "file_data"), filename=filename)]
    return output


def _place(value: Any, inline: str) -> dict[str, Any]:
    if isinstance(value, str):
        return {inline: value}
    get = _getter(fields_of(value))
    if get("data") is not ABSENT:
        usual = "text/plain" if inline == "file_data" else ABSENT
        return {inline: _to_data_url(get("data"), first_given(get("mediaType"), usual))}
    if get("url") is ABSENT:
        return sayable(file_id=first_given(get("id"), get("fileId")))
    return {"image_url" if inline == "image_url" else "file_url": get("url")}


def _to_data_url(data: Any, media_type: Any) -> Any:
    content = data["$bytes"] if is_bytes(data) else data
    if not isinstance(content, str) or not isinstance(media_type, str) or content.startswith("data:"):
        return content
    return f"data:{media_type};base64,{content}"


def from_tool_output(output: Any) -> Any:
    return {"type": "text", "text": output} if isinstance(output, str) else from_input_parts(output)


def _getter(fields: Fields) -> Callable[[str], Any]:
    return lambda name: fields.get(name, ABSENT)
