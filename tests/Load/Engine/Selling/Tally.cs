using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>What buyers were told. Used by one of them at a time.</summary>
internal sealed class Tally
{
    /// <summary>Orders told, each to the buyer who asked.</summary>
    public long Made { get; private set; }

    /// <summary>Those among them that an earlier request had made.</summary>
    public long Repeated { get; private set; }

    /// <summary>Orders told to a buyer who is not their owner, or of another number of units than one.</summary>
    public long Wrong { get; private set; }

    /// <summary>The numbers of all units told, added up.</summary>
    public long UnitNumbers { get; private set; }

    /// <summary>Purchases that were asked again because no answer came.</summary>
    public long AskedAgain { get; private set; }

    /// <summary>Refusals, by reason.</summary>
    public SortedDictionary<Refusal, long> Refused { get; } = [];

    /// <summary>Takes an outcome.</summary>
    public void Take(in PurchaseRequest request, in PurchaseOutcome outcome)
    {
        if (outcome.Order is not { } order)
        {
            var why = outcome.Refused
                ?? throw new InvalidOperationException("an outcome that is neither an order nor a refusal");
            Refused[why] = Refused.GetValueOrDefault(why) + 1;
            return;
        }

        Made++;
        if (outcome.Repeated) Repeated++;
        if (order.Buyer != request.Buyer || order.Units.Length != 1) Wrong++;
        else UnitNumbers += order.Units[0];
    }

    /// <summary>Takes note that these are asked again.</summary>
    public void AskAgain(int purchases) => AskedAgain += purchases;

    /// <summary>Takes what others were told.</summary>
    public void Add(Tally other)
    {
        Made += other.Made;
        Repeated += other.Repeated;
        Wrong += other.Wrong;
        UnitNumbers += other.UnitNumbers;
        AskedAgain += other.AskedAgain;
        foreach (var (why, count) in other.Refused) Refused[why] = Refused.GetValueOrDefault(why) + count;
    }
}
