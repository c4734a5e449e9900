using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>A drawing in SVG, in pixels from the upper left corner, on white.</summary>
internal sealed class Svg
{
    private const int FontSize = 13;

    private static readonly XNamespace Space = "http://www.w3.org/2000/svg";

    private readonly XElement _root;

    /// <summary>An empty drawing of that size.</summary>
    public Svg(int width, int height)
    {
        _root = new XElement(
            Space + "svg",
            new XAttribute("viewBox", Invariant($"0 0 {width} {height}")), new XAttribute("width", width),
            new XAttribute("height", height),
            new XAttribute("font-family", "system-ui, sans-serif"), new XAttribute("font-size", FontSize));
        Box(0, 0, width, height, "#ffffff");
    }

    /// <summary>Draws a filled rectangle.</summary>
    public void Box(double x, double y, double width, double height, string colour) => Add(
        "rect", ("x", x), ("y", y), ("width", width), ("height", height), ("fill", colour));

    /// <summary>Draws a line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string colour, double width = 1) => Add(
        "line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("stroke", colour), ("stroke-width", width));

    /// <summary>Draws a line through points.</summary>
    public void Curve(IEnumerable<(double X, double Y)> points, string colour)
    {
        var text = new StringBuilder();
        foreach (var (x, y) in points) text.Append(CultureInfo.InvariantCulture, $"{x:0.##},{y:0.##} ");
        Add("polyline", ("points", text.ToString().Trim()), ("fill", "none"), ("stroke", colour),
            ("stroke-width", 2.0));
    }

    /// <summary>Writes a text; its anchor is start, middle or end.</summary>
    public void Write(double x, double y, string text, string anchor = "start", bool isBold = false)
    {
        var element = Add("text", ("x", x), ("y", y), ("text-anchor", anchor), ("fill", "#222222"));
        if (isBold) element.SetAttributeValue("font-weight", "bold");
        element.Value = text;
    }

    /// <summary>The drawing as a document.</summary>
    public override string ToString() => _root + "\n";

    private XElement Add(string name, params (string Name, object Value)[] attributes)
    {
        var element = new XElement(
            Space + name,
            attributes.Select(attribute => new XAttribute(
                attribute.Name, attribute.Value is double number ? Invariant($"{number:0.##}") : attribute.Value)));
        _root.Add(element);
        return element;
    }
}
