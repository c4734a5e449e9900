using System.Buffers;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Line;
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

    [Fact]
    public void Of_a_million_places_each_weighs_at_most_100_bytes_and_the_last_ones_position_is_told_in_a_millisecond()
    {
        const int Places = BatchTerms.MaxStandbyLimit, Calls = 200;
        var batch = new SaleBatch();
        batch.Apply(1, LiveBatch.Opening, new Created(
            LiveBatch.TermsOf(1) with { StandbyLimit = Places }, LiveBatch.Key.Hash));
        batch.Apply(2, LiveBatch.Opening, new OpenedSale());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var place = 1; place <= Places; place++)
            batch.Apply(place + 2, LiveBatch.Opening, new Joined(
                place, BuyerAt(place), 1, JoinedHow.Standby, 1, new KeyHash(1, (ulong)place), null));
        var perPlace = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Places;
        batch.Line.Waiting.ShouldBe(Places);

        var cpu = Environment.CpuUsage.TotalTime;
        for (var call = 0; call < Calls; call++)
        {
            var view = LineRules.View(batch, batch.Line.LatestOf(BuyerAt(Places))!, LiveBatch.Opening);
            (view.Ahead, view.State).ShouldBe((Places - 1, PlaceState.Waiting));
        }
        var perCall = (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / Calls;

        output.WriteLine($"{perPlace:F0} B of live memory per waiting place; {perCall * 1e3:F1} µs for a position");
        perPlace.ShouldBeLessThanOrEqualTo(100);
        perCall.ShouldBeLessThan(1);
        GC.KeepAlive(batch);
    }

    // Aliases are evenly distributed, so these are too.
    private static Alias BuyerAt(int place) => new((ulong)place * 0x9E37_79B9_7F4A_7C15, (ulong)place);

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
