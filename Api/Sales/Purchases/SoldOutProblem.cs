using OrleansSale.Api.Http;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>The refusal sold-out of one batch, encoded once for each entry that it names.</summary>
public sealed class SoldOutProblem
{
    private Encoded? _last;

    /// <summary>The refusal that names this entry, and says whether the line can be joined.</summary>
    public Problem At(long seq, bool mayStandBy)
    {
        if (Volatile.Read(ref _last) is { } last && last.Seq == seq && last.MayStandBy == mayStandBy)
            return last.Problem;
        var encoded = new Encoded(seq, mayStandBy, Problem.SoldOut(seq, mayStandBy));
        Volatile.Write(ref _last, encoded);
        return encoded.Problem;
    }

    private sealed record Encoded(long Seq, bool MayStandBy, Problem Problem);
}
