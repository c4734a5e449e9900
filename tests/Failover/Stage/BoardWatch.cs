using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>
/// Looks at a batch's board at one front all the time: while the front is up the board is served, and it never goes
/// back.
/// </summary>
internal sealed class BoardWatch(ClusterMember front, string batch, Findings findings)
{
    // A front's first read of a board may take 5 s.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(7), Interval = TimeSpan.FromMilliseconds(50);

    private int _stock;
    private long _seq;

    /// <summary>How often the board was served.</summary>
    public int Served { get; private set; }

    /// <summary>Looks until the token ends it.</summary>
    public async Task WatchAsync(CancellationToken ends)
    {
        using var client = new EngineClient(front.Address, AnswerWithin);
        while (!ends.IsCancellationRequested)
        {
            var wasUp = front.IsUp;
            var board = await client.BoardAsync(batch);
            if (board.Status == 200) Look(board);
            else if (wasUp && front.IsUp)
                findings.Add($"{front.Name} serves no board of {batch} after {Served}: {board}");
            await Task.Delay(Interval, CancellationToken.None); // paced: as often as a page looks
        }
    }

    private void Look(EngineAnswer board)
    {
        Served++;
        var (stock, seq) =
            (board.Body.GetProperty("stock").GetInt32(), board.Body.GetProperty("head").GetProperty("seq").GetInt64());
        findings.Expect(seq >= _seq && stock >= _stock,
            $"the board of {batch} at {front.Name} went back from entry {_seq}, stock {_stock}, to {seq}, {stock}");
        (_stock, _seq) = (stock, seq);
    }
}
