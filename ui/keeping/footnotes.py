"""Footnotes for python-docx, which has none: a part of their own, and the styles and settings.

A note stands in `/word/footnotes.xml` under an id, and the text refers to it by that id; the word
processor numbers them. The first two are the lines that part notes from the text (ECMA-376 part 1,
17.11).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

REFERENCE, TEXT, LINK = "footnote reference", "footnote text", "Hyperlink"
_LINK_COLOUR = "0B5394"
_SEPARATORS = {-1: "separator", 0: "continuationSeparator"}
_EMPTY = "<w:footnotes {}>{}</w:footnotes>".format(
    nsdecls("w", "r"),
    "".join(
        f'<w:footnote w:type="{kind}" w:id="{id_}"><w:p><w:pPr><w:spacing w:after="0" '
        f'w:line="240" w:lineRule="auto"/></w:pPr><w:r><w:{kind}/></w:r></w:p></w:footnote>'
        for id_, kind in _SEPARATORS.items()
    ),
)


class Footnotes:
    """The footnotes of one document; make it once, then `add` notes in the order of the text."""

    def __init__(self, document: Document) -> None:
        self._part = XmlPart(
            PackURI("/word/footnotes.xml"),
            CONTENT_TYPE.WML_FOOTNOTES,
            parse_xml(_EMPTY),
            document.part.package,
        )
        document.part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        self._styles = _styles(document)
        _declare(document)
        self._count = 0

    def add(self, paragraph: Paragraph, texts: Iterable[tuple[str, bool]], link: str) -> None:
        """A note at the end of a paragraph: its texts, each upright or in italics, and a link."""
        self._count += 1
        reference = _run(self._styles[REFERENCE])
        reference.append(_element("w:footnoteReference", id=str(self._count)))
        paragraph._p.append(reference)
        self._part.element.append(self._note(self._count, texts, link))

    def _note(self, id_: int, texts: Iterable[tuple[str, bool]], link: str) -> Any:
        paragraph = OxmlElement("w:p")
        properties = OxmlElement("w:pPr")
        properties.append(_element("w:pStyle", val=self._styles[TEXT]))
        mark = _run(self._styles[REFERENCE])
        mark.append(OxmlElement("w:footnoteRef"))
        paragraph.extend([properties, mark, _text(" ")])
        paragraph.extend(_text(text, italic=italic) for text, italic in texts)
        paragraph.append(self._link(link))
        note = _element("w:footnote", id=str(id_))
        note.append(paragraph)
        return note

    def _link(self, address: str) -> Any:
        link = OxmlElement("w:hyperlink")
        target = self._part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link.set(qn("r:id"), target)
        link.append(_text(address, style=self._styles[LINK]))
        return link


def _text(text: str, *, style: str | None = None, italic: bool = False) -> Any:
    run = _run(style)
    if italic:
        properties = OxmlElement("w:rPr")
        properties.append(OxmlElement("w:i"))
        run.append(properties)
    words = OxmlElement("w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    return run


def _run(style: str | None) -> Any:
    run = OxmlElement("w:r")
    if style:
        properties = OxmlElement("w:rPr")
        properties.append(_element("w:rStyle", val=style))
        run.append(properties)
    return run


def _element(tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _styles(document: Document) -> dict[str, str]:
    """Word's own styles for notes and links, added where the template lacks them; their ids."""
    reference = _style(document, REFERENCE, WD_STYLE_TYPE.CHARACTER)
    reference.font.superscript = True
    link = _style(document, LINK, WD_STYLE_TYPE.CHARACTER)
    link.font.underline, link.font.color.rgb = True, RGBColor.from_string(_LINK_COLOUR)
    text = _style(document, TEXT, WD_STYLE_TYPE.PARAGRAPH)
    text.base_style, text.font.size = document.styles["Normal"], Pt(9)
    text.paragraph_format.space_after = Pt(2)
    return {style.name: style.style_id for style in (reference, link, text)}


def _style(document: Document, name: str, kind: WD_STYLE_TYPE) -> Any:
    style = document.styles.add_style(name, kind, builtin=True)
    style.element.set(qn("w:styleId"), name.title().replace(" ", ""))
    return style


def _declare(document: Document) -> None:
    """Name the parting lines in the settings, where the schema wants them: before `compat`."""
    settings = document.settings.element
    declared = OxmlElement("w:footnotePr")
    declared.extend([_element("w:footnote", id=str(id_)) for id_ in _SEPARATORS])
    compat = settings.find(qn("w:compat"))
    settings.append(declared) if compat is None else compat.addprevious(declared)
