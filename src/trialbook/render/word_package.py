"""The parts of a Word file and their packing: the same bytes from the same document, and nothing of who made them."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.render.word_text import attribute, text

if TYPE_CHECKING:
    from docx.opc.part import XmlPart
    from docx.package import Package as WordPackage

TEMPLATES = Path(__file__).parent / "templates"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN = f'xmlns:w="{WORD}" xmlns:r="{RELATION}"'
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name; every part has it."""
REGION = {"en": "en-GB", "sv": "sv-SE", "de": "de-DE", "fr": "fr-FR", "zh-Hant": "zh-TW", "zh-Hans": "zh-CN"}
"""Language of a study -> how Word names it, with a region."""
BULLET = (
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="360" w:hanging="240"/></w:pPr></w:lvl>'
)
DECIMAL = (
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="400" w:hanging="320"/></w:pPr></w:lvl>'
)


class Package:
    """A Word file in the making: its parts, by the library that knows how they hang together."""

    def __init__(self, *, title: str, language: str, colour: str, lists: int) -> None:
        """Begin a file with its styles, its lists (`lists` of them numbered) and its properties, and nobody's name."""
        from docx.opc.constants import CONTENT_TYPE as CT
        from docx.opc.constants import RELATIONSHIP_TYPE as RT
        from docx.opc.packuri import PackURI
        from docx.oxml.parser import parse_xml
        from docx.package import Package as WordPackage
        from docx.parts.document import DocumentPart

        self._package = WordPackage()
        body = parse_xml(f"<w:document {OPEN}><w:body/></w:document>")
        self._document = DocumentPart(PackURI("/word/document.xml"), CT.WML_DOCUMENT_MAIN, body, self._package)
        self._package.relate_to(self._document, RT.OFFICE_DOCUMENT)
        where = REGION.get(language, language)
        self.add("styles", CT.WML_STYLES, RT.STYLES, styles(where, colour))
        self.add("numbering", CT.WML_NUMBERING, RT.NUMBERING, numbering(lists))
        self.add("settings", CT.WML_SETTINGS, RT.SETTINGS, settings(where))
        core = _part("/docProps/core.xml", CT.OPC_CORE_PROPERTIES, properties(title, where), self._package)
        self._package.relate_to(core, RT.CORE_PROPERTIES)

    def add(self, name: str, content_type: str, relation: str, xml: str) -> str:
        """Add a part that the document refers to; return the id by which it does."""
        return self._document.relate_to(_part(f"/word/{name}.xml", content_type, xml, self._package), relation)

    def picture(self, png: bytes) -> tuple[str, int, int]:
        """Add a picture; return its id, and width and height in EMU (914400 an inch) at its own dots an inch."""
        name, image = self._document.get_or_add_image(io.BytesIO(png))
        return name, int(image.width), int(image.height)

    def header_and_footer(self, number: int, header: str, footer: str) -> str:
        """Add a header and a footer; return the references to them for the properties of a section."""
        from docx.opc.constants import CONTENT_TYPE as CT
        from docx.opc.constants import RELATIONSHIP_TYPE as RT

        above = self.add(f"header{number}", CT.WML_HEADER, RT.HEADER, f"<w:hdr {OPEN}>{header}</w:hdr>")
        below = self.add(f"footer{number}", CT.WML_FOOTER, RT.FOOTER, f"<w:ftr {OPEN}>{footer}</w:ftr>")
        return (
            f'<w:headerReference w:type="default" r:id="{above}"/><w:footerReference w:type="default" r:id="{below}"/>'
        )

    def packed(self, body: str) -> bytes:
        """Return the file with this body."""
        from docx.oxml.parser import parse_xml

        whole = self._document.element
        whole.replace(whole[0], parse_xml(f"<w:body {OPEN}>{body}</w:body>"))
        stream = io.BytesIO()
        self._package.save(stream)
        return undated(stream.getvalue())


def styles(language: str, colour: str) -> str:
    """Return the styles, with the colour that tells real from invented data."""
    return _template("word_styles.xml").replace("LANGUAGE", attribute(language)).replace("COLOUR", colour)


def numbering(lists: int) -> str:
    """Return one kind of bullet, and `lists` numbered lists that each begin at 1."""
    kinds = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/>{level}</w:abstractNum>'
        for number, level in enumerate((BULLET, DECIMAL))
    )
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    used = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>' + "".join(
        f'<w:num w:numId="{number + 2}"><w:abstractNumId w:val="1"/>{again}</w:num>' for number in range(lists)
    )
    return f"<w:numbering {OPEN}>{kinds}{used}</w:numbering>"


def settings(language: str) -> str:
    """Return the settings: the layout of today's Word."""
    mode = '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    return (
        f'<w:settings {OPEN}><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>'
        f'<w:characterSpacingControl w:val="doNotCompress"/><w:compat>{mode}</w:compat>'
        f'<w:themeFontLang w:val="{attribute(language)}"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
        "</w:settings>"
    )


def properties(title: str, language: str) -> str:
    """Return title and language; neither a person nor a day, since neither is known to the document."""
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{text(title)}</dc:title><dc:language>{text(language)}</dc:language></cp:coreProperties>"
    )


def undated(packed: bytes) -> bytes:
    """Pack a zip file again with the same moment on every part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as given, zipfile.ZipFile(stream, "w") as made:
        for name in given.namelist():
            part = zipfile.ZipInfo(name, EARLIEST)
            part.create_system, part.external_attr = 0, 0
            # a picture is packed already
            how = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            made.writestr(part, given.read(name), how, 6)
    return stream.getvalue()


def _part(where: str, content_type: str, xml: str, package: WordPackage) -> XmlPart:
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart
    from docx.oxml.parser import parse_xml

    return XmlPart(PackURI(where), content_type, parse_xml(xml), package)


@cache
def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
