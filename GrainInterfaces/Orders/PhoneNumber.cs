using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>
/// A telephone number as people write it: <c>138 0013 8000</c>, <c>+86-10-6888 8888 ext. 12</c>. It is kept as it was
/// written, except that digits and signs of other scripts and widths become ASCII.
/// </summary>
public static partial class PhoneNumber
{
    /// <summary>Longest number, in UTF-16 code units.</summary>
    public const int MaxLength = 32;

    /// <summary>Fewest digits before an extension.</summary>
    public const int MinDigits = 5;

    /// <summary>
    /// The text with ASCII for digits of any script and for signs of full width, without blanks at its ends.
    /// </summary>
    public static string Normalise(string text)
    {
        var written = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var digit = CharUnicodeInfo.GetDecimalDigitValue(text, i);
            if (digit >= 0)
            {
                written.Append((char)('0' + digit));
                if (char.IsHighSurrogate(text[i])) i++;
                continue;
            }
            written.Append(text[i] switch
            {
                >= '\uFF01' and <= '\uFF5E' and var wide => (char)(wide - 0xFEE0),
                >= '\u2010' and <= '\u2015' or '\u2212' => '-',
                var other => char.IsWhiteSpace(other) ? ' ' : other,
            });
        }
        return written.ToString().Trim();
    }

    /// <summary>How many ASCII digits a normalised text has.</summary>
    public static int CountDigits(string text) => text.Count(char.IsAsciiDigit);

    /// <summary>
    /// Whether a normalised text is a number: one <c>+</c> at most, digits, blanks, <c>- . / ( )</c>, and an extension.
    /// It cannot be a formula: only digits follow a letter, and no letter follows a sign.
    /// </summary>
    public static bool IsNumber(string text) =>
        text.Length <= MaxLength && Written().Match(text) is { Success: true } match
        && CountDigits(match.Groups["number"].Value) >= MinDigits;

    [GeneratedRegex(@"^(?<number>\+? ?[0-9(][0-9 ()./-]*[0-9)])( *([,;]+|#|\*|[,;]* *\p{L}{1,8}\.?)[ :]*[0-9]{1,8})?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}
