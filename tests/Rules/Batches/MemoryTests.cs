using System.Buffers;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Measured alone, since it weighs the whole heap.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests(ITestOutputHelper output)
{
    private const int Holds = 200_000;

    [Fact]
    public void A_replayed_hold_of_one_unit_weighs_less_than_400_bytes()
    {
        var lines = WriteHolds();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var batch = new SaleBatch();
        foreach (var line in lines)
        {
            var (seq, at, entry) = EntryReader.Read(line);
            batch.Apply(seq, at, entry);
        }
        var replay = Environment.CpuUsage.TotalTime - cpu;
        var perHold = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Holds;

        batch.HeldUnits.ShouldBe(Holds);
        output.WriteLine($"{perHold:F0} B of live memory per held unit; {Holds} holds replayed in {replay.TotalMilliseconds:F0} ms of CPU");
        perHold.ShouldBeLessThan(400);
        GC.KeepAlive(lines);
        GC.KeepAlive(batch);
    }

    private static byte[][] WriteHolds()
    {
        var writer = new EntryWriter("mi2-1");
        var lines = new byte[Holds + 1][];
        for (var i = 0; i <= Holds; i++)
        {
            var to = new ArrayBufferWriter<byte>();
            writer.Write(to, i + 1, LiveBatch.Opening, i == 0
                ? new Created(LiveBatch.TermsOf(Holds))
                : new Held($"weibo:buyer{i:D6}", [i], LiveBatch.Opening + 900_000, 1, null));
            lines[i] = to.WrittenSpan.ToArray();
        }
        return lines;
    }
}
