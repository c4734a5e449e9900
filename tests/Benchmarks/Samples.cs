using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Tests.Benchmarks;

/// <summary>What the benchmarks work on.</summary>
internal static class Samples
{
    /// <summary>The opening of the sale, ms.</summary>
    public const long Opening = 1_356_062_400_000;

    /// <summary>The deadline of a hold made at the opening, ms.</summary>
    public const long PayBy = Opening + (WindowSeconds * 1_000L);

    private const int WindowSeconds = 900;

    private static readonly BatchKey Key = new(new byte[BatchKey.Length]);

    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeMilliseconds(Opening);

    /// <summary>The board of a batch that sells.</summary>
    public static readonly BatchSnapshot Snapshot = new(
        10_001, new byte[32], 50_000, 40_000, 9_000, 1_000, 0, 60_000, 0, null, false, 10_000, Terms(50_000).Schedule);

    /// <summary>Terms like the Mi2's.</summary>
    public static BatchTerms Terms(int stock) => new(
        "mi2-1", new Product("mi2", "小米手机 2", new Money(199_900, "CNY"), null), ["weibo"], stock, 1, WindowSeconds,
        new Schedule(Noon.AddHours(-2), Noon.AddHours(-1), Noon, Noon.AddHours(1)));

    /// <summary>A batch that is on sale.</summary>
    public static SaleBatch Batch(int stock)
    {
        var batch = new SaleBatch();
        batch.Apply(1, Opening - 7_200_000, new Created(Terms(stock), Key.Hash));
        batch.Apply(2, Opening, new OpenedSale());
        return batch;
    }

    /// <summary>The hold of a unit.</summary>
    public static Held Held(int unit) => new(AliasOf(unit), [unit], PayBy, 1, null);

    /// <summary>What stands for a buyer.</summary>
    public static Alias AliasOf(int buyer) => Key.AliasOf(UserOf(buyer));

    /// <summary>A buyer.</summary>
    public static string UserOf(int buyer) => $"weibo:{1_000_000 + buyer}";
}
