using System.Buffers;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Measured alone, since it weighs the whole heap.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests(ITestOutputHelper output)
{
    // 530,000 is just after all tables have doubled, which costs most. 10,000 is a small batch.
    [Theory]
    [InlineData(10_000)]
    [InlineData(200_000)]
    [InlineData(530_000)]
    public void A_replayed_hold_of_one_unit_weighs_less_than_200_bytes(int holds)
    {
        var lines = WriteHolds(holds);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var batch = new SaleBatch();
        foreach (var line in lines)
        {
            var (seq, at, entry) = EntryReader.Read(line);
            batch.Apply(seq, at, entry);
        }
        var replay = Environment.CpuUsage.TotalTime - cpu;
        var perHold = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)holds;

        batch.Stock.Held.ShouldBe(holds);
        output.WriteLine(
            $"{perHold:F0} B of live memory per held unit; "
            + $"{holds} holds replayed in {replay.TotalMilliseconds:F0} ms of CPU");
        perHold.ShouldBeLessThan(200);
        GC.KeepAlive(lines);
        GC.KeepAlive(batch);
    }

    private static byte[][] WriteHolds(int holds)
    {
        var writer = new EntryWriter("mi2-1");
        var lines = new byte[holds + 2][];
        for (var i = 0; i < lines.Length; i++)
        {
            var to = new ArrayBufferWriter<byte>();
            writer.Write(to, i + 1, LiveBatch.Opening, i switch
            {
                0 => new Created(LiveBatch.TermsOf(holds), LiveBatch.Key.Hash),
                1 => new OpenedSale(),
                _ => new Held(LiveBatch.AliasOf($"weibo:buyer{i:D6}"), [i - 1], LiveBatch.Opening + 900_000, 1, null),
            });
            lines[i] = to.WrittenSpan.ToArray();
        }
        return lines;
    }
}
