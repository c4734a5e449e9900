using System.Buffers;
using CsCheck;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>
/// The auditor shares no code with the rules. It finds no fault in what they wrote, and reads the same from it.
/// </summary>
public class AuditedHistoriesTests
{
    [Fact]
    public void A_random_history_is_sound_to_the_independent_auditor_and_says_the_same_to_it() =>
        History.Any.Sample(history =>
        {
            var live = new Player(history).Play();
            var (state, sale) = (live.State, Audit(live.Lines));

            sale.Violations.Kept.ShouldBeEmpty();
            sale.Units.ShouldBe(new UnitCounts(
                state.Stock.Total, state.Stock.Free.Count, state.Stock.Held, state.Stock.Sold, state.Stock.Withdrawn));
            (sale.Orders.Count, sale.Payments.Count, sale.Waiting, sale.Ended).ShouldBe(
                (state.Orders.All.Count, state.Payments.All.Count, state.Line.Waiting, state.Directing.IsEnded));
            // The names of the stages are the same.
            sale.Places.Select(place => (place.Number, place.Alias, $"{place.Stage}", place.Order?.Seq)).ShouldBe(
                state.Line.After(0).Select(place =>
                    (place.Number, $"{place.Buyer}", $"{place.State}", place.Order)));
        }, iter: 4 * Check.Iter, print: history => history.ToString());

    private static AuditedSale Audit(List<byte[]> lines)
    {
        var export = new ArrayBufferWriter<byte>();
        var hash = new byte[LedgerChain.HashLength];
        foreach (var line in lines)
        {
            // Without its line feed.
            LedgerChain.Next(hash, line.AsSpan()[..^1], hash);
            LedgerExport.WriteLine(export, line.AsSpan()[..^1], hash);
        }
        return LedgerAudit.ReadAsync(new MemoryStream(export.WrittenSpan.ToArray())).GetAwaiter().GetResult();
    }
}
