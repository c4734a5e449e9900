using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Silo.Posts;

namespace OrleansSale.Tests.Api.Messages;

/// <summary>What messages about units that are held for a buyer say.</summary>
public sealed class OfferTextTests
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(MessageKind.Offer)]
    [InlineData(MessageKind.Grant)]
    [InlineData(MessageKind.Revival)]
    public void It_names_order_product_and_deadline_in_both_languages(MessageKind kind)
    {
        var text = MessageTexts.Of(
            new(kind, "mi2-1", "mi2-1.17", "Xiaomi Mi2 16 GB", null, null, Noon, Noon.AddMinutes(15)));
        foreach (var (said, payBy) in ((string?, string)[])
            [(text.English, "21 December 04:15 UTC"), (text.Chinese, "12月21日12:15（北京时间）")])
        {
            foreach (var part in (string[])["mi2-1.17", "Xiaomi Mi2 16 GB", payBy])
                said.ShouldNotBeNull().ShouldContain(part);
        }
    }
    [Fact]
    public void That_a_place_counts_for_a_next_batch_names_product_and_opening_in_both_languages()
    {
        var text = MessageTexts.Of(new(
            MessageKind.NextBatch, "mi2-1", null, "Xiaomi Mi2 16 GB", null, null, Noon,
            Kept: new KeptPlace(7, "mi2-2", Noon.AddMinutes(15))));
        text.English.ShouldBe(
            "Xiaomi Mi2 16 GB: your place in the line counts for the next batch. It opens on 21 December 04:15 UTC. "
            + "You need not join again.");
        text.Chinese.ShouldBe(
            "您候补的Xiaomi Mi2 16 GB将开启新一批销售，12月21日12:15（北京时间）开售。您的候补顺位继续有效，无需重新排队。");
    }
}
