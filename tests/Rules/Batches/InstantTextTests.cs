using System.Globalization;
using System.Text;
using CsCheck;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Rules.Batches;

public sealed class InstantTextTests
{
    [Fact]
    public void An_instant_is_written_as_the_format_of_its_pattern_would() =>
        Gen.DateTimeOffset.Sample(instant => Text(instant) == Formatted(instant));

    [Fact]
    public void The_first_and_the_last_instant_can_be_written()
    {
        Text(DateTimeOffset.MinValue).ShouldBe("0001-01-01T00:00:00.000Z");
        Text(DateTimeOffset.MaxValue).ShouldBe("9999-12-31T23:59:59.999Z");
    }

    private static string Text(DateTimeOffset instant)
    {
        Span<byte> text = stackalloc byte[InstantText.Length];
        InstantText.Write(instant, text);
        return Encoding.ASCII.GetString(text);
    }

    private static string Formatted(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
