using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Tests.Rules.Batches;

public class BatchTermsTests
{
    [Theory]
    [InlineData("mi2-1", true)]
    [InlineData("a", true)]
    [InlineData("-", true)]
    [InlineData("0", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("Mi2", false)]
    [InlineData("mi2.1", false)]
    [InlineData("mi2_1", false)]
    [InlineData("mi2/1", false)]
    [InlineData("mi 2", false)]
    [InlineData("mí2", false)]
    [InlineData("mi2\n", false)]
    public void An_id_is_of_small_letters_digits_and_hyphens(string? text, bool valid) =>
        Slug.IsOne(text).ShouldBe(valid);

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void An_id_has_at_most_64_characters(int length, bool valid) =>
        Slug.IsOne(new string('a', length)).ShouldBe(valid);

    [Theory]
    [InlineData("weibo:alice", true)]
    [InlineData("mi:alice", true)]
    [InlineData("weib:alice", false)]
    [InlineData("weibo2:alice", false)]
    [InlineData("alice", false)]
    [InlineData(":alice", false)]
    [InlineData("WEIBO:alice", false)]
    public void A_user_of_one_of_the_channels_is_eligible(string user, bool eligible) =>
        LiveBatch.TermsOf(channels: ["weibo", "mi"]).IsEligible(user).ShouldBe(eligible);

    [Fact]
    public void Terms_are_the_same_by_content()
    {
        var terms = LiveBatch.TermsOf(channels: ["weibo", "mi"]);
        terms.SameAs(LiveBatch.TermsOf(channels: ["weibo", "mi"])).ShouldBeTrue();
        terms.SameAs(LiveBatch.TermsOf(channels: ["mi", "weibo"])).ShouldBeFalse();
        terms.SameAs(terms with { Id = "mi2-2" }).ShouldBeFalse();
        terms.SameAs(terms with { Product = terms.Product with { ImageUrl = "/x.png" } }).ShouldBeFalse();
    }
}
