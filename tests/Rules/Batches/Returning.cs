using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Batches whose units are paid and may be given back.</summary>
internal static class Returning
{
    /// <summary>When an offer that was made at the opening and not paid is released.</summary>
    public const long Expiry = Opening + 60_000 + Grace;

    /// <summary>Terms with a line, whose offers last a minute.</summary>
    public static BatchTerms Terms(int stock, int limit = 1) =>
        TermsOf(stock, limit) with { StandbyLimit = 10, OfferWindowSeconds = 60 };

    /// <summary>A batch whose only unit Alice has paid for.</summary>
    public static (LiveBatch Live, long Paid) SoldOut()
    {
        var live = Open(Terms(stock: 1));
        var paid = live.Buy("weibo:alice").Order!.Seq;
        live.Pay(paid, "p").ShouldBe(CaptureResult.Sold);
        return (live, paid);
    }

    /// <summary>Orders of one unit, one of each user, that are paid.</summary>
    public static long[] PaidBy(LiveBatch live, params string[] users) => Array.ConvertAll(users, user =>
    {
        var order = live.Buy(user).Order!.Seq;
        live.Pay(order, $"p-{user}").ShouldBe(CaptureResult.Sold);
        return order;
    });

    /// <summary>A user's newest order.</summary>
    public static Order OrderOf(LiveBatch live, string user) => live.State.Orders.LatestOf(AliasOf(user))!;

    /// <summary>How far an order's return is.</summary>
    public static OrderReturn? StageOf(LiveBatch live, long order) =>
        live.State.Orders.Returns.StageOf(live.State.Orders.Find(order)!);
}
