using System.Globalization;
using System.Text;
using System.Xml;

namespace OrleansSale.Api.Operators.Exports;

/// <summary>The XML of a workbook's parts.</summary>
internal static class XlsxParts
{
    /// <summary>The style of a number.</summary>
    public const string GeneralStyle = "0";

    /// <summary>The style of a text. A spreadsheet keeps it a text when somebody edits the cell.</summary>
    public const string TextStyle = "1";

    /// <summary>The style of an instant.</summary>
    public const string InstantStyle = "2";

    /// <summary>The style of a column's name.</summary>
    public const string HeadStyle = "3";

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Package = "http://schemas.openxmlformats.org/package/2006";
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    private const string Head = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""";

    // A sheet shows an instant only if its column is wide enough for all of it.
    private const string ColumnWidth = "25";

    private static readonly System.Buffers.SearchValues<char> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    private const string Styles = $"""
        {Head}
        <styleSheet xmlns="{Main}">
        <numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss.000&quot;Z&quot;"/></numFmts>
        <fonts count="2">
        <font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>
        </fonts>
        <fills count="2">
        <fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>
        </fills>
        <borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
        <cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
        <cellXfs count="4">
        <xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
        <xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
        <xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
        <xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>
        </cellXfs>
        </styleSheet>
        """;

    /// <summary>Where a sheet is in the file; the first is 1.</summary>
    public static string SheetPath(int sheet) => "xl/" + SheetTarget(sheet);

    /// <summary>Begins the XML of a sheet: the columns' names stay in sight, and its rows follow.</summary>
    public static XmlWriter BeginSheet(Stream to, int columns)
    {
        var xml = XmlWriter.Create(
            to, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Async = true, CloseOutput = false });
        xml.WriteStartDocument(standalone: true);
        xml.WriteStartElement("worksheet", Main);
        xml.WriteRaw(
            """<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" """
            + """state="frozen"/></sheetView></sheetViews>"""
            + string.Create(
                CultureInfo.InvariantCulture,
                $"""<cols><col min="1" max="{columns}" width="{ColumnWidth}" customWidth="1"/></cols>"""));
        xml.WriteStartElement("sheetData");
        return xml;
    }

    /// <summary>Writes a text into a cell.</summary>
    public static void WriteText(XmlWriter xml, string text)
    {
        xml.WriteAttributeString("t", "inlineStr");
        xml.WriteStartElement("is");
        xml.WriteStartElement("t");
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            xml.WriteAttributeString("xml", "space", null, "preserve");
        xml.WriteString(Escaped(text));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    /// <summary>All parts of a workbook but its sheets, with their paths.</summary>
    /// <param name="sheets">The sheets' names.</param>
    public static IEnumerable<(string Path, byte[] Content)> Around(string[] sheets)
    {
        var (named, related, typed) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        for (var sheet = 1; sheet <= sheets.Length; sheet++)
        {
            named.Append(CultureInfo.InvariantCulture,
                $"""<sheet name="{sheets[sheet - 1]}" sheetId="{sheet}" r:id="rId{sheet}"/>""");
            related.Append(Related($"rId{sheet}", "worksheet", SheetTarget(sheet)));
            typed.Append(Typed(SheetPath(sheet), "worksheet"));
        }
        yield return ("xl/styles.xml", Utf8(Styles));
        yield return ("xl/workbook.xml", Utf8(
            $"""{Head}<workbook xmlns="{Main}" xmlns:r="{Relationships}"><sheets>{named}</sheets></workbook>"""));
        yield return (
            "xl/_rels/workbook.xml.rels", RelationsOf($"{related}{Related("styles", "styles", "styles.xml")}"));
        yield return ("_rels/.rels", RelationsOf(Related("workbook", "officeDocument", "xl/workbook.xml")));
        yield return ("[Content_Types].xml", Utf8(
            $"""
            {Head}
            <Types xmlns="{Package}/content-types">
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Default Extension="xml" ContentType="application/xml"/>
            {typed}{Typed("xl/workbook.xml", "sheet.main")}{Typed("xl/styles.xml", "styles")}
            </Types>
            """));
    }

    /// <summary>
    /// The text without characters that XML does not allow. They are written as the format says, <c>_x0001_</c>, and so
    /// is the first character of a text that looks like that. A carriage return too: XML would make it a line feed.
    /// </summary>
    internal static string Escaped(string text)
    {
        StringBuilder? written = null;
        for (var at = 0; at < text.Length; at++)
        {
            var pair = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);
            if (!pair && !IsAllowed(text, at))
            {
                written ??= new StringBuilder(text, 0, at, text.Length + 16);
                written.Append(CultureInfo.InvariantCulture, $"_x{(int)text[at]:X4}_");
                continue;
            }
            written?.Append(text[at]);
            if (!pair) continue;
            at++;
            written?.Append(text[at]);
        }
        return written?.ToString() ?? text;
    }

    private static bool IsAllowed(string text, int at) => text[at] switch
    {
        '\r' => false,
        // What follows the digits may be written as an underscore itself.
        '_' => at + 6 >= text.Length || text[at + 1] != 'x' || text.AsSpan(at + 2, 4).ContainsAnyExcept(HexDigits)
            || (text[at + 6] != '_' && text[at + 6] != '\r' && XmlConvert.IsXmlChar(text[at + 6])),
        var other => XmlConvert.IsXmlChar(other),
    };

    private static string SheetTarget(int sheet) =>
        string.Create(CultureInfo.InvariantCulture, $"worksheets/sheet{sheet}.xml");

    private static byte[] RelationsOf(string relations) =>
        Utf8($"""{Head}<Relationships xmlns="{Package}/relationships">{relations}</Relationships>""");

    private static string Related(string id, string type, string target) =>
        $"""<Relationship Id="{id}" Type="{Relationships}/{type}" Target="{target}"/>""";

    private static string Typed(string path, string type) =>
        $"""<Override PartName="/{path}" ContentType="{ContentType}.{type}+xml"/>""";

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
