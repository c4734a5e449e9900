namespace OrleansSale.Tests.Shopping;

/// <summary>Shoppers who shop at the same time.</summary>
/// <param name="random">Chooses who does.</param>
/// <param name="shoppers">All of them.</param>
/// <param name="askers">How many do something at the same time.</param>
/// <param name="activeOfAShare">
/// Of the share of each asker, how many are active in one go: a few, so that each does many things.
/// </param>
public sealed class Crowd(Random random, IReadOnlyList<Shopper> shoppers, int askers, int activeOfAShare)
{
    /// <summary>Shops until the life ends.</summary>
    /// <param name="life">The life.</param>
    /// <param name="habits">What they do.</param>
    /// <param name="pause">Of each asker, between two things.</param>
    public Task ShopAsync(Life life, Habits habits, TimeSpan pause = default)
    {
        var shares = shoppers.Chunk((shoppers.Count + askers - 1) / askers);
        return Task.WhenAll(shares.Select(share =>
        {
            var active = random.GetItems(share, activeOfAShare).Distinct().ToList();
            return Task.Run(async () =>
            {
                for (var turn = 0; life.Goes; turn++)
                {
                    await active[turn % active.Count].ActAsync(life, habits);
                    if (pause > TimeSpan.Zero) await Task.Delay(pause); // paced: people think
                }
            });
        }).ToList());
    }
}
