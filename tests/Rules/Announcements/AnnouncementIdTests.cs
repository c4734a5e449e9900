using CsCheck;
using OrleansSale.GrainInterfaces.Announcements;

namespace OrleansSale.Tests.Rules.Announcements;

/// <summary>An id says what it is about.</summary>
public class AnnouncementIdTests
{
    [Fact]
    public void An_id_is_read_as_it_was_made()
    {
        var slug = Gen.Char["abcxyz0189-"].Array[1, 64].Select(chars => new string(chars));
        Gen.Select(slug, Gen.Bool, Gen.Int[1, 999_999_999]).Sample((id, isBatch, number) =>
        {
            var topic = isBatch ? Topic.OfBatch(id) : Topic.OfProduct(id);
            AnnouncementId.TryParse(AnnouncementId.Of(topic, number), out var read, out var numbered)
                .ShouldBeTrue();
            (read, numbered).ShouldBe((topic, number));
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("batch-mi2-1")]
    [InlineData("batch-mi2-1.")]
    [InlineData("batch-mi2-1.0")]
    [InlineData("batch-mi2-1.01")]
    [InlineData("batch-mi2-1.-1")]
    [InlineData("batch-mi2-1.9999999999")]
    [InlineData("batch-.1")]
    [InlineData("batch-MI2.1")]
    [InlineData("mi2-1.1")]
    [InlineData("product-mi2/../x.1")]
    public void Anything_else_is_none(string? id) => AnnouncementId.TryParse(id, out _, out _).ShouldBeFalse();
}
